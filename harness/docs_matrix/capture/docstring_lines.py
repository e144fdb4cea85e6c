"""Finds the lines of an object's documentation in its Python file.

autodoc gives the documentation of each object a name (`docstring of pkg.tools.wrap`) and counts its lines from 1. The
documentation is a docstring, or the `#:` comments of an attribute. Extensions such as napoleon rewrite it before it is read.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

__all__ = ["DocstringLine", "elsewhere", "line_of"]

_COMMENT = re.compile(r"\s*#: ?(.*)")
_TRAILING = re.compile(r".*?#: ?(.*)")
_WORD = re.compile(r"\w+")
_LARGEST_MODULE = 1_000_000

_Line = tuple[int, str]
"""The number of a line in the file, and its text."""


class DocstringLine(NamedTuple):
    """A line of the file. If `exact`, the text of this line was read; if not, the line is approximate."""

    line: int
    exact: bool


def line_of(path: str, source: str, name: str, line: int, read: Sequence[str] | None) -> DocstringLine | None:
    """Return the place, in the module at `path`, of the line `line` in the documentation of the object `name`.

    `source` is the text of the module. `read` are the lines that autodoc read at the end, None if they are not known. Returns
    None if the module does not have the object.
    """
    tree = _parsed(source)
    node = _find(tree, _inner_name(path, name)) if tree else None
    if tree is None or node is None:
        return None
    written = list(_documentation(node, tree, source.split("\n")))
    if not written:
        return DocstringLine(getattr(node, "lineno", 1), exact=False)
    texts = [text.strip() for _, text in written]
    final = [text.strip() for text in read] if read is not None else texts
    if line > len(final):
        return DocstringLine(written[0][0], exact=line == 1)
    if final[:line] == texts[:line]:
        return DocstringLine(written[line - 1][0], exact=True)
    return _nearest(final, texts, written, line - 1)


def _nearest(final: Sequence[str], texts: Sequence[str], written: Sequence[_Line], at: int) -> DocstringLine:
    """Return the line whose text became the line `at` of `final`, or else the line that has the most words in common with it."""
    matcher = SequenceMatcher(None, texts, final, autojunk=False)
    for _, first, last, start, end in matcher.get_opcodes():
        if start <= at < end and texts[first:last] == final[start:end]:
            return DocstringLine(written[first + at - start][0], exact=True)
        if start <= at < end:
            words = set(_WORD.findall(final[at]))
            among = range(first, last) or range(max(first - 1, 0), min(first + 1, len(texts)))
            likest = max(among, key=lambda index: len(words.intersection(_WORD.findall(texts[index]))))
            return DocstringLine(written[likest][0], exact=False)
    return DocstringLine(written[0][0], exact=False)


def _parsed(source: str) -> ast.Module | None:
    if len(source) > _LARGEST_MODULE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the strings in the module
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def elsewhere(path: str, name: str) -> Iterator[str]:
    """Yield the files that may define the object `name`, which the module at `path` only imports.

    >>> list(elsewhere("src/pkg/__init__.py", "pkg.tools.wrap"))
    ['src/pkg/tools.py', 'src/pkg/tools/__init__.py', 'src/pkg.py']
    """
    module, parts = _module(path), name.split(".")
    shared = _shared(module, parts)
    roots = [module[:-shared]] if shared else [module[:count] for count in range(len(module) - 1, -1, -1)]
    for root in roots:
        for count in range(len(parts) - 1, 0, -1):
            place = "/".join((*root, *parts[:count]))
            yield from (file for file in (f"{place}.py", f"{place}/__init__.py") if file != path)


def _inner_name(path: str, name: str) -> list[str]:
    """Return the parts of the dotted `name` that are after the name of the module at `path`.

    For `src/pkg/tools.py` and `pkg.tools.Box.wrap` these are `Box` and `wrap`.
    """
    parts = name.split(".")
    return parts[_shared(_module(path), parts) :]


def _module(path: str) -> list[str]:
    """Return the folders and the name of the module at `path`; of a package, its folder is the name."""
    module = path.rpartition(".")[0].split("/")
    return module[:-1] if module[-1] == "__init__" else module


def _shared(module: Sequence[str], parts: Sequence[str]) -> int:
    """Return how many of the first `parts` of a dotted name are the last of `module`."""
    return next((count for count in range(len(parts), 0, -1) if module[-count:] == parts[:count]), 0)


def _find(node: ast.AST, names: Sequence[str]) -> ast.AST | None:
    """Return the definition of the object with the dotted name `names` inside `node`; the last one if there are several."""
    if not names:
        return node
    found = None
    for child in _members(node):
        if _name(child, inside=node) == names[0]:
            found = _find(child, names[1:]) or found
    return found


def _members(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a module, a class or a function, also those inside of `if`, `try` and so on."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _members(child)
        elif isinstance(child, ast.stmt):
            yield child
            if isinstance(node, ast.ClassDef) and _is_function(child, "__init__"):
                yield from (one for one in ast.walk(child) if isinstance(one, ast.Assign | ast.AnnAssign))


def _name(node: ast.AST, inside: ast.AST) -> str | None:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        if isinstance(target, ast.Name):
            return target.id
        if isinstance(target, ast.Attribute) and isinstance(inside, ast.ClassDef):
            return target.attr
    return None


def _is_function(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name


def _documentation(node: ast.AST, tree: ast.Module, lines: Sequence[str]) -> Iterator[_Line]:
    """Yield the lines of an object's documentation; for a class, also those of its constructor."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        yield from _of_attribute(node, tree, lines)
        return
    body: list[ast.stmt] = getattr(node, "body", [])
    yield from _of_string(body[0] if body else None)
    if isinstance(node, ast.ClassDef):
        for one in (one for name in ("__new__", "__init__") for one in body if _is_function(one, name)):
            more = list(_of_string(getattr(one, "body", [None])[0]))
            yield from ([(more[0][0], ""), *more] if more else ())


def _of_string(statement: ast.stmt | None) -> Iterator[_Line]:
    """Yield the lines of a docstring, from the first to the last line that is not empty."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return
    texts = value.value.rstrip().split("\n")
    first = next((at for at, text in enumerate(texts) if text.strip()), len(texts))
    last = value.end_lineno or value.lineno
    yield from ((min(value.lineno + at, last), texts[at]) for at in range(first, len(texts)))


def _of_attribute(node: ast.Assign | ast.AnnAssign, tree: ast.Module, lines: Sequence[str]) -> Iterator[_Line]:
    """Yield the `#:` comments of an attribute, or the lines of the string after it."""
    first = node.lineno
    while first > 1 and _COMMENT.fullmatch(lines[first - 2]):
        first -= 1
    for number in range(first, node.lineno):
        yield number, lines[number - 1].strip()[2:].strip()
    trailing = _TRAILING.fullmatch(lines[node.lineno - 1])
    if first == node.lineno and trailing:
        yield node.lineno, trailing[1]
    elif first == node.lineno:
        bodies = (getattr(parent, "body", None) for parent in ast.walk(tree))
        for body in bodies:
            if isinstance(body, list) and node in body[:-1]:
                yield from _of_string(body[body.index(node) + 1])
