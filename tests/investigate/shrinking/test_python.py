"""Smaller versions of Python sources, over plain functions."""

from __future__ import annotations

import ast
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.investigate.shrinking.functions import inlined, without_parameters
from harness.investigate.shrinking.joining import joined
from harness.investigate.shrinking.python import smaller
from harness.investigate.shrinking.variables import without_variables

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
    assert small == "class Thing:\n    def method():\n        print(value)\n"


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
    assert small == "def chosen():\n    needed()\n"


def test_what_is_asked_stays_without_the_question() -> None:
    small = smaller(BRANCHES, lambda text: "asked(kind)" in text)
    assert small == "def chosen():\n    asked(kind)\n"


def test_entries_of_a_dictionary_go_with_their_keys() -> None:
    small = smaller(BRANCHES, lambda text: "'two': second" in ast.unparse(ast.parse(text)))
    assert small == "def chosen():\n    return {'two': second}[kind]\n"


CALLS = """\
class Thing:

    def first(self, value):
        self.kept = value
        return self.second(value, more=2)

    def second(self, one, more, other='x'):
        total = one + more
        self.third(total)
        return total

    def third(self, value):
        one = value
        SAID.append((one, self.kept))

SAID = []
x = Thing().first(1)
"""


def run(text: str) -> dict[str, Any]:
    """The names of a module; none where it cannot be run."""
    names: dict[str, Any] = {}
    try:
        exec(compile(text, "text", "exec"), names)  # noqa: S102 (it is ours)
    except Exception:
        return {}
    return names


def test_what_is_called_once_stands_where_it_is_called_and_does_the_same() -> None:
    def holds(text: str) -> bool:
        names = run(text)
        return (names.get("x"), names.get("SAID")) == (3, [(3, 1)])

    small = smaller(CALLS, holds)
    assert holds(small)
    assert "def second" not in small
    assert "def third" not in small
    assert len(small.splitlines()) < 10


def test_a_parameter_goes_with_what_is_given_for_it() -> None:
    text = "def f(a, b, c=3, d=4):\n    return (a, d)\n\nx = f(1, 2, d=5, c=6)\n"
    small = without_parameters(text, lambda text: run(text).get("x") == (1, 5))
    assert small == "def f(a, d=4):\n    return (a, d)\nx = f(1, d=5)\n"


def test_what_a_class_is_made_with_goes_with_its_parameter() -> None:
    text = "class A:\n    def __init__(self, a, b):\n        self.b = b\nx = A(1, 2).b\n"
    small = without_parameters(text, lambda text: run(text).get("x") == 2)
    assert small == "class A:\n\n    def __init__(self, b):\n        self.b = b\nx = A(2).b\n"


def test_of_two_classes_one_may_be_made_without_a_parameter_that_the_other_needs() -> None:
    classes = (
        "class A:\n    def __init__(self, a):\n        self.a = a\nclass B:\n    def __init__(self, a, **more): pass\n"
    )
    text = f"{classes}B(2)\nx = A(1).a\n"
    small = without_parameters(text, lambda text: run(text).get("x") == 1)
    assert "def __init__(self):" in small
    assert "B()" in small


def test_what_a_method_is_called_on_is_made_once() -> None:
    text = "class A:\n    def f(self):\n        self.a = 1\n        return [self.a]\nx, = A().f()\n"
    small = inlined(text, lambda text: run(text).get("x") == 1)
    assert small == "class A:\n    pass\nf_self = A()\nf_self.a = 1\nx, = [f_self.a]\n"


def test_what_is_named_and_used_once_stands_where_it_is_used() -> None:
    text = "def f():\n    a = 1\n    b = a + 1\n    return b * b\nx = f()\n"
    small = without_variables(text, lambda text: run(text).get("x") == 4)
    assert small == "def f():\n    b = 1 + 1\n    return b * b\nx = f()\n"


def test_what_is_only_done_else_is_done_where_the_contrary_holds() -> None:
    text = "if SAID:\n    pass\nelse:\n    needed()\n"
    assert smaller(text, lambda text: "SAID:" in text and "needed()" in text) == "if not SAID:\n    needed()\n"


def test_a_call_inside_of_an_expression_is_what_the_function_returns() -> None:
    text = "def f(a):\n    return a + 1\n\nx = [f(2)]\n"
    assert inlined(text, lambda text: run(text).get("x") == [3]) == "x = [2 + 1]\n"


def test_a_function_that_yields_ends_early_or_calls_itself_stays() -> None:
    stays = ("def a():\n    yield 1\nx = a()\n", "def a(b):\n    if b:\n        return 1\n    return 2\nx = a(1)\n")
    for text in (*stays, "def a():\n    a()\n"):
        assert inlined(text, lambda text: True) == text


def test_a_module_stands_where_it_is_imported_and_an_extension_behind_everything() -> None:
    assert joined("import os\nfrom kit.parts import A\nA()\n", "parts", "class A: pass\n") == (
        "import os\n\nclass A:\n    pass\nA()\n"
    )
    extension = "def setup(app): pass\n"
    assert joined("extensions = ['a', 'b.c']\n", "c", extension) == "extensions = ['a']\n\ndef setup(app):\n    pass\n"
    assert joined("import parts\n", "parts", extension) is None
    assert joined("from parts import a\n", "parts", "no python\n") is None


def test_what_is_no_python_stays() -> None:
    assert smaller("print 'x'\n", lambda text: True) == "print 'x'\n"


@given(st.sampled_from(["os", "Base", "kept", "method", "open", "stream", "return", "decorated", "c"]))
def test_every_version_tried_is_python_and_the_last_one_holds(word: str) -> None:
    def holds(text: str) -> bool:
        ast.parse(text)
        return word in text

    assert holds(smaller(SOURCE, holds))
