from __future__ import annotations

from docs_matrix.reports.escaping import cut, cut_with_digest, harmless, one_line, visible
from hypothesis import given
from hypothesis import strategies as st

anything = st.text(st.characters(exclude_categories=()))


def test_what_could_hide_or_turn_text_is_shown() -> None:
    assert visible("a\x00b\x1bc\udc80d\u202ee\u2028f\U0001ffffg") == "a\\x00b\\x1bc\\udc80d\\u202ee\\u2028f\\U0001ffffg"


def test_text_in_any_language_stays() -> None:
    assert visible("naïve 文档\t☃ 👩‍🔬\n") == "naïve 文档\t☃ 👩‍🔬\n"


@given(anything)
def test_visible_text_is_utf_8_and_stays_as_it_is(text: str) -> None:
    visible(text).encode("utf-8")
    assert visible(visible(text)) == visible(text)


@given(anything)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_two_long_texts_stay_two_when_cut() -> None:
    assert cut_with_digest("a" * 300 + "b", 200) != cut_with_digest("a" * 300 + "c", 200)
    assert cut("a" * 300, 300) == "a" * 300


@given(anything)
def test_no_line_is_a_command_to_a_runner(text: str) -> None:
    line = harmless(one_line(text))
    assert not line.lstrip().startswith("::")
    assert "##[" not in line
