from __future__ import annotations

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.questions.reproduce.matching import differences, pairs, printed_category, printed_level
from docs_matrix.robot.report import Message

PATH = "Documentation/a.rst"


def message(
    text: str, line: int | None = 3, *, level: str = "WARNING", category: str | None = "docutils", cut: bool = False
) -> Message:
    return Message(PATH, line, level, category, text, marked=True, cut=cut)


def said(text: str, line: int | None = 3, *, level: str = "WARNING", printed: str | None = None) -> Diagnostic:
    shown = printed if printed is not None else f"{PATH}:{line}: {level}: {text} [docutils]"
    return Diagnostic(PATH, line, level, "docutils", text, shown)


def test_the_same_message_differs_in_nothing() -> None:
    assert differences(message("Malformed table."), said("Malformed table.")) == ()


def test_another_line_is_told() -> None:
    assert differences(message("Malformed table.", 392), said("Malformed table.", 391)) == ("line 391 instead of 392",)


def test_another_mistake_or_another_file_is_no_match() -> None:
    assert differences(message("Malformed table."), said("Unexpected indentation.")) is None
    assert differences(Message("b.rst", 3, None, None, "a", False, False), said("a")) is None


def test_what_a_cut_message_does_not_show_is_not_compared() -> None:
    whole = said("Malformed table.\nRight border not aligned.\n\n+--+", level="ERROR")
    cut = message("Malformed table.\nRight border   not aligned.", level="ERROR", category=None, cut=True)
    assert differences(cut, whole) == ()
    assert differences(message("Malformed table.\nRight border not aligned.", level="ERROR"), whole) == (
        "other words: more lines",
    )
    (told,) = differences(message("Malformed table.\nText in margin.", level="ERROR", cut=True), whole) or ()
    assert told == "other words: 'Right border not aligned.' instead of 'Text in margin.'"


def test_the_level_and_the_category_are_those_that_the_release_printed() -> None:
    old = said("a", level="ERROR", printed=f"{PATH}:3: WARNING: a")
    assert (printed_level(old), printed_category(old)) == ("WARNING", None)
    assert differences(message("a", category=None), old) == ()
    assert differences(message("a", level="ERROR"), old) == (
        "level WARNING instead of ERROR",
        "no category instead of [docutils]",
    )


def test_equal_messages_are_paired_one_to_one_and_the_nearest_first() -> None:
    reported = [message("a", 3), message("a", 3), message("a", 9)]
    assert pairs(reported, [said("a", 9), said("a", 3), said("b", 3)]) == [1, None, 0]
    assert pairs(reported, [said("a", 8), said("a", 3), said("a", 3)]) == [1, 2, 0]
