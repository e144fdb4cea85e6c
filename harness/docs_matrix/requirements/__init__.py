"""What the documentation of a project requires, as its own files state it; nothing of it is run."""
