"""A bisection told: the sentence for each kind of answer, and that nothing in it can harm who reads it."""

from __future__ import annotations

import html
import io
from dataclasses import replace

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.notes import Note
from docs_matrix.questions.bisect.bisect_report import headline, lines, markdown
from docs_matrix.questions.bisect.bisection import (
    BeforeAfter,
    Bisection,
    Culprit,
    FoundChange,
    QuotedHistory,
    Skipped,
    TriedCandidate,
)
from docs_matrix.reports.steps import Steps
from markdown_it import MarkdownIt
from rich.console import Console

EVIL = "a\x1b[31m\udc80\n::error::stop <script> `x` | y"
OLD = Diagnostic("a.rst", 391, "ERROR", "docutils", "Malformed table.\nRight border.", "printed")
NEW = replace(OLD, line=392)
FOUND = FoundChange(
    "0.22.1", "0.22", "2025-09-17", (), (BeforeAfter(OLD, NEW),), "axis", "nothing else differs between the two"
)
TRIED = TriedCandidate(
    "0.22", "2025-07-29", "3.13.0", "0.22", "9.2.0", "Python 3.11 (the cell has 3.13)", 2, True, (OLD,)
)


def answer(*changes: FoundChange, command: str = "docs-matrix bisect docutils") -> Bisection:
    return Bisection(
        axis="docutils",
        tree="linux",
        identity="1" * 40,
        documents="a.rst",
        find="table",
        path=None,
        cell="py3.13",
        candidates=("0.21", "0.22", "0.22.1"),
        changes=changes,
        returns=False,
        tried=(TRIED,),
        skipped=(Skipped("0.21.1", "the build failed: boom"),),
        rounds=3,
        notes=(Note("range", ("0.21", "0.23", "the matrix's")),),
        seconds=1.0,
        command=command,
    )


def told(*changes: FoundChange) -> str:
    return "\n".join(lines(answer(*changes)))


def test_messages_that_differ_in_print_alone_are_shown_as_printed() -> None:
    old = replace(OLD, printed="a.rst:391: ERROR: Malformed table.")
    new = replace(OLD, printed="a.rst:391: ERROR: Malformed table. [docutils]")
    found = replace(FOUND, pairs=(BeforeAfter(old, new),))
    assert [line.strip() for line in told(found).splitlines() if "a.rst:391" in line] == [
        f"before: {old.printed}",
        f"after:  {new.printed}",
    ]
    assert new.printed in html.unescape(markdown(answer(found)))


def test_the_answer_stands_on_the_first_line() -> None:
    first = told(FOUND).splitlines()[0]
    assert first == "docutils 0.22.1 (2025-09-17) made the change; the last without it is 0.22"


def test_both_diagnostics_are_shown_one_below_the_other() -> None:
    text = told(FOUND)
    assert "  line 391 -> 392\n  before: a.rst:391: ERROR: Malformed table.\n          | Right border.\n" in text
    assert "  after:  a.rst:392: ERROR: Malformed table." in text


def test_what_was_tried_and_skipped_and_the_command_are_there() -> None:
    text = told(FOUND)
    assert "tried 1 of 3 in 3 rounds" in text
    assert "0.22 (2025-07-29): 391 ERROR; with Python 3.11 (the cell has 3.13)" in text
    assert "0.21.1: cannot be tested: the build failed: boom" in text
    assert text.endswith("again: docs-matrix bisect docutils")


def test_a_gap_is_the_answer_with_its_reasons() -> None:
    text = told(replace(FOUND, gap=(Skipped("0.22.1rc1", "no wheel"),)))
    assert "0.22.1rc1 between them cannot be tested: it is in one of these" in text
    assert "0.22.1rc1 cannot be tested: no wheel" in text


def test_company_that_made_the_change_is_named_in_place_of_the_axis() -> None:
    company = replace(FOUND, cause="company", culprit=Culprit("sphinx", "9.0.0", "8.2.3", "2025-11-30"))
    assert headline("docutils", company) == (
        "sphinx 9.0.0 (2025-11-30) made the change, and the last without it is 8.2.3: it came with docutils 0.22.1 (2025-09-17)"
    )


def test_what_is_not_known_is_said() -> None:
    assert "is unknown" in headline("docutils", replace(FOUND, cause="unknown"))


def test_the_main_change_is_told_first() -> None:
    first = replace(FOUND, first="0.17", cause="company")
    assert told(first, FOUND).splitlines()[0].startswith("docutils 0.22.1")


def test_history_is_quoted() -> None:
    quoted = replace(FOUND, history=QuotedHistory("HISTORY.rst", ("states.py: Relax.",)))
    assert "from HISTORY.rst of that release:\n  > states.py: Relax." in told(quoted)
    assert "\n> states.py: Relax&#46;" in markdown(answer(quoted)) or "\n> states.py: Relax." in markdown(
        answer(quoted)
    )


def test_hostile_text_is_shown_and_not_interpreted() -> None:
    evil = replace(OLD, message=EVIL, path=EVIL)
    change = replace(FOUND, pairs=(BeforeAfter(evil, None),), explanation=EVIL, history=QuotedHistory(EVIL, (EVIL,)))
    text = "\n".join(lines(answer(change, command=EVIL)))
    text.encode("utf-8")
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    page = MarkdownIt().render(markdown(answer(change, command=EVIL)))
    assert "<script>" not in page


def test_steps_print_a_line_for_each_candidate_that_has_ended() -> None:
    stream = io.StringIO()
    steps = Steps(Console(file=stream, width=20))
    steps.update("0.22", "building")
    steps.done("0.22", f"cannot be tested: {EVIL}")
    assert stream.getvalue().startswith("0.22: cannot be tested: a\\x1b[31m")
    assert stream.getvalue().count("\n") == 1


def test_a_difference_is_told_once_with_the_other_places_that_have_it() -> None:
    pairs = [BeforeAfter(replace(OLD, path=path), replace(NEW, path=path)) for path in ("a.rst", "b.rst", "c.rst")]
    other = BeforeAfter(None, replace(NEW, message="Another."))
    text = told(replace(FOUND, pairs=(*pairs, other)))
    assert text.count("line 391 -> 392") == 1
    assert "  in the same way at b.rst:392, c.rst:392\n" in text
    assert text.count("appeared") == 1
    assert markdown(answer(replace(FOUND, pairs=tuple(pairs)))).count("before") == 1
