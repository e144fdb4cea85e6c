"""Runs inside a cell, beside the probe: finds the symbols of Sphinx's C domain by their names.

For each symbol that it looks for, Sphinx 3.1 to 7.3 goes through all symbols of a scope. Before it reads another document, it
goes through those of all documents. This takes half and more of the time of a kernel's build. (Sphinx 7.4 itself keeps them by
name and by document.) The results are those of Sphinx's own methods, in their order; these methods are equal in all of these
releases.
"""

import weakref
from typing import Any, Dict, Iterable, Iterator, List, Set, Tuple  # noqa: F401 (used in comments)

__all__ = ["install"]

METHODS = (
    "_assert_invariants",
    "_find_named_symbols",
    "children_recurse_anon",
    "clear_doc",
    "direct_lookup",
    "find_identifier",
    "merge_with",
    "remove",
)
"""The methods that Sphinx 3.1 to 7.3 have, and that are equal in them."""
FEW = 10
"""A scope with fewer symbols is searched one by one, as Sphinx does it."""


class Names(object):
    """The first `count` symbols of a scope, with their positions: by name, and those without a name, which are searched inside."""

    def __init__(self) -> None:
        self.count = 0
        self.named = {}  # type: Dict[str, List[Tuple[int, Any]]]
        self.anonymous = []  # type: List[Tuple[int, Any]]

    def follow(self, children: List[Any]) -> None:
        """Add the symbols that were appended to the scope since the last call."""
        for place in range(self.count, len(children)):
            child = children[place]
            self.named.setdefault(str(child.ident), []).append((place, child))
            if child.ident.is_anon():
                self.anonymous.append((place, child))
        self.count = len(children)


def install(symbol: Any) -> bool:
    """Make the class `Symbol` of Sphinx's C domain search by name. Return False if Sphinx itself does so."""
    if not all(hasattr(symbol, name) for name in METHODS):
        return False
    scopes = weakref.WeakKeyDictionary()  # type: Any
    roots = weakref.WeakSet()  # type: Any
    documents = set()  # type: Set[str]
    original = {name: getattr(symbol, name) for name in METHODS}

    def candidates(scope: Any, ident: Any, into_anonymous: bool) -> Iterable[Any]:
        """Return symbols of `scope` in their order; all symbols with the name of `ident` are among them."""
        children = scope._children
        if len(children) < FEW:
            return scope.children_recurse_anon if into_anonymous else children  # type: ignore[no-any-return]
        names = scopes.get(scope)
        if names is None:
            names = scopes[scope] = Names()
        names.follow(children)
        found = names.named.get(str(ident), [])
        if into_anonymous and names.anonymous:
            return _with_those_inside(sorted({*found, *names.anonymous}, key=lambda one: one[0]), ident)
        return [child for _, child in found]

    def _with_those_inside(placed: List[Tuple[int, Any]], ident: Any) -> Iterator[Any]:
        for _, child in placed:
            yield child
            if child.ident.is_anon():
                yield from candidates(child, ident, True)

    def find_named_symbols(
        self: Any, ident: Any, matchSelf: bool, recurseInAnon: bool, searchInSiblings: bool
    ) -> Iterator[Any]:
        scope = self
        while scope is not None:  # whatever `searchInSiblings` says
            if matchSelf and scope.ident == ident:
                yield scope
            for child in candidates(scope, ident, recurseInAnon):
                if child.ident == ident:
                    yield child
            scope = scope.siblingAbove

    def find_identifier(self: Any, ident: Any, matchSelf: bool, recurseInAnon: bool, searchInSiblings: bool) -> Any:
        scope = self
        while scope is not None:
            if matchSelf and scope.ident == ident:
                return scope
            for child in candidates(scope, ident, recurseInAnon):
                if child.ident == ident:
                    return child
            if not searchInSiblings:
                break
            scope = scope.siblingAbove
        return None

    def direct_lookup(self: Any, key: Any) -> Any:
        scope = self
        for ident, _ in key.data:
            scope = next((child for child in candidates(scope, ident, False) if child.ident == ident), None)
            if scope is None:
                break
        return scope

    def remove(self: Any) -> None:
        if self.parent is not None:
            scopes.pop(self.parent, None)
        original["remove"](self)

    def assert_invariants(self: Any) -> None:  # called wherever a symbol got its document
        if self.docname:
            documents.add(self.docname)
        original["_assert_invariants"](self)

    def merge_with(self: Any, other: Any, docnames: List[str], env: Any) -> None:
        documents.update(docnames)
        original["merge_with"](self, other, docnames, env)

    def clear_doc(self: Any, docname: str) -> None:
        if self.parent is None and self not in roots:  # new, or just loaded
            roots.add(self)
            documents.update(one.docname for one in self.get_all_symbols() if one.docname)
        if docname in documents:
            original["clear_doc"](self, docname)

    symbol._assert_invariants = assert_invariants
    symbol._find_named_symbols = find_named_symbols
    symbol.clear_doc = clear_doc
    symbol.direct_lookup = direct_lookup
    symbol.find_identifier = find_identifier
    symbol.merge_with = merge_with
    symbol.remove = remove
    return True
