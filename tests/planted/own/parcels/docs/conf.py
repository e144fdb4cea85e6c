"""The configuration of a small project: a src layout, autodoc, autosummary, templates of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
project = "parcels"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary"]
autosummary_generate = True
templates_path = ["_templates"]
exclude_patterns = ["parts"]
