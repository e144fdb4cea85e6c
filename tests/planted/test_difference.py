"""An answer is compared with plain builds: missed, false, misplaced, right."""

from __future__ import annotations

from tests.planted.answers import Answer, Told
from tests.planted.difference import compare, unsteady
from tests.planted.mistakes import Place
from tests.planted.plain import Plain, Said

OLD = Said("a.rst", 3, "An old mistake.")
NEW = Said("a.rst", 9, "A new mistake.")


def plain(*said: Said, status: int = 0) -> Plain:
    return Plain(status, said, (), "the end")


def answer(*findings: Told, exit_status: int, status: str = "ok") -> Answer:
    return Answer(exit_status, status, "", findings, "1 of 1")


def new(path: str, line: int, text: str, *documents: str, verdict: str = "new") -> Told:
    return Told(verdict, path, line, text, documents or ("a",))


def test_what_only_the_head_says_has_to_be_new() -> None:
    found = compare(plain(OLD), plain(OLD, NEW), answer(new("a.rst", 9, "A new mistake."), exit_status=1), ())
    assert found.good
    assert found.right == 1


def test_what_is_not_told_is_missed_whatever_else_it_is_called() -> None:
    told = new("a.rst", 9, "A new mistake.", verdict="flaky")
    found = compare(plain(OLD), plain(OLD, NEW), answer(told, exit_status=0), ())
    assert found.missed == ["a.rst: A new mistake. (flaky)"]


def test_what_both_say_is_false_where_it_is_called_new() -> None:
    found = compare(plain(OLD), plain(OLD), answer(new("a.rst", 3, "An old mistake."), exit_status=1), ())
    assert found.false == ["a.rst:3: An old mistake."]


def test_a_second_of_two_equal_messages_is_new() -> None:
    found = compare(plain(OLD), plain(OLD, OLD), answer(exit_status=0), ())
    assert found.missed == ["a.rst: An old mistake."]


def test_what_is_no_more_has_to_be_fixed() -> None:
    found = compare(plain(OLD), plain(), answer(exit_status=0), ())
    assert found.missed == ["fixed: a.rst: An old mistake."]


def test_one_finding_answers_for_all_its_documents() -> None:
    part = Said("part.inc", 2, "A new mistake.")
    told = new("part.inc", 2, "A new mistake.", "a", "b")
    assert compare(plain(), plain(part, part), answer(told, exit_status=1), ()).good


def test_what_one_document_says_for_another_file_is_answered_for_by_the_finding_of_both() -> None:
    table = Said("docs/list.rst", 10, "A new mistake.")
    docstring = Said("pkg/one.py", 4, "A new mistake.")
    told = new("pkg/one.py", 4, "A new mistake.", "list", "generated/pkg.one")
    assert compare(plain(), plain(table, docstring), answer(told, exit_status=1), ()).good


def test_a_message_at_another_file_is_misplaced() -> None:
    found = compare(plain(), plain(NEW), answer(new("b.rst", 9, "A new mistake.", "b"), exit_status=1), ())
    assert found.misplaced == ["a.rst: A new mistake."]
    assert not found.missed


def test_what_was_planted_has_to_be_told_at_its_line() -> None:
    place = Place("a.rst", 9, "new")
    told = new("a.rst", 2, "A new mistake.")
    found = compare(plain(), plain(NEW), answer(told, exit_status=1), (place,))
    assert found.misplaced == ["a.rst:9: new (told at a.rst:2)"]


def test_a_docstring_has_to_be_told_at_its_file() -> None:
    said = Said("pkg/one.py", 3, "A new mistake.")
    told = new("pkg/one.py:docstring of pkg.one.f", 3, "A new mistake.")
    found = compare(plain(), plain(said), answer(told, exit_status=1), (Place("pkg/one.py", 12, "new"),))
    assert found.misplaced == ["pkg/one.py:12: new (told at pkg/one.py:docstring of pkg.one.f:3)"]
    assert not found.missed


def test_a_place_that_plain_builds_do_not_name_is_not_asked_for() -> None:
    said = Said("generated/pkg.rst", 30, "A new mistake.")
    told = new("generated/pkg.rst", 30, "A new mistake.", "generated/pkg")
    assert compare(plain(), plain(said), answer(told, exit_status=1), (Place("pkg/one.py", 12, "new"),)).good


def test_a_failed_build_has_to_be_a_failed_cell() -> None:
    assert not compare(plain(), plain(status=2), answer(exit_status=0), ()).good
    assert compare(plain(), plain(status=2), answer(exit_status=3, status="failed"), ()).good
    assert not compare(plain(), plain(), answer(exit_status=3, status="failed"), ()).good


def test_what_equal_builds_do_not_all_say_is_left_out() -> None:
    left_out = unsteady(plain(OLD, NEW), plain(OLD))
    assert compare(plain(OLD), plain(OLD, NEW), answer(exit_status=0), (), left_out).good


def test_nothing_new_has_to_end_with_0() -> None:
    found = compare(plain(OLD), plain(OLD), answer(exit_status=1), ())
    assert found.false == ["exit status 1, not 0"]
