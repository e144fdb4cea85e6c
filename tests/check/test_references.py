"""What documents refer to and define, read off without building."""

from __future__ import annotations

import pytest
from docs_matrix.check.references import Target, Targets, changed_definitions, changed_references

from tests.support.effort import patience

LONG, SPACES = "a" * 99_999, " " * 99_999


def label(name: str) -> Target:
    return Target(name, "label")


def term(name: str) -> Target:
    return Target(name, "term")


def option(name: str) -> Target:
    return Target(name, "option")


def an_object(name: str) -> Target:
    return Target(name, "object")


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("See :ref:`here`.", {label("here")}),
        ("See :ref:`the Table <A  Table>`, :c:func:`~lib.f()`.", {label("a table"), an_object("f")}),
        ("A title over :ref:`two\nlines <here>`, and :term:`a\n  term`.", {label("here"), term("a term")}),
        ("In MyST {ref}`here` and {py:func}`!pkg.f`.", {label("here"), an_object("f")}),
        (":option:`-o FILE` :option:`prog --opt=value`", {option("-o"), option("--opt")}),
        (":option:`prog --option` :cpp:func:`ns::f(int x)`", {option("--option"), an_object("f")}),
        (
            ":c:type:`struct device` :any:`here`",
            {an_object("device"), an_object("here"), option("here"), label("here"), term("here")},
        ),
        (r":ref:`foo\_bar` :ref:`a \<b> <c>`", {label("foo_bar"), label("c")}),
        (":doc:`/a` :math:`x` ``:ref:`` `text` :command:`bash` H\\ :sub:`2` :ref:`!not`", set()),
        (":ref:`" + "x" * 300 + "`", set()),
        (":ref:`` :ref:` ` :c:func:`()` :a" + ":a" * 20_000, set()),
    ],
)
def test_references_are_those_of_roles(text: str, targets: set[Target]) -> None:
    assert changed_references("", text) == changed_references(text, "") == targets


@pytest.mark.parametrize(
    ("before", "after", "targets"),
    [
        (".. program:: x\n.. option:: -h\n", ".. program:: y\n.. option:: -h\n", {option("-h")}),
        (".. option:: -h\n.. program:: y\n.. option:: -h\n", ".. option:: -h\n", {option("-h")}),
        (".. py:function:: old.f()\n", ".. py:function:: new.f()\n", {an_object("f")}),
        (
            ".. py:module:: m\n.. function:: f()\n",
            ".. py:module:: n\n.. function:: f()\n",
            {an_object(n) for n in "mnf"},
        ),
        (".. _a:\n\nTitle\n=====\n", ".. _a:\n\nTitle\n", {label("a")}),
        (".. _a:\n\n=====\nTitle\n=====\n", ".. _a:\n\nOther\n-----\n\n.. function:: f\n", {an_object("f")}),
        (".. function:: f(x)\n", "Text.\n\n.. function:: f(x, y)\n\n   More.\n", set()),
    ],
)
def test_what_moves_is_what_only_one_defines_or_as_a_part_of_something_else(
    before: str, after: str, targets: set[Target]
) -> None:
    assert changed_definitions(before, after) == changed_definitions(after, before) == targets


def test_each_reference_counts() -> None:
    text = ":ref:`a` :ref:`b <a>` :ref:`c`"
    assert changed_references(text, text + " {ref}`A`") == {label("a")}
    assert changed_references(text, text) == set()


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        (".. _Here and there:\n\n(in-myst)=\n# T\n", {label("here and there"), label("in-myst")}),
        (".. _link: https://example.org\n.. _a:b:\r\n.. _`Two words`:\n", {label("a:b"), label("two words")}),
        (".. _c\\:d:\n.. _n\0l:\n", {label("c:d")}),
        ("* .. _item:\n\n  Text.\n\n- .. _other:\n", {label("item"), label("other")}),
        ("/**\n * DOC: Title\n *\n * .. _comment:\n */\n", {label("comment")}),
        (
            "/**\n * F_one() - does\n * @x: it\n */\n/**\n * f2 (x, y): does\n */\n",
            {an_object("f_one"), an_object("f2")},
        ),
        ("/**\r\n * struct s - is\r\n */\n  /**\n   * enum e\n   */\n", {an_object("s"), an_object("e")}),
        ("/**\n * This is no name of it.\n */\n/* f() - nor this */\n/** @x: nor this */\n", set()),
        (".. c:function:: static int *f(int x,\n   int y)\n", {an_object("f")}),
        (
            ".. c:type:: int (*fp)(int)\n.. c:struct:: s\n.. c:var:: int *v[2]\n",
            {an_object(name) for name in ("fp", "s", "v")},
        ),
        (".. py:data:: pkg.x = (1)\n.. option:: -o, --opt=X\n", {an_object("x"), option("-o"), option("--opt")}),
        (
            "=\n_\n\n.. glossary::\n   :sorted:\n\n   A : class\n      B.\n   C\0\n   \\  : d\n.. __:\n",
            {term("a"), term("b.")},
        ),
        (
            ".. py:function:: zip(*these, strict=False)\n.. function:: f(**them) -> int\n",
            {an_object("zip"), an_object("f")},
        ),
        (".. c:var:: int foo;\n.. c:member:: int x : 3\n", {an_object("foo"), an_object("x")}),
        (".. c:function:: __attribute__((x)) int f(int a)\n", {an_object("f")}),
        (".. cpp:class:: Foo final : public Bar\n.. cpp:class:: Gap final\n", {an_object("foo"), an_object("gap")}),
        (".. cpp:class:: template<typename T = int> ns::V<T>\n", {an_object("v")}),
        (".. option:: FILE ...\n.. option:: run <cmd>, -x\n", {option("file"), option("run"), option("-x")}),
        (".. rst:directive:: .. toctree::\n.. rst:role:: ref\n", {an_object("toctree"), an_object("ref")}),
        (".. c:namespace:: V4L\n.. program:: rm\n.. role:: raw(raw)\n.. py:currentmodule:: m\n", set()),
        (
            "* - .. _cell:\n\n1. .. _one:\n\n..  _two:\n\n.. _three: two_\n",
            {label(n) for n in ("cell", "one", "two", "three")},
        ),
        ("# Title {#anchor}\n\n.. __:\n", {label("anchor")}),
        ("..  glossary::\n\n   ``A``\n      B.\n", {term("``a``"), term("b.")}),
        (
            "/**\n * struct page *get_it() - x\n */\n/**\n * static int F(x, (y)): z\n */\n",
            {an_object("get_it"), an_object("f")},
        ),
        (
            "Of a glossary:\n   a\n.. function::\n.. function:: " + LONG + "!\n.. function:: " + "a-" * 50_000 + "!",
            set(),
        ),
        ("/**\n * a" + SPACES + "(" + LONG + "\n/**\n *" + SPACES + "/**\n * " + "a " * 50_000, set()),
        ("`" * 99_999 + ".. glossary::\n" + SPACES + "\n* .. _" + SPACES + "\n *" + SPACES + "x\n", {term("* x")}),
    ],
)
def test_definitions_are_what_others_may_refer_to(text: str, targets: set[Target]) -> None:
    with patience():
        assert changed_definitions("", text) == changed_definitions(text, "") == targets


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (label("here"), ".. _Here:\n\nTitle\n=====\n"),
        (label("two words"), "  .. _`Two  words`:\r\n"),
        (label("in-myst"), "  (in-myst)=\n# Title\n"),
        (label("picture"), ".. figure:: x.png\n   :name: picture \n"),
        (label("sum"), ".. math:: x\n   :label: sum\n"),
        (term("a term"), ".. glossary::\n\n   A term\r\n      What it is.\n"),
        (term("a term"), "```{glossary}\na term : classifier\n  What it is.\n```\n"),
        (label("foo_bar"), ".. _foo\\_bar:\n"),
        (label("what.*[a-z]?"), ".. _what.*[a-z]?:\n"),
        (an_object("f"), ".. c:function:: int f(void)\n"),
        (an_object("g"), ".. function:: f(x)\n              g(x, y)\n   :module: a\n\n   Text.\n"),
        (an_object("method"), ".. py:class:: Class\n\n   .. method:: method(x)\n"),
        (option("--option"), ".. option:: -o, --option FILE\n"),
        (an_object("f"), "```{py:function} F(x)\n```\n"),
        (an_object("mod"), ".. automodule:: pkg.mod\n"),
    ],
)
def test_what_defines_a_target_is_told_from_what_only_names_it(target: Target, text: str) -> None:
    name, wanted = target.name, Targets(frozenset((target,)))
    assert wanted.are_defined_in(text)
    assert any(word in text.lower() for word in wanted.words), "it is looked for by these"
    others = (
        f"See {name}, :ref:`{name}`.\n.. _{name}x:\n.. c:function:: int {name}x(void)\n\n   {name}\n.. note:: {name}\n"
    )
    assert not wanted.are_defined_in(others)
    assert wanted.are_named_in(text) is (target.kind != "option")


@pytest.mark.parametrize(
    ("target", "text", "named"),
    [
        (label("here"), "See :ref:`Here`.\n", True),
        (label("here"), "See `HERE`.\n", True),
        (label("two words"), "See :ref:`it <Two\n   words>`.\n", True),
        (label("foo_bar"), r":ref:`foo\_bar`", True),
        (label("here"), "See [it](#Here), here.\n", True),
        (label("here"), "See there, here-1.\n", False),
        (label("two words"), "See `it <Two\n  Words>`.\n", True),
        (label("here"), "See her.\n", False),
        (term("a term"), "Of :term:`a\n   Term`.\n", True),
        (term("a term"), "Of a term, :ref:`a term`.\n", False),
        (an_object("f"), "Of :c:func:`f()`.\n", True),
        (an_object("f"), "Of f(), :c:func:`g`.\n", False),
        (option("--opt"), "Of :option:`prog --opt`.\n", True),
    ],
)
def test_what_names_a_target_refers_to_it_or_holds_its_label(target: Target, text: str, *, named: bool) -> None:
    wanted = Targets(frozenset((target,)))
    assert wanted.are_named_in(text) is named
    assert not wanted.are_defined_in(text)
    assert not named or any(word in text.lower() for word in wanted.words), "it is looked for by these"


def test_of_nothing_there_is_no_definition() -> None:
    nothing, text = Targets(frozenset()), ".. _:\n()=\n\n.. function::\n\n.. glossary::\n\n   x\n"
    assert not nothing.are_defined_in(text)
    assert not nothing.are_named_in(text)
    assert nothing.words == set()
