"""What documents refer to and define, read off without building."""

from __future__ import annotations

import re

import pytest

from harness.investigate.targets import definition, labels, references, words


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("See :ref:`here`.", {"here"}),
        ("See :ref:`the Table <A  Table>`, :c:func:`~f()`.", {"a table", "f"}),
        ("A title over :ref:`two\nlines <here>`, and :term:`a\n  term`.", {"here", "a term"}),
        ("In MyST {ref}`here` and {py:func}`!pkg.f`.", {"here", "pkg.f"}),
        (":option:`prog --option`", {"prog --option"}),
        (":doc:`/a` is found in any case, :math:`x`, ``:ref:`` and `text` are none.", set()),
        (":ref:`" + "x" * 300 + "`", set()),
        (":ref:`` :ref:` `", set()),
    ],
)
def test_references_are_those_of_roles(text: str, targets: set[str]) -> None:
    assert set(references(text)) == targets


def test_each_reference_counts() -> None:
    assert references(":ref:`a` :ref:`b <a>` {ref}`A`") == {"a": 3}


def test_labels_are_as_they_are_written() -> None:
    assert labels(".. _Here and there:\n\n(in-myst)=\n# T\n\n.. _link: https://example.org\n") == {
        "Here and there",
        "in-myst",
    }


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("here", ".. _Here:\n\nTitle\n=====\n"),
        ("two words", "  .. _`Two  words`:\n"),
        ("in-myst", "(in-myst)=\n# Title\n"),
        ("a term", ".. glossary::\n\n   A term\n      What it is.\n"),
        ("a term", ".. glossary::\n\n   a term : classifier\n      What it is.\n"),
        ("f", ".. c:function:: int f(void)\n"),
        ("pkg.mod.class.method", ".. py:class:: Class\n\n   .. method:: method(x)\n"),
        ("prog --option", ".. option:: -o, --option FILE\n"),
        ("pkg.f", "```{py:function} f(x)\n```\n"),
        ("what.*[a-z]?", ".. _what.*[a-z]?:\n"),
    ],
)
def test_a_line_that_defines_is_found_and_one_that_only_names_is_not(target: str, text: str) -> None:
    others = (
        f"See {target}, :ref:`{target}`.\n.. _{target}x:\n.. c:function:: int {target}x(void)\n{target} = 1\n{target}\n"
    )
    definition = definition_of(target)
    found = [line for line in text.splitlines() if definition.match(line)]
    assert len(found) == 1
    assert any(word.lower() in found[0].lower() for word in words([target])), "it is looked for by these"
    assert not any(definition.match(line) for line in others.splitlines())


def definition_of(*targets: str) -> re.Pattern[str]:
    return definition(targets)


def test_no_target_is_defined_nowhere() -> None:
    assert words([]) == set()
    assert not any(definition([]).match(line) for line in (".. _:", "()=", "   ", ".. note::", "   x"))
