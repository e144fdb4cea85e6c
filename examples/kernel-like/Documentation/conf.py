"""Sphinx's configuration for the example tree; valid from Sphinx 3.4 to 9.2."""

project = "Pebble"
author = "the authors of docs-matrix"
version = release = "0.4"

extensions = []
language = "en"
highlight_language = "none"
exclude_patterns = ["output"]
