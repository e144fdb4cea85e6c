"""The one line that matters of the reason why a cell is left out."""

from __future__ import annotations

import pytest
from docs_matrix.questions.init.short_reason import short_reason


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("failed: Extension error:\nCould not load x", "Could not load x"),
        ("failed: ended with 2: Extension error (a.b): no such thing", "no such thing"),
        ("Traceback\n  File x\nValueError: bad\n", "ValueError: bad"),
        (
            "failed: ModuleNotFoundError: No module named 'pkg_resources'",
            "ModuleNotFoundError: No module named 'pkg_resources' (--requirement setuptools<82 adds what it lacks)",
        ),
        (
            "cell a with furo cannot be resolved: Because furo needs sphinx>6, it fails. Second sentence.",
            "what it needs cannot be installed: Because furo needs sphinx>6, it fails",
        ),
        (
            "failed: ModuleNotFoundError: No module named 'box._parser'",
            "ModuleNotFoundError: No module named 'box._parser' (box is there and its part _parser is not: --setup COMMAND makes "
            "it before the build, --install release takes the release if box is the project's own)",
        ),
        (
            "nbconvert.utils.pandoc.PandocMissing: Pandoc wasn't found.\nNotebookError: PandocMissing in a.ipynb:",
            "NotebookError: PandocMissing in a.ipynb: (its documentation needs the program pandoc: install it on this machine)",
        ),
        ("the project wants sphinx <6", "the project wants sphinx <6"),
        (
            "failed: a package is missing; name it with --requirement: Extension error:\n"
            "Could not import extension x (No module named 'x')",
            "Could not import extension x (No module named 'x') (--requirement NAME adds what it lacks)",
        ),
    ],
)
def test_of_an_error_the_line_that_matters_is_said(reason: str, said: str) -> None:
    assert short_reason(reason) == said
