"""What tools print, as diagnostics."""

from __future__ import annotations

import pytest
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.tree_checks.output import messages

CHECK = TreeCheck("words", ("words",), category="words")


@pytest.mark.parametrize(
    ("line", "path", "number", "level", "message"),
    [
        ("docs/a.rst:3: teh ==> the", "docs/a.rst", 3, "WARNING", "teh ==> the"),
        ("./docs/a.rst:3: trailing whitespace (x)", "docs/a.rst", 3, "WARNING", "trailing whitespace (x)"),
        ("/w/tree/a.rst:7:12: D001 Line too long", "a.rst", 7, "WARNING", "D001 Line too long"),
        ("a.c:1:2: error: unknown type", "a.c", 1, "ERROR", "unknown type"),
        ("a.yaml:1:1: [warning] missing start (document-start)", "a.yaml", 1, "WARNING", "missing start (document-start)"),
        ("a.yaml:4:1: [error] wrong (indentation)", "a.yaml", 4, "ERROR", "wrong (indentation)"),
    ],
)  # fmt: skip
def test_the_usual_form_is_understood(line: str, path: str, number: int, level: str, message: str) -> None:
    (said,), others = messages(f"{line}\n", CHECK, "/w/tree")
    assert (said.path, said.line, said.level, said.message, others) == (path, number, level, message, ())
    assert (said.category, said.origin) == ("words", "check")


def test_a_line_of_another_form_is_no_message() -> None:
    said, others = messages("No problems found.\n\na.rst:1: bad\nBye.\n", CHECK, "/w")
    assert [one.line for one in said] == [1]
    assert others == ("No problems found.", "Bye.")


def test_a_form_may_have_several_lines_and_a_rule() -> None:
    form = TreeCheck("x", (), category="x", lines=r"!(?P<rule>\w+) (?P<path>\S+)\n\t(?P<message>.+)", level="ERROR")
    (said,), others = messages("begin\n!R1 a.rst\n\tis bad\nend", form, "/w")
    assert (said.path, said.line, said.level, said.category, said.message) == ("a.rst", None, "ERROR", "x.R1", "is bad")
    assert said.printed == "!R1 a.rst\n\tis bad"
    assert others == ("begin", "end")


def test_without_a_form_the_messages_of_a_build_are_read() -> None:
    text = "Warning: file /w/Documentation/ABI/a#3:\n\tis bad. Line\n\t\tWhat\nmake: bye\n"
    (said,), others = messages(text, TreeCheck("abi", (), lines=None), "/w")
    assert (said.path, said.line, said.level) == ("Documentation/ABI/a", 3, "WARNING")
    assert "is bad. Line" in said.message
    assert others == ("make: bye",)
