"""Places of every kind: moved text, C files, chains, docstrings, generated files, and the places that messages name."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from docs_matrix.comparison.judge import compare
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import Judged

from tests.support.random_lines import Edits

PROSE = "\n\n".join(f"Paragraph {number} is about the {word} alone." for number, word in enumerate("abcdefgh"))
SECTION = """\
What drivers do
---------------

The *open emphasis begins in this paragraph
and has another line.

A name that is `missing`_ here.

"""
OPEN = "Inline emphasis start-string without end-string."


def said(path: str | None, line: int | None, message: str = OPEN, **other: object) -> Diagnostic:
    base = Diagnostic(path, line, "WARNING", "docutils", message, printed=message, document=(path or "").split(".")[0])
    return replace(base, **other)  # type: ignore[arg-type]


def told(judged: tuple[Judged, ...]) -> list[tuple[str, str | None, int | None]]:
    return [(str(item.verdict), item.diagnostic.path, item.diagnostic.line) for item in judged]


def judge(base: list[Diagnostic], head: list[Diagnostic], change: Edits, **options: bool) -> tuple[Judged, ...]:
    return compare(base, head, change, change, **options)


def test_a_section_that_moves_to_another_file_takes_its_warnings_along() -> None:
    change = Edits({"a.rst": SECTION + PROSE, "b.rst": PROSE}, {"a.rst": PROSE, "b.rst": PROSE + "\n\n" + SECTION})
    missing = 'Unknown target name: "missing".'
    base = [said("a.rst", 4), said("a.rst", 7, missing)]
    judged = judge(base, [said("b.rst", 20), said("b.rst", 23, missing)], change)
    assert told(judged) == [("moved", "b.rst", 20), ("moved", "b.rst", 23)]
    assert [item.base for item in judged] == base


def test_a_copy_of_a_section_is_new() -> None:
    change = Edits(
        {"a.rst": SECTION + PROSE, "b.rst": PROSE}, {"a.rst": SECTION + PROSE, "b.rst": PROSE + "\n\n" + SECTION}
    )
    judged = judge([said("a.rst", 4)], [said("a.rst", 4), said("b.rst", 20)], change)
    assert told(judged) == [("known", "a.rst", 4), ("new", "b.rst", 20)]


@pytest.mark.parametrize("first_line", [True, False])
def test_a_line_before_the_mistake_in_its_paragraph_makes_it_no_other(first_line: bool) -> None:
    """docutils reports a paragraph's first line: what is put above it in the same paragraph moves the report."""
    more = SECTION.replace("The *open", "A line that was put here.\nThe *open")
    change = Edits({"a.rst": SECTION}, {"a.rst": more})
    assert told(judge([said("a.rst", 4)], [said("a.rst", 4 if first_line else 5)], change))[0][0] == "known"
    swapped = judge([said("a.rst", 4 if first_line else 5)], [said("a.rst", 4)], change.swapped())
    assert [item[0] for item in told(swapped)] == ["known"]


@pytest.mark.parametrize("at_the_end", [6, 7])
def test_what_is_reported_behind_a_block_goes_with_the_block(at_the_end: int) -> None:
    """docutils 0.16 reports an image at the empty line after it, if there is one, else at its own line."""
    image = "Title\n=====\n\nText.\n\n.. image:: gone.png\n"
    change = Edits({"a.rst": image}, {"a.rst": image + "\n.. note::\n\n   A block.\n"})
    gone = "image file not readable: gone.png"
    base = said("a.rst", at_the_end, gone)
    assert told(judge([base], [said("a.rst", 7, gone)], change)) == [("known", "a.rst", 7)]
    assert told(judge([said("a.rst", 7, gone)], [said("a.rst", at_the_end, gone)], change.swapped()))[0][0] == "known"
    assert told(judge([base], [said("a.rst", 9, gone)], change)) == [
        ("new", "a.rst", 9),
        ("fixed", "a.rst", at_the_end),
    ]


def test_a_line_of_a_c_file_goes_with_that_file_and_its_chain_with_the_document() -> None:
    code = "/**\n * f - does\n * @x: one\n */\nint f(int x);\n"
    change = Edits({"f.c": code, "dev.rst": PROSE}, {"f.c": "// more\n" + code, "dev.rst": "Above\n\n" + PROSE})
    base = said("f.c", 5, "Unexpected indentation.", via="dev.rst:7", document="dev")
    head = said("f.c", 6, "Unexpected indentation.", via="dev.rst:9", document="dev")
    assert told(judge([base], [head], change)) == [("known", "f.c", 6)]


def test_a_docstring_goes_with_its_object() -> None:
    function = 'def f():\n    """Do it.\n\n    An *open one.\n    """\n'
    change = Edits({"m.py": "import os\n" + function}, {"m.py": "import os\nimport sys\n\nX = 1\n" + function})
    place = "docstring of m.f, line 3"
    base = said("m.py", 5, place=place)
    assert told(judge([base], [said("m.py", 8, place=place)], change)) == [("known", "m.py", 8)]
    longer = Edits({"m.py": function}, {"m.py": function.replace("Do it.\n", "Do it.\n\n    At once.\n")})
    assert told(judge([said("m.py", 4, place=place)], [said("m.py", 6)], longer)) == [("known", "m.py", 6)]
    assert [one[0] for one in told(judge([], [said("m.py", 4, place=place)], longer))] == ["new"]


def test_a_docstring_that_an_extension_rewrites_goes_with_its_object_wherever_its_lines_are() -> None:
    function = 'def f():\n    """Do it.\n\n    Args:\n        x: An *open one.\n    """\n'
    change = Edits({"m.py": function}, {"m.py": function.replace("x:", "y: One more.\n        x:")})
    base = said("m.py", 5, place="docstring of m.f, about line 3")
    head = said("m.py", 5, place="docstring of m.f, about line 4")
    assert told(judge([base], [head], change)) == [("known", "m.py", 5)]


def test_functions_that_change_places_take_the_messages_of_their_docstrings_along() -> None:
    """All texts are equal, so that a diff finds nothing to go by."""
    functions = [f'def f{number}():\n    """Do it.\n\n    An *open one.\n    """\n\n\n' for number in range(8)]
    mixed = [functions[number] for number in (5, 2, 7, 0, 3, 6, 1, 4)]
    for head in ({"m.py": mixed}, {"m.py": mixed[:3], "n.py": mixed[3:]}):
        change = Edits({"m.py": "".join(functions)}, {path: "".join(texts) for path, texts in head.items()})
        judged = judge(_said_in({"m.py": functions}), _said_in(head), change)
        assert {item[0] for item in told(judged)} == {"known", "moved"}
        assert len(judged) == 8


def _said_in(modules: dict[str, list[str]]) -> list[Diagnostic]:
    return [
        said(path, 7 * number + 4, place=f"docstring of {path[0]}.{text[4:6]}, line 3")
        for path, texts in modules.items()
        for number, text in enumerate(texts)
    ]


def test_a_cell_in_front_of_a_notebook_makes_nothing_new() -> None:
    def notebook(*cells: list[str]) -> str:
        return json.dumps({"cells": [{"cell_type": "markdown", "source": source} for source in cells]}, indent=1)

    cell, more = ["One *open.\n", "\n", "Two *open."], ["A new cell, with no mistake."]
    change = Edits({"one.ipynb": notebook(cell)}, {"one.ipynb": notebook(more, cell)})
    base = [said("one.ipynb", 6, place="cell 1, line 2"), said("one.ipynb", 8, place="cell 1, line 4")]
    head = [said("one.ipynb", 12, place="cell 2, line 2"), said("one.ipynb", 14, place="cell 2, line 4")]
    assert told(judge(base, head, change)) == [("known", "one.ipynb", 12), ("known", "one.ipynb", 14)]
    assert [item[0] for item in told(judge(base[:1], head, change))] == ["known", "new"]


def test_a_generated_file_has_no_lines_to_follow() -> None:
    change = Edits({"a.rst": PROSE}, {"a.rst": PROSE})
    one, other = said("generated.rst", 5), said("generated.rst", 12)
    assert told(judge([one], [other, other], change))[0][0] == "known"
    assert sorted(item[0] for item in told(judge([one], [other, other], change))) == ["known", "new"]


def test_a_place_inside_a_message_is_followed() -> None:
    change = Edits({"a.rst": PROSE, "b.rst": PROSE}, {"a.rst": "Above\n\n" + PROSE, "b.rst": PROSE})
    message = "duplicate object description of f, other instance in a, use :no-index: for one of them"
    declared = "Duplicate C declaration, also defined at a:{}.\nDeclaration is '.. c:function:: int f ()'."
    base = [said("b.rst", 3, message), said("b.rst", 5, declared.format(7))]
    head = [said("b.rst", 3, message), said("b.rst", 5, declared.format(9))]
    assert [item[0] for item in told(judge(base, head, change))] == ["known", "known"]


def test_the_two_ends_of_a_duplicate_are_one_pair_whichever_is_reported() -> None:
    text = "Above.\n\n.. _here:\n\nText.\n"
    change = Edits({"a.rst": text, "b.rst": text}, {"a.rst": text, "b.rst": text, "c.rst": "New.\n"})
    message = "duplicate label here, other instance in {}.rst"
    one, other = said("a.rst", 3, message.format("b")), said("b.rst", 3, message.format("a"))
    assert [item[0] for item in told(judge([one], [other], change))] == ["known"]
    assert [item[0] for item in told(judge([one], [one, other], change))] == ["known", "new"]


def test_a_document_that_is_renamed_takes_the_messages_that_name_it_along() -> None:
    change = Edits({"a.rst": PROSE, "b.rst": PROSE}, {"new.rst": PROSE, "b.rst": PROSE}, {"a.rst": "new.rst"})
    message = "duplicate label x, other instance in {}.rst"
    judged = judge([said("b.rst", 3, message.format("a"))], [said("b.rst", 3, message.format("new"))], change)
    assert told(judged) == [("known", "b.rst", 3)]


@pytest.mark.parametrize(("complete", "verdict"), [(True, "new"), (False, "unjudged")])
def test_a_label_that_goes_breaks_a_reference_elsewhere(complete: bool, verdict: str) -> None:
    """In a restricted build it is judged where what was not read is the same on both sides."""
    change = Edits({"a.rst": ".. _here:\n\n" + PROSE, "b.rst": PROSE}, {"a.rst": PROSE, "b.rst": PROSE})
    broken = said("b.rst", 3, "undefined label: 'here'", unjudged=True)
    (judged,) = judge([], [broken], change, complete=complete)
    assert str(judged.verdict) == verdict
    assert (judged.reason, judged.hunk) == (("elsewhere", "a.rst:0,0") if complete else ("", None))
    (mended,) = judge([broken], [], change.swapped(), complete=complete)
    assert str(mended.verdict) == ("fixed" if complete else "unjudged")


def test_a_reference_that_the_change_writes_stays_unjudged_in_a_restricted_build() -> None:
    change = Edits({"b.rst": PROSE}, {"b.rst": PROSE.replace("about the b alone", "about :ref:`there`")})
    (judged,) = judge([], [said("b.rst", 3, "undefined label: 'there'", unjudged=True)], change, complete=True)
    assert str(judged.verdict) == "unjudged"


@pytest.mark.parametrize("between", ["", "\nSection\n-------\n\n"])
def test_the_ends_of_a_duplicate_label_are_one_pair_where_a_file_is_renamed_behind_the_other(between: str) -> None:
    """Sphinx reports what a label labels, which may stand some lines below it."""
    text = f"Above.\n\n.. _here:\n{between}\nText.\n"
    renamed = {"a.rst": text, "b.rst": text}, {"z.rst": text, "b.rst": text}
    change = Edits(*renamed, renamed={"a.rst": "z.rst"})
    message = "duplicate label here, other instance in {}.rst"
    line = 7 if between else 5
    judged = judge([said("b.rst", line, message.format("a"))], [said("z.rst", line, message.format("b"))], change)
    assert told(judged) == [("known", "z.rst", line)]


TABLE = "+------+------+\n| {0} | {1} |\n+------+------+\n| {2} | {3}  |\n+------+------+\n"


def test_two_tables_with_a_word_in_common_are_two() -> None:
    one, other = TABLE.format("page", "fold", "dark", "lamp"), TABLE.format("rive", "ques", "tree", "fold")
    change = Edits({"a.rst": PROSE + "\n\n" + one, "b.rst": PROSE}, {"a.rst": PROSE, "b.rst": PROSE + "\n\n" + other})
    message = "Malformed table.\nRight border not aligned or missing.\n\n"
    line = PROSE.count("\n") + 5
    judged = judge([said("a.rst", line, message + one)], [said("b.rst", line, message + other)], change)
    assert [item[0] for item in told(judged)] == ["new", "fixed"]


def test_a_mistake_repaired_in_a_file_that_is_indented_otherwise_and_made_again_elsewhere_is_fixed_and_new() -> None:
    body = "\n\n   what the box has to say of itself\n"
    old = f"   First words.\n\n   .. other::\n\n      more of it\n\n.. answer::{body}"
    new = old.replace("answer", "note").replace("\n   ", "\n      ").replace("   First", "      First")
    change = Edits({"a.rst": old, "b.rst": PROSE}, {"a.rst": new, "b.rst": PROSE + "\n\n.. answer::" + body})
    message = 'Unknown directive type "answer".'
    judged = judge([said("a.rst", 7, message)], [said("b.rst", PROSE.count("\n") + 3, message)], change)
    assert [item[0] for item in told(judged)] == ["new", "fixed"]
