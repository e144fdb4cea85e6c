"""Baseline files: the accepted diagnostics of a tree, for people to review and git to merge.

The file is YAML, one entry a diagnostic, sorted, without line numbers: nothing in it changes when an unrelated paragraph
moves. An entry holds in all cells, unless it names those that it holds in. Level and category are what the newest cell
says, since older releases of Sphinx and docutils name them otherwise. Where the tree has the source, `section`, `source`
and `block` are the anchor (`docs_matrix.baselines.anchors`), which tells equal messages apart.

Each entry stands between two lines that stay when it goes: a comment with its digest, and an empty line. So two branches
that fix neighbours, or fix one and accept its neighbour, touch no common line, and git merges them as it is. An entry that
was written out leaves both lines behind; they are swept away once there are more of them than entries.
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
"""Bytes of a file; 10,000 entries have about 5 MB."""
HEAD = f"""\
# Accepted diagnostics of a documentation tree, written by `docs-matrix baseline write`.
# Comments and empty lines between entries stay where entries go: they let git merge.
docs-matrix-baseline: {FORMAT}
diagnostics:

"""
END = "...\n"
"""YAML's own end of a document: a file that was cut short lacks it."""
SWEPT = 50
"""The places of this many removed entries are kept in any case."""

_MARK = re.compile(r"^# ([0-9a-f]{12})$", re.MULTILINE)
_TEXTS = ("path", "category", "section", "source", "block", "reason")
_KEYS = ("path", "level", "category", "message", "section", "source", "block", "cells", "flaky", "reason")


@dataclass(frozen=True)
class Entry:
    """One accepted diagnostic; `cells` are those that it is accepted in, None for all.

    `anchor` is where it stands, None where there is no source. `flaky` says that it came and went when it was accepted.
    `reason` says why it is accepted, in a person's words.
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
    """The accepted diagnostics of a tree, in the file's order."""

    entries: tuple[Entry, ...] = ()

    def accepted(self, cell: str) -> tuple[Entry, ...]:
        """Return what is accepted in `cell`."""
        return tuple(entry for entry in self.entries if entry.cells is None or cell in entry.cells)


def mapping(entry: Entry) -> dict[str, Any]:
    """Return `entry` as the file has it: a mapping without what is not said."""
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
    """Return a digest for each of `entries`, by what it accepts and where; equal entries are counted."""
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
    """Write `baseline` whole; the same entries give the same bytes, except for the places of entries that it had before."""
    try:
        before = path.read_text("utf-8", "replace")
    except OSError:
        before = ""
    files.write_whole(path, _text(baseline, before))


def read(path: Path) -> Baseline:
    """Return the baseline in `path`; raises `InputError` where it cannot be read whole: an unreadable file is never empty."""
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
    """Return the file's text. `before` is the text that it replaces, whose removed entries leave their places."""
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
    """Return the entries that were in the text `before` and are gone, by the living one that they stood before; the last apart."""
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
    """Refuses a key that is given twice: a merge by lines can make one, and YAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, (key, (named, _)) in enumerate(zip(keys, node.value, strict=True)):
            if key in keys[:number]:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is there twice", named.start_mark)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Messages of many lines as blocks, so that a change shows line by line."""


def _scalar(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if not value.replace("\n", "").isprintable() or value.strip("\n") != value:
        style = '"'  # YAML folds other line breaks, and drops some control characters, in any other style
    elif "\n" in value:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _scalar)
