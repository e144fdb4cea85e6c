"""Runs inside a cell, beside the probe: what Sphinx's environment knows, as values that two builds can be compared by.

The standard library alone, Python 3.6 and later.
"""

import pickle
from typing import Any, Dict, List, Optional, Set, Tuple

__all__ = ["differ", "names", "numbers", "of_extensions", "outline", "pickled"]

Outline = Tuple[Dict[str, List[str]], Set[Tuple[str, str]]]
SPHINX = ("_", "app", "intersphinx_", "temp_data")
"""How attributes of an environment begin that are Sphinx's own, besides those that it has from the first."""


def names(env: Any) -> Dict[Tuple[str, str, str], Tuple[Optional[str], Any]]:
    """Return the names that a reference can have: (domain, kind, name), its document, and what a reference shows of it."""
    found = {}  # type: Dict[Tuple[str, str, str], Tuple[Optional[str], Any]]
    for domain in list(env.domains.values() if hasattr(env.domains, "values") else env.domains.sorted()):
        for name, shown, kind, document, anchor, priority in domain.get_objects():
            if (domain.name, kind) == ("std", "doc"):
                continue  # a reference by its title, which no message shows
            key = (domain.name, str(kind), str(name))
            value = (document, (str(shown), anchor, priority))
            found[key] = (document, (found[key][1], value)) if key in found else value
        for table in ("labels", "anonlabels", "citations", "terms"):
            for name, value in domain.data.get(table, {}).items():
                found[domain.name, table, str(name)] = (value[0], value)
        for name, value in (domain.data.get("objects", {}) if domain.name == "math" else {}).items():
            found[domain.name, "equation", str(name)] = (value[0], value)
    for document in env.all_docs:
        found["", "document", document] = (document, None)
    return found


def of_extensions(env: Any) -> Dict[str, Any]:
    """Return by name the values that extensions keep in an environment, besides the objects that their domains list."""
    sphinx = {name for one in ("__init__", "setup") for name in getattr(type(env), one).__code__.co_names}
    found = {
        name: value for name, value in vars(env).items() if name not in sphinx and not name.startswith(SPHINX)
    }  # type: Dict[str, Any]
    for domain in list(env.domains.values() if hasattr(env.domains, "values") else env.domains.sorted()):
        if not type(domain).__module__.startswith("sphinx."):
            found["domain " + domain.name] = domain.data
    return found


def pickled(value: Any) -> Dict[Any, bytes]:
    """Return the pickled parts of a value: those of a dictionary, so that their order does not count."""
    parts = value if isinstance(value, dict) else {None: value}
    return {key: pickle.dumps(part) for key, part in parts.items()}


def differ(before: Dict[Any, bytes], value: Any) -> bool:
    """Return whether a value differs from `before`, which `pickled` made of the earlier value."""
    now = pickled(value)
    parts = value if isinstance(value, dict) else {None: value}
    if set(now) != set(before):
        return True
    return any(now[key] != before[key] and pickle.loads(before[key]) != parts[key] for key in now)  # noqa: S301 (made here)


def outline(env: Any) -> Outline:
    """Return the toctrees, and the entries about which tables of contents give messages: without a title, or in a circle."""
    toctrees = {name: list(entries) for name, entries in env.toctree_includes.items()}
    broken = {
        (parent, entry)
        for parent, entries in toctrees.items()
        for entry in entries
        if not len(getattr(env.tocs.get(entry), "children", ())) or _reaches(toctrees, entry, parent)
    }
    return toctrees, broken


def _reaches(toctrees: Dict[str, List[str]], start: str, wanted: str) -> bool:
    """Return whether `wanted` is `start`, or in its toctree, or in one below."""
    seen, todo = set(), [start]  # type: Tuple[Set[str], List[str]]
    while todo:
        name = todo.pop()
        if name == wanted:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(toctrees.get(name, ()))
    return False


def numbers(env: Any) -> Dict[str, Any]:
    """Return whether the sections of each document have numbers, and which of its figures: `numref` needs them."""
    if not env.config.numfig:
        return {}
    figures = {
        document: sorted((kind, sorted(numbered)) for kind, numbered in kinds.items())
        for document, kinds in env.toc_fignumbers.items()
    }
    return {name: (name in env.toc_secnumbers, figures.get(name, [])) for name in env.all_docs}
