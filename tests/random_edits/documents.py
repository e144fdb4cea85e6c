"""Documents whose lines know where they came from: the truth about what an edit did to which line.

A line keeps its identity through moves and edits of its text. A line that is put in, or copied, gets a new one.
"""

from __future__ import annotations

import itertools
import re
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.random_edits.mistakes import words

__all__ = ["Document", "Line", "Planted", "Project", "invented_sources", "seeded", "sphinx_sources"]

_UNDERLINE = re.compile(r"([=\-~^\"'#*+])\1{2,}$")


def seeded(seed: str) -> Random:
    """Random edits that are the same each time."""
    return Random(seed)  # noqa: S311 (nothing here is a secret)


@dataclass(frozen=True)
class Line:
    """A line's text and identity."""

    text: str
    id: int


@dataclass(frozen=True)
class Planted:
    """A mistake in a document, by the identities of its lines, and the texts that repair them."""

    kind: str
    ids: tuple[int, ...]
    repaired: tuple[str, ...]
    is_copy: bool = False


@dataclass
class Document:
    """The lines of a file; `ending` is what ends them."""

    lines: list[Line]
    ending: str = "\n"

    @property
    def text(self) -> str:
        return "".join(line.text + self.ending for line in self.lines)

    def copy(self) -> Document:
        return Document(list(self.lines), self.ending)

    def chunks(self) -> list[tuple[int, int]]:
        """The ranges of lines between which something may be put: a line at the margin behind an empty one, with all
        that is indented below it. The empty lines at the end belong to it."""
        starts = [
            index
            for index, line in enumerate(self.lines)
            if line.text.strip()
            and not line.text[0].isspace()
            and (index == 0 or not self.lines[index - 1].text.strip())
        ]
        return [(start, end) for start, end in itertools.pairwise([*starts, len(self.lines)]) if starts]

    def sections(self) -> list[tuple[int, int]]:
        """The ranges of lines of the sections, a title to the next one of its kind or above."""
        titles: list[tuple[int, str]] = []
        for start, end in self.chunks():
            if start and end - start > 1 and (mark := _UNDERLINE.match(self.lines[start + 1].text)):
                titles.append((start, mark[1]))
        ranks: dict[str, int] = {}
        for _, sign in titles:
            ranks.setdefault(sign, len(ranks))
        return [
            (
                start,
                next((other for other, mark in titles[index + 1 :] if ranks[mark] <= ranks[sign]), len(self.lines)),
            )
            for index, (start, sign) in enumerate(titles)
        ]

    def is_plain(self, start: int, end: int) -> bool:
        """Whether the lines are prose at the margin that begins and ends with letters, and have no markup."""
        texts = [line.text for line in self.lines[start:end] if line.text.strip()]
        return bool(texts) and all(re.fullmatch(r"[A-Za-z][A-Za-z ,.]*", text) for text in texts)


@dataclass
class Project:
    """The documents of a tree by path, and the mistakes that were planted.

    `aliases` are lines that stand for another, since a paragraph's first line is where docutils says its mistakes are.
    `families` has the text that a line began with, by its identity: of lines that began alike, or as copies, nobody can
    say which is which. `before` has the neighbours of each line in the project that this one is a copy of.
    """

    documents: dict[str, Document]
    planted: list[Planted] = field(default_factory=list)
    aliases: dict[int, int] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)
    before: dict[int, frozenset[int]] = field(default_factory=dict)
    counter: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def of(cls, texts: dict[str, str]) -> Project:
        project = cls({})
        for path, text in texts.items():
            project.documents[path] = Document(project.fresh(text.splitlines()))
        return project

    def fresh(self, texts: Iterable[str]) -> list[Line]:
        """New lines."""
        lines = [Line(text, next(self.counter)) for text in texts]
        self.families.update((line.id, " ".join(line.text.split())) for line in lines)
        return lines

    def copied(self, lines: Sequence[Line]) -> list[Line]:
        """New lines with the texts of `lines`, and of their families."""
        copies = [Line(line.text, next(self.counter)) for line in lines]
        families = [self.families.get(line.id, line.text) for line in lines]
        self.families.update((copy.id, family) for copy, family in zip(copies, families, strict=True))
        return copies

    def copy(self) -> Project:
        documents = {path: document.copy() for path, document in self.documents.items()}
        return Project(
            documents, list(self.planted), dict(self.aliases), self.families, self.neighbours(), self.counter
        )

    def neighbours(self) -> dict[int, frozenset[int]]:
        """For each line the lines before and behind it, empty ones left out."""
        found = {}
        for document in self.documents.values():
            ids = [line.id for line in document.lines if line.text.strip()]
            for before, number, after in zip([-1, *ids], ids, [*ids[1:], -1], strict=False):
                found[number] = frozenset({before, after} - {-1})
        return found

    def write(self, folder: Path) -> Path:
        """Write the documents below `folder`, and nothing else."""
        for path in sorted(folder.rglob("*.rst")):
            if path.relative_to(folder).as_posix() not in self.documents:
                path.unlink()
        for name, document in self.documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.text.encode())
        return folder

    def find(self, ids: Sequence[int]) -> tuple[Document, int] | None:
        """The document and the index of the lines `ids`, where they still stand in one piece."""
        for document in self.documents.values():
            for index, line in enumerate(document.lines):
                if line.id == ids[0]:
                    here = tuple(one.id for one in document.lines[index : index + len(ids)])
                    return (document, index) if here == tuple(ids) else None
        return None


def invented_sources(count: int) -> dict[str, str]:
    """Documents of invented text, the same ones each time: titles, prose, lists, directives, literal blocks."""
    random = seeded("documents")
    return {f"docs/{'ab'[number % 2]}/{number}.rst": _invented(random) for number in range(count)}


def _invented(random: Random) -> str:
    parts = [_titled(words(random, 3), "=")]
    for _ in range(random.randint(3, 6)):
        parts.append(_titled(words(random, 3), "-"))
        for _ in range(random.randint(2, 6)):
            kind = random.randrange(5)
            if kind == 0:
                parts.append("\n".join(f"- {words(random)}\n  {words(random)}" for _ in range(3)))
            elif kind == 1:
                parts.append(f".. note::\n\n   {words(random)}\n   {words(random)}")
            elif kind == 2:
                parts.append(f"{words(random)}::\n\n    {words(random)}\n      {words(random)}")
            else:
                parts.append("\n".join(words(random, random.randint(6, 10)) for _ in range(random.randint(1, 5))) + ".")
    return "\n\n".join(parts) + "\n"


def _titled(title: str, sign: str) -> str:
    return f"{title}\n{sign * len(title)}"


def sphinx_sources(archive: Path) -> dict[str, str]:
    """Sphinx's own documents, from its source distribution."""
    with tarfile.open(archive) as tar:
        wanted = [one for one in tar if "/doc/" in one.name and one.name.endswith(".rst")]
        texts = {one.name.partition("/")[2]: tar.extractfile(one) for one in wanted}
        return {path: stream.read().decode("utf-8") for path, stream in sorted(texts.items()) if stream}
