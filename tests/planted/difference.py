"""The difference between what plain builds say and what a check answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from tests.planted.answers import Answer, Told
from tests.planted.mistakes import Place
from tests.planted.plain import Plain, Said

__all__ = ["Difference", "compare", "keys", "unsteady"]

Key = tuple[str | None, str]
SUFFIX = re.compile(r"\.\w+$")


@dataclass
class Difference:
    """What a check missed, what it told falsely, and what it told at another place; `right` counts what it told rightly.

    Each is a line for people; those of what is fixed begin with "fixed:".
    """

    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    right: int = 0

    @property
    def good(self) -> bool:
        return not (self.missed or self.false or self.misplaced)

    def add(self, other: Difference) -> None:
        self.missed += other.missed
        self.false += other.false
        self.misplaced += other.misplaced
        self.right += other.right

    def __str__(self) -> str:
        wrong = f"{len(self.missed)} missed, {len(self.false)} false, {len(self.misplaced)} misplaced"
        return f"{self.right} right, {wrong}"


def compare(
    base: Plain, head: Plain, answer: Answer, places: Sequence[Place], left_out: Collection[Key] = ()
) -> Difference:
    """Compare an answer with what plain builds of base and head say; `left_out` are messages that nobody can be sure of."""
    result = Difference()
    if head.status or answer.status != "ok":
        _compare_failures(head, answer, result)
        return result
    before, after = Counter(keys(base.said)), Counter(keys(head.said))
    new, fixed = after - before, before - after
    _compare_sets(new, "new", "", answer, left_out, result)
    _compare_sets(fixed, "fixed", "fixed: ", answer, left_out, result)
    news = [told for told in answer.findings if told.verdict == "new"]
    for place in places:
        if any(place.path == key[0] and place.words in key[1] and key not in left_out for key in new):
            _look_for(place, news, result)
    expected = 1 if any(key not in left_out for key in new) else 0
    if answer.exit != expected and not result.missed and not result.false:
        (result.missed if expected else result.false).append(f"exit status {answer.exit}, not {expected}")
    return result


def keys(said: Iterable[Said]) -> list[Key]:
    """What messages are counted by: their files and their texts, without the lines that edits move."""
    return [(one.path, _masked(one.text)) for one in said]


def unsteady(one: Plain, other: Plain) -> set[Key]:
    """What two builds of the same tree do not say alike."""
    first, second = Counter(keys(one.said)), Counter(keys(other.said))
    return set(first - second) | set(second - first)


def _compare_failures(head: Plain, answer: Answer, result: Difference) -> None:
    """A failed build is a failed cell, and nothing else is."""
    if head.status and answer.status == "ok":
        result.missed.append(f"sphinx-build ends with {head.status}: {head.end.splitlines()[-1:]}")
    elif not head.status:
        result.false.append(f"the cell is {answer.status} (exit {answer.exit}): {answer.reason}")
    elif answer.exit != 3:
        result.missed.append(f"exit status {answer.exit}, not 3: {answer.reason}")
    else:
        result.right += 1


def _compare_sets(
    truth: Counter[Key], verdict: str, prefix: str, answer: Answer, left_out: Collection[Key], result: Difference
) -> None:
    """Pair what is true with what was told: in the same document, else in the same file, else by the text alone."""
    left = list(truth.elements())
    told = [(one, document) for one in answer.findings if one.verdict == verdict for document in one.documents]
    count = len(left)
    for same in (_same_document, _same_file):
        left, told = _without_pairs(left, told, same)
    result.right += count - len(left)
    texts = left
    left, told = _without_pairs(left, told, _same_text)
    result.misplaced += [f"{prefix}{_shown(key)}" for key in (Counter(texts) - Counter(left)).elements()]
    for key in left:
        if key not in left_out:
            others = {one.verdict for one in answer.findings if _masked(one.text) == key[1]} - {verdict}
            result.missed.append(prefix + _shown(key) + (f" ({', '.join(sorted(others))})" if others else ""))
    for one, _ in told:
        if (_file(one.path), _masked(one.text)) not in left_out:
            result.false.append(prefix + str(one))


Pair = tuple[Told, str | None]


def _without_pairs(
    left: list[Key], told: list[Pair], same: Callable[[Key, Told, str | None], bool]
) -> tuple[list[Key], list[Pair]]:
    rest, open_ = [], list(told)
    for key in left:
        match = next((pair for pair in open_ if same(key, *pair)), None)
        if match is None:
            rest.append(key)
        else:
            open_.remove(match)
    return rest, open_


def _same_file(key: Key, told: Told, document: str | None) -> bool:
    return key == (_file(told.path), _masked(told.text))


def _same_document(key: Key, told: Told, document: str | None) -> bool:
    path = SUFFIX.sub("", key[0] or "")
    return _same_text(key, told, document) and document is not None and f"/{path}".endswith(f"/{document}")


def _same_text(key: Key, told: Told, document: str | None) -> bool:
    return key[1] == _masked(told.text)


def _look_for(place: Place, news: Sequence[Told], result: Difference) -> None:
    """All new findings about what was planted have to stand at its place: in that file, at that line or the next to it."""
    about = [told for told in news if place.words in told.text]
    wrong = [told for told in about if told.path != place.path or not _near(place.line, told.line)]
    if wrong:
        told = ", ".join(f"{one.path}:{one.line}" for one in wrong)
        result.misplaced.append(f"{place.path}:{place.line or '-'}: {place.words} (told at {told})")


def _near(line: int | None, other: int | None) -> bool:
    return line is None or (other is not None and abs(line - other) <= 1)


def _file(path: str | None) -> str | None:
    """The file of a path that says more: `pkg/one.py:docstring of pkg.one.first`."""
    return re.sub(r"(?<=\w):(?:\d+:)?(?:docstring of .*|<\w+>)$", "", path) if path else None


def _masked(text: str) -> str:
    """A text without lines and counts that edits move."""
    return re.sub(r"(?<=:)\d+|(?<=line )\d+", "#", text)


def _shown(key: Key) -> str:
    return f"{key[0] or '-'}: {key[1]}"
