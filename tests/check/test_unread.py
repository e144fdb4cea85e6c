"""What a restricted build leaves open, answered by the text of what it did not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Made
from docs_matrix.check.unread import Unread, missing
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.trees import Trees

FILES = {
    "docs/conf.py": "extensions = ['sphinx.ext.autosectionlabel']\n",
    "docs/read.rst": ".. _unread-name:\n\nRead\n====\n\nSee :ref:`far`, :ref:`nowhere at all`, :func:`gone`.\n",
    "docs/far.rst": ".. _far:\n\nFar\n===\n\nAlso :ref:`nowhere at all`, :func:`lib.gone` and install it.\n",
    "docs/titles.rst": "A Title\n=======\n\n.. glossary::\n\n   thing\n      Text.\n",
    "docs/objects.rst": "O\n=\n\n.. py:function:: lib.there(x)\n\n.. option:: --long\n\n.. automodule:: lib\n",
    "docs/part.inc": ".. _included:\n",
    "lib.py": "def coded():\n    pass\n",
}


@pytest.fixture
def answer(tmp_path: Path) -> Callable[[str], str]:
    """What becomes of a message of a build that read `read.rst` alone: dropped, judged or unjudged."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    trees = Trees(tmp_path / "store")
    tree = trees.open(tmp_path)
    unread = Unread(trees, Recipe("sphinx", "docs", "docs"))

    def answer(message: str) -> str:
        said = Diagnostic("docs/read.rst", 6, "WARNING", "ref.x", message, printed=message, unjudged=True)
        build = Build("", "", "", (said,), (), (), 0, ("read",), 5, "ok", None, 0.0, 0.0, 0)
        left = unread.settled(Made(build, "key", (), ""), tree).build.diagnostics
        return ("unjudged" if left[0].unjudged else "judged") if left else "dropped"

    return answer


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("undefined label: 'nowhere at all'", "judged"),
        (
            "undefined label: nowhere at all (if the link has no caption the label must precede a section header)",
            "judged",
        ),
        ("undefined label: 'install'", "judged"),
        ("undefined label: 'unread-name'", "judged"),
        ("term not in glossary: 'nothing'", "judged"),
        ("py:func reference target not found: gone", "judged"),
        ("'myst' cross-reference target not found: 'nothing.md' [myst.xref_missing]", "judged"),
        ("undefined label: 'far'", "dropped"),
        ("term not in glossary: 'Thing'", "dropped"),
        ("py:func reference target not found: lib.there", "dropped"),
        ("unknown option: '--long'", "dropped"),
        ("undefined label: 'a title'", "unjudged"),
        ("undefined label: 'included'", "unjudged"),
        ("py:func reference target not found: lib.coded", "unjudged"),
        ("more than one target found for cross-reference 'there'", "unjudged"),
    ],
)
def test_a_missing_target_is_judged_by_the_text_that_was_not_read(
    answer: Callable[[str], str], message: str, expected: str
) -> None:
    assert answer(message) == expected


def test_a_message_that_names_no_target_names_none() -> None:
    assert missing("Title underline too short.") is None
    assert missing("undefined label: '**'") is None
