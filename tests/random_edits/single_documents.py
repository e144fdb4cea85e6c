"""Thousands of edits through docutils alone, one document at a time, and git's real diff between the trees.

Run as a script:
`python -m tests.random_edits.single_documents [ROUNDS [SEED [ARCHIVE]]]`; ARCHIVE is a source distribution with reStructuredText
in `doc/`, such as Sphinx's; without one the documents are invented.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from docs_matrix.comparison.judge import compare
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.trees import Trees
from docutils.core import publish_doctree  # type: ignore[import-untyped]
from docutils.readers import standalone  # type: ignore[import-untyped]

from tests.random_edits.documents import Project, invented_sources, seeded, sphinx_sources
from tests.random_edits.edits import make_edits, plant
from tests.random_edits.truth import Score, Texts, score

__all__ = ["rounds"]

LEVELS = {2: "WARNING", 3: "ERROR", 4: "CRITICAL"}
SETTINGS = {
    "_disable_config": True,
    "report_level": 2,
    "halt_level": 5,
    "warning_stream": False,
    "file_insertion_enabled": False,
    "raw_enabled": False,
}
LONGEST = 250
"""Lines; longer documents are left out, since docutils reads a document again after each edit."""


def rounds(texts: dict[str, str], count: int, seed: int, folder: Path, *, documents: int = 8, edits: int = 20) -> Score:
    """Edit `documents` documents of `texts` at random, up to `edits` edits `count` times, and score each comparison."""
    short = {path: text for path, text in texts.items() if 10 < text.count("\n") < LONGEST}
    total = Score()
    trees = Trees(folder)
    for number in range(count):
        total.add(_round(short, seeded(f"{seed}-{number}"), trees, folder / "trees", documents, edits))
    return total


def _round(texts: dict[str, str], random: Random, trees: Trees, folder: Path, documents: int, edits: int) -> Score:
    chosen = random.sample(sorted(texts), min(documents, len(texts)))
    base = Project.of({path: texts[path] for path in chosen})
    for _ in range(2 * documents):
        plant(base, random)
    head = base.copy()
    made = make_edits(head, random, random.randint(1, edits))
    said, now = _said(base), _said(head)
    old, new = (trees.open(project.write(folder / name)) for project, name in ((base, "base"), (head, "head")))
    judged = compare(said, now, trees.changes(old, new), Texts(base, head))
    result = score(base, head, said, now, judged)
    result.edits = made
    return result


def _said(project: Project) -> list[Diagnostic]:
    return [
        Diagnostic(path, line, level, "docutils", message, printed=message)
        for path, document in sorted(project.documents.items())
        for line, level, message in _messages(document.text)
    ]


@lru_cache(maxsize=2_000)
def _messages(text: str) -> tuple[tuple[int | None, str, str], ...]:
    """What docutils says of a document: line, level and message."""
    found: list[tuple[int | None, str, str]] = []

    class Reader(standalone.Reader):  # type: ignore[misc]
        def new_document(self) -> Any:
            document = super().new_document()
            document.reporter.attach_observer(hear)
            return document

    def hear(message: Any) -> None:
        level = int(message["level"])
        if level in LEVELS:
            found.append((message.get("line"), LEVELS[level], "\n\n".join(part.astext() for part in message.children)))

    publish_doctree(text, source_path="document.rst", reader=Reader(), settings_overrides=SETTINGS)
    return tuple(found)


def main(arguments: Sequence[str]) -> None:
    count, seed, place = [*arguments, *("40", "1", "")[len(arguments) :]]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        texts = sphinx_sources(Path(place)) if place else invented_sources(30)
        total = rounds(texts, int(count), int(seed), Path(folder))
    sys.stdout.write("".join(f"{miss}\n" for miss in total.misses))
    sys.stdout.write(f"{total} in {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
