"""A store of trees, and real git repositories to take them from."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.trees import Trees

Git = Callable[..., str]


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    return Trees(tmp_path / "store")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git for a user, `git(folder, "commit", …, GIT_COMMITTER_DATE=…)`, and returns what it prints."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }

    def run(folder: Path, *words: str, **variables: str) -> str:
        done = subprocess.run(["git", *words], cwd=folder, env=env | variables, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape")

    return run


@pytest.fixture
def project(tmp_path: Path, git: Git) -> Path:
    """A repository with one commit: `docs/index.rst` of ten lines, `docs/conf.py`, `README.rst`."""
    root = tmp_path / "project"
    write(root, {"docs/index.rst": lines(10), "docs/conf.py": "", "README.rst": "Read me\n"})
    git(root, "init", "-q", "-b", "main")
    commit(git, root)
    return root


def commit(git: Git, root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a change")


def lines(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def snapshot(root: Path) -> dict[str, tuple[str, int]]:
    """Every path below `root`, what it is or holds, and its mode."""
    found = {}
    for place in sorted(root.rglob("*")):
        mode = place.lstat().st_mode & 0o7777
        content = f"-> {place.readlink()}" if place.is_symlink() else "/" if place.is_dir() else str(place.read_bytes())
        found[str(place.relative_to(root))] = (content, mode)
    return found
