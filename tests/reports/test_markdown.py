from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.markdown import LIMIT, summary
from hypothesis import given, settings
from markdown_it import MarkdownIt

from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, example, known, new, run, runs

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


class _Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("br", "hr"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(made: Run) -> _Reader:
    """The summary of `made` as its readers see it; fails where its tags do not match."""
    reader = _Reader()
    reader.feed(_MARKDOWN.render(summary(made)))
    reader.close()
    assert reader.opened == []
    return reader


OUR_TAGS = {"p", "strong", "h3", "ul", "li", "code", "br", "details", "summary", "pre"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def test_the_first_line_is_the_verdict() -> None:
    first = summary(example()).splitlines()[0]
    assert first == "**docs-matrix: 7 new diagnostics in 2 cells (1 known)**"


def test_new_findings_come_with_their_places_cells_and_variants() -> None:
    text = rendered(example()).text
    assert f"{VFIO}:392: ERROR: Malformed table. ... [docutils]" in text
    assert "all 2 cells; line 391 in 1 cell, 392 in 1; the change touched its line" in text
    assert "Right border not aligned or missing.\n\n+---+---+" in text


def test_the_matrix_is_a_table_with_a_row_a_cell() -> None:
    made = run(cell(OLD, status="skipped", reason="no Python 3.9 | none"), cell(NEW, new("a")))
    rows = [line for line in summary(made).splitlines() if line.startswith("| ")]
    assert len(rows) == 3
    assert {row.count("|") for row in rows} == {8}
    assert f"{OLD}" in rendered(made).text
    assert "skipped: no Python 3.9 | none" in rendered(made).text


def test_known_ones_are_folded_and_counted() -> None:
    text = summary(run(cell(NEW, known("a", 3), known("b", 4))))
    assert "<details><summary>2 known</summary>" in text


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_is_shown_and_not_read(message: str) -> None:
    page = rendered(run(cell(NEW, new(message), new(f"first\n{message}"))))
    assert page.tags <= OUR_TAGS
    assert "href" not in page.text


def test_thousands_of_findings_are_cut_with_a_count() -> None:
    many = [new(f"{number} {'|' * 500}\n{'`' * 2000}", number) for number in range(1_000)]
    made = run(cell(NEW, *many, *(known(f"k{number} <", number) for number in range(1_000))))
    text = summary(made)
    assert 30_000 < len(text) < LIMIT
    left = [int(number) for number in re.findall(r"and (\d+) more, in", text)]
    assert len(left) == 2
    assert text.count("WARNING") + sum(left) == 2_000
    rendered(made)


def test_a_thousand_cells_are_cut_with_a_count() -> None:
    made = run(*(cell(f"{NEW}-{'x' * 90}{number}", reason="|" * 900, status="failed") for number in range(1_000)))
    text = summary(made)
    assert len(text) < LIMIT
    assert re.search(r"^\| and \d+ more \|", text, re.MULTILINE)
    rendered(made)


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_is_short_enough_and_has_no_tags_but_ours(made: Run) -> None:
    assert len(summary(made)) < LIMIT
    assert rendered(made).tags <= OUR_TAGS


def test_an_address_in_a_message_is_no_link() -> None:
    text = summary(run(cell(NEW, new("see https://a.example, www.b.example, c@d.example and [e](f)"))))
    assert "https&#58;//a.example, www&#46;b.example, c&#64;d.example and &#91;e&#93;(f)" in text
