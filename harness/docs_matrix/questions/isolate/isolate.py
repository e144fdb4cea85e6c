"""Find the documents that must be read before another one to cause its message: by a search in one cell, proven in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from docs_matrix.builds import recipes
from docs_matrix.builds.host_tools import require_tools
from docs_matrix.builds.order import Reading
from docs_matrix.check.cell_runner import CellRunner
from docs_matrix.check.progress import Progress
from docs_matrix.check.selector import Wanted
from docs_matrix.check.subject import Subject
from docs_matrix.check.texts import text_of
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.errors import HarnessError, InputError
from docs_matrix.questions.isolate.isolation import Isolation, Proof
from docs_matrix.questions.isolate.suspects import likeliest
from docs_matrix.questions.isolate.trigger_search import Names, OutOfQuestionsError, Triggers, search
from docs_matrix.reports.commands import command

__all__ = ["MOST_BUILDS", "IsolateQuestion", "Reader", "isolate"]

MOST_BUILDS = 25
"""The largest number of builds for one question."""


@dataclass(frozen=True)
class IsolateQuestion:
    """The diagnostics of the question, the cell to search in, and the cells in which the answer is proven.

    `wanted` is made from the text `find`, which is as the user wrote it.
    """

    wanted: Wanted
    find: str
    cell: Cell
    proofs: tuple[Cell, ...]


class Reader:
    """Reads sequences of documents in cells, by builds that end after the reading phase; counts the builds.

    Each sequence is read before `document`, in a process of its own.
    """

    def __init__(self, runner: CellRunner, document: str, wanted: Wanted, most: int) -> None:
        self._runner = runner
        self._document = document
        self._wanted = wanted
        self._left = most
        self.builds = 0
        self.message: Diagnostic | None = None

    def shown(self, cell: Cell, tried: Sequence[Names]) -> list[bool]:
        """Return whether the message appears after each of `tried`.

        Raises `OutOfQuestionsError` if all builds are used up, a `HarnessError` if this one did not end well.
        """
        if not self._left:
            raise OutOfQuestionsError
        self._left -= 1
        self.builds += 1
        trials = tuple((*names, self._document) for names in tried)
        documents = tuple(sorted({name for trial in trials for name in trial}))
        reading = Reading(trials=trials, only=True)
        build = self._runner.build(cell, self._runner.subject.head, documents, reading).answer().build
        meant = [self._wanted.of(said) for said in build.trials]
        self.message = self.message or next((said[0] for said in meant if said), None)
        return [bool(said) for said in meant]


def isolate(question: IsolateQuestion, subject: Subject, bench: Workbench, *, progress: Progress) -> Isolation:
    """Return what the message depends on. `subject` reads the one document that has the message.

    Raises `InputError` if it does not read exactly one document, `MachineError` if the cell cannot build it.
    """
    require_tools(subject.recipe)
    document = _document(subject)
    runner = CellRunner(subject, bench, jobs=1, progress=progress)
    reader = Reader(runner, document, question.wanted, MOST_BUILDS)

    def ask(tried: Sequence[Names]) -> list[bool]:
        if reader.builds >= MOST_BUILDS - len(question.proofs):
            raise OutOfQuestionsError
        shown = reader.shown(question.cell, tried)
        longest = max(len(names) for names in tried)
        seen = f"it appears in {shown.count(True)}" if True in shown else "it appears in none"
        progress.done(
            f"build {reader.builds}", f"{len(tried)} readings of up to {longest} documents before {document}: {seen}"
        )
        return shown

    sought = search(_candidates(document, subject, bench), ask)
    found = sought.found or Triggers((), False)
    proofs = []
    if sought.found:
        for cell in question.proofs:
            proofs.append(_proof(cell, found.before, reader))
            progress.done(f"build {reader.builds}", f"{cell.name}: {'proven' if proofs[-1].holds else 'not so'}")
    paths = [recipes.in_tree(subject.recipe, name) for name in (*found.before, document)]
    proven = tuple(proof.cell for proof in proofs if proof.holds) or (question.cell.name,)
    alone = replace(subject.asked, verb="check", cells=proven, docs=(paths[-1],))
    return Isolation(
        tree=subject.name,
        find=question.find,
        document=paths[-1],
        cell=question.cell.name,
        verdict="independent" if sought.alone else "depends" if sought.found else "absent",
        before=tuple(paths[:-1]),
        smallest=found.smallest,
        message=reader.message,
        proofs=tuple(proofs),
        builds=reader.builds,
        shows=command(replace(alone, docs=tuple(paths), in_order=True)),
        hides=command(alone),
    )


def _proof(cell: Cell, before: Names, reader: Reader) -> Proof:
    """Return whether the message is there with `before`, and not there without each of them and without all."""
    fewer = [(*before[:at], *before[at + 1 :]) for at in range(len(before))]
    try:
        shown, alone, *without = reader.shown(cell, [before, (), *fewer])
    except OutOfQuestionsError:
        return Proof(cell.name, reason=f"no build is left of {MOST_BUILDS}")
    except HarnessError as error:
        return Proof(cell.name, reason=str(error))
    return Proof(cell.name, shown, tuple(without), alone)


def _document(subject: Subject) -> str:
    read = subject.read.head or ()
    if len(read) != 1 or read[0].endswith("/"):
        raise InputError("--path must name the document of the message, not a folder")
    return read[0]


def _candidates(document: str, subject: Subject, bench: Workbench) -> list[Names]:
    """Return sets of documents below the recipe's source that may be the cause, the likeliest first."""
    recipe = subject.recipe
    names = recipes.documents(recipe, bench.trees.paths(subject.head))
    paths = {name: recipes.in_tree(recipe, name) for name in names}
    texts = {name: text_of(bench.trees, subject.head, path) or "" for name, path in paths.items()}
    return likeliest(document, texts)
