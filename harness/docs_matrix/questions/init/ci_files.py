"""The files with which a CI service and nox find docs-matrix: GitHub's workflow, GitLab's jobs, noxfile.py."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import __version__, files
from docs_matrix.errors import InputError
from docs_matrix.trees import user_repository
from docs_matrix.trees.git import call

__all__ = ["NOXFILE", "CiFiles", "ci_files", "write_files"]

NOXFILE = 'from docs_matrix.nox import sessions\n\nsessions("matrix.yaml")\n'

_ACTION = re.compile(r"[\w.-]+/[\w.-]+(?:/[\w./-]+)?@[0-9a-f]{40}")
_GITHUB = re.compile(r"(?:https://|git@|ssh://git@)github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")
_WITHOUT = "no workflow is written"


@dataclass(frozen=True)
class CiFiles:
    """The files to write for the project at `folder`; `top` is the top level of its repository (`folder` if it has none).

    `action` is the place on GitHub from which the workflow takes docs-matrix; without it no workflow is written. `notices` say
    why none is written, and what the user has to do.
    """

    folder: Path
    top: Path
    action: str | None
    gitlab: bool
    nox: bool
    notices: tuple[str, ...]

    @property
    def below(self) -> str:
        """The path of the project below the top level of its repository; `.` if it is the top level."""
        return self.folder.relative_to(self.top).as_posix()

    @property
    def name(self) -> str:
        """The name of the workflow and of its file; each project of a repository has another one."""
        words = re.sub(r"[^A-Za-z0-9]+", "-", self.below).strip("-").lower()
        return f"docs-matrix-{words}" if words else "docs-matrix"

    def texts(self, cells: Sequence[str]) -> Mapping[Path, str]:
        """Return the files by their absolute path; `cells` are the names of the project's cells."""
        found = {}
        if self.action:
            found[self.top / ".github/workflows" / f"{self.name}.yml"] = self._workflow(self.action)
        if self.gitlab:
            found[self.top / f"{self.name}.gitlab-ci.yml"] = self._gitlab(cells)
            if not (self.top / ".gitlab-ci.yml").exists():
                found[self.top / ".gitlab-ci.yml"] = f"include:\n  - local: {self.name}.gitlab-ci.yml\n"
        if self.nox:
            found[self.folder / "noxfile.py"] = NOXFILE
        return found

    def _workflow(self, action: str) -> str:
        return _filled(
            "workflow.yml",
            NAME=self.name,
            BRANCH=json.dumps(_branch(self.folder)),
            ACTION=f"{action} # docs-matrix {__version__}",
            FOLDER=json.dumps(self.below),
        )

    def _gitlab(self, cells: Sequence[str]) -> str:
        listed = "".join(f"\n          - {cell}" for cell in cells)
        return _filled("gitlab-ci.yml", NAME=self.name, FOLDER=json.dumps(self.below), CELLS=listed)


def ci_files(folder: Path, *, action: str | None, gitlab: bool, nox: bool) -> CiFiles:
    """Return the files to write for the project at `folder`; `action` is the user's, or None.

    Raises `InputError` if `action` is not pinned by a commit, or if noxfile.py exists already.
    """
    folder = folder.resolve()
    if nox and (folder / "noxfile.py").exists() and (folder / "noxfile.py").read_text("utf-8") != NOXFILE:
        raise InputError(
            f"{folder / 'noxfile.py'} exists already; run without --nox, and add this to it: {NOXFILE.strip()!r}"
        )
    if action is not None and not _ACTION.fullmatch(action):
        raise InputError(f"--action {action}: must be owner/repository@commit, with all 40 digits of the commit")
    repository = user_repository.find(folder)
    prefix = Path(repository.prefix) if repository and not repository.bare else Path()
    top = folder.parents[len(prefix.parts) - 1] if prefix.parts else folder
    notices = []
    if action is None and not gitlab:
        if repository is None:
            notices.append(f"{_WITHOUT}: this folder is in no git repository")
        elif not _GITHUB.match(_git(folder, "remote", "get-url", "origin")):
            notices.append(f"{_WITHOUT}: origin is not on GitHub (--action OWNER/REPO@COMMIT or --gitlab writes one)")
        else:
            action = _action_here()
            if action is None:
                notices.append(f"{_WITHOUT}: --action OWNER/REPO@COMMIT says where on GitHub it takes docs-matrix from")
    name = CiFiles(folder, top, action, gitlab, nox, ()).name
    if gitlab and (top / ".gitlab-ci.yml").exists():
        notices.append(f'add to {top / ".gitlab-ci.yml"}: include: [{{local: "{name}.gitlab-ci.yml"}}]')
    return CiFiles(folder, top, action, gitlab, nox, tuple(notices))


def _action_here() -> str | None:
    """Return the action from which this docs-matrix was installed: the repository on GitHub and the commit.

    None if neither pip nor a clone knows them.
    """
    told = json.loads(importlib.metadata.distribution("docs-matrix").read_text("direct_url.json") or "{}")
    address, commit = str(told.get("url", "")), str(told.get("vcs_info", {}).get("commit_id", ""))
    if address.startswith("file://"):
        clone = Path(address.removeprefix("file://"))
        address, commit = _git(clone, "remote", "get-url", "origin"), _git(clone, "rev-parse", "HEAD")
    known = _GITHUB.match(address)
    return f"{known[1]}@{commit}" if known and commit else None


def write_files(texts: Mapping[Path, str], *tops: Path) -> None:
    """Write the files `texts`.

    Raises `InputError` before anything is written, if a link leads one of them out of all the folders `tops`.
    """
    real = [top.resolve() for top in tops]
    for path in texts:
        if not any(path.parent.resolve().is_relative_to(top) for top in real):
            raise InputError(
                f"{path}: a link leads out of the project, to {path.parent.resolve()}; nothing was written"
            )
    for path, text in texts.items():
        files.write_whole(path, text)


def _branch(folder: Path) -> str:
    """Return the branch for pull requests: the default branch of the remote, else the current branch, else main."""
    remote = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    return remote or _git(folder, "symbolic-ref", "--short", "HEAD") or "main"


def _filled(template: str, **values: str) -> str:
    text = Path(__file__).with_name(template).read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _git(folder: Path, *words: str) -> str:
    """Return the output of git at `folder`; empty if it fails."""
    if not folder.is_dir():
        return ""
    done = call(*words, cwd=folder)
    return "" if done.returncode else done.text.strip()
