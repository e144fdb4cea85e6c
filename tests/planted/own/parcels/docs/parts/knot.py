knot = "reef"
