from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from docs_matrix.diagnostics.revisions import BuildCounts, Difference, Revision, RevisionHistory, joined, placed
from docs_matrix.reports.history import columns, document, notes, picture, rows, title

from tests.support.runs import HOSTILE, NEW, OLD


def told(total: int, came: int = 0, went: int = 0, *, otherwise: bool = False, first: bool = False) -> BuildCounts:
    difference = None if first else Difference(came, went, otherwise)
    return BuildCounts("ok", None, {"WARNING": {"docutils": total}} if total else {}, difference)


FAILED = BuildCounts("failed", "ended by signal 9", {}, None)


def revision(letter: str, day: int, **builds: BuildCounts) -> Revision:
    names = {"old": OLD, "new": NEW}
    seen = {names[name]: build for name, build in builds.items()}
    return Revision(letter * 40, f"2026-01-{day:02}T00:00:00Z", letter * 40, f"change {letter}", seen)


def history(*revisions: Revision, cells: tuple[str, ...] = (OLD, NEW)) -> RevisionHistory:
    return RevisionHistory("handbook", None, cells, revisions)


COURSE = history(
    revision("a", 1, old=told(2, first=True), new=told(2, first=True)),
    revision("b", 2, old=FAILED, new=told(5, came=4, went=1)),
    revision("c", 3, new=told(5, otherwise=True)),
)


def test_a_row_is_a_revision_and_a_failed_build_has_no_number() -> None:
    assert columns(COURSE)[:3] == ("revision", "date", "py3.9\ndocutils0.16\nsphinx3.4.3")
    assert list(rows(COURSE)) == [
        ("aaaaaaaaaaaa", "2026-01-01", "2", "2", "change a"),
        ("bbbbbbbbbbbb", "2026-01-02", "failed", "5 (+4 -1)", "change b"),
        ("cccccccccccc", "2026-01-03", "-", "5 *", "change c"),
    ]
    failed, star = notes(COURSE)
    assert failed == f"bbbbbbbbbbbb in {OLD}: failed: ended by signal 9"
    assert star.startswith("* not comparable with the row before")


def test_as_data_a_failed_build_has_no_total() -> None:
    (made,) = document([COURSE])["histories"]
    builds = [row["builds"] for row in made["revisions"]]
    assert [build[NEW]["total"] for build in builds] == [2, 5, 5]
    assert builds[1][OLD]["total"] is None
    assert made["documents"] is None


def test_what_was_read_is_told() -> None:
    assert title(COURSE) == "handbook: all documents"
    assert title(RevisionHistory("t", ("a.rst", "b/"), (), ())) == "t: a.rst, b/"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.labels: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.labels += [value or "" for name, value in attrs if name == "aria-label" and tag == "svg"]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_picture_has_a_line_for_cells_that_tell_the_same_and_words_for_who_does_not_see_it() -> None:
    read = Tags(picture(COURSE))
    assert read.labels == [
        f"{OLD}: 2 at last, 2 at first, 2 at most, 1 failed build",
        f"{NEW}: 5 at last, 2 at first, 5 at most",
    ]
    same = history(
        *(revision(letter, at, old=told(at), new=told(at)) for at, letter in enumerate("abc", 1)),
    )
    assert Tags(picture(same)).labels == ["all 2 cells: 3 at last, 1 at first, 3 at most"]


def test_no_line_leads_over_a_failed_build_and_its_place_is_marked() -> None:
    alone = history(
        *(revision("abcde"[at], at + 1, new=FAILED if at == 2 else told(at)) for at in range(5)), cells=(NEW,)
    )
    made = picture(alone)
    assert len(re.findall('class="line"', made)) == 2
    assert len(re.findall('class="point"', made)) == 4
    (mark,) = re.findall('class="failed"[^>]*><title>([^<]*)', made)
    assert mark == "cccccccccccc 2026-01-03: failed"


def test_one_revision_is_no_course() -> None:
    assert "".join(picture(history(revision("a", 1, new=told(1))))) == ""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_subjects_and_reasons_are_text(text: str) -> None:
    def hostile(letter: str, day: int) -> Revision:
        broken = BuildCounts("failed", text, {}, None)
        return Revision(letter * 40, f"2026-01-{day:02}", None, text, {NEW: broken, OLD: told(day)})

    made = RevisionHistory(text, (text,), (OLD, NEW), (hostile("a", 1), hostile("b", 2)))
    page = picture(made)
    assert set(Tags(page).tags) <= set(Tags(picture(COURSE)).tags)
    assert len(page) < 20_000
    assert all("\n" not in field for row in rows(made) for field in row)
    assert all("\n" not in note and "\x1b" not in note for note in notes(made))


def test_jobs_of_one_cell_each_make_one_history() -> None:
    parts = [COURSE.of([NEW]), COURSE.of([OLD])]
    assert joined(parts, [OLD, NEW]) == COURSE
    assert joined(list(reversed(parts)), [OLD, NEW]) == COURSE
    assert joined([], [OLD]) is None


def test_what_git_does_not_know_stands_by_its_date() -> None:
    known = [revision("a", 1), revision("b", 5), revision("c", 3)]
    found = placed([revision("x", 4), revision("y", 9), revision("w", 2)], known)
    assert [row.version[0] for row in found] == ["a", "w", "b", "c", "x", "y"]
    assert [row.version[0] for row in placed([revision("o", 1)], [revision("b", 2)])] == ["o", "b"]
