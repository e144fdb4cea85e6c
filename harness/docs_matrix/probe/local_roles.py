"""Runs inside a cell, beside the probe: which roles each document defines, and which it uses that another one defines.

Docutils keeps a role that a document defines (`.. role:: red`) for all that this process reads after it.

The standard library alone, Python 3.6 and later.
"""

import importlib
from typing import Any, Callable, Dict, Optional, Set

__all__ = ["LocalRoles", "install"]


class LocalRoles(Dict[str, Any]):
    """The roles that docutils has at hand, in place of its own table; `document` gives the one that is read now."""

    def __init__(self, roles: Dict[str, Any], standard: Dict[str, Any], document: Callable[[], Optional[str]]) -> None:
        super().__init__(roles)
        self.standard = standard
        self.document = document
        self.owners: Dict[str, str] = {}
        self.defined: Dict[str, Set[str]] = {}
        self.used: Dict[str, Dict[str, str]] = {}

    def __setitem__(self, name: str, role: Any) -> None:
        super().__setitem__(name, role)
        document = self.document()
        if document is not None and name and role not in self.standard.values():  # docutils enters these when they are used
            self.owners[name] = document
            self.defined.setdefault(document, set()).add(name)

    def __contains__(self, name: Any) -> bool:
        document, owner = self.document(), self.owners.get(name)
        if document is not None and owner is not None and owner != document:
            self.used.setdefault(document, {})[name] = owner
        return super().__contains__(name)


def install(document: Callable[[], Optional[str]]) -> LocalRoles:
    """Take the place of docutils' table; Sphinx puts the old one back at the end of the build."""
    module = importlib.import_module("docutils.parsers.rst.roles")  # type: Any
    module._roles = LocalRoles(module._roles, module._role_registry, document)
    return module._roles  # type: ignore[no-any-return]
