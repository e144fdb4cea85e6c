"""Smaller versions of Python sources, over plain functions."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from docs_matrix.questions.shrink.classes import taken_in
from docs_matrix.questions.shrink.expressions import shortened, simpler
from docs_matrix.questions.shrink.inlining import called_at_once, inlined
from docs_matrix.questions.shrink.joining import joined
from docs_matrix.questions.shrink.objects import without_objects
from docs_matrix.questions.shrink.parameters import without_parameters
from docs_matrix.questions.shrink.python import smaller
from docs_matrix.questions.shrink.settings import made_full, plainly_set
from docs_matrix.questions.shrink.tables import without_tables
from docs_matrix.questions.shrink.variables import fewer_variables, without_variables
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


def test_what_is_given_as_a_dictionary_is_given_by_name() -> None:
    text = "def f(a, b):\n    return a + b\n\nx = f(**{'b': 1}, a=2)\n"
    assert inlined(text, lambda text: run(text).get("x") == 3) == "x = 2 + 1\n"


def test_a_call_inside_of_an_expression_is_what_the_function_returns() -> None:
    text = "def f(a):\n    return a + 1\n\nx = [f(2)]\n"
    assert inlined(text, lambda text: run(text).get("x") == [3]) == "x = [2 + 1]\n"


def test_a_function_that_yields_ends_in_a_loop_or_calls_itself_stays() -> None:
    loop = "def a(b):\n    for one in b:\n        return one\nx = a([1])\n"
    for text in ("def a():\n    yield 1\nx = a()\n", loop, "def a():\n    a()\n"):
        assert inlined(text, lambda text: True) == text


def test_what_ends_a_function_early_is_a_branch_where_it_is_called() -> None:
    text = "def a(b):\n    if b:\n        return 1\n    return 2\nx = a(0)\n"
    small = inlined(text, lambda text: run(text).get("x") == 2)
    assert small == "if 0:\n    a_value = 1\nelse:\n    a_value = 2\nx = a_value\n"


def test_a_loop_over_what_a_function_yields_is_a_part_of_it() -> None:
    text = "SAID = []\ndef a(b):\n    for one in b:\n        yield one + 1\nfor c in a(MORE):\n    SAID.append(c)\n"
    small = inlined(f"MORE = [1, 2]\n{text}", lambda text: run(text).get("SAID") == [2, 3])
    assert small == "MORE = [1, 2]\nSAID = []\nfor one in MORE:\n    c = one + 1\n    SAID.append(c)\n"


def test_what_makes_an_object_stands_where_it_is_made() -> None:
    text = "class A:\n    def __init__(self, a):\n        self.a = a\ny = A(1)\nx = y.a\n"
    small = inlined(text, lambda text: run(text).get("x") == 1)
    assert small == "class A:\n    pass\nA_self = A()\nA_self.a = 1\ny = A_self\nx = y.a\n"


def test_of_two_functions_of_one_name_each_stands_where_it_is_called() -> None:
    classes = "class A:\n    def f(self):\n        return 1\nclass B:\n    def f(self):\n        return 2\n"
    small = inlined(f"{classes}a = A()\nb = B()\nx = [b.f(), a.f()]\n", lambda text: run(text).get("x") == [2, 1])
    assert "def f" not in small
    assert "x = [2, 1]\n" in small


def test_a_function_that_is_called_twice_stands_there_where_that_is_no_longer() -> None:
    short = "def f(a):\n    return a + 1\nx = [f(1), f(2)]\n"
    assert inlined(short, lambda text: run(text).get("x") == [2, 3]) == "x = [1 + 1, 2 + 1]\n"
    long = "def f(a):\n    SAID.append(a)\n    SAID.append(a)\n    SAID.append(a)\nf(1)\nf(2)\n"
    assert inlined(long, lambda text: True) == long


def test_what_an_operator_or_str_calls_stands_there_and_other_operations_stay() -> None:
    methods = (
        "    def __str__(self):\n        return 'a'\n    def __add__(self, other):\n        return str(self) + other\n"
    )
    small = inlined(f"class A:\n{methods}x = A() + ('b' + 'c')\n", lambda text: run(text).get("x") == "abc")
    assert "def " not in small
    assert "__add___other = 'b' + 'c'\nx = 'a' + __add___other\n" in small


def test_of_two_classes_with_an_operator_either_is_tried_and_so_is_a_call_of_its_method() -> None:
    classes = (
        "class A:\n    def __str__(self):\n        return 'a'\nclass B:\n    def __str__(self):\n        return 'b'\n"
    )
    for asked in ("str(B())", "B().__str__()"):
        small = inlined(f"{classes}x = {asked}\n", lambda text: run(text).get("x") == "b")
        assert "x = 'b'\n" in small


def test_a_function_of_the_source_s_own_with_the_name_of_python_s_is_no_operator() -> None:
    text = "def str(a, b):\n    return a + b\nx = str(1, b=2)\n"
    assert inlined(text, lambda text: run(text).get("x") == 3) == "x = 1 + 2\n"


def test_what_a_loop_asks_of_a_class_inside_of_it_stays() -> None:
    inner = "        def __iter__(self):\n            for y in iter(self):\n                yield y\n"
    text = f"for x in iter(a):\n\n    class A:\n\n{inner}"
    assert inlined(text, lambda text: True) == text


def test_a_change_that_python_cannot_write_is_refused_and_the_next_one_is_made() -> None:
    text = "a = '\\\\'\nb = 1\nx = f'{a}'\ny = b\n"
    assert without_variables(text, lambda text: run(text).get("y") == 1).splitlines()[-1] == "y = 1"


def test_an_import_of_everything_stops_nothing() -> None:
    assert (
        without_variables("from os import *\na = 1\nb = a\n", lambda text: "*" in text) == "from os import *\nb = 1\n"
    )


TABLE = """\
class A:
    def f(self, a):
        self.said = [1, a]
    def g(self, a):
        self.said = [2, a]
    table = {'one': f, 'two': g}
a = A()
for key in ('two', 'one'):
    a.table[key](a, key)
    SAID.append(a.said)
"""


def test_a_table_of_functions_is_a_choice() -> None:
    small = without_tables(f"SAID = []\n{TABLE}", lambda text: run(text).get("SAID") == [[2, "two"], [1, "one"]])
    assert run(small)["SAID"] == [[2, "two"], [1, "one"]]
    assert "table" not in small
    assert "def " not in small
    assert "if key == 'one':\n        a.said = [1, key]\n    elif key == 'two':\n" in small


def test_a_table_stays_where_a_choice_is_longer_or_something_else_looks_into_it() -> None:
    calls = "f(1)\nf(2)\nf(3)\n"
    lines = "    SAID.append(a)\n" * 3
    text = f"def f(a):\n{lines}table = {{1: f, 2: f}}\ntable[1](2)\n{calls}"
    assert without_tables(text, lambda text: True) == text
    text = "def f():\n    pass\ntable = {1: f}\ntable[1]()\nprint(table)\n"
    assert without_tables(text, lambda text: True) == text


def test_what_an_object_keeps_stands_in_its_place() -> None:
    text = "class A:\n    def __init__(self, a, b='.'):\n        self.b = a.split(b)\nx = A('1.2').b[0]\ny = A('3').count('3')\n"
    small = without_objects(text, lambda text: run(text).get("x") == "1" and run(text).get("y") == 1)
    assert "y = '3'.split('.').count('3')\n" in small
    assert "A('1.2').b[0]" in small


@pytest.mark.parametrize("made", ["a, b=None|A(a) if a else None|A(1)", "a|a(a)|A(A)", "a=lambda: A()|a|A()"])
def test_an_object_that_keeps_one_like_itself_stays(made: str) -> None:
    parameters, kept, call = made.split("|")
    text = f"class A:\n\n    def __init__(self, {parameters}):\n        self.b = {kept}\nx = {call}\n"
    assert without_objects(text, lambda text: True) == text


def test_variables_stand_for_an_object_that_is_only_used_for_its_attributes() -> None:
    text = "class A:\n    pass\ndef f(b):\n    a = A()\n    a.b = b\n    a.c = a.b + 1\n    return a.c\nx = f(1)\n"
    small = without_objects(text, lambda text: run(text).get("x") == 2)
    assert small == text.replace("    a = A()\n", "").replace("a.b", "a_b").replace("a.c", "c").replace(
        "class A:\n    pass\n", "class A:\n    pass\n\n"
    )
    kept = "a = A()\na.b = 1\nf(a)\n"
    assert without_objects(kept, lambda text: True) == kept


def test_what_is_left_in_an_object_of_the_module_stays_there() -> None:
    text = "class A:\n    pass\n\ndef f():\n    a.b += 1\n    return a.b\na = A()\na.b = 1\nx = [f(), f()]\n"
    assert without_objects(text, lambda text: run(text).get("x") == [2, 3]) == text


def test_what_objects_begin_with_is_said_in_their_class() -> None:
    text = "class A:\n    def __init__(self):\n        self.a = 1\n        self.b = ''\nx = A().a\n"
    small = without_objects(text, lambda text: run(text).get("x") == 1)
    assert small == "class A:\n    a = 1\n    b = ''\nx = A().a\n"
    own = "class A:\n\n    def __init__(self):\n        self.a = []\nx = A()\n"
    assert "def __init__" in without_objects(own, lambda text: "x = A()" in text)


def test_what_a_loop_fills_is_made_of_what_it_goes_over() -> None:
    text = "a = list()\nfor b in f():\n    a.append(b)\nc = D()\nfor b in g():\n    c.append(b, e)\n"
    assert made_full(text, lambda text: "c = D(g())" not in text) == "a = list(f())\nc = D(g(), e)\n"
    other = "a = list()\nfor b in f():\n    a.append(b + 1)\n"
    assert made_full(other, lambda text: True) == other


def test_what_is_imported_from_a_module_with_a_name_is_named_by_it() -> None:
    text = "from os import path\nfrom os.path import join as j, sep\nx = j(sep, 'a')\n"
    small = without_variables(text, lambda text: run(text).get("x") == "/a")
    assert small == "from os import path\nx = path.join(path.sep, 'a')\n"


def test_what_is_passed_on_to_be_called_is_called() -> None:
    text = "def f(a, b=2):\n    SAID.append(b)\nconnect('event', f)\n"
    assert called_at_once(text, lambda text: True) == text.replace("connect('event', f)", "f(None, None)")
    assert called_at_once(text, lambda text: "connect" in text) == text


def test_a_class_takes_in_its_base_and_a_method_that_both_have_keeps_either() -> None:
    base = "class A:\n    def f(self):\n        return 1\n    def g(self):\n        return 3\n"
    text = f"{base}class B(A):\n    def f(self):\n        return 2 + super().f()\nx = [B().f(), B().g()]\n"
    small = taken_in(text, lambda text: run(text).get("x") == [3, 3])
    assert run(small)["x"] == [3, 3]
    assert "class B:" in small
    assert "class A" not in small
    assert "return 2 + self.A_f()" in small


def test_a_class_that_is_named_elsewhere_stays_beside_the_one_that_is_made_from_it() -> None:
    text = "class A:\n    pass\n\nclass B(A):\n    pass\nx = A()\n"
    assert taken_in(text, lambda text: True) == text


def test_two_classes_that_are_made_the_same_way_are_one() -> None:
    text = "class A:\n    def f(self):\n        return 1\nclass B:\n    def g(self):\n        return 2\nx = [A().f(), B().g()]\n"
    small = taken_in(text, lambda text: run(text).get("x") == [1, 2])
    assert small.count("class") == 1
    assert run(small)["x"] == [1, 2]


def test_an_attribute_that_is_set_once_is_what_it_is_set_to() -> None:
    text = "class A:\n    k = 1\n\n    def f(self):\n        self.z = 4\n        return self.k + self.z * self.z\nx = A().f()\n"
    small = without_variables(text, lambda text: run(text).get("x") == 17)
    assert small == "class A:\n\n    def f(self):\n        return 1 + 4 * 4\nx = A().f()\n"


def test_what_something_else_is_set_to_is_that_from_the_beginning() -> None:
    for other in ("x", "x.y"):
        small = without_variables(f"a = f()\na.b = 1\n{other} = a\n", lambda text: "x" in text)
        assert small == f"{other} = f()\n{other}.b = 1\n"


def test_what_is_set_twice_or_used_twice_and_no_constant_stays() -> None:
    for text in ("a = 1\na = 2\nx = a + 1\n", "a = [1]\nx = [a, a]\n"):
        assert without_variables(text, lambda text: True) == text


def test_what_a_with_or_a_loop_over_one_element_sets_is_set_by_an_assignment() -> None:
    text = "with f() as a, b:\n    g(a)\nfor one in [a]:\n    g(one)\nfor two in a:\n    pass\n"
    small = plainly_set(text, lambda text: True)
    assert small == "a = f()\ng(a)\none = a\ng(one)\nfor two in a:\n    pass\n"


def test_what_is_added_to_a_variable_is_all_that_it_is_set_to() -> None:
    assert plainly_set("a = ''\na += f()\n", lambda text: True) == "a = ''\na = f()\n"


def test_what_is_set_in_one_way_or_else_in_another_is_set_once() -> None:
    text = "if f():\n    a.b = 1\nelse:\n    a.b = 2\nif f():\n    a = 1\nelse:\n    c = 2\n"
    small = plainly_set(text, lambda text: True)
    assert small == "a.b = 1 if f() else 2\nif f():\n    a = 1\nelse:\n    c = 2\n"


def test_what_is_set_in_an_element_is_used_without_it() -> None:
    text = "def f(a, b):\n    a[b.c] = [1]\n    return a[b.c]\n"
    assert without_variables(text, lambda text: True) == "def f(a, b):\n    return [1]\n"


def test_an_attribute_stands_for_a_variable_that_need_not_be_set() -> None:
    text = "def f():\n    b = A()\n    b.x = C.c.x\n    return [b, 1]\n"
    assert fewer_variables(text, lambda text: "[C.c, 1]" in text or "b = " in text) == (
        "def f():\n    return [C.c, 1]\n"
    )


def test_two_numbers_are_one() -> None:
    text = "def f(a):\n    return {1: 2, 3: 4}[a]\nx = f(3)\n"
    assert fewer_variables(text, lambda text: run(text).get("x") == 4).count("4") > 1


def test_what_a_function_sets_in_the_module_is_set_there() -> None:
    text = "def f():\n    global a\n    a = A()\n    a.b = 1\n"
    small = fewer_variables(text, lambda text: "f():" in text and "a.b" in text)
    assert small == "a = A()\na.b = 1\n\ndef f():\n    pass\n"


def test_values_set_together_are_set_one_by_one() -> None:
    assert plainly_set("a, b = (1, 2)\n(c, d) = f()\n", lambda text: True) == "a = 1\nb = 2\nc, d = f()\n"


def test_a_part_of_an_expression_or_nothing_stands_in_its_place() -> None:
    text = "x = f(1 + 2, y)['needed' + z]\n"
    assert simpler(text, lambda text: "'needed'" in text and "[" in text) == "x = None['needed']\n"


def test_a_variable_that_another_one_can_stand_for_is_not_used() -> None:
    text = "def f(a):\n    b = a + a\n    c = b + b\n    return [b, c]\nx, y = f(3)\n"
    small = fewer_variables(text, lambda text: run(text).get("x") == 6)
    assert small == "def f(a):\n    b = a + a\n    c = b + b\n    return [b, a]\nx, y = f(3)\n"


def test_no_other_object_is_taken_for_the_own_one() -> None:
    text = "class A:\n    def f(self):\n        self.b = B()\n        return self.b\n"
    small = simpler(text, lambda text: "return" in text and "self.b = " in text)
    assert "self.b = self" not in small
    assert fewer_variables(text, lambda text: True) == text


def test_a_variable_of_its_function_stands_in_the_place_of_an_expression() -> None:
    text = "def f(a):\n    b = g(a.c[1])\n    return h(b)\n"
    small = simpler(text, lambda text: "return h(" in text and "b = a" in text)
    assert small == "def f(a):\n    b = a\n    return h(a)\n"


def test_what_is_put_into_a_text_gets_simpler_and_the_text_stays_one() -> None:
    assert simpler("x = f'a{f(1)!r}b'\n", lambda text: "f'a" in text and "1" in text) == "x = f'a{1!r}b'\n"


def test_characters_of_a_text_that_nothing_needs_go() -> None:
    assert shortened("x = ['all the needed words', 'y']\n", lambda text: "needed" in text) == "x = ['needed', '']\n"


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
