"""The search for what must be read before, over plain functions."""

from __future__ import annotations

from collections.abc import Sequence

from docs_matrix.questions.isolate.trigger_search import OutOfQuestionsError, Sought, Triggers, search
from hypothesis import given
from hypothesis import strategies as st

DOCUMENTS = tuple(f"d{number:03}" for number in range(400))


def shown_by(needed: Sequence[str], tried: Sequence[tuple[str, ...]]) -> list[bool]:
    """Whether `needed` is in each of `tried`, in this order."""
    answers = []
    for names in tried:
        rest = iter(names)
        answers.append(all(name in rest for name in needed))
    return answers


@given(st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1, max_size=4).map(sorted))
def test_whatever_must_be_read_before_is_found_and_nothing_else(needed: list[str]) -> None:
    asked = 0

    def ask(tried: Sequence[tuple[str, ...]]) -> list[bool]:
        nonlocal asked
        asked += 1
        return shown_by(needed, tried)

    assert search([DOCUMENTS[::20], DOCUMENTS], ask) == Sought(False, Triggers(tuple(needed), True))
    assert asked <= 24


@given(st.sets(st.sampled_from(DOCUMENTS), min_size=1, max_size=50))
def test_of_several_that_would_do_one_is_found(any_of: set[str]) -> None:
    sought = search([DOCUMENTS], lambda tried: [bool(any_of & set(names)) for names in tried])
    assert sought.found
    assert sought.found.smallest
    assert len(sought.found.before) == 1
    assert set(sought.found.before) <= any_of


def test_a_message_that_is_always_there_depends_on_nothing() -> None:
    assert search([DOCUMENTS], lambda tried: [True for _ in tried]) == Sought(True, None)


def test_a_message_that_never_appears_is_not_found() -> None:
    assert search([DOCUMENTS[:5], DOCUMENTS], lambda tried: [False for _ in tried]) == Sought(False, None)


def test_a_document_that_undoes_what_another_does_is_got_around() -> None:
    def ask(tried: Sequence[tuple[str, ...]]) -> list[bool]:
        return ["d010" in names and "d200" not in names[names.index("d010") :] for names in tried]

    assert search([DOCUMENTS], ask) == Sought(False, Triggers(("d010",), True))


def test_when_the_questions_run_out_the_best_so_far_is_given() -> None:
    left = 2

    def ask(tried: Sequence[tuple[str, ...]]) -> list[bool]:
        nonlocal left
        if not left:
            raise OutOfQuestionsError
        left -= 1
        return shown_by(("d010", "d300"), tried)

    found = search([DOCUMENTS], ask).found
    assert found
    assert not found.smallest
    assert shown_by(("d010", "d300"), [found.before]) == [True]
    assert len(found.before) < len(DOCUMENTS)
