"""Anchors: what stays when the surroundings move, whatever end of a block is reported."""

from __future__ import annotations

from docs_matrix.baselines.anchors import Anchor, Anchors
from docs_matrix.diagnostics.diagnostic import Diagnostic

TEXT = """\
=====
Title
=====

A first paragraph
of two lines.

Section
---

+-----+-----+
| one | two |
+-----+-----+

 * in a list
 *
 * and another
"""


def anchor(line: int | None, text: str = TEXT, path: str | None = "a.rst") -> Anchor | None:
    return Anchors({"a.rst": text, "a.c": text}.get).of(Diagnostic(path, line, "WARNING", None, "x", printed="x"))


def test_a_paragraph_is_the_same_block_from_its_first_line_and_its_last() -> None:
    first, last = anchor(5), anchor(6)
    assert first
    assert last
    assert (first.section, first.block) == (last.section, last.block)
    assert (first.section, first.source, last.source) == ("Title", "A first paragraph", "of two lines.")


def test_a_tables_border_has_the_words_of_the_row_behind_it() -> None:
    border, row = anchor(11), anchor(12)
    assert border == row
    assert row
    assert (row.section, row.source) == ("Section", "| one | two |")


def test_an_underline_has_the_words_of_its_title() -> None:
    underline = anchor(9)
    assert underline
    assert (underline.section, underline.source) == ("Section", "Section")


def test_an_empty_line_stands_for_the_block_before_it() -> None:
    assert anchor(7) == anchor(6)


def test_the_leader_of_a_comments_lines_parts_blocks() -> None:
    one, other = anchor(15), anchor(17)
    assert one
    assert other
    assert one.block != other.block


def test_whitespace_and_what_stands_elsewhere_change_nothing() -> None:
    other = "\n\n" + TEXT.replace("A first paragraph", "  A  first\tparagraph").replace("| one", "| other")
    assert anchor(5) == anchor(7, other)


def test_code_has_the_line_that_git_shows_above_a_hunk() -> None:
    text = "int first(void)\n{\n}\n\n/**\n * second - *open\n */\nint second(void)\n"
    found = anchor(6, text, "a.c")
    assert found
    assert (found.section, found.source) == ("int first(void)", "* second - *open")


def test_what_has_no_line_or_no_source_has_no_anchor() -> None:
    assert anchor(None) is None
    assert anchor(3, path=None) is None
    assert anchor(3, path="generated.rst") is None
    assert anchor(400) is None
    assert anchor(1, text="") is None


def test_the_line_behind_the_last_is_the_end_of_the_file() -> None:
    assert anchor(18) == anchor(17)


def test_a_huge_line_is_cut_and_told_apart_by_its_end() -> None:
    one, other = anchor(1, "x" * 1_000_000 + "1"), anchor(1, "x" * 1_000_000 + "2")
    assert one
    assert other
    assert len(one.source) < 200
    assert one.source != other.source
