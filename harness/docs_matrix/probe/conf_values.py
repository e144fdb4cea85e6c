"""Runs inside a cell, beside the probe: notes the values that conf.py made from git's answers.

A build that starts from another one compares them. Sphinx compares the settings, and this module compares the other names of
conf.py, which its functions can use. conf.py itself is compared by its code, so a changed comment does not count. Settings such
as `version` change with each commit: a plain text that is given to one of them is compared as the value of the setting.

Only the standard library, Python 3.6 and later.
"""

import ast
import hashlib
import io
import types
from typing import Any, Dict, Iterator, Optional, Sequence

__all__ = ["code", "used", "values"]

SIMPLE = (str, bytes, int, float, bool, type(None))
CODE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


def values(namespace: Dict[str, Any]) -> Dict[str, Optional[str]]:
    """Return a digest of the value of each name of conf.py; None for an object whose value is not known.

    Modules, classes and functions count as equal as long as their files are equal.
    """
    return {
        name: hashlib.sha256(repr(value).encode("utf-8", "surrogateescape")).hexdigest()[:32] if _simple(value) else None
        for name, value in namespace.items()
        if not isinstance(value, CODE) and not name.startswith("__")
    }


def code(path: str, noted: Sequence[str]) -> Optional[str]:
    """Return a digest of the code of the conf.py at `path`, without the texts of the settings `noted`; None if it has no code."""
    try:
        with io.open(path, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return None
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        is_noted = all(isinstance(target, ast.Name) and target.id in noted for target in targets)
        if isinstance(statement, ast.Assign) and is_noted and isinstance(statement.value, ast.Constant):
            statement.value = ast.Name("the text", ast.Load())
    return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def used(namespace: Dict[str, Any], before: Dict[str, Optional[str]]) -> Optional[str]:
    """Return a name that a function of conf.py uses and whose value may differ from `before`; None if there is none."""
    now = values(namespace)
    other = {name for name in set(now) | set(before) if now.get(name) is None or now.get(name) != before.get(name)}
    named = set()  # type: set[str]
    for value in namespace.values():
        code = getattr(value, "__code__", None)
        if getattr(value, "__globals__", None) is namespace and code:
            named.update(_names(code))
        elif isinstance(value, type) and value.__module__ in (None, "builtins", namespace.get("__name__")):
            for member in vars(value).values():
                if getattr(member, "__globals__", None) is namespace:
                    named.update(_names(member.__code__))
    return min(other & named, default=None)


def _names(code: Any) -> Iterator[str]:
    """Yield the names that a function's code uses, also in functions inside it."""
    for name in code.co_names:
        yield name
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            for name in _names(constant):
                yield name


def _simple(value: Any, depth: int = 0) -> bool:
    """Return whether two values of this kind are equal if their texts are equal."""
    if isinstance(value, dict):
        return depth < 5 and all(_simple(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):
        return depth < 5 and all(_simple(part, depth + 1) for part in value)
    return isinstance(value, SIMPLE)
