"""Baseline files in git: the merge driver, and how a clone comes to use it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from docs_matrix import files, process
from docs_matrix.baselines import baseline_file, merge
from docs_matrix.errors import InputError

__all__ = ["merge_files", "set_driver"]

DRIVER = "docs-matrix-baseline"


def merge_files(base: Path, ours: Path, theirs: Path) -> bool:
    """Merge as git wants it of a driver: the result is in `ours`. False where that holds conflict markers."""
    try:
        merged = merge.merge(*(baseline_file.read(path) for path in (base, ours, theirs)))
    except InputError:
        merged = None  # of another format, or broken on one side: people have to look at the lines
    if merged is not None:
        baseline_file.write(ours, merged)
        return True
    process.run(["git", "merge-file", "-q", "-L", "ours", "-L", "base", "-L", "theirs", ours, base, theirs], timeout=60)
    return False


def set_driver(path: Path) -> Path:
    """Let the clone that `path` lies in merge this baseline entry by entry; returns the file of attributes that says so.

    Nothing that is committed changes. Raises `InputError` where `path` lies in no git work tree.
    """
    folder = path.resolve().parent
    root = Path(_git(folder, "rev-parse", "--show-toplevel"))
    attributes = folder / _git(folder, "rev-parse", "--git-path", "info/attributes")
    # -P: a folder `harness` of the clone is not ours
    command = f"{shlex.quote(sys.executable)} -P -m docs_matrix baseline merge %O %A %B"
    _git(folder, "config", f"merge.{DRIVER}.name", "docs-matrix: baselines, entry by entry")
    _git(folder, "config", f"merge.{DRIVER}.driver", command)
    name = (folder / path.name).relative_to(root.resolve()).as_posix()
    line = f'"/{name}" merge={DRIVER}\n'
    text = attributes.read_text("utf-8") if attributes.exists() else ""
    if line not in text:
        files.write_whole(attributes, text + ("" if text.endswith("\n") or not text else "\n") + line)
    return attributes


def _git(folder: Path, *words: str) -> str:
    done = process.run(["git", "-C", folder, *words], timeout=60)
    if done.returncode:
        raise InputError(f"{folder}: git {words[0]} failed: {done.error_text.strip()}")
    return done.text.strip()
