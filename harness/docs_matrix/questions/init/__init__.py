"""The question `init`: a project's own matrix, locks, baseline and workflow, from what it has."""
