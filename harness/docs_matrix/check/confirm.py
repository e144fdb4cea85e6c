"""What a comparison found is confirmed by reading apart.

A message that only some order of reading brings is neither new nor fixed.

Base and head may differ in what was read before a document, by the read set, by the number of readers, or since one of them
starts from the other. What is left in the process by what was read before can bring a message or take it away. So the
documents of what is new or gone are read once more, each in a process of its own, in both versions: what this does not
say as well depends on what was read before. Documents that such a message names are read with its own, since Sphinx's
environment tells one document of another: a second label, a second description of an object.

A build takes longer to begin than a few documents to read. So it tries those that may say something new alone on the way, where
they are few, and another build is only made for what these trials leave in doubt.
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

__all__ = ["Confirmed", "confirm", "trials_alone"]

APART = Reading(readers="each", only=True)
FEW = 16
"""More documents are not tried alone on the way."""
WORD = re.compile(r"[\w./+-]+")


class ReadApart(Protocol):
    """Builds documents of a tree in the cell in question, read in a way of their own."""

    def __call__(self, tree: Tree, documents: tuple[str, ...], reading: Reading) -> Built: ...


class Built(Protocol):
    """What became of such a build."""

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
    """What is judged after documents were read separately, and the builds that did so; `notice` says why they could not."""

    judged: tuple[Judged, ...]
    built: tuple[Built, ...] = ()
    notice: str | None = None


def trials_alone(versions: Sequence[tuple[str, ...] | None], apart: Collection[str]) -> list[Reading | None]:
    """Return how to read each of `versions` (their documents) so that those in `apart` are tried alone before all are read.

    None for a single document, since nothing is read before it. None for all versions if one of them has many such documents:
    what one version says alone is only worth something beside what the other says.
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
    """Return `judged` with what depends on the order of reading as flaky. Builds nothing where nothing is in doubt.

    Without a base nothing that is fixed can be confirmed, and it stays as it is. Where the user said how documents are read,
    what they say then is the answer.
    """
    if subject.reading:
        return Confirmed(judged)
    doubtful = [item for item in judged if _is_doubtful(item, base, head)]
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
            return Confirmed(judged, built, f"what is new or fixed could not be read apart: {one.reason}")
        said.append(one.made.build.diagnostics)
        read.update(one.made.build.read)
    depend = [item for item in _without(doubtful, comparison(*said[-2:])) if item.diagnostic.document in read]
    told = (
        replace(item, verdict=Verdict.FLAKY, reason=DEPENDS, hunk=None) if any(item is one for one in depend) else item
        for item in judged
    )
    return Confirmed(tuple(told), built)


def _alone(made: Made | None) -> tuple[Diagnostic, ...]:
    """Return what the documents said that a build tried alone."""
    return tuple(chain.from_iterable(made.build.trials)) if made else ()


def _without(doubtful: Sequence[Judged], alone: Sequence[Judged]) -> list[Judged]:
    """Return those of `doubtful` that are not judged so `alone` as well."""
    same = Counter((item.verdict, _key(item.diagnostic)) for item in alone)
    left = []
    for item in doubtful:
        key = (item.verdict, _key(item.diagnostic))
        same[key] -= 1
        if same[key] < 0:
            left.append(item)
    return left


def _is_doubtful(item: Judged, base: Made | None, head: Made) -> bool:
    """Return whether what was read before may be behind the verdict: of the document that is read first nothing is."""
    said = item.diagnostic
    if item.verdict not in (Verdict.NEW, Verdict.FIXED) or said.phase != "reading" or said.document is None:
        return False
    if item.verdict is Verdict.FIXED and base is None:
        return False
    return any(made.build.read[:1] != (said.document,) for made in (base, head) if made)


def _documents(
    doubtful: Sequence[Judged], base: Made | None, head: Made, subject: Subject, trees: Trees
) -> tuple[set[str], set[str]]:
    """Return the documents that `doubtful` messages are of, and those that they name: paths in the tree, and names.

    A name stands for a document that is no file of the tree or has a suffix of its own: builds have found it.
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
