"""The main question, what is new: the subject, the read set, the builds of each cell, and what confirms them."""
