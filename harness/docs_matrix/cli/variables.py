"""What the environment's variables say: where the store is, how large it may become, whether this is CI."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from docs_matrix import store

__all__ = ["in_ci", "store_folder", "store_limit"]


def store_folder() -> Path:
    """Return the folder that everything is kept in: $DOCS_MATRIX_STORE, else one in the user's cache folder."""
    named = os.environ.get("DOCS_MATRIX_STORE")
    return Path(named).expanduser().absolute() if named else platformdirs.user_cache_path("docs-matrix")


def store_limit() -> int:
    """Return the most bytes that the store may have."""
    return store.limit(os.environ.get("DOCS_MATRIX_STORE_LIMIT"))


def in_ci() -> bool:
    """Return whether `$CI` says that nobody looks on."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
