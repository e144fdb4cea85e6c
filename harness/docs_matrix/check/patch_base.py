"""The base of a patch: the tree as it is, the revisions that the user names, or the one that the patch was made for.

If the user names revisions, the base is the first one that has exactly the files that the patch was made for. If there is none, it
is the first one to which the patch applies. If the user names none, the base is the tree as it is, if it has those files. If not,
the tree's repository is searched: first for the commit that the mail names (`base-commit:`, the robot's `base:`), then for a commit
that has the patch's blobs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.trees import Patched, Tree, Trees, user_repository
from docs_matrix.trees.patches import Patch

__all__ = ["Chosen", "choose"]

_NAMED = re.compile(rb"^base-commit: ([0-9a-f]{12,40})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Chosen:
    """The base that was chosen, and the patched tree. `rev` is the revision of the base; None for the tree as it is.

    `tested` has the outcome for each revision that the user named: `auto` (it is the base), `also` (the patch applies there too)
    or `cannot`. `notes` have the details.
    """

    base: Tree
    patched: Patched
    rev: str | None = None
    tested: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Try:
    """The patch applied to one revision: the patched tree, or the reason why it does not apply."""

    rev: str
    base: Tree
    patched: Patched | None
    reason: str = ""

    @property
    def exact(self) -> bool:
        return self.patched is not None and _is_exact(self.patched)


def choose(
    source: Path, files: Sequence[Path], patches: Sequence[Patch], onto: Sequence[str], commit: str | None, trees: Trees
) -> Chosen:
    """Return the base for `patches` in the tree at `source`. `files` are the files that the patches were read from.

    `onto` are the revisions that the user named, `commit` is one that a report names. Raise `InputError` if the patches apply to
    none of these, and to no other commit that was found.
    """
    if onto:
        return _of_named([_tried(source, rev, patches, trees) for rev in onto])
    tree = trees.open(source)
    here: InputError | None = None
    try:
        patched = trees.patched(tree, patches)
        if _is_exact(patched) or not _states(patched):
            return Chosen(tree, patched)
    except InputError as error:
        here = error
    for rev, why in _candidates(source, files, commit, trees, patches):
        one = _tried(source, rev, patches, trees)
        if one.patched is not None and (one.exact or here is not None):
            note = Note("applied to", (rev[:12], why))
            return Chosen(one.base, one.patched, rev[:12], notes=(note,))
    if here is not None:
        raise here
    return Chosen(tree, patched)


def _of_named(tries: Sequence[_Try]) -> Chosen:
    fitting = [(one, one.patched) for one in sorted(tries, key=lambda one: not one.exact) if one.patched is not None]
    if not fitting:
        raise InputError(
            "the patch applies to none of these: "
            + "; ".join(f"{one.rev}: {one.reason}" for one in tries)
            + "; name another revision with --onto"
        )
    chosen, patched = fitting[0]
    tested = [(("auto" if one is chosen else "also") if one.patched else "cannot", one.rev) for one in tries]
    ordered = tuple(sorted(tested, key=lambda one: ("auto", "also", "cannot").index(one[0])))
    return Chosen(chosen.base, patched, chosen.rev, ordered, tuple(_note(one) for one in tries))


def _note(one: _Try) -> Note:
    if one.patched is None:
        return Note("does not apply", (one.rev, one.reason))
    other = [file.base_path or "" for file in one.patched.files if file.base_matches is False]
    return Note("applies", (one.rev, "exact" if one.exact else "other" if other else "unstated", *other))


def _tried(source: Path, rev: str, patches: Sequence[Patch], trees: Trees) -> _Try:
    base = trees.revision(source, rev)
    try:
        return _Try(rev, base, trees.patched(base, patches))
    except InputError as error:
        return _Try(rev, base, None, str(error))


def _candidates(
    source: Path, files: Sequence[Path], commit: str | None, trees: Trees, patches: Sequence[Patch]
) -> list[tuple[str, str]]:
    """Return the commits to try, each with the reason: "names" (the mail names it) or "has" (it has the patch's blobs)."""
    repository = user_repository.find(source) if source.is_dir() else None
    if repository is None:
        return []
    named = [found[1].decode() for path in files for found in _NAMED.finditer(path.read_bytes())]
    told = [(rev, "names") for rev in (*named, *([commit] if commit else ()))]
    found = [(rev, why) for rev, why in told if user_repository.has(repository, rev)]
    blobs = trees.stated(patches)
    rev = user_repository.holding(repository, blobs) if blobs else None
    return [*found, *([(rev, "has")] if rev else ())]


def _is_exact(patched: Patched) -> bool:
    return _states(patched) and all(file.base_matches is not False for file in patched.files)


def _states(patched: Patched) -> bool:
    """Return whether the patches state the blobs that they were made for."""
    return any(file.base_matches is not None for file in patched.files)
