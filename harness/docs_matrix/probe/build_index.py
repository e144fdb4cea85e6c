"""Runs inside a cell, beside the probe: writes down what a full build knows of its documents.

The record `index` has, for each document, its source, the entries of its toctrees, whether one of these is a pattern, and the
names that the document defines. It serves all cells: the documents that a change can affect are found in it without a build.

Only the standard library, Python 3.6 and later.
"""

from typing import Any, Callable, Dict, List  # noqa: F401 (used in comments)

__all__ = ["index_of"]

PARTS = ("functionParam", "templateParam")
"""Kinds of objects that are a part of another object. A reference cannot name them alone."""


def index_of(env: Any, names: Dict[Any, Any], source: Callable[[str], str]) -> Dict[str, Any]:
    """Return the record for the environment `env`.

    `names` are the names that it defines. `source` returns the path of a document's source.
    """
    defined = {}  # type: Dict[str, List[List[str]]]
    for (_, kind, name), (document, _) in sorted(names.items(), key=lambda item: item[0]):
        if document is not None and kind not in PARTS and kind != "document":
            defined.setdefault(document, []).append([kind, name])
    return {
        "sources": {document: source(document) for document in env.found_docs},
        "toctrees": {document: list(entries) for document, entries in env.toctree_includes.items()},
        "patterns": sorted(env.glob_toctrees),
        "defined": defined,
    }
