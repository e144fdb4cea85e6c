"""The command: a module for each verb, which turns arguments into a question and prints the answer, and what verbs share."""
