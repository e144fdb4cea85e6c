"""Smaller versions of Python sources, over plain functions."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from docs_matrix.questions.shrink.python import Sources, shorter_lists, smaller
from hypothesis import given
from hypothesis import strategies as st

SOURCE = '''\
"""What it is for."""
import os
from a import b, c

VALUES = ["one", "two", "three"]


@decorated
class Thing(Base, Other):
    kept = 1  # a comment

    def method(self, value):
        if value and VALUES:
            with open(os.devnull) as stream:
                print(value, stream, flush=True)
        return value
'''


def nothing(_: Sources) -> dict[str, set[int]]:
    """Execute nothing."""
    return {}


def small(text: str, holds: Callable[[str], bool]) -> str:
    """Make one source smaller."""
    return smaller({"a.py": text}, lambda sources, *ahead: holds(sources["a.py"]), nothing)["a.py"]


def test_statements_go_and_so_does_what_encloses_the_needed_one() -> None:
    assert small(SOURCE, lambda text: "print(value" in text) == (
        "@decorated\nclass Thing(Base, Other):\n    def method(self, value):\n        print(value, stream, flush=True)\n"
    )


def test_an_empty_body_is_pass() -> None:
    assert small(SOURCE, lambda text: "def method" in text).endswith("    def method(self, value):\n        pass\n")


BRANCHES = """\
def chosen(kind):
    if kind == "one":
        pass
    elif kind in OTHERS:
        pass
    else:
        needed()
    try:
        asked(kind)
    except ValueError:
        pass
"""


@pytest.mark.parametrize("needed", ["needed()", "asked(kind)"])
def test_one_branch_stands_in_the_place_of_its_statement(needed: str) -> None:
    assert small(BRANCHES, lambda text: needed in text) == f"def chosen(kind):\n    {needed}\n"


def test_an_enclosing_statement_that_is_needed_stays() -> None:
    text = "if kept:\n    for one in kept:\n        needed()\n"
    assert small(text, lambda text: "for one in kept" in text and "needed()" in text) == (
        "for one in kept:\n    needed()\n"
    )


def test_sources_go_together_where_none_can_go_alone() -> None:
    sources = {"a.py": "from b import helper\nhelper()\nneeded()\n", "b.py": "def helper():\n    pass\n"}

    def holds(version: Sources, *_: Sources) -> bool:
        return "needed()" in version["a.py"] and ("helper" in version["a.py"]) <= ("def helper" in version["b.py"])

    assert smaller(sources, holds, nothing) == {"a.py": "needed()\n", "b.py": ""}


def test_what_is_not_executed_and_names_that_nothing_has_go_in_few_tries() -> None:
    body = "".join(f"    value{at} = {at}\n" for at in range(50))
    text = (
        f"import unused\n\ndef idle():\n    if unused:\n        return 1\n{body}\ndef used():\n    needed()\n\nused()\n"
    )
    tried = []

    def holds(version: Sources, *_: Sources) -> bool:
        tried.append(version["a.py"])
        return "used()\n" in version["a.py"] and "needed()" in version["a.py"]

    def executed(version: Sources) -> dict[str, set[int]]:
        lines = enumerate(version["a.py"].splitlines(), 1)
        return {"a.py": {number for number, line in lines if line[:1].strip() or "needed" in line}}

    smaller({"a.py": text}, holds, executed)
    assert "def used():\n    needed()\nused()\n" in tried[:10]


def test_a_statement_that_python_cannot_write_again_goes_and_keeps_no_other() -> None:
    text = f"a = 1\nx = {'+'.join(['1'] * 900)}\nneeded()\n"
    with pytest.raises(RecursionError):
        ast.unparse(ast.parse(text))
    assert small(text, lambda text: "needed()" in text) == "needed()\n"


@pytest.mark.parametrize("text", ["print 'x'\n", "x = " + "(" * 500 + ")" * 500 + "\n"])
def test_a_text_that_is_not_python_stays(text: str) -> None:
    assert small(text, lambda text: True) == text


def test_entries_of_lists_and_dictionaries_go() -> None:
    sources = {"a.py": "TABLE = {'a': [1, 2], 'b': [3, 4], **OTHERS}\n"}
    assert shorter_lists(sources, lambda texts, *ahead: "4" in texts["a.py"]) == {
        "a.py": "TABLE = {'b': [4], **OTHERS}\n"
    }


@given(st.sampled_from(["os", "Base", "kept", "method", "open", "stream", "return", "decorated", "c"]))
def test_every_version_tried_is_python_and_the_last_one_holds(word: str) -> None:
    def holds(text: str) -> bool:
        ast.parse(text)
        return word in text

    assert holds(small(SOURCE, holds))
