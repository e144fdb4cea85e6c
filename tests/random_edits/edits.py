"""Random edits of a project, as people and tools make them: each changes the project and keeps its lines' identities true."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Callable, Sequence
from random import Random

from tests.random_edits.documents import Document, Line, Planted, Project
from tests.random_edits.mistakes import MISTAKES, words

__all__ = ["make_edits", "plant"]

Edit = Callable[[Project, Random], bool]
"""Makes one edit; False where it found nothing to edit."""


def make_edits(project: Project, random: Random, count: int) -> int:
    """Try `count` edits, and say how many were made; those that must find things as they were come last."""
    weights, kinds = zip(*EDITS, strict=True)
    chosen = sorted(random.choices(kinds, weights, k=count), key=lambda kind: kind is copy_and_repair)
    return sum(kind(project, random) for kind in chosen)


def plant(project: Project, random: Random) -> bool:
    """Put a mistake into a document, as a paragraph of its own."""
    mistake = random.choice(MISTAKES)(random)
    lines = project.fresh(mistake.broken)
    if not _put(project, random, [*lines, *project.fresh([""])]):
        return False
    project.planted.append(Planted(mistake.kind, tuple(line.id for line in lines), mistake.repaired))
    return True


def repair(project: Project, random: Random) -> bool:
    """Repair a mistake that has no copy; its lines stay what they were.

    Where a copy stands beside it, the text is the same as if something good had been put in beside it.
    """
    copied = {one.repaired for one in project.planted if one.is_copy}
    chosen = _planted(project, random, [one for one in project.planted if one.repaired not in copied])
    if chosen is None:
        return False
    _mend(project, *chosen)
    return True


def insert(project: Project, random: Random) -> bool:
    """Put prose between two paragraphs."""
    texts = [line for _ in range(random.randint(1, 4)) for line in (f"{words(random)}.", f"{words(random)}.", "")]
    return _put(project, random, project.fresh(texts))


def delete(project: Project, random: Random) -> bool:
    """Take out a paragraph, with whatever is wrong in it."""
    chosen = _chunk(project, random)
    if chosen is None:
        return False
    document, start, end = chosen
    if _is_title(document, start, end):
        return False
    del document.lines[start:end]
    return True


def move(project: Project, random: Random) -> bool:
    """Move a paragraph within its document or to another."""
    chosen = _chunk(project, random)
    if chosen is None or _is_title(*chosen):
        return False
    return _carry(project, random, *chosen)


def move_section(project: Project, random: Random) -> bool:
    """Move a section behind another, or to the end of another document."""
    document = random.choice(list(project.documents.values()))
    sections = [(start, end) for start, end in document.sections() if end - start < 80]
    if not sections:
        return False
    start, end = random.choice(sections)
    block = document.lines[start:end]
    if random.random() < 0.5:
        other = random.choice(list(project.documents.values()))
        del document.lines[start:end]
        _end_with_empty_line(project, other)
        other.lines.extend(block)
        return True
    del document.lines[start:end]
    places = [place for place, _ in document.sections()] or [len(document.lines)]
    place = random.choice(places)
    if place == len(document.lines):
        _end_with_empty_line(project, document)
    if block[-1].text.strip():
        block += project.fresh([""])
    document.lines[place:place] = block
    return True


def swap(project: Project, random: Random) -> bool:
    """Swap two paragraphs that follow each other."""
    document = random.choice(list(project.documents.values()))
    chunks = document.chunks()
    pairs = [
        (one, other)
        for one, other in itertools.pairwise(chunks)
        if not _is_title(document, *one) and not _is_title(document, *other) and one[1] == other[0]
    ]
    if not pairs:
        return False
    (start, middle), (_, end) = random.choice(pairs)
    second = document.lines[middle:end]
    if second[-1].text.strip():
        second += project.fresh([""])
    document.lines[start:end] = second + document.lines[start:middle]
    return True


def rename(project: Project, random: Random) -> bool:
    """Give a document another path."""
    path = random.choice(list(project.documents))
    name = f"{path.rpartition('/')[0]}/renamed-{random.randrange(10_000)}.rst"
    if name in project.documents:
        return False
    project.documents[name] = project.documents.pop(path)
    return True


def indent(project: Project, random: Random) -> bool:
    """Indent a whole document otherwise: two spaces for one, or a block quote of all."""
    document = random.choice(list(project.documents.values()))
    if random.random() < 0.3 and not document.sections():
        document.lines = [Line(f"   {line.text}" if line.text else "", line.id) for line in document.lines]
    else:
        document.lines = [
            Line(re.sub(r"^ +", lambda found: found[0] * 2, line.text), line.id) for line in document.lines
        ]
    return True


def end_lines(project: Project, random: Random) -> bool:
    """End the lines of a document as Windows does, or no longer."""
    document = random.choice(list(project.documents.values()))
    document.ending = "\r\n" if document.ending == "\n" else "\n"
    return True


def refill(project: Project, random: Random) -> bool:
    """Fill the paragraphs of plain prose of a document to another width, and those with mistakes that are like it."""
    document = random.choice(list(project.documents.values()))
    width = random.choice([50, 60, 100])
    for start, end in reversed(document.chunks()):
        last = next((at for at in range(start, end) if not document.lines[at].text.strip()), end)
        texts = [line.text for line in document.lines[start:last]]
        if last - start < 2 or any(re.match(r"[\s.:|+\-*=~^#>\d(\\_`'\"$;]", text) for text in texts):
            continue
        filled = textwrap.wrap(" ".join(texts), width, break_long_words=False, break_on_hyphens=False)
        if any(re.match(r"[\s.:|+\-*=~^#>\d(]", line) or re.match(r"[A-Za-z][.)] ", line) for line in filled):
            continue
        ids = [line.id for line in document.lines[start:last]]
        ids += [next(project.counter) for _ in range(len(filled) - len(ids))]
        document.lines[start:last] = [Line(text, number) for text, number in zip(filled, ids, strict=False)]
    return True


def edit_words(project: Project, random: Random) -> bool:
    """Write another word in some lines of prose, also in those with a mistake."""
    document = random.choice(list(project.documents.values()))
    lines = [at for at, line in enumerate(document.lines) if len(line.text.split()) > 4 and line.text[:1] != "|"]
    for at in random.sample(lines, min(len(lines), random.randint(1, 6))):
        line = document.lines[at]
        found = list(re.finditer(r"(?<= )[a-z]{3,}(?= )", line.text))
        if found:
            chosen = random.choice(found)
            text = line.text[: chosen.start()] + random.choice(words(random, 5).split()) + line.text[chosen.end() :]
            document.lines[at] = Line(text, line.id)
    return True


def copy_mistake(project: Project, random: Random) -> bool:
    """Put a copy of a mistake beside it, or elsewhere; the copy is a mistake of its own."""
    chosen = _planted(project, random)
    if chosen is None:
        return False
    planted, document, index = chosen
    copied = project.copied(document.lines[index : index + len(planted.ids)])
    block = [*copied, *project.fresh([""])]
    if random.random() < 0.5:
        document.lines[index:index] = block
    elif not _put(project, random, block):
        return False
    project.planted.append(Planted(planted.kind, tuple(line.id for line in copied), planted.repaired, is_copy=True))
    return True


def copy_and_repair(project: Project, random: Random) -> bool:
    """Copy a mistake to another document and repair the old one: one is new, one is fixed.

    The old one stands where it stood: otherwise the text is the same as if it had been moved, and something good put in.
    """
    copied = {one.repaired for one in project.planted if one.is_copy}
    now = project.neighbours()
    still = [
        one
        for one in project.planted
        if one.repaired not in copied
        and project.before.get(one.ids[0]) == now.get(one.ids[0])
        and project.before.get(one.ids[-1]) == now.get(one.ids[-1])
    ]
    chosen = _planted(project, random, still)
    if chosen is None:
        return False
    planted, document, index = chosen
    block = project.copied(document.lines[index : index + len(planted.ids)])
    others = [other for other in project.documents.values() if other is not document and len(other.chunks()) > 1]
    if not others:
        return False
    other = random.choice(others)
    place = random.choice(other.chunks()[1:])[0]
    other.lines[place:place] = [*block, *project.fresh([""])]
    _mend(project, planted, document, index)
    project.planted.append(Planted(planted.kind, tuple(line.id for line in block), planted.repaired, is_copy=True))
    return True


def remove_twin(project: Project, random: Random) -> bool:
    """Take away one of two equal mistakes."""
    twins = [one for one in project.planted if sum(one.repaired == other.repaired for other in project.planted) > 1]
    chosen = _planted(project, random, twins)
    if chosen is None:
        return False
    planted, document, index = chosen
    del document.lines[index : index + len(planted.ids)]
    project.planted.remove(planted)
    return True


def edit_table(project: Project, random: Random) -> bool:
    """Write another word into a cell of a malformed table."""
    chosen = _planted(project, random, [one for one in project.planted if one.kind == "table"])
    if chosen is None:
        return False
    _, document, index = chosen
    at = index + random.choice([1, 3])
    line = document.lines[at]
    document.lines[at] = Line(
        re.sub(r"[a-z]+", lambda found: random.choice("abcxyz") * len(found[0]), line.text, count=1), line.id
    )
    return True


def prepend(project: Project, random: Random) -> bool:
    """Put a line before the first one of a paragraph: where docutils then says the paragraph's mistakes are."""
    chosen = _planted(project, random, [one for one in project.planted if one.kind.startswith("inline")])
    if chosen is None:
        return False
    _, document, index = chosen
    (line,) = project.fresh([f"{words(random)},"])
    project.aliases[line.id] = document.lines[index].id
    document.lines.insert(index, line)
    return True


def behead(project: Project, random: Random) -> bool:
    """Take away the first line of a paragraph whose mistake is in a later one."""
    for document in random.sample(list(project.documents.values()), len(project.documents)):
        for start, end in document.chunks():
            first, second = document.lines[start : start + 2] if end - start > 3 else (Line("", 0), Line("", 0))
            if document.is_plain(start, start + 1) and re.match(r"[a-z].*\*[a-z]", second.text):
                project.aliases[second.id] = first.id
                del document.lines[start]
                return True
    return False


EDITS: Sequence[tuple[int, Edit]] = (
    (6, insert),
    (4, delete),
    (5, move),
    (3, move_section),
    (2, swap),
    (2, rename),
    (1, indent),
    (1, end_lines),
    (2, refill),
    (6, edit_words),
    (6, plant),
    (5, repair),
    (5, copy_mistake),
    (2, copy_and_repair),
    (3, remove_twin),
    (3, edit_table),
    (2, prepend),
    (1, behead),
)
"""The edits, and how often each is made."""


def _put(project: Project, random: Random, block: Sequence[Line]) -> bool:
    document = random.choice(list(project.documents.values()))
    places = [start for start, _ in document.chunks()][1:]
    if not places:
        return False
    place = random.choice(places)
    document.lines[place:place] = block
    return True


def _mend(project: Project, planted: Planted, document: Document, index: int) -> None:
    lines = [Line(text, number) for text, number in zip(planted.repaired, planted.ids, strict=True)]
    document.lines[index : index + len(lines)] = lines
    project.planted.remove(planted)


def _carry(project: Project, random: Random, document: Document, start: int, end: int) -> bool:
    block = document.lines[start:end]
    if block[-1].text.strip():
        block += project.fresh([""])
    del document.lines[start:end]
    return _put(project, random, block)


def _chunk(project: Project, random: Random) -> tuple[Document, int, int] | None:
    document = random.choice(list(project.documents.values()))
    chunks = document.chunks()[1:]
    return (document, *random.choice(chunks)) if chunks else None


def _is_title(document: Document, start: int, end: int) -> bool:
    return any(start <= place < end for place, _ in document.sections()) or start < 3


def _planted(
    project: Project, random: Random, among: Sequence[Planted] | None = None
) -> tuple[Planted, Document, int] | None:
    choices = list(project.planted if among is None else among)
    random.shuffle(choices)
    for planted in choices:
        found = project.find(planted.ids)
        if found:
            return (planted, *found)
    return None


def _end_with_empty_line(project: Project, document: Document) -> None:
    if document.lines and document.lines[-1].text.strip():
        document.lines.extend(project.fresh([""]))
