"""The questions of builds to git, and its answers: the part of a build's key that is known only after the build.

A build that asked git nothing has no git in its key, so it is the same build at every commit with the same content. If it asked,
it has two keys:

key                    digest of                                   where
the key without git    all that is known before the build          `<store>/builds/<key>/git.json`
the final key          the key without git, questions, answers     `<store>/builds/<key>/result.json`

`git.json` has, for each such build, the questions, the answers and the final key. A later order asks the same questions in its own
copy of the tree, and uses the build with the same answers.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_matrix import files, json_values, nofollow
from docs_matrix.builds import host_tools, recipes
from docs_matrix.confinement import system_files
from docs_matrix.confinement.confinement import Confinement, Reach
from docs_matrix.errors import MachineError
from docs_matrix.probe import git_recorder
from docs_matrix.store import room
from docs_matrix.trees import Tree, Trees, Workspace

__all__ = ["GitAnswers", "git_variables", "note_more", "recorder"]

ASKED, SETTINGS = "git-asked.jsonl", "git.json"
ASKED_LIMIT = 256 << 20
"""The most bytes of one build's questions and answers."""
MOST = 50
"""The most sets of answers that are kept for one key; the oldest are removed."""
TIME_LIMIT = 600.0
"""The seconds that all questions of a build may take."""


@dataclass(frozen=True)
class AnswerSet:
    """The questions of one build, each with its answer as JSON; `state` is `GitHistory.state`, `key` the final key of the build.

    `all` is true if the build read git's files directly: then its result is valid only for the same `state`.
    """

    state: str
    key: str
    asked: tuple[tuple[str, str], ...]
    all: bool = False


@dataclass(frozen=True)
class Known:
    """The content of `git.json`."""

    sets: tuple[AnswerSet, ...] = ()


def recorder(workspace: Workspace, python: Path) -> tuple[dict[str, Any], str] | None:
    """Return the settings of the recorder, and the script that takes the place of git in a build; None if there is no git."""
    git = shutil.which("git")
    root, top, scratch = workspace.root, workspace.top, workspace.scratch
    if git is None or not (top / ".git").is_dir():
        return None
    settings = {
        "git": git,
        "program": str(scratch / "bin" / "git"),
        "root": str(root),
        "top": str(top),
        "variables": dict(git_variables(top)),
        "asked": str(scratch / ASKED),
    }
    with nofollow.folder(scratch) as scratch_fd:  # a package's backend may have run here, and left a link
        nofollow.write(SETTINGS, json.dumps(settings).encode("ascii"), dir_fd=scratch_fd)
    return settings, recipes.exec_line(python, "-I", "-S", git_recorder.__file__, scratch / SETTINGS)


def note_more(scratch_fd: int) -> None:
    """Note in the open scratch folder that the command may have read git's files directly, without a question."""
    try:
        asked = nofollow.read(ASKED, ASKED_LIMIT, dir_fd=scratch_fd)
    except FileNotFoundError:
        asked = b""
    nofollow.write(ASKED, asked + b"null\n", dir_fd=scratch_fd)


def git_variables(top: Path) -> Mapping[str, str]:
    """Return git's variables for a build. Git reads no configuration of the machine, and no repository around the store.

    `top` is the folder of the repository.
    """
    return {
        "GIT_CEILING_DIRECTORIES": str(top.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


@dataclass(frozen=True)
class GitAnswers:
    """The answers of git to the builds in the store `folder`; `trees` gives private copies to ask in.

    The code of the tree chose the questions, so git runs confined.
    """

    folder: Path
    trees: Trees
    confinement: Confinement

    def key(self, key: str, tree: Tree) -> str:
        """Return the final key of the stored build whose git answers are the same for `tree`; `key` if there is none.

        `key` is the key without git.
        """
        known = self._known(key)
        if tree.history is None or not known:
            return key
        state = tree.history.state
        same = next((one for one in known if one.state == state), None)
        if same:
            return same.key
        able = [one for one in known if not one.all]
        if not able:
            return key
        with self.trees.workspace(tree) as workspace:
            agreeing = next((one for one in able if _answered(one, workspace, self.confinement)), None)
        if agreeing:
            self._keep(key, AnswerSet(state, agreeing.key, agreeing.asked))
        return agreeing.key if agreeing else key

    def note(self, key: str, tree: Tree, scratch_fd: int) -> str:
        """Keep the questions of the build `key`, which just ended, with git's answers; return its final key.

        Raises `MachineError` if the record of the questions cannot be read.
        """
        try:
            text = nofollow.read(ASKED, ASKED_LIMIT, dir_fd=scratch_fd)
        except FileNotFoundError:
            return key
        except OSError as error:
            raise MachineError(
                f"the record of the build's questions to git cannot be read: {error.strerror or error}"
            ) from error
        try:
            lines = [json.loads(line) for line in text.splitlines()]
            asked = tuple(sorted({(_text(line[0]), _text(line[1])) for line in lines if line}))
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise MachineError(f"the record of the build's questions to git is not valid: {error}") from error
        if tree.history is None or not lines:
            return key
        everything = None in lines or len({question for question, _ in asked}) != len(asked)
        state = tree.history.state
        whole = files.digest(key, _text(asked), state if everything else "")
        self._keep(key, AnswerSet(state, whole, asked, everything))
        return whole

    def _place(self, key: str) -> Path:
        return self.folder / "builds" / key / SETTINGS

    def _known(self, key: str) -> tuple[AnswerSet, ...]:
        known = json_values.read_or_none(self._place(key), Known)
        return known.sets if known else ()

    def _keep(self, key: str, answers: AnswerSet) -> None:
        room(self.folder, "builds")
        others = (one for one in self._known(key) if one.state != answers.state)
        json_values.write(self._place(key), Known((answers, *others)[:MOST]))


def _answered(answers: AnswerSet, workspace: Workspace, confinement: Confinement) -> bool:
    """Return whether git gives these `answers` in a private copy of the tree."""
    python = Path(sys.executable).resolve()
    recording = recorder(workspace, python)
    if recording is None:
        return False
    asked = "".join(f"{question}\n" for question, _ in answers.asked).encode("ascii")
    words = (python, "-I", "-S", git_recorder.__file__, "--answers", workspace.scratch / SETTINGS)
    env = {
        "PATH": ":".join(host_tools.folders()),
        "HOME": str(workspace.scratch),
        "TMPDIR": str(workspace.scratch),
        "LC_ALL": "C.UTF-8",
        **git_variables(workspace.top),
    }
    may = Reach((workspace.top, workspace.scratch), (*workspace.objects, *_programs()))
    found = confinement.run(words, may, timeout=TIME_LIMIT, cwd=workspace.root, env=env, stdin=asked)
    given = tuple(_text(json.loads(line)) for line in found.text.splitlines())
    return found.returncode == 0 and given == tuple(answer for _, answer in answers.asked)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _programs() -> Iterator[Path]:
    """Yield the files of git itself that lie outside of the system's folders."""
    yield from map(Path, system_files.of_programs(host_tools.folders(), ("git",)))
