"""Baseline files: the accepted diagnostics of a tree, for people to review and git to merge.

The file is YAML, one entry a diagnostic, sorted, without line numbers: nothing in it changes when an unrelated paragraph
moves. An entry holds in all cells, unless it names those that it holds in. A diagnostic is the accepted one when path and
message agree (`messages.key`); level and category tell the reader what the newest cell says, since older releases of
Sphinx and docutils name them otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness import files
from harness.diagnostics import messages
from harness.diagnostics.record import LEVELS, Diagnostic
from harness.errors import InputError

__all__ = ["Baseline", "Entry", "collect", "read", "write"]

FORMAT = 1
HEAD = "# Accepted diagnostics of a documentation tree, written by `docs-matrix baseline write`.\n"


@dataclass(frozen=True)
class Entry:
    """One accepted diagnostic; `cells` are those that it is accepted in, None for all."""

    path: str | None
    level: str
    category: str | None
    message: str
    cells: tuple[str, ...] | None = None

    def diagnostic(self) -> Diagnostic:
        """This entry as a diagnostic without a line."""
        return Diagnostic(self.path, None, self.level, self.category, self.message, printed=self.message)


@dataclass(frozen=True)
class Baseline:
    """The accepted diagnostics of a tree, in the file's order."""

    entries: tuple[Entry, ...] = ()

    def accepted(self, cell: str) -> tuple[Diagnostic, ...]:
        """What is accepted in `cell`."""
        return tuple(entry.diagnostic() for entry in self.entries if entry.cells is None or cell in entry.cells)


def collect(found: Mapping[str, Sequence[Diagnostic]], kept: Baseline, cells: Sequence[str]) -> Baseline:
    """The baseline that accepts exactly what each cell of `found` found.

    `found` is in the matrix's order, the oldest first; `cells` are all the cells of the tree. For those that `found`
    lacks, what `kept` accepts stays.
    """
    sides: dict[str, Sequence[Diagnostic]] = {
        name: found[name] if name in found else kept.accepted(name) for name in cells
    }
    counts = {name: Counter(_key(diagnostic) for diagnostic in side) for name, side in sides.items()}
    newest = {_key(diagnostic): diagnostic for side in sides.values() for diagnostic in side}
    entries = []
    for key, diagnostic in newest.items():
        for ordinal in range(max(count[key] for count in counts.values())):
            holds = tuple(name for name in cells if counts[name][key] > ordinal)
            every = None if len(holds) == len(cells) else holds
            entries.append(Entry(diagnostic.path, diagnostic.level, diagnostic.category, diagnostic.message, every))
    return Baseline(tuple(sorted(entries, key=_order)))


def write(path: Path, baseline: Baseline) -> None:
    """Write `baseline` whole; the same entries give the same bytes."""
    listed = [
        {name: value if name != "cells" else list(value) for name, value in vars(entry).items() if value is not None}
        for entry in sorted(baseline.entries, key=_order)
    ]
    text = yaml.dump(
        {"docs-matrix-baseline": FORMAT, "diagnostics": listed},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
    )
    files.write_whole(path, HEAD + text)


def read(path: Path) -> Baseline:
    """The baseline in `path`; raises `InputError` where it cannot be read whole: an unreadable file is never empty."""
    try:
        value = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the baseline cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: the baseline is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, dict) or "docs-matrix-baseline" not in value:
        raise InputError(f"{path}: not a baseline: the key docs-matrix-baseline is missing")
    if value["docs-matrix-baseline"] != FORMAT:
        raise InputError(
            f"{path}: the baseline has format {value['docs-matrix-baseline']!r}, this release reads {FORMAT}; update docs-matrix"
        )
    listed = value.get("diagnostics")
    if not isinstance(listed, list):
        raise InputError(f"{path}: diagnostics: must be a list")
    return Baseline(tuple(_entry(item, f"{path}: diagnostics[{index}]") for index, item in enumerate(listed)))


def _entry(item: Any, place: str) -> Entry:
    if not isinstance(item, dict):
        raise InputError(f"{place}: must be a mapping")
    unknown = set(item) - set(Entry.__dataclass_fields__)
    if unknown:
        raise InputError(
            f"{place}.{min(map(str, unknown))}: no such key; known are {', '.join(Entry.__dataclass_fields__)}"
        )
    for name in ("path", "level", "category", "message"):
        if not isinstance(item.get(name), str) and not (name in ("path", "category") and item.get(name) is None):
            raise InputError(f"{place}.{name}: must be a text")
    if item["level"] not in LEVELS:
        raise InputError(f"{place}.level: {item['level']!r} is none of {', '.join(LEVELS)}")
    cells = item.get("cells")
    if cells is not None and not (isinstance(cells, list) and all(isinstance(name, str) for name in cells)):
        raise InputError(f"{place}.cells: must be a list of cells' names")
    return Entry(
        item.get("path"), item["level"], item.get("category"), item["message"], None if cells is None else tuple(cells)
    )


def _key(diagnostic: Diagnostic) -> tuple[str, str]:
    return (diagnostic.path or "", messages.key(diagnostic.message))


def _order(entry: Entry) -> tuple[str, str, str, Iterable[str]]:
    return (entry.path or "", entry.level, entry.message, entry.cells or ())


class _Dumper(yaml.SafeDumper):
    """Messages of many lines as blocks, so that a change shows line by line."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if not value.replace("\n", "").isprintable():
        style = '"'  # YAML folds other line breaks, and drops some control characters, in any other style
    elif "\n" in value:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
