"""Configuration of docs-matrix's own documentation; it builds in every cell of our own matrix."""

project = "docs-matrix"
author = "The docs-matrix authors"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name for it, in every release
extensions = ["sphinx.ext.intersphinx"]
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", None),
    "sphinx": ("https://www.sphinx-doc.org/en/master", None),
}
exclude_patterns = ["_build"]
html_theme = "furo"
