"""Entries of history files: which part is a release's, which items speak of a change."""

from __future__ import annotations

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.questions.bisect.bisection import BeforeAfter
from docs_matrix.questions.bisect.changelogs import entries, names, section, terms

DOCUTILS = """
Release 0.22.1 (2025-09-17)
===========================

Only documentation fixes.


Release 0.22.1rc1 (2025-09-13)
==============================

* docutils/nodes.py

  - A method returns only elements with
    a parent.

* docutils/parsers/rst/states.py

  - Relax "section title" system messages.
  - Better error messages for grid tables
    (bug #504).


Release 0.22 (2025-07-29)
=========================

* General

  - Tables are tables.
"""

SPHINX = """
Release 4.0.0 (released May 09, 2021)
=====================================

Bugs fixed
----------

* #1: html: a bug of tables
* #2: latex: something else
  on two lines about tables

Release 3.5.4 (released Apr 11, 2021)
=====================================

* #3: tables
"""


def test_a_release_s_part_holds_its_pre_releases_and_ends_before_the_last_without() -> None:
    found = section(DOCUTILS, "0.22.1", "0.22")
    assert "Only documentation fixes." in found
    assert "section title" in found
    assert "Tables are tables" not in found


def test_a_release_that_the_file_does_not_know_has_no_part() -> None:
    assert section(DOCUTILS, "0.24", "0.23") == ""


def test_an_item_is_quoted_whole_with_the_file_that_stands_above_it() -> None:
    found = entries(section(DOCUTILS, "0.22.1", "0.22"), ["table"])
    assert found == ("docutils/parsers/rst/states.py: Better error messages for grid tables (bug #504).",)


def test_items_of_a_flat_list_are_quoted_alone() -> None:
    found = entries(section(SPHINX, "4.0.0", "3.5.4"), ["tables"])
    assert found == ("#1: html: a bug of tables", "#2: latex: something else on two lines about tables")


def test_entries_that_say_little_of_a_change_give_way_to_those_that_say_more() -> None:
    text = "* section\n* title of a section, unexpected\n"
    assert entries(text, ["unexpected", "section", "title"]) == ("title of a section, unexpected",)


def test_the_words_of_a_change_are_those_of_its_headlines_without_quoted_names() -> None:
    one = Diagnostic("a.rst", 1, "CRITICAL", None, 'Unexpected section "title_of_mine" here.\n\nsource words', "")
    other = Diagnostic("a.rst", 1, "ERROR", None, "Unexpected heading.", "")
    assert terms([BeforeAfter(one, other)])[:3] == ("unexpected", "section", "heading")
    assert "severe" in terms([BeforeAfter(one, other)])
    assert "source" not in terms([BeforeAfter(one, other)])


def test_an_entry_with_general_words_alone_is_about_something_else() -> None:
    text = "* Trailing commas in the configuration.\n* Cache the configuration value.\n* Values.\n"
    assert entries(text, ["configuration", "value", "cache"]) == ("Cache the configuration value.",)
    assert entries(text, ["configuration"]) == ()
    assert entries("* The setting `class_functions`.\n", ["setting", "class", "registered"]) == ()


def test_an_entry_that_has_the_name_of_the_thing_is_quoted_alone() -> None:
    text = "* Cache what is pickled.\n* Repair ``some_type_aliases``.\n* some_type_aliases_more\n"
    assert entries(text, ["cache"], ["some_type_aliases"]) == ("Repair ``some_type_aliases``.",)


def test_the_names_of_a_change_are_what_it_quotes_and_its_category_and_no_file() -> None:
    said = Diagnostic("a.rst", 1, "WARNING", "misc.some_failure", "value of 'some_aliases' in 'conf.py' of 'words'", "")
    assert names([BeforeAfter(None, said)]) == ("some_failure", "some_aliases")
