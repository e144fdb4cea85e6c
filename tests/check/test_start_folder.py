"""sphinx-build is started where the project starts it, and messages stand at the files of the tree all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

FILES = {
    "docs/Makefile": "SPHINXOPTS = -W -n\nhtml:\n\tsphinx-build -M html . _build $(SPHINXOPTS)\n",
    "docs/conf.py": "import sys\nsys.path.insert(0, '.')\nextensions = ['words']\n",
    "docs/words.py": "def setup(app):\n    app.add_config_value('words', open('words.txt').read(), 'env')\n",
    "docs/words.txt": "some\n",
    "docs/index.rst": "Top\n===\n\n.. include:: part.txt\n\n.. toctree::\n\n   more/a\n",
    "docs/part.txt": "Part.\n",
    "docs/more/a.rst": "A\n=\n\n.. include:: /part.txt\n",
}

Write = Callable[[str, Mapping[str, str]], Path]


def test_an_extension_finds_its_files_and_mistakes_stand_at_theirs(write: Write, docs_matrix: Command) -> None:
    folder = write("project", FILES)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    write(
        "project",
        {"docs/part.txt": "Part.\n\nA *mistake.\n", "docs/more/a.rst": "A\n=\n\n:any:`nowhere`\n\n:cpp:any:`x`\n"},
    )
    words = ("check", "--tree", folder, "--base", "HEAD", "--docs", "all", "--cell", NEWEST, "--cell", MIDDLE)
    answer = docs_matrix(*words)
    assert answer.status == 1, answer.stdout + answer.stderr
    found = {(finding["path"], finding["line"], len(finding["cells"])) for finding in answer.of("new")}
    assert found == {("docs/part.txt", 3, 2), ("docs/more/a.rst", 4, 2), ("docs/more/a.rst", 6, 2)}
