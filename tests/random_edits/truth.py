"""What is really new and really fixed, by the identities of lines, and how far a comparison's answer is from it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict

from tests.random_edits.documents import Project

__all__ = ["Score", "Texts", "score"]


@dataclass(frozen=True)
class Texts:
    """The texts of two projects; implements `docs_matrix.diagnostics.protocols.Sources`."""

    before: Project
    after: Project

    def base(self, path: str) -> str | None:
        return self.before.documents[path].text if path in self.before.documents else None

    def head(self, path: str) -> str | None:
        return self.after.documents[path].text if path in self.after.documents else None


@dataclass
class Score:
    """Counts of wrong answers, and of what was judged; `misses` are the wrong ones, for people."""

    edits: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.edits += other.edits
        self.judged += other.judged
        self.wrong += other.wrong
        self.misses += other.misses

    def __str__(self) -> str:
        kinds = ("false new", "missed new", "false fixed", "missed fixed")
        wrong = ", ".join(f"{self.wrong[kind]} {kind}" for kind in kinds)
        judged = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.judged.items()))
        return f"{self.edits} edits: {wrong} (of {judged})"


def score(
    base: Project, head: Project, said: Sequence[Diagnostic], now: Sequence[Diagnostic], judged: Sequence[Judged]
) -> Score:
    """Hold `judged` against the truth. Mistakes with the same text and message are not told apart: which of two twins is
    the new one, nobody can say."""
    gone, come = _truth(base, head, said, now)
    result = Score(judged=Counter(str(item.verdict) for item in judged))
    for verdict, truth, project, names in (
        (Verdict.NEW, come, head, ("false new", "missed new")),
        (Verdict.FIXED, gone, base, ("false fixed", "missed fixed")),
    ):
        answer = [item.diagnostic for item in judged if item.verdict is verdict]
        told, true = _by_look(answer, project), _by_look(truth, project)
        for name, more, less in ((names[0], told, true), (names[1], true, told)):
            for look, found in more.items():
                surplus = len(found) - len(less.get(look, ()))
                if surplus > 0:
                    result.wrong[name] += surplus
                    result.misses.append(f"{name}: {found[0]}  | {_source(project, found[0])!r}")
    return result


def meaning(diagnostic: Diagnostic) -> Hashable:
    """What a message says without the source that it quotes, counts of lines, and the addresses of objects."""
    statement = re.sub(r"\b0x[0-9a-f]+\b", "0x#", diagnostic.message.split("\n\n")[0])
    return re.sub(r"\b(line|row) \d+", r"\1 #", statement)


def _truth(
    base: Project, head: Project, said: Sequence[Diagnostic], now: Sequence[Diagnostic]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The diagnostics of the base that are gone, and those of the head that have come."""
    sides = (_Identities(base, head.aliases), _Identities(head, head.aliases))
    gone, come = list(said), list(now)
    for rule in (_same_line, _same_block, _cut_and_pasted):
        gone, come = _without_pairs(gone, come, rule, sides)
    return gone, come


class _Identities:
    """The identities of a side's lines."""

    def __init__(self, project: Project, aliases: Mapping[int, int]) -> None:
        self.project = project
        self.same = _Same(aliases)
        self.all = {line.id for document in project.documents.values() for line in document.lines}
        self.neighbours = project.neighbours()

    def line(self, diagnostic: Diagnostic) -> Hashable:
        """The line that a diagnostic stands at: a document's first line where it has none; the place itself in files that
        nobody edits."""
        document = self.project.documents.get(diagnostic.path or "")
        if document is None:
            return (diagnostic.path, diagnostic.line)
        return self.same.find(document.lines[min(diagnostic.line or 1, len(document.lines)) - 1].id)

    def block(self, diagnostic: Diagnostic) -> set[int]:
        """The lines around a diagnostic, up to the next empty ones."""
        document = self.project.documents.get(diagnostic.path or "")
        if document is None:
            return set()
        lines = document.lines
        first = last = min(diagnostic.line or 1, len(lines)) - 1
        while first > 0 and lines[first - 1].text.strip():
            first -= 1
        while last < len(lines) - 1 and lines[last].text.strip():
            last += 1
        return {line.id for line in lines[first : last + 1]}


class _Same:
    """Lines that stand for each other, as groups."""

    def __init__(self, aliases: Mapping[int, int]) -> None:
        self.group: dict[int, int] = {}
        for one, other in aliases.items():
            old, new = self.find(one), self.find(other)
            self.group = {number: min(old, new) if at in (old, new) else at for number, at in self.group.items()}
            self.group[one] = self.group[other] = min(old, new)

    def find(self, number: int) -> int:
        return self.group.get(number, number)


def _same_line(old: Diagnostic, new: Diagnostic, base: _Identities, head: _Identities) -> bool:
    return base.line(old) == head.line(new)


def _same_block(old: Diagnostic, new: Diagnostic, base: _Identities, head: _Identities) -> bool:
    """Only for messages that name what is wrong: others may be two mistakes in one block."""
    return bool(re.search(r'"[^"]+"', old.message)) and bool(base.block(old) & head.block(new))


def _cut_and_pasted(old: Diagnostic, new: Diagnostic, base: _Identities, head: _Identities) -> bool:
    """A line that was taken away, or is elsewhere, while a copy of it was put in: the same as if it had been moved."""
    line, other = base.line(old), head.line(new)
    if not isinstance(line, int) or not isinstance(other, int) or other in base.all:
        return False
    if _family(base.project, old) != _family(head.project, new):
        return False
    return not base.neighbours.get(line, frozenset()) & head.neighbours.get(line, frozenset())


def _without_pairs(
    gone: Sequence[Diagnostic],
    come: Sequence[Diagnostic],
    same: Callable[[Diagnostic, Diagnostic, _Identities, _Identities], bool],
    sides: tuple[_Identities, _Identities],
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    left = list(gone)
    new = []
    for diagnostic in come:
        match = next(
            (old for old in left if meaning(old) == meaning(diagnostic) and same(old, diagnostic, *sides)), None
        )
        if match is None:
            new.append(diagnostic)
        else:
            left.remove(match)
    return left, new


def _by_look(found: Iterable[Diagnostic], project: Project) -> dict[Hashable, list[Diagnostic]]:
    looks: dict[Hashable, list[Diagnostic]] = defaultdict(list)
    for diagnostic in found:
        looks[meaning(diagnostic), _family(project, diagnostic)].append(diagnostic)
    return looks


def _family(project: Project, diagnostic: Diagnostic) -> str:
    document = project.documents.get(diagnostic.path or "")
    if document is None:
        return diagnostic.path or ""
    number = document.lines[min(diagnostic.line or 1, len(document.lines)) - 1].id
    return project.families.get(project.aliases.get(number, number), "")


def _source(project: Project, diagnostic: Diagnostic) -> str:
    document = project.documents.get(diagnostic.path or "")
    line = diagnostic.line or 0
    return document.lines[line - 1].text if document and 0 < line <= len(document.lines) else ""
