"""Smaller versions of Python sources, over plain functions."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from harness.investigate.shrinking.python import smaller

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


def test_what_encloses_the_needed_goes_and_so_does_the_rest_of_its_line() -> None:
    small = smaller(SOURCE, lambda text: "print(value)" in text or "print(value, " in text)
    assert small == "class Thing:\n    def method(self, value):\n        print(value)\n"


def test_a_needed_element_keeps_its_list_alone() -> None:
    assert smaller(SOURCE, lambda text: "'two'" in ast.unparse(ast.parse(text))) == "['two']\n"


BRANCHES = """\
def chosen(kind):
    if kind == "one":
        pass
    elif kind in OTHERS:
        pass
    else:
        needed()
    if asked(kind):
        pass
    return {"one": first, "two": second}[kind]
"""


def test_what_is_behind_else_is_left_alone() -> None:
    small = smaller(BRANCHES, lambda text: "needed()" in text)
    assert small == "def chosen(kind):\n    needed()\n"


def test_what_is_asked_stays_without_the_question() -> None:
    small = smaller(BRANCHES, lambda text: "asked(kind)" in text)
    assert small == "def chosen(kind):\n    asked(kind)\n"


def test_entries_of_a_dictionary_go_with_their_keys() -> None:
    small = smaller(BRANCHES, lambda text: "'two': second" in ast.unparse(ast.parse(text)))
    assert small == "def chosen(kind):\n    return {'two': second}[kind]\n"


def test_what_is_no_python_stays() -> None:
    assert smaller("print 'x'\n", lambda text: True) == "print 'x'\n"


@given(st.sampled_from(["os", "Base", "kept", "method", "open", "stream", "return", "decorated", "c"]))
def test_every_version_tried_is_python_and_the_last_one_holds(word: str) -> None:
    def holds(text: str) -> bool:
        ast.parse(text)
        return word in text

    assert holds(smaller(SOURCE, holds))
