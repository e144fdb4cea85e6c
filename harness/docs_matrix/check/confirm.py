"""Confirm new and fixed diagnostics: read their documents again, each in a process of its own.

A message that appears only in some orders of reading is neither new nor fixed.

When a document is read, base and head may already have read different documents. Their read sets or numbers of readers
can differ, or one build starts from the other. Documents that were read earlier can leave state in the process, and
this state can add or remove a message. So the documents with new or fixed messages are read once more, in both
versions, each in its own process. A difference that does not appear again depends on the order of reading. If a message
names other documents, these are read in the same process. Sphinx's environment connects them: two documents may define
the same label or object.

Starting a build takes longer than reading a few documents. So if few documents may have new messages, the normal build reads
each of them alone first: a *trial*. Another build is made only for the messages that are still in doubt after that.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from docs_matrix.builds import recipes
from docs_matrix.builds.order import Reading
from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Made
from docs_matrix.check.subject import Subject
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellStatus, Judged, Verdict
from docs_matrix.diagnostics.flaky import DEPENDS, Comparison
from docs_matrix.trees import Tree, Trees

__all__ = ["Confirmed", "confirm", "read_alone_first"]

APART = Reading(readers="each", only=True)
FEW = 16
"""The most documents of one version that a normal build tries alone."""
WORD = re.compile(r"[\w./+-]+")
ROLE = re.compile("(?:Unknown interpreted text role|No role entry for) ")
"""The start of a message about an unknown role. A role that one document defines is known to those that are read after
it in the same process. So a document that is read apart can lack a role that it has in a whole build."""


class ReadApart(Protocol):
    """Builds documents of a tree in the cell in question, read as the `reading` says."""

    def __call__(self, tree: Tree, documents: tuple[str, ...], reading: Reading) -> Built: ...


class Built(Protocol):
    """The result of such a build."""

    @property
    def made(self) -> Made | None: ...

    @property
    def now(self) -> tuple[Build, ...]: ...

    @property
    def status(self) -> CellStatus: ...

    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True)
class Confirmed:
    """The verdicts after the second reading, and the builds that read again. If one failed, `notice` says why."""

    judged: tuple[Judged, ...]
    built: tuple[Built, ...] = ()
    notice: str | None = None


def read_alone_first(versions: Sequence[tuple[str, ...] | None], apart: Collection[str]) -> list[Reading | None]:
    """Return how to read each version, so that those of its documents that are in `apart` are tried alone first.

    `versions` has the documents of each version. None for a version with a single document, since nothing is read
    before it. None for all versions if one of them has more than `FEW` such documents. A trial in one version is
    useless without the same trial in the other.
    """
    chosen = [[name for name in documents or () if name in apart] for documents in versions]
    if max(map(len, chosen)) > FEW:
        return [None] * len(chosen)
    return [
        Reading(trials=tuple((name,) for name in alone)) if alone and len(documents or ()) > 1 else None
        for alone, documents in zip(chosen, versions, strict=True)
    ]


def confirm(
    judged: tuple[Judged, ...],
    base: Made | None,
    head: Made,
    *,
    subject: Subject,
    comparison: Comparison,
    trees: Trees,
    read_apart: ReadApart,
) -> Confirmed:
    """Return `judged`, with each message that depends on the order of reading as flaky.

    If nothing is in doubt, nothing is built. Without a base, fixed messages cannot be confirmed and stay as they are. If the user
    chose how documents are read (`--in-order`, `--readers`), that reading is the answer, and nothing is confirmed.
    """
    if subject.reading:
        return Confirmed(judged)
    whole = subject.read.head is None
    doubtful = [item for item in judged if _is_doubtful(item, base, head, whole=whole)]
    doubtful = _without(doubtful, comparison(_alone(base), _alone(head)))
    if not doubtful:
        return Confirmed(judged)
    paths, generated = _documents(doubtful, base, head, subject, trees)
    versions = [(paths, subject.head, head)]
    if subject.base is not None and base is not None:
        changes = trees.changes(subject.base, subject.head)
        versions.insert(0, ({changes.base_path(path) or path for path in paths}, subject.base, base))
    built: tuple[Built, ...] = ()
    said: list[tuple[Diagnostic, ...]] = [()]
    read = set[str]()
    for among, tree, made in versions:
        documents = recipes.documents(subject.recipe, among & set(trees.paths(tree)))
        one = read_apart(tree, documents + tuple(sorted(generated.intersection(made.build.read))), APART)
        built += (one,)
        if one.made is None or one.status != "ok":
            return Confirmed(
                judged,
                built,
                f"new and fixed messages are not confirmed, because the second reading failed: {one.reason}",
            )
        said.append(one.made.build.diagnostics)
        read.update(one.made.build.read)
    depend = [item for item in _without(doubtful, comparison(*said[-2:])) if item.diagnostic.document in read]
    if whole:
        depend = [item for item in depend if not _names_another(item.diagnostic, head.build.read)]
    told = (
        replace(item, verdict=Verdict.FLAKY, reason=DEPENDS, hunk=None) if any(item is one for one in depend) else item
        for item in judged
    )
    return Confirmed(tuple(told), built)


def _alone(made: Made | None) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of the documents that a build tried alone."""
    return tuple(chain.from_iterable(made.build.trials)) if made else ()


def _without(doubtful: Sequence[Judged], seen_again: Sequence[Judged]) -> list[Judged]:
    """Return those of `doubtful` that do not have the same verdict in `seen_again`."""
    same = Counter((item.verdict, _key(item.diagnostic)) for item in seen_again)
    left = []
    for item in doubtful:
        key = (item.verdict, _key(item.diagnostic))
        same[key] -= 1
        if same[key] < 0:
            left.append(item)
    return left


def _is_doubtful(item: Judged, base: Made | None, head: Made, *, whole: bool) -> bool:
    """Return whether earlier reading may have caused the verdict. For the document that was read first, it cannot."""
    said = item.diagnostic
    if item.verdict not in (Verdict.NEW, Verdict.FIXED) or said.phase != "reading" or said.document is None:
        return False
    if (item.verdict is Verdict.FIXED and base is None) or (whole and ROLE.match(said.message)):
        return False
    return any(made.build.read[:1] != (said.document,) for made in (base, head) if made)


def _names_another(said: Diagnostic, documents: Collection[str]) -> bool:
    """Return whether a message names another document.

    If documents are read in different processes, such a message is missing if an extension cannot merge
    what the processes know.
    """
    words = {posixpath.splitext(word.rstrip("."))[0] for word in WORD.findall(said.message)}
    return any(
        word == name or word.endswith(f"/{name}") for name in documents if name != said.document for word in words
    )


def _documents(
    doubtful: Sequence[Judged], base: Made | None, head: Made, subject: Subject, trees: Trees
) -> tuple[set[str], set[str]]:
    """Return the documents of `doubtful` messages and those that these messages name, in two sets.

    The first set has the paths of those that are in the tree. The second has the names of those that only builds find:
    documents that are generated, or that have an unusual suffix.
    """
    recipe = subject.recipe
    everywhere = {path for tree in (subject.head, subject.base) if tree for path in trees.paths(tree)}
    by_file = {name: recipes.in_tree(recipe, name) for name in recipes.documents(recipe, everywhere)}
    by_name = {posixpath.splitext(name)[0]: path for name, path in by_file.items()}
    known = set(by_file.values())
    others = {name for made in (base, head) if made for name in made.build.read} - set(by_name)
    found, generated = set[str](), set[str]()
    for item in doubtful:
        words = {word.rstrip(".") for word in WORD.findall(item.diagnostic.message)}
        found |= words & known
        found |= {by_name[word] for word in (*words, item.diagnostic.document) if word in by_name and word}
        found |= {by_file[word] for word in words if word in by_file}
        generated |= {word for word in (*words, item.diagnostic.document) if word in others and word}
    return found, generated


def _key(said: Diagnostic) -> tuple[object, ...]:
    return said.path, said.line, said.level, said.category, said.message, said.document
