"""Notes: facts about a run that are not findings, as values. `docs_matrix.reports.note_words` puts them into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Note", "NoteKind", "without"]

NoteKind = Literal[
    "project",
    "cell left out",
    "left out",
    "empty",
    "patched",
    "before",
    "applied to",
    "applies",
    "does not apply",
    "no baseline",
    "read affected",
    "read meant",
    "read all",
    "unnamed",
    "all takes",
    "verified",
    "differs",
    "patch of series",
    "repaired later",
    "repairs",
    "range",
    "reads more",
    "no history",
    "header without docutils",
    "header without releases",
    "header not resolved",
    "cell of header",
    "other interpreter",
    "nothing built",
    "not built",
    "not run",
    "not told apart",
    "release does not fit",
    "no package alone",
    "confined",
    "silences",
    "brings code",
    "requirements changed",
    "requirements by hand",
    "toolchain wanted",
]
"""The kinds of notes; `docs_matrix.reports.note_words` shows which facts each kind has."""


@dataclass(frozen=True)
class Note:
    """A fact of the kind `kind`, with its values."""

    kind: NoteKind
    facts: tuple[str, ...] = ()


def without(notes: Iterable[Note], *kinds: NoteKind) -> tuple[Note, ...]:
    """Return the notes whose kind is not one of `kinds`."""
    return tuple(note for note in notes if note.kind not in kinds)
