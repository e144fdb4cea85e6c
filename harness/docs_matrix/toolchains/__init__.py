"""Interpreters, releases, locks and environments of cells, and what this machine lacks for them."""
