"""What documents refer to and define, read off without building."""

from __future__ import annotations

import pytest

from harness.investigate.targets import Target, Wanted, labels, references


def label(name: str) -> Target:
    return Target(name, is_object=False)


def an_object(name: str) -> Target:
    return Target(name, is_object=True)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("See :ref:`here`.", {label("here")}),
        ("See :ref:`the Table <A  Table>`, :c:func:`~lib.f()`.", {label("a table"), an_object("f")}),
        ("A title over :ref:`two\nlines <here>`, and :term:`a\n  term`.", {label("here"), label("a term")}),
        ("In MyST {ref}`here` and {py:func}`!pkg.f`.", {label("here"), an_object("f")}),
        (":option:`-o FILE` :option:`prog --opt=value`", {an_object("-o"), an_object("--opt")}),
        (":option:`prog --option` :cpp:func:`ns::f(int x)`", {an_object("--option"), an_object("f")}),
        (":c:type:`struct device` :any:`here`", {an_object("device"), an_object("here"), label("here")}),
        (r":ref:`foo\_bar` :ref:`a \<b> <c>`", {label("foo_bar"), label("c")}),
        (":doc:`/a` :math:`x` ``:ref:`` `text` :command:`bash` H\\ :sub:`2` :ref:`!not`", set()),
        (":ref:`" + "x" * 300 + "`", set()),
        (":ref:`` :ref:` ` :c:func:`()` :a" + ":a" * 20_000, set()),
    ],
)
def test_references_are_those_of_roles(text: str, targets: set[Target]) -> None:
    assert set(references(text)) == targets


def test_each_reference_counts() -> None:
    assert references(":ref:`a` :ref:`b <a>` {ref}`A`") == {label("a"): 3}


def test_labels_are_as_they_are_written() -> None:
    text = ".. _Here and there:\n\n(in-myst)=\n# T\n\n.. _link: https://example.org\n.. _a:b:\r\n.. _`Two words`:\n"
    assert labels(text + ".. _c\\:d:\n.. _n\0l:\n") == {"Here and there", "in-myst", "a:b", "Two words", "c:d"}


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (label("here"), ".. _Here:\n\nTitle\n=====\n"),
        (label("two words"), "  .. _`Two  words`:\r\n"),
        (label("in-myst"), "  (in-myst)=\n# Title\n"),
        (label("picture"), ".. figure:: x.png\n   :name: picture \n"),
        (label("sum"), ".. math:: x\n   :label: sum\n"),
        (label("a term"), ".. glossary::\n\n   A term\r\n      What it is.\n"),
        (label("a term"), "```{glossary}\na term : classifier\n  What it is.\n```\n"),
        (label("foo_bar"), ".. _foo\\_bar:\n"),
        (label("what.*[a-z]?"), ".. _what.*[a-z]?:\n"),
        (an_object("f"), ".. c:function:: int f(void)\n"),
        (an_object("g"), ".. function:: f(x)\n              g(x, y)\n   :module: a\n\n   Text.\n"),
        (an_object("method"), ".. py:class:: Class\n\n   .. method:: method(x)\n"),
        (an_object("--option"), ".. option:: -o, --option FILE\n"),
        (an_object("f"), "```{py:function} F(x)\n```\n"),
        (an_object("mod"), ".. automodule:: pkg.mod\n"),
    ],
)
def test_what_defines_a_target_is_told_from_what_only_names_it(target: Target, text: str) -> None:
    name, wanted = target.name, Wanted(frozenset((target,)))
    assert wanted.are_defined_in(text)
    assert any(word in text.lower() for word in wanted.words), "it is looked for by these"
    others = (
        f"See {name}, :ref:`{name}`.\n.. _{name}x:\n.. c:function:: int {name}x(void)\n\n   {name}\n.. note:: {name}\n"
    )
    assert not wanted.are_defined_in(others)


def test_of_nothing_there_is_no_definition() -> None:
    assert not Wanted(frozenset()).are_defined_in(".. _:\n()=\n\n.. function::\n\n.. glossary::\n\n   x\n")
    assert Wanted(frozenset()).words == set()
