"""What matrix.yaml may say of a check beside the builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.config import matrix
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.errors import InputError

HEAD = """\
version: 1
cells:
  - {python: "3.13", docutils: "0.23", sphinx: "9.2.0", date: "2026-11-01T00:00:00Z", why: the newest}
trees:
  docs:
    path: .
    checks:
      words:
"""


def checks(folder: Path, *lines: str) -> tuple[TreeCheck, ...]:
    path = folder / "matrix.yaml"
    path.write_text(HEAD + "".join(f"        {line}\n" for line in lines))
    return matrix.load(path).trees["docs"].checks


def test_a_command_alone_is_a_check_of_all_files_that_fails(tmp_path: Path) -> None:
    (check,) = checks(tmp_path, "command: [codespell, docs]")
    assert (check.name, check.command, check.category) == ("words", ("codespell", "docs"), "words")
    assert (check.reads, check.files, check.note, check.statuses) == ((), (), False, (0, 1))


def test_everything_that_is_said_of_it_is_kept(tmp_path: Path) -> None:
    (check,) = checks(
        tmp_path,
        "command: [vale, --output, line]",
        'requirements: ["vale>=3", "A-b"]',
        'python: "3.12"',
        "reads: [.vale.ini]",
        'files: ["*.rst"]',
        r"lines: '(?P<path>[^:]+):(?P<line>\d+):\d+:(?P<rule>[^:]+):(?P<message>.+)'",
        "level: ERROR",
        "statuses: [0, 65]",
        "time_limit: 20",
        "new: note",
    )
    assert (check.requirements, check.python, check.time_limit) == (("A-b", "vale>=3"), "3.12", 20.0)
    assert (check.reads, check.files, check.level) == ((".vale.ini",), ("*.rst",), "ERROR")
    assert (check.statuses, check.note) == ((0, 65), True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lines: '(?P<message>'", "9: trees.docs.checks.words.lines: .* is not a regular expression"),
        (r"lines: '\d+'", "9: trees.docs.checks.words.lines: .* names no group"),
        ("lines: '(?P<file>.)(?P<message>.)'", "9: trees.docs.checks.words.lines: .* names the group file"),
        ('requirements: ["code spell"]', r"9: trees.docs.checks.words.requirements\[0\]: .* is not a requirement"),
        ('requirements: ["a @ https://example.org/a"]', "9: .*names an address"),
        ("fails: never", "9: trees.docs.checks.words.fails: unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=f"matrix.yaml:{said}"):
        checks(tmp_path, line, "command: [x]")


def test_a_check_without_a_command_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='lacks the key "command"'):
        checks(tmp_path, "reads: [docs]")
