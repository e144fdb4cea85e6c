"""The baseline file: the accepted diagnostics of a tree, in a form that people can review and git can merge.

The file is YAML, with one entry for each diagnostic, sorted, and without line numbers. So nothing in it changes if an unrelated
paragraph moves. An entry holds in all cells, except if it names its cells. Level and category are those of the newest cell,
because older releases of Sphinx and docutils have other ones. If the tree has the source, `section`, `source` and `block` are
the anchor (`docs_matrix.baselines.anchors`), which tells equal messages apart.

Each entry is between two lines that stay if the entry is removed: a comment with its digest, and an empty line. So if two
branches remove neighbours, or one branch removes an entry and the other adds its neighbour, they change no common line, and git
merges them without a conflict. A removed entry leaves its two lines behind. These are removed when there are more of them than
entries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from docs_matrix import files
from docs_matrix.baselines.anchors import Anchor
from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import LEVELS, Diagnostic
from docs_matrix.diagnostics.place_names import split
from docs_matrix.diagnostics.rewordings import path_in_common_words
from docs_matrix.errors import InputError

__all__ = ["Baseline", "Entry", "identities", "mapping", "read", "write"]

FORMAT = 1
LARGEST = 64 << 20
"""The most bytes of a file; 10,000 entries have about 5 MB."""
HEAD = f"""\
# Accepted diagnostics of a documentation tree, written by `docs-matrix baseline write`.
# Comments and empty lines between entries stay where entries go: they let git merge.
docs-matrix-baseline: {FORMAT}
diagnostics:

"""
END = "...\n"
"""YAML's mark for the end of a document. A file that was cut short does not have it."""
SWEPT = 50
"""The two lines of this many removed entries are always kept."""

_MARK = re.compile(r"^# ([0-9a-f]{12})$", re.MULTILINE)
_TEXTS = ("path", "category", "section", "source", "block", "reason")
_KEYS = ("path", "level", "category", "message", "section", "source", "block", "cells", "flaky", "reason")


@dataclass(frozen=True)
class Entry:
    """One accepted diagnostic.

    `cells` are the cells in which it is accepted, None for all. `anchor` is its place, None if the tree does not have the
    source. `flaky` says that it appeared in only some builds when it was accepted. `reason` says why it is accepted, in the
    words of a person.
    """

    path: str | None
    level: str
    category: str | None
    message: str
    cells: tuple[str, ...] | None = None
    anchor: Anchor | None = None
    flaky: bool = False
    reason: str | None = None

    def diagnostic(self) -> Diagnostic:
        """Return this entry as a diagnostic without a line."""
        return Diagnostic(self.path, None, self.level, self.category, self.message, printed=self.message)


@dataclass(frozen=True)
class Baseline:
    """The accepted diagnostics of a tree, in the order of the file."""

    entries: tuple[Entry, ...] = ()

    def accepted(self, cell: str) -> tuple[Entry, ...]:
        """Return the entries that are accepted in `cell`."""
        return tuple(entry for entry in self.entries if entry.cells is None or cell in entry.cells)


def mapping(entry: Entry) -> dict[str, Any]:
    """Return `entry` as a mapping with the keys of the file, without empty values."""
    anchor = entry.anchor
    value = {
        "path": entry.path,
        "level": entry.level,
        "category": entry.category,
        "message": entry.message,
        "section": anchor.section if anchor else None,
        "source": anchor.source if anchor else None,
        "block": anchor.block if anchor else None,
        "cells": None if entry.cells is None else sorted(entry.cells),
        "flaky": entry.flaky or None,
        "reason": entry.reason,
    }
    return {name: value for name, value in value.items() if value is not None}


def identities(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return a digest for each entry, made from what it accepts and its place. Equal entries get different digests by a count."""
    counts: Counter[str] = Counter()
    found = []
    for entry in entries:
        anchor = entry.anchor
        where = (anchor.section, anchor.source, anchor.block) if anchor else ()
        same = files.digest(entry.path or "", message_keys.key(entry.message), *where)
        found.append(files.digest(same, str(counts[same]))[:12])
        counts[same] += 1
    return tuple(found)


def write(path: Path, baseline: Baseline) -> None:
    """Write `baseline` completely or not at all. The same entries give the same bytes, except for lines of removed entries."""
    try:
        before = path.read_text("utf-8", "replace")
    except OSError:
        before = ""
    files.write_whole(path, _text(baseline, before))


def read(path: Path) -> Baseline:
    """Return the baseline in `path`. Raises `InputError` if it cannot be read completely; such a file never counts as empty."""
    try:
        text = files.read_regular(path, LARGEST).decode("utf-8").replace("\r\n", "\n")
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the baseline cannot be read: {error}") from error
    except RecursionError as error:
        raise InputError(f"{path}: the baseline is nested too deep") from error
    except (yaml.YAMLError, ValueError) as error:
        why = f"is not YAML: {' '.join(str(error).split())}"
        if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
            way_out = f"keep one side (git checkout --ours {path}), then run docs-matrix baseline write --new"
            why = f"has a merge conflict: {way_out}"
        raise InputError(f"{path}: the baseline {why}") from error
    if not isinstance(value, dict) or "docs-matrix-baseline" not in value:
        raise InputError(f"{path}: not a baseline: the key docs-matrix-baseline is missing")
    found = value["docs-matrix-baseline"]
    if found != FORMAT or isinstance(found, bool):
        raise InputError(f"{path}: the baseline has format {found!r}, this release reads {FORMAT}; update docs-matrix")
    unknown = set(value) - {"docs-matrix-baseline", "diagnostics"}
    if unknown:
        raise InputError(f"{path}: {min(map(str, unknown))}: no such key")
    if not text.endswith(f"\n{END}"):
        raise InputError(f"{path}: the baseline was cut short: its last line is not {END.strip()}")
    listed = value.get("diagnostics", "")
    if listed is not None and not isinstance(listed, list):
        raise InputError(f"{path}: diagnostics: must be a list")
    return Baseline(tuple(_entry(item, f"{path}: diagnostics[{index}]") for index, item in enumerate(listed or ())))


def _text(baseline: Baseline, before: str) -> str:
    """Return the text of the file. `before` is the text that it replaces; it has the lines that removed entries leave behind."""
    entries = sorted(baseline.entries, key=_order)
    live = dict(zip(identities(entries), entries, strict=True))
    places, last = _places(before, live)
    if sum(map(len, places.values())) + len(last) > max(SWEPT, len(live)):
        places, last = {}, []
    parts = [HEAD]
    for name, entry in live.items():
        parts += [f"# {gone}\n\n" for gone in places.get(name, ())]
        parts.append(f"# {name}\n{_dumped(entry)}\n")
    parts += [f"# {gone}\n\n" for gone in last]
    return "".join(parts) + END


def _places(before: str, live: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the digests of entries that were in the text `before` and are removed.

    They are in lists, by the remaining entry that follows them; those after the last entry are returned separately.
    """
    living = set(live)
    waiting: list[str] = []
    places: dict[str, list[str]] = {}
    for mark in _MARK.finditer(before):
        if mark[1] in living:
            places.setdefault(mark[1], []).extend(waiting)
            waiting = []
        elif mark[1] not in waiting:
            waiting.append(mark[1])
    return places, waiting


def _dumped(entry: Entry) -> str:
    dumped: str = yaml.dump([mapping(entry)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return dumped


def _entry(item: Any, place: str) -> Entry:
    if not isinstance(item, dict):
        raise InputError(f"{place}: must be a mapping")
    unknown = set(item) - set(_KEYS)
    if unknown:
        raise InputError(f"{place}.{min(map(str, unknown))}: no such key; known are {', '.join(_KEYS)}")
    for name in ("level", "message", *_TEXTS):
        if not isinstance(item.get(name), str) and not (name in _TEXTS and item.get(name) is None):
            raise InputError(f"{place}.{name}: must be a text")
    if item["level"] not in LEVELS:
        raise InputError(f"{place}.level: {item['level']!r} is none of {', '.join(LEVELS)}")
    cells = item.get("cells")
    if cells is not None and not (isinstance(cells, list) and all(isinstance(name, str) for name in cells)):
        raise InputError(f"{place}.cells: must be a list of cells' names")
    if not isinstance(item.get("flaky", False), bool):
        raise InputError(f"{place}.flaky: must be true or false")
    parts = [item.get(name) for name in ("section", "source", "block")]
    if None in parts and parts != [None] * 3:
        raise InputError(f"{place}: section, source and block go together: one of them is missing")
    path = item.get("path")
    message, category = message_keys.without_category(item["message"], item.get("category"))
    return Entry(
        path_in_common_words(split(path).path) if path else path,
        item["level"],
        category,
        message,
        None if cells is None else tuple(cells),
        None if None in parts else Anchor(*parts),
        item.get("flaky", False),
        item.get("reason"),
    )


def _order(entry: Entry) -> tuple[object, ...]:
    anchor = entry.anchor or Anchor("", "", "")
    place = (anchor.section, anchor.source, anchor.block)
    rest = (entry.level, entry.category or "", entry.cells or (), entry.flaky, entry.reason or "")
    return (entry.path or "", entry.message, *place, *rest, repr(entry))  # an empty text is not none


class _Loader(yaml.SafeLoader):
    """A YAML loader that refuses a key that appears twice.

    A merge by lines can make such a key, and YAML would take the last one.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, (key, (named, _)) in enumerate(zip(keys, node.value, strict=True)):
            if key in keys[:number]:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is there twice", named.start_mark)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes messages of several lines as blocks, so that a diff shows each line."""


def _scalar(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if not value.replace("\n", "").isprintable() or value.strip("\n") != value:
        style = '"'  # YAML folds other line breaks, and drops some control characters, in any other style
    elif "\n" in value:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _scalar)
