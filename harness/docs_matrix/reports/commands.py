"""The commands that we print: one function makes each of them from the question that was asked.

A printed command runs from any folder. Its paths are absolute, and it repeats all options of the user.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from docs_matrix.diagnostics.asked import Asked, AskingVerb
from docs_matrix.reports.escaping import one_line

__all__ = ["command", "isolate_command", "script_command"]

_EVERY = frozenset({"--tree", "--patch", "--before", "--requirement", "--cell", "--matrix", "--confine", "--network"})
_TAKES: Mapping[AskingVerb, frozenset[str]] = {
    "check": _EVERY
    | {"--base", "--head", "--onto", "--baseline", "--docs", "--in-order", "--readers", "--repeat", "--kernel-doc"},
    "series": _EVERY | {"--onto", "--docs", "--repeat"},
    "isolate": _EVERY | {"--base", "--head", "--onto"},
    "bisect": _EVERY,
}
"""For each verb in a printed command: the options that it accepts."""


def command(asked: Asked, *before: str, after: tuple[str, ...] = ()) -> str:
    """Return the shell command for the question `asked`; `before` and `after` are further arguments, put first and last.

    >>> command(Asked("docs", folder="/home/me", patches=("a b.diff",)))
    "docs-matrix check --tree /home/me/docs --patch '/home/me/a b.diff'"
    """
    takes = _TAKES[asked.verb]
    words = ["docs-matrix", asked.verb, *before]
    for option, value in _options(asked):
        if option in takes:
            words += _given(option, value)
    return _shell(*words, *after)


def isolate_command(asked: Asked, find: str, path: str) -> str:
    """Return the `isolate` command for the message `find` of the document `path`."""
    return command(replace(asked, verb="isolate"), after=(*_given("--find", find), *_given("--path", path)))


def script_command(name: str, asked: Asked | None) -> str:
    """Return the command that runs the script `name` on the tree without the change, from the folder of the script.

    If it is not known where that tree is, the command has the word `TREE` in its place.

    >>> script_command("reproduce.sh", Asked("docs", folder="/home/me", patches=("a.diff",)))
    'sh reproduce.sh /home/me/docs'
    >>> script_command("reproduce.sh", Asked("docs", folder="/home/me", base="v1"))
    'git -C /home/me/docs archive --prefix=tree/ v1 | tar -xf - && sh reproduce.sh tree'
    """
    if asked is None or asked.named or asked.onto or asked.commit:
        return f"sh {name} TREE"
    tree = _absolute(asked.tree, asked)
    if asked.base is not None:
        return f"{_shell('git', '-C', tree, 'archive', '--prefix=tree/', asked.base)} | tar -xf - && sh {name} tree"
    if {".tar", ".tgz"} & set(PurePath(tree).suffixes):
        return f"mkdir tree && {_shell('tar', '-C', 'tree', '--strip-components=1', '-xf', tree)} && sh {name} tree"
    return _shell("sh", name, tree)


def _shell(*words: str) -> str:
    return shlex.join(one_line(word) for word in words)


def _given(option: str, value: str | None) -> tuple[str, ...]:
    if value is None:
        return (option,)
    return (f"{option}={value}",) if value.startswith("-") else (option, value)


def _options(asked: Asked) -> Iterator[tuple[str, str | None]]:
    """Yield every option with its value; the value is None for an option that takes none."""
    yield "--tree", asked.tree if asked.named else _absolute(asked.tree, asked)
    yield from (("--patch", _absolute(path, asked)) for path in asked.patches)
    yield from (("--before", _absolute(path, asked)) for path in asked.before)
    yield from (("--onto", rev) for rev in asked.onto)
    single = (("--base", asked.base), ("--head", asked.head))
    yield from ((option, value) for option, value in single if value is not None)
    if asked.baseline is not None:
        yield "--baseline", _absolute(asked.baseline, asked)
    yield from (("--docs", name) for name in asked.docs)
    if asked.in_order:
        yield "--in-order", None
    if asked.readers is not None:
        yield "--readers", asked.readers
    if asked.kernel_doc != "changed":
        yield "--kernel-doc", asked.kernel_doc
    if asked.repeat > 1:
        yield "--repeat", str(asked.repeat)
    yield from (("--requirement", text) for text in asked.requirements or ())
    yield from (("--cell", name) for name in asked.cells)
    for option, value, usual in (("--confine", asked.confine, "auto"), ("--network", asked.network, "off")):
        if value != usual:
            yield option, value
    if asked.matrix is not None:
        yield "--matrix", _absolute(asked.matrix, asked)


def _absolute(path: str, asked: Asked) -> str:
    return str(Path(asked.folder) / path)
