"""Messages are read from what a plain build prints."""

from __future__ import annotations

import pytest

from tests.planted.plain import Said, read_messages


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "/tmp/a/docs/index.rst:4: WARNING: Inline emphasis start-string without end-string. [docutils]",
            Said("docs/index.rst", 4, "Inline emphasis start-string without end-string."),
        ),
        (
            "/tmp/a/docs/new.rst: WARNING: document isn't included",
            Said("docs/new.rst", None, "document isn't included"),
        ),
        (
            "WARNING: html_static_path entry 'x' does not exist",
            Said(None, None, "html_static_path entry 'x' does not exist"),
        ),
        (
            "/tmp/a/src/one.py:docstring of pkg.one.f:3: WARNING: unknown document: 'x' [ref.doc]",
            Said("src/one.py", 3, "unknown document: 'x'"),
        ),
        (
            "/tmp/a/index.rst:7:<translated>:1: WARNING: undefined label: 'x'",
            Said("index.rst", 1, "undefined label: 'x'"),
        ),
        ("/tmp/a/b.md.rst:3: WARNING: no role", Said("b.md", 3, "no role")),
        ("/tmp/a/b.rst.rst:3: WARNING: out of range", Said("b.rst", 3, "out of range")),
        ("/tmp/a/docs/conf.py:7: UserWarning: old", Said("docs/conf.py", 7, "UserWarning: old")),
        (
            "/tmp/a/b.md:3: WARNING: not found: 'x' [myst.xref_missing] [myst.xref_missing]",
            Said("b.md", 3, "not found: 'x'"),
        ),
    ],
)
def test_a_message_is_its_file_its_line_and_its_text(line: str, said: Said) -> None:
    assert list(read_messages(f"{line}\n", "/tmp/a")) == [said]


def test_what_follows_the_first_line_of_a_message_is_no_message() -> None:
    printed = "/tmp/a/index.rst:4: ERROR: Malformed table.\nText in column margin.\n\n=== ===\n"
    assert list(read_messages(printed, "/tmp/a")) == [Said("index.rst", 4, "Malformed table.")]
