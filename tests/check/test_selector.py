"""Which diagnostics a question means, and what of them makes a state."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docs_matrix.check.selector import ASPECTS, RECORD, states, wanted
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.errors import InputError

TABLE = Diagnostic(
    path="Documentation/driver-api/vfio.rst",
    line=391,
    level="ERROR",
    category="docutils",
    message="Malformed table.\n\n+--+",
    printed="/x/Documentation/driver-api/vfio.rst:391: WARNING: Malformed table.\n\n+--+ [docutils]",
    document="driver-api/vfio",
)


def test_a_text_is_looked_for_in_what_was_printed() -> None:
    assert wanted("WARNING: Malformed table", None).of([TABLE]) == (TABLE,)
    assert wanted("[docutils]", None).of([TABLE]) == (TABLE,)
    assert wanted("ERROR: Malformed", None).of([TABLE]) == ()


def test_a_text_is_no_expression_unless_it_stands_between_slashes() -> None:
    assert wanted("Malformed.table", None).of([TABLE]) == ()
    assert wanted("/Malformed.table/", None).of([TABLE]) == (TABLE,)
    assert wanted("/^\\+--/", None).of([TABLE]) == (TABLE,)


def test_a_wrong_expression_is_refused_with_its_reason() -> None:
    with pytest.raises(InputError, match="is not a regular expression: unterminated"):
        wanted("/[a/", None)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(InputError, match="--find is empty"):
        wanted("  ", None)


@pytest.mark.parametrize(
    "path", [TABLE.path, f"./{TABLE.path}", "Documentation/driver-api/vfio", "driver-api/vfio.rst"]
)
def test_a_path_is_that_of_the_message_or_of_its_document(path: str) -> None:
    assert wanted(None, path).of([TABLE, replace(TABLE, path="a.c", document="driver-api/avfio")]) == (TABLE,)


def test_what_a_restricted_build_cannot_judge_is_not_meant() -> None:
    assert wanted("Malformed", None).of([replace(TABLE, unjudged=True)]) == ()


def test_equal_messages_on_one_line_are_two() -> None:
    assert states([TABLE], RECORD) != states([TABLE, TABLE], RECORD)


def test_the_order_of_the_log_makes_no_state() -> None:
    other = replace(TABLE, line=12)
    assert states([TABLE, other], RECORD) == states([other, TABLE], RECORD)


def test_the_category_and_the_print_are_states_only_where_that_is_asked() -> None:
    older = replace(TABLE, category=None, printed="vfio.rst:391: WARNING: Malformed table.")
    assert states([TABLE], RECORD) == states([older], RECORD)
    assert states([TABLE], ASPECTS) != states([older], ASPECTS)


def test_each_aspect_sees_its_own_change_alone() -> None:
    changed = {
        "line": replace(TABLE, line=392),
        "level": replace(TABLE, level="CRITICAL"),
        "wording": replace(TABLE, message="Malformed table.\nRight border."),
    }
    for aspect in ASPECTS:
        seen = {name for name, other in changed.items() if states([TABLE], [aspect]) != states([other], [aspect])}
        assert seen == ({aspect} & set(changed))
