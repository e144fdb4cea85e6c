"""The settings in environment variables: where the store is, how large it may become, whether this is CI."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from docs_matrix import store

__all__ = ["in_ci", "store_folder", "store_limit"]


def store_folder() -> Path:
    """Return the folder of the store: $DOCS_MATRIX_STORE, else one in the user's cache folder."""
    named = os.environ.get("DOCS_MATRIX_STORE")
    return Path(named).expanduser().absolute() if named else platformdirs.user_cache_path("docs-matrix")


def store_limit() -> int:
    """Return the limit of the store in bytes."""
    return store.limit(os.environ.get("DOCS_MATRIX_STORE_LIMIT"))


def in_ci() -> bool:
    """Return whether this runs in CI: `$CI` is set, and is not 0 or false."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
