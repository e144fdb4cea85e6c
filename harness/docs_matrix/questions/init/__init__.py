"""The question `init`: a matrix, locks, a baseline and a workflow for a project."""
