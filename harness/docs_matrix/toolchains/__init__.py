"""Interpreters, releases, locks and environments of cells, and a list of what is missing on this machine."""
