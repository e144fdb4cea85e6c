"""The robot's reports: invented ones in all forms that it has, and what a plain search for their marks says.

`mails/` holds a report a file, with what it must say beside it; `thread.txt` is an archive's page of a patch and the answers
to it. `$DOCS_MATRIX_REPORTS` may name a folder of real reports: they are then read as well.
`python -m tests.robot.corpus` prints how many messages are written in which form.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from docs_matrix.robot.read import read
from docs_matrix.robot.report import Message, Report, forms

HERE = Path(__file__).parent
MAILS = sorted((HERE / "mails").glob("*.txt"))
THREAD = HERE / "thread.txt"
REAL = sorted(Path(os.environ["DOCS_MATRIX_REPORTS"]).glob("*.txt")) if "DOCS_MATRIX_REPORTS" in os.environ else []
REPORTS = [*MAILS, *REAL]

each = pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)


def each_with(name: str, values: Sequence[object]) -> pytest.MarkDecorator:
    """Each report with each of `values` as `name`; of the real ones one value in turn in the quick tests."""
    rest = pytest.mark.acceptance
    return pytest.mark.parametrize(
        ("path", name),
        [
            pytest.param(
                path,
                value,
                id=f"{path.stem}-{value}",
                marks=() if path in MAILS or number % len(values) == turn else rest,
            )
            for number, path in enumerate(REPORTS)
            for turn, value in enumerate(values)
        ],
    )


Mark = tuple[str | None, int | None, str | None, str]


def marks(text: str) -> list[Mark]:
    """Path, line, level and first line of every `>>` line, read by expressions that share nothing with the reader."""
    found: list[Mark] = []
    for row in re.findall(r"^>> (.*)$", text, re.MULTILINE):
        if match := re.match(
            r"(?:[^ ]+:\d+: )?(?:\./)?([^ :]+):(\d+):(?:\d+:)? \[?(warning|error|critical)\]?:? (.*)$", row, re.I
        ):
            found.append((match[1], int(match[2]), match[3].upper(), match[4]))
        elif match := re.match(r"([^ :]+): (WARNING|ERROR): (.*)$", row):
            found.append((match[1], None, match[2], match[3]))
        elif match := re.match(r"Warning: ((\S+) references a file .*)$", row):
            found.append((match[2], None, "WARNING", match[1]))
        elif match := re.match(r"Warning: (file \./(\S+)#(\d+):|\S+ is defined \d+ times:  \./(\S+?):(\d+) .*)$", row):
            found.append((match[2] or match[4], int(match[3] or match[5]), "WARNING", match[1]))
        elif match := re.match(r"(\S+\.yaml): (.*)$", row):
            found.append((match[1], None, "WARNING", match[2]))
        else:
            raise AssertionError(f"a form that this check does not know: {row}")
    return [(path, line, level, re.sub(r" \[[a-z_.]+\]$", "", words)) for path, line, level, words in found]


def told(messages: tuple[Message, ...]) -> list[Mark]:
    """The same of the marked ones of `messages`."""
    return [
        (message.path, message.line, message.level, message.message.split("\n")[0])
        for message in messages
        if message.marked
    ]


def the_one(data: bytes) -> Report:
    """The one report that is in `data`."""
    (report,) = read(data, "a file").reports
    return report


def same(one: Report, other: Report) -> bool:
    """Whether two reports say the same of what was built and of each message; subject and date may come from elsewhere."""
    names = ("base", "commit", "url", "tree", "patch_link", "docutils", "python", "reproduce", "tags", "tested")
    return all(getattr(one, name) == getattr(other, name) for name in names) and [
        (item.path, item.line, item.level, item.category, item.message, item.marked) for item in one.messages
    ] == [(item.path, item.line, item.level, item.category, item.message, item.marked) for item in other.messages]


def counted(paths: Iterable[Path]) -> Counter[str]:
    """How many messages of the reports in `paths` are written in which form."""
    total: Counter[str] = Counter()
    for path in paths:
        for report in read(path.read_bytes(), path.name).reports:
            total += forms(report.messages)
    return total


if __name__ == "__main__":
    for form, count in counted(REPORTS).most_common():
        print(f"{count:5} {form}")  # noqa: T201
