"""The verdicts of one cell: each diagnostic of the head, compared with the base's build or with the baseline."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.accepted import compare_with_accepted
from docs_matrix.baselines.anchors import Anchors
from docs_matrix.builds import recipes
from docs_matrix.builds.runner import Made
from docs_matrix.check.cell_build import CellBuild, ended
from docs_matrix.check.subject import Subject
from docs_matrix.check.texts import TreeSources, text_of
from docs_matrix.check.unread import Unread
from docs_matrix.comparison.judge import compare
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Verdict
from docs_matrix.diagnostics.flaky import Comparison, Observed, compare_observed, observe
from docs_matrix.diagnostics.network import set_apart
from docs_matrix.diagnostics.protocols import NoChanges
from docs_matrix.trees import Trees

__all__ = ["CellJudge", "observed"]


@dataclass(frozen=True)
class CellJudge:
    """Gives a verdict to each diagnostic of a subject's builds. It reads the sources of both versions from `trees`."""

    subject: Subject
    trees: Trees

    @cached_property
    def comparison(self) -> Comparison:
        """The function that compares the head's diagnostics with the base's.

        It uses the line changes between the two versions, and their texts.
        """
        base, head, trees = self.subject.base, self.subject.head, self.trees
        if base is None:
            return partial(compare, changes=NoChanges())
        sources = TreeSources(trees, base, head)
        return partial(compare, changes=trees.changes(base, head), sources=sources, complete=self.subject.read.complete)

    @cached_property
    def anchors(self) -> Anchors:
        """The anchors of the head's sources."""
        return Anchors(lambda path: text_of(self.trees, self.subject.head, path))

    @cached_property
    def accepted(self) -> baseline_file.Baseline:
        """The accepted diagnostics; raises `InputError` if their file cannot be read."""
        return baseline_file.read(self.subject.baseline) if self.subject.baseline else baseline_file.Baseline()

    @cached_property
    def unread(self) -> Unread:
        """The search in the text of documents that restricted builds do not read."""
        return Unread(self.trees, self.subject.recipe)

    def judged(self, base: CellBuild | None, head: CellBuild) -> CellResult:
        """Return the cell's result for the head, compared with the base or with the baseline.

        If a build failed, the status of the result says so.
        """
        cell, built = head.cell, [one for one in (base, head) if one]
        status, reason = ended(base, head)
        result = CellResult(
            cell.name,
            cell.python,
            cell.docutils,
            cell.sphinx,
            status,
            reason,
            seconds=sum(build.seconds for one in built for build in one.now) or sum(one.seconds for one in built),
        )
        if head.made is None or head.provided is None or (base and base.made is None):
            return result
        build = head.made.build
        cold = (f"the head was built from nothing: {build.cold}",) if build.cold else ()
        return replace(
            result,
            python=build.python or result.python,
            docutils=build.docutils or result.docutils,
            sphinx=build.sphinx or result.sphinx,
            judged=self.verdicts(base.made if base else None, head.made, cell.name) if status == "ok" else (),
            notices=(*head.provided.notices, *cold),
            lock=head.provided.environment.lock.digest,
            read=len(build.read if build.resumed is None else build.resumed),
            documents=build.documents,
            confined=build.confined,
            silenced=tuple(text for text in build.hidden if base and base.made and text not in base.made.build.hidden),
            unclassified=build.unclassified,
            cpu_seconds=sum(now.cpu_seconds for one in built for now in one.now),
            built=sum(len(one.now) for one in built),
            log="".join(
                f"# {name}\n{one.made.log}\n" for name, one in (("base", base), ("head", head)) if one and one.made
            ),
        )

    def verdicts(self, base: Made | None, head: Made, cell: str) -> tuple[Judged, ...]:
        """Return a verdict for each diagnostic of `head` in `cell`, compared with those of `base`, or with the baseline."""
        subject = self.subject
        if subject.read.head is not None:
            head = self.unread.settled(head, subject.head)
        if base and subject.base and subject.read.base is not None:
            base = self.unread.settled(base, subject.base)
        if base:
            return set_apart(compare_observed(observed(base), observed(head), self.comparison))
        accepted = self.accepted.accepted(cell)
        judged = set_apart(
            compare_with_accepted(accepted, observed(head), self.anchors, str(self.subject.baseline or ""))
        )
        return tuple(
            item for item in judged if item.verdict is not Verdict.FIXED or self.was_read(item.diagnostic.path, head)
        )

    def was_read(self, path: str | None, head: Made) -> bool:
        """Return whether the head's build read the document at `path`. An accepted message in an unread document is not fixed."""
        if self.subject.read.head is None:
            return True
        read = {recipes.in_tree(self.subject.recipe, name) for name in head.build.read}
        return path is not None and posixpath.splitext(path)[0] in read


def observed(made: Made) -> Observed:
    """Return the diagnostics of the equal builds of `made`: those that all builds have, and those that only some have."""

    def same(before: Sequence[Diagnostic], now: Sequence[Diagnostic]) -> tuple[Judged, ...]:
        return compare(before, now, NoChanges())

    return observe([build.diagnostics for build in made.observations], same)
