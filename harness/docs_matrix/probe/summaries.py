"""Runs inside a cell, beside the probe: finds the object of a row in a table of autosummary.

Sphinx places a message about a row at the line of the table. The row shows the first sentence of a docstring. So a mistake in
this sentence is reported twice: for the row and for the docstring.

Only the standard library, Python 3.6 and later.
"""

import contextlib
import importlib
import sys
from typing import Any, Iterator, List, Optional  # noqa: F401 (used in comments)

__all__ = ["Summaries"]

NAMED = ":<autosummary>"


class Summaries(object):
    """The row that is being read, and the rows of references that are resolved later."""

    def __init__(self) -> None:
        self.rows = []  # type: List[str]
        self.row = None  # type: Optional[str]

    def connect(self, probe: Any) -> None:
        """Watch autosummary, if the project uses it."""
        module = sys.modules.get("sphinx.ext.autosummary")  # type: Any
        if module is None or not hasattr(module, "switch_source_input"):
            return
        original, switch = module.Autosummary.get_table, module.switch_source_input

        def get_table(directive: Any, items: Any) -> Any:
            with probe.guarded():
                self.rows = [_qualified(item[3]) for item in items for _ in range(2)]  # a row has two columns
            try:
                return original(directive, items)
            finally:
                self.rows = []

        @contextlib.contextmanager
        def switch_source_input(state: Any, content: Any) -> Iterator[None]:
            self.row = self.rows.pop(0) if self.rows else None
            try:
                with switch(state, content):
                    yield
            finally:
                self.row = None

        if not getattr(original, "probed", False):
            get_table.probed = True  # type: ignore[attr-defined]
            module.Autosummary.get_table, module.switch_source_input = get_table, switch_source_input
            probe.connect("doctree-read", self.on_doctree_read)

    def of(self, location: Any, path: Optional[str]) -> Optional[str]:
        """Return the object for a message at `path`; None if it is not in such a row. `location` may be a node."""
        return getattr(location, "probe_row", None) or self.row if path and path.endswith(NAMED) else None

    def on_doctree_read(self, app: Any, doctree: Any) -> None:
        """Store in each reference of a row the object of this row."""
        addnodes, nodes = importlib.import_module("sphinx.addnodes"), importlib.import_module("docutils.nodes")
        tables = importlib.import_module("sphinx.ext.autosummary").autosummary_table
        for table in _find(doctree, tables):
            for row in _find(table, nodes.row):
                references = list(_find(row, addnodes.pending_xref))
                for node in references:
                    node.probe_row = _qualified(references[0].get("reftarget", ""))


def _find(node: Any, kind: Any) -> Any:
    return (getattr(node, "findall", None) or node.traverse)(kind)


def _qualified(name: str) -> str:
    """Return the name that autodoc gives the object at `name`: the name of the place that defines it."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        found = sys.modules.get(".".join(parts[:count]))  # type: Any
        if found is not None:
            for part in parts[count:]:
                found = getattr(found, part, None)
            module, inner = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
            return "%s.%s" % (module, inner) if module and inner else name
    return name
