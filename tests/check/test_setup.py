"""Commands of `setup:` make a part of the tree: base and head each have what theirs make."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST, ROOT, Answer, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

GENERATE = "mkdir -p docs/api && sed -n 's|^/// ||p' src/box.h > docs/api/box.rst"
FILES = {
    "docs/conf.py": "project = 'box'\n",
    "docs/index.rst": "Top\n===\n\n.. toctree::\n\n   api/box\n",
    "src/box.h": "/// Box\n/// ===\n/// \n/// Right.\nint box(void);\n",
}
BROKEN = FILES["src/box.h"].replace("Right.", "Wrong *here.")

Write = Callable[[str, Mapping[str, str]], Path]


@pytest.fixture
def check(write: Write, docs_matrix: Command) -> Callable[..., Answer]:
    """Check what a change makes of a project with these commands."""

    def run(change: Mapping[str, str], *commands: str) -> Answer:
        matrix = (ROOT / "matrix.yaml").read_text().partition("\ntrees:")[0]
        matrix = re.sub(r"(?m)^  tree: .*$", "  tree: docs", matrix)
        setup = "".join(f"      - {command!r}\n" for command in commands)
        matrix += "\ntrees:\n  docs:\n    path: .\n    recipe: {sphinx: {source: docs}}\n    requirements: []\n"
        folder = write("project", {**FILES, "matrix.yaml": matrix + (f"    setup:\n{setup}" if setup else "")})
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "base")
        write("project", change)
        words = ("check", "--base", "HEAD", "--docs", "all", "--cell", NEWEST, "--cell", MIDDLE)
        return docs_matrix(*words, cwd=folder)

    return run


def test_a_mistake_in_what_a_generator_reads_is_new_in_an_old_and_in_a_new_cell(
    check: Callable[..., Answer], tmp_path: Path
) -> None:
    answer = check({"src/box.h": BROKEN}, 'sed -n "s|^/// ||p" src/box.h > /dev/null', GENERATE.replace("'", '"'))
    assert answer.status == 1, answer.stdout + answer.stderr
    [finding] = answer.of("new")
    assert (finding["path"], finding["line"], len(finding["cells"])) == ("docs/api/box.rst", 4, 2)
    git(tmp_path / "project", "checkout", "-q", "src")
    words = ["sh", str(answer.out / "reproduce.sh"), str(tmp_path / "project")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "found 1 of the 1 lines of the report, and 0 other new lines"


def test_a_command_that_fails_is_a_failed_cell_that_names_it(check: Callable[..., Answer]) -> None:
    answer = check({}, "echo the header is not here >&2; false")
    assert answer.status == 3
    reasons = {cell["reason"] for cell in answer.findings["cells"].values()}
    [reason] = reasons
    assert "setup step 1 of 1, 'echo the header is not here >&2; false'" in reason
    assert reason.endswith("status 1: the header is not here")


def test_commands_of_read_the_docs_run_if_the_matrix_says_nothing(check: Callable[..., Answer], write: Write) -> None:
    hosted = f"version: 2\nbuild:\n  jobs:\n    pre_build:\n      - pip install nothing\n      - {GENERATE}\n"
    write("project", {".readthedocs.yaml": hosted})
    answer = check({"src/box.h": BROKEN})
    assert answer.status == 1, answer.stdout + answer.stderr
    assert answer.places("new") == [("docs/api/box.rst", 4)]
