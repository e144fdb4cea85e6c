"""Smaller versions of Python sources, over plain functions."""

from __future__ import annotations

import ast

import pytest
from docs_matrix.questions.shrink.python import smaller
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


def test_statements_go_and_so_does_what_encloses_the_needed_one() -> None:
    small = smaller(SOURCE, lambda text: "print(value" in text)
    assert small == (
        "@decorated\nclass Thing(Base, Other):\n    def method(self, value):\n        print(value, stream, flush=True)\n"
    )


def test_an_empty_body_is_pass() -> None:
    assert smaller(SOURCE, lambda text: "def method" in text).endswith("    def method(self, value):\n        pass\n")


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
    assert smaller(BRANCHES, lambda text: needed in text) == f"def chosen(kind):\n    {needed}\n"


def test_an_enclosing_statement_that_is_needed_stays() -> None:
    text = "if kept:\n    for one in kept:\n        needed()\n"
    small = smaller(text, lambda text: "for one in kept" in text and "needed()" in text)
    assert small == "for one in kept:\n    needed()\n"


def test_a_statement_that_python_cannot_write_again_goes_and_keeps_no_other() -> None:
    text = f"a = 1\nx = {'+'.join(['1'] * 900)}\nneeded()\n"
    with pytest.raises(RecursionError):
        ast.unparse(ast.parse(text))
    assert smaller(text, lambda text: "needed()" in text) == "needed()\n"


@pytest.mark.parametrize("text", ["print 'x'\n", "x = " + "(" * 500 + ")" * 500 + "\n"])
def test_a_text_that_is_not_python_stays(text: str) -> None:
    assert smaller(text, lambda text: True) == text


@given(st.sampled_from(["os", "Base", "kept", "method", "open", "stream", "return", "decorated", "c"]))
def test_every_version_tried_is_python_and_the_last_one_holds(word: str) -> None:
    def holds(text: str) -> bool:
        ast.parse(text)
        return word in text

    assert holds(smaller(SOURCE, holds))
