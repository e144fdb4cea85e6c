"""The commands of `setup:`, run one after the other. Each turns a version of the tree into the next one.

A command runs again only if something changed on which it can depend: the names and modes of the tree's files, the
targets of links, the content of executable files and of each file that it opened, git's answers to it, its own text,
the variables, the versions of the machine's programs that it names, and the environment with the packages of the tree
if it opened a file there. If the system does not report which files are opened, the content of the full tree counts.
"""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docs_matrix import files, json_values, nofollow
from docs_matrix.builds import git_answers, host_tools, recipes
from docs_matrix.builds.git_answers import GitAnswers
from docs_matrix.builds.packages import lay
from docs_matrix.builds.packages.own_package import OwnPackage
from docs_matrix.builds.reach import reach
from docs_matrix.builds.scratch_folder import script, variables
from docs_matrix.builds.setup.opened_paths import OpenedPaths, listen
from docs_matrix.config.matrix import Recipe
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.errors import InputError
from docs_matrix.store import room
from docs_matrix.toolchains import environments
from docs_matrix.toolchains.environments import Environment
from docs_matrix.trees import Tree, Trees, Workspace
from docs_matrix.trees.overlay import Overlay, scan

__all__ = ["SetupSteps"]


@dataclass(frozen=True)
class _Kept:
    """The result of a command in the store: the files that it `wrote`, and on what they depend in addition to the key.

    `read` are the files that it opened, with the ids of their blobs. If these are not known, `tree` is the identity of the full
    tree, else it is empty. `environment` is the digest of the environment, empty if the command opened nothing in it.
    """

    wrote: Overlay
    read: Mapping[str, str]
    tree: str
    environment: str


@dataclass(frozen=True)
class SetupSteps:
    """Runs commands of `setup:`, confined; each may take `time_limit` seconds.

    Safe to use from several threads and processes.
    """

    trees: Trees
    store: Path
    time_limit: float
    confinement: Confinement
    _known: dict[tuple[str, ...], Tree] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def prepared(
        self, tree: Tree, recipe: Recipe, environment: Environment, packages: Sequence[OwnPackage] = ()
    ) -> Tree:
        """Return `tree` after the commands of `recipe` in `environment`.

        Raises `InputError` if a command fails; the error names the command and the last line that it printed.
        """
        if not recipe.setup:
            return tree
        used = files.digest(
            environment.lock.digest, environment.interpreter.version, *(package.digest for package in packages)
        )
        state = tree.history.state if tree.history else ""
        asked = (tree.identity, state, used, json.dumps(json_values.plain(recipe)))
        with self._lock:
            known = self._known.get(asked)
        if known:
            return known
        made = tree
        for number in range(len(recipe.setup)):
            made = _Step(self, recipe, number, environment, tuple(packages), used).applied(made)
        with self._lock:
            self._known[asked] = made
        return made


@dataclass(frozen=True)
class _Step:
    """The command `number` of a recipe; `used` is the digest of its environment and the packages of the tree."""

    steps: SetupSteps
    recipe: Recipe
    number: int
    environment: Environment
    packages: tuple[OwnPackage, ...]
    used: str

    @property
    def command(self) -> str:
        return self.recipe.setup[self.number]

    @property
    def git(self) -> GitAnswers:
        return GitAnswers(self.steps.store, self.steps.trees, self.steps.confinement)

    def applied(self, tree: Tree) -> Tree:
        """Return `tree` after the command, which runs now if the store has no result."""
        key = self.key(tree)
        kept = self.found(self.git.key(key, tree), tree)
        if kept is None:
            with files.locked(room(self.steps.store, "setup") / f"{key}.lock"):
                kept = self.found(self.git.key(key, tree), tree) or self.run(key, tree)
        return self.steps.trees.laid_over(tree, kept.wrote)

    def key(self, tree: Tree) -> str:
        """Return the digest of what is known before the command runs."""
        entries = self.steps.trees.entries(tree)
        names = (f"{mode} {blob if mode != '100644' else ''}\t{path}" for path, (mode, blob) in sorted(entries.items()))
        told = [self.command, sorted((self.recipe.environment or {}).items()), _tools(self.command), tree.empty_folders]
        return files.digest(json.dumps([*told, tree.history is not None]), *names)

    def found(self, key: str, tree: Tree) -> _Kept | None:
        """Return the result of the command for this version of the tree from the store; None if there is none."""
        entries = self.steps.trees.entries(tree)
        for path in sorted((self.steps.store / "setup" / key).glob("*.json")):
            kept = json_values.read_or_none(path, _Kept)
            if kept is None or kept.environment not in ("", self.used) or kept.tree not in ("", tree.identity):
                continue
            if all(entries.get(name, ("", ""))[1] == blob for name, blob in kept.read.items()):
                path.touch()
                return kept
        return None

    def run(self, key: str, tree: Tree) -> _Kept:
        """Run the command, and store the files that it wrote."""
        trees, python = self.steps.trees, self.environment
        with trees.workspace(tree) as workspace:
            places = lay.lay(self.packages, workspace, python.python)
            before = scan(workspace.root)
            above = {str(parent) for path in (*before.files, *before.links) for parent in Path(path).parents}
            git = {_git_of(workspace)} if tree.history else set()
            with (
                listen(workspace.root, {".", *above, *before.empty, *git}) as opened,
                listen(python.folder, (".", "bin")) as used,
            ):
                self.execute(workspace, places)
            if not environments.is_whole(python.lock, python.interpreter, self.steps.store):
                raise self.error(
                    "it changed its environment, which others share; name what it installs in requirements"
                )
            if opened.complete and _past_git(opened, workspace):
                git_answers.note_more(workspace.scratch_fd)
            wrote = trees.written(workspace, before)
            answered = self.git.note(key, tree, workspace.scratch_fd)
        read = _read(opened, wrote, trees.entries(tree)) if opened.complete else {}
        whole = "" if opened.complete else tree.identity
        kept = _Kept(wrote, read, whole, self.used if used.files or not used.complete else "")
        name = files.digest(json.dumps(json_values.plain(kept)))[:16]
        json_values.write(self.steps.store / "setup" / answered / f"{name}.json", kept)
        return kept

    def execute(self, workspace: Workspace, folders: Sequence[str]) -> None:
        """Run the command in `workspace`; raises `InputError` if it fails."""
        scratch, root = workspace.scratch, workspace.root
        for name in ("home", "tmp", "bin"):
            (scratch / name).mkdir(exist_ok=True)
        git = git_answers.recorder(workspace, self.environment.python)
        if git:
            nofollow.write("bin/git", script(git[1]), dir_fd=workspace.scratch_fd, mode=0o755)
        where = recipes.BuildFolders(root, scratch, scratch / "bin" / "sphinx-build", workspace.top)
        given = {
            **variables(self.environment, where, folders),
            "PYTHONDONTWRITEBYTECODE": "1",
            **(self.recipe.environment or {}),
        }
        if "READTHEDOCS" in given:
            given["READTHEDOCS_OUTPUT"] = str(root / "_readthedocs")
            given["READTHEDOCS_VIRTUALENV_PATH"] = str(self.environment.folder)
        ended = self.steps.confinement.run(
            ["sh", "-e", "-c", self.command],
            reach(self.environment, workspace.top, scratch, read=workspace.objects),
            timeout=self.steps.time_limit,
            cwd=root,
            env=given,
        )
        if ended.stopped:
            raise self.error(f"it was ended: {ended.stopped}")
        if ended.timed_out:
            raise self.error(f"it did not end within {self.steps.time_limit:.0f} s")
        if ended.returncode:
            said = [line.strip() for line in (ended.text + ended.error_text).splitlines() if line.strip()]
            last = said[-1].replace(f"{root}/", "")[:400] if said else "it printed nothing"
            raise self.error(f"it ended with status {ended.returncode}: {last}")

    def error(self, reason: str) -> InputError:
        total = len(self.recipe.setup)
        shown = shlex.quote(self.command.strip().splitlines()[0]) if self.command.strip() else "''"
        return InputError(f"setup step {self.number + 1} of {total}, {shown}: {reason}")


def _read(opened: OpenedPaths, wrote: Overlay, entries: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """Return the files of the tree on which a command depends, with the ids of their blobs.

    These are the files that it opened, and those that it moved, linked or removed (this does not open a file).
    """
    blobs = {blob for _, blob in wrote.files.values()}
    moved = (path for path, (_, blob) in entries.items() if blob in blobs)
    return {path: entries[path][1] for path in sorted({*opened.files, *wrote.gone, *moved}) if path in entries}


def _git_of(workspace: Workspace) -> str:
    """Return the path of git's folder from the root of the tree: `.git`, or `../.git`."""
    return "/".join((*[".."] * len(workspace.root.relative_to(workspace.top).parts), ".git"))


def _past_git(opened: OpenedPaths, workspace: Workspace) -> bool:
    """Return whether a command read git's own files without git."""
    return f"{_git_of(workspace)}/HEAD" in opened.files and not (workspace.scratch / git_answers.ASKED).exists()


def _tools(command: str) -> Mapping[str, str]:
    """Return, for each program of the machine that the command names, a text that identifies its release."""
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        words = command.split()
    found = ((word, host_tools.identity(word)) for word in sorted(set(words)) if "/" not in word)
    return {word: identity for word, identity in found if identity}
