"""Runs inside a cell, in place of `sphinx-build`: standard library only, Python 3.6 and later, imports nothing of this package."""
