"""Where the lines of docstrings are in their files."""

from __future__ import annotations

import pytest
from docs_matrix.capture.docstring_lines import DocstringLine, line_of

MODULE = '''"""What the module is for."""

import os

#: The largest box.
#: In litres.
LARGEST = 3

if os.name == "posix":

    def pack(box):
        """
        Pack it.

        Args:
            box: The *box.
            lid: Its lid.
        """


class Box:
    """A box."""

    lid = True
    """Whether it has a lid.

    Most do.
    """

    depth = 1  #: How deep it is.

    def __init__(self):
        """Make one.

        Of *wood.
        """
        #: What is inside.
        self.inside = []

    def close(self):
        pass
'''

LINES = MODULE.split("\n")


def place(text: str) -> int:
    return next(number for number, line in enumerate(LINES, 1) if text in line)


@pytest.mark.parametrize(
    ("name", "line", "text"),
    [
        ("pkg.boxes", 1, "What the module is for"),
        ("pkg.boxes.LARGEST", 2, "In litres"),
        ("pkg.boxes.pack", 1, "Pack it."),
        ("pkg.boxes.pack", 4, "The *box"),
        ("pkg.boxes.Box", 1, "A box."),
        ("pkg.boxes.Box", 5, "Of *wood."),
        ("pkg.boxes.Box.__init__", 3, "Of *wood."),
        ("pkg.boxes.Box.lid", 3, "Most do."),
        ("pkg.boxes.Box.depth", 1, "How deep it is"),
        ("pkg.boxes.Box.inside", 1, "What is inside"),
    ],
)
def test_a_line_of_a_docstring_is_found_in_the_file(name: str, line: int, text: str) -> None:
    assert line_of("src/pkg/boxes.py", MODULE, name, line, None) == DocstringLine(place(text), exact=True)


def test_a_line_that_an_extension_moved_is_found_by_its_text() -> None:
    read = ["Pack it.", "", ".. rubric:: Arguments", "", ":param box: The *box.", ":param lid: Its lid.", ""]
    where = [line_of("pkg/boxes.py", MODULE, "pkg.boxes.pack", line, read) for line in (1, 5, 6)]
    assert [found and found.line for found in where] == [place("Pack it."), place("The *box"), place("Its lid")]
    assert [found and found.exact for found in where] == [True, False, False]


def test_an_object_without_a_docstring_is_at_its_definition() -> None:
    assert line_of("pkg/boxes.py", MODULE, "pkg.boxes.Box.close", 1, None) == DocstringLine(
        place("def close"), exact=False
    )


@pytest.mark.parametrize("name", ["pkg.boxes.Nothing", "pkg.boxes.Box.nothing", "other.pack.x"])
def test_an_object_that_the_module_does_not_have_is_nowhere(name: str) -> None:
    assert line_of("pkg/boxes.py", MODULE, name, 1, None) is None


def test_a_module_that_cannot_be_parsed_has_no_docstrings() -> None:
    assert line_of("pkg/boxes.py", "def f(:", "pkg.boxes.f", 1, None) is None
