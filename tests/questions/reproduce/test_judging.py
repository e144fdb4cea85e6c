from __future__ import annotations

from dataclasses import replace

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged, Verdict
from docs_matrix.questions.reproduce.judging import misses, seen_in, tell
from docs_matrix.robot.report import Message

PATH = "Documentation/a.rst"


def message(line: int, *, marked: bool = True) -> Message:
    return Message(PATH, line, "WARNING", None, "Malformed table.", marked, cut=False)


def judged(line: int, verdict: Verdict = Verdict.NEW) -> Judged:
    return Judged(
        verdict,
        Diagnostic(PATH, line, "WARNING", None, "Malformed table.", f"{PATH}:{line}: WARNING: Malformed table."),
    )


def test_what_one_cell_says_and_another_does_not_counts_against_the_other() -> None:
    reported = [message(3)]
    cells = {"a": seen_in(reported, [judged(3)]), "b": seen_in(reported, [])}
    told = tell(reported, cells, [None], (), based=True)
    assert (told[0].standing, told[0].judged, told[0].exact) == ("new", True, ("a",))
    assert misses(told, cells["a"]) == ()
    assert misses(told, cells["b"]) == (f"{PATH}:3: does not say Malformed table.",)


def test_what_is_flaky_supports_a_cell_and_excludes_none() -> None:
    reported = [message(3)]
    cells = {"a": seen_in(reported, [judged(3, Verdict.FLAKY)]), "b": seen_in(reported, [])}
    told = tell(reported, cells, [None], (), based=True)
    assert told[0].flaky
    assert misses(told, cells["a"]) == misses(told, cells["b"]) == ()


def test_what_is_in_the_base_too_is_known_and_not_missed() -> None:
    reported = [message(3, marked=False)]
    (told,) = tell(reported, {"a": seen_in(reported, [judged(3, Verdict.KNOWN)])}, [None], (), based=True)
    assert (told.standing, told.missed) == ("known", False)
    (told,) = tell(reported, {"a": seen_in(reported, [judged(3)])}, [None], (), based=True)
    assert (told.standing, told.missed) == ("new", True)


def test_a_line_of_which_this_tree_may_have_another_file_counts_neither_way() -> None:
    reported = [message(3)]
    cells = {"a": seen_in(reported, [])}
    (other,) = tell(reported, cells, [None], (), based=True)
    (exact,) = tell(reported, cells, [None], (PATH,), based=True)
    (gone,) = tell(reported, cells, ["no such file in this tree"], (), based=True)
    assert [told.judged for told in (other, exact, gone)] == [False, True, False]
    assert misses((other, gone), [None, None]) == ()
    assert misses((exact,), [None]) != ()


def test_equal_messages_are_each_wanted() -> None:
    reported = [message(3), message(3)]
    seen = seen_in(reported, [judged(3)])
    told = tell(reported, {"a": seen, "b": seen_in(reported, [judged(3), judged(3)])}, [None, None], (), based=True)
    assert len(misses(told, seen)) == 1
    assert replace(told[0], cells={}) == replace(told[1], cells={})
