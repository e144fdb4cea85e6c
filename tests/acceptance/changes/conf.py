project = "what releases see otherwise"
