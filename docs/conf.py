"""Configuration of docs-matrix's own documentation."""

project = "docs-matrix"
author = "The docs-matrix authors"
project_copyright = f"2026, {author}"
extensions = ["sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
autodoc_typehints = "none"
