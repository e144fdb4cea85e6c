"""The verbs of the command: arguments in, one question asked, its answer told, an exit status out. No logic."""
