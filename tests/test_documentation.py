"""Every command of the tutorial and of the questions runs as it is written, and prints what is shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.builds

PROJECT = {"docs/conf.py": "project = 'mine'\n", "docs/index.rst": "Mine\n====\n\nText.\n"}


def steps(page: str, section: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield each command of `page`, below the title `section` if there is one, and the lines that it prints."""
    text = (ROOT / "docs" / page).read_text()
    if section:
        text = re.split(
            r"\n[^\n]+\n-{5,}\n", text[text.index(f"\n{section}\n-----") + len(section) + 2 :].split("\n", 1)[1]
        )[0]
    for block in re.findall(r"\.\. code-block:: console\n\n((?:   [^\n]*\n|\n)+)", text):
        command: str | None = None
        shown: list[str] = []
        for line in (one[3:] for one in block.rstrip("\n").split("\n")):
            if line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
            elif line != "…":
                shown.append(line)
        assert command
        yield command, shown


def walk(page: str, folder: Path, store: Path, section: str = "") -> None:
    """Run the commands one after the other as one shell does, each in the folder that the ones before went to."""
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")},
        **identity,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DOCS_MATRIX_STORE": str(store),
    }
    ran = 0
    for command, shown in steps(page, section):
        if command.startswith("cd "):
            folder /= command[3:]
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        printed = done.stdout.splitlines()
        assert [line for line in shown if line not in printed] == [], f"{command}\n{done.stdout}"
        ran += 1
    assert ran > 1


def test_the_tutorial(tmp_path: Path, store: Path) -> None:
    walk("tutorial.rst", tmp_path, store)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("section", ["My first pull request", "A release broke my docs"])
def test_a_question_about_a_project(section: str, project: Path, store: Path) -> None:
    walk("questions.rst", project, store, section)


def test_the_question_about_a_mail_of_the_robot(tmp_path: Path, store: Path) -> None:
    for name in ("examples", "locks", "baselines"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "matrix.yaml", tmp_path)
    walk("questions.rst", tmp_path, store, "I got a mail from the robot")
