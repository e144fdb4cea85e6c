"""`docs-matrix shrink` as a user runs it: projects that can be read in a minute, and that still show it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, ROOT, Command

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]

ONE_DIRECTIVE = """\
# what it leaves
from docutils.parsers.rst import Directive

left = []
UNUSED = 1


class Leave(Directive):
    def run(self):
        if left:
            self.state.document.reporter.warning("Something is left.")
        left.append(self.lineno)
        return []


def setup(app):
    app.add_directive("leave", Leave)
    app.add_config_value("nothing", None, "env")
"""
LEFT = """\
from docutils.parsers.rst import Directive
left = []
class Leave(Directive):
    def run(self):
        if left:
            self.state.document.reporter.warning('Something is left.')
        left.append(self.lineno)
        return []
def setup(app):
    app.add_directive('leave', Leave)
"""
FILES = {
    "docs/conf.py": "import os, sys\nsys.path.insert(0, os.path.abspath('.'))\nextensions = ['leak']\nproject = 'P'\n",
    "docs/leak.py": ONE_DIRECTIVE,
    "docs/index.rst": "Top\n===\n\n.. toctree::\n\n   a\n   b\n   c\n",
    "docs/a.rst": "A\n=\n\nText.\n\n.. leave::\n\nMore.\n",
    "docs/b.rst": "B\n=\n\nText.\n\n.. leave::\n\nMore.\n",
    "docs/c.rst": "C\n=\n\nText.\n\n`broken\n\nMore.\n",
    "unused.py": "",
}


def shown_by(docs_matrix: Command, folder: Path, find: str) -> list[tuple[str | None, int | None]]:
    """Where a build of the project by one reader says `find`."""
    answer = docs_matrix("check", "--tree", folder, "--cell", MIDDLE, "--readers", "1")
    return [(new["path"], new["line"]) for new in answer.of("new") if find in new["message"]]


def test_one_document_of_one_line_is_left(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    tree, out = write("project", FILES), tmp_path / "small"
    asked = ("--tree", tree, "--find", "start-string", "--path", "docs/c.rst", "--cell", MIDDLE, "--out", out)
    answer = docs_matrix("shrink", *asked)
    assert answer.status == 0, answer.stderr
    assert {path.name for path in out.iterdir()} == {"conf.py", "index.rst", "README.txt"}
    assert (out / "index.rst").read_text() == "`broken\n"
    assert (out / "conf.py").read_text() == ""
    assert "sphinx-build -b dummy . output" in (out / "README.txt").read_text()
    assert shown_by(docs_matrix, out, "start-string") == [("index.rst", 1)]


@pytest.mark.acceptance
def test_two_documents_and_what_lies_between_them_are_left(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    tree, out = write("project", FILES), tmp_path / "small"
    asked = ("--tree", tree, "--find", "Something is left", "--path", "b", "--cell", MIDDLE, "--out", out, "--json")
    answer = docs_matrix("shrink", *asked)
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["documents"], value["finished"], value["plain"]) == (["before.rst", "index.rst"], True, True)
    assert {path.name for path in out.iterdir()} == {"conf.py", "leak.py", "before.rst", "index.rst", "README.txt"}
    assert (out / "before.rst").read_text() == (out / "index.rst").read_text() == ".. leave::\n"
    assert (out / "leak.py").read_text() == LEFT
    assert [path for path, _ in shown_by(docs_matrix, out, "Something is left")] == ["index.rst"]


def test_the_printed_command_shows_what_an_included_file_says_from_another_folder(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    files = {
        "docs/conf.py": "",
        "docs/index.rst": "Top\n===\n\n.. include:: ../LOG.rst\n",
        "LOG.rst": "A `broken one\n",
    }
    tree, elsewhere = write("project", files), write("elsewhere", {"matrix.yaml": "another one, that cannot be read"})
    asked = ("--tree", tree, "--find", "start-string", "--path", "LOG.rst", "--cell", MIDDLE, "--out", "small")
    answer = docs_matrix("shrink", *asked, "--requirement", "snowballstemmer", "--json", cwd=tmp_path)
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["plain"], value["message"]["path"]) == (False, "LOG.rst")
    assert value["command"] in (tmp_path / "small/README.txt").read_text()
    words = shlex.split(value["command"])[1:]
    assert words[words.index("--requirement") + 1] == "snowballstemmer"
    again = docs_matrix(*words, cwd=elsewhere)
    assert (again.status, again.places("new")) == (1, [("LOG.rst", 1)]), again.stderr


def test_a_message_that_nobody_says_is_an_error(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    asked = ("--find", "nonsense", "--path", "docs/c.rst", "--cell", MIDDLE, "--out", tmp_path / "small")
    answer = docs_matrix("shrink", "--tree", write("project", FILES), *asked)
    assert (answer.status, "does not give this message" in answer.stderr) == (2, True)


SLOW = """\
import time
from docutils.parsers.rst import Directive

class Wait(Directive):
    def run(self):
        began = time.time()
        time.sleep(0.5)
        if time.time() - began > 0.4:
            self.state.document.reporter.warning("It takes its time.")
        return []

def setup(app):
    app.add_directive("wait", Wait)
"""
"""Each build that says it takes half a second: whoever interrupts it has the time."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_it_leaves_the_best_so_far(docs_matrix: Command, write: Write, store: Path, tmp_path: Path) -> None:
    waits = {"docs/conf.py": SLOW, "docs/c.rst": "C\n=\n\n.. wait::\n\nMore.\n"}
    tree, out = write("project", {**FILES, **waits}), tmp_path / "small"
    asked = ["--tree", str(tree), "--find", "its time", "--path", "docs/c.rst", "--cell", MIDDLE, "--out", str(out)]
    variables = {**os.environ, "DOCS_MATRIX_STORE": str(store), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "docs_matrix", "shrink", *asked, "--json"]
    pipe = subprocess.PIPE
    # What a shell starts behind its back, by `&`, ignores interrupts, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(words, cwd=ROOT, env=variables, text=True, stdout=pipe, stderr=pipe) as running:
        signal.signal(signal.SIGINT, before)
        assert running.stderr
        next(line for line in running.stderr if line.startswith("variant "))
        running.send_signal(signal.SIGINT)
        answer, told = running.communicate()
    assert (running.returncode, "interrupted" in told, json.loads(answer)["finished"]) == (130, True, False)
    assert len(shown_by(docs_matrix, out, "its time")) == 1
