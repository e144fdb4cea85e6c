"""The only place that starts git: in a clean environment, with settings that no repository can change.

The user's configuration, hooks and environment have no influence, and a repository that is given is only read. It may belong to
a stranger, so nothing that its configuration names is run (filters, monitors, hooks, helpers). Nothing is fetched, whatever the
command: if a partial clone lacks an object, this is an error. `call` turns off the `filters` of a repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.errors import InputError, MachineError
from docs_matrix.process import Finished, run

__all__ = ["Repository", "call", "filters_of", "last_line", "quoted"]

TIME_LIMIT = 1800.0
"""The time limit for one call, in seconds. The longest call, the first import of a kernel, takes half a minute."""

_SETTINGS = {
    "core.askPass": "",
    "core.attributesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.gitProxy": "",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sparseCheckout": "false",
    "core.splitIndex": "false",
    "core.sshCommand": "false",
    "credential.helper": "",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
"""Settings that hold even if the configuration of the repository has other ones."""

_OFF = {"clean": "", "smudge": "", "process": "", "required": "false"}
"""The settings that turn a filter off."""


_LACKING = (b"from promisor remote", b"lazy fetching disabled", b"transport '")
"""Parts of git's messages that it would have to fetch something."""


def call(
    *words: str | Path,
    cwd: Path,
    stdin: bytes = b"",
    variables: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    filters: Iterable[str] = (),
) -> Finished:
    """Run `git WORDS` in `cwd`, and return how it ended. The caller must check the exit status.

    `variables` are added to the environment, `settings` to the configuration. `filters` are the names of filters to turn off.
    Raises `MachineError` if git cannot be started, does not end in time, lacks an object that it would have to fetch, or if the
    disk is full.
    """
    off = {f"filter.{name}.{key}": value for name in filters for key, value in _OFF.items()}
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(Path(__file__).with_name("gitconfig")),
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        **_as_variables({**_SETTINGS, **off, **(settings or {})}),
        **(variables or {}),
    }
    finished = run(["git", *words], timeout=TIME_LIMIT, cwd=cwd, env=env, stdin=stdin)
    if finished.timed_out:
        raise MachineError(f"git {words[0]} did not finish within {TIME_LIMIT:.0f} s in {cwd}")
    if finished.returncode and (b"No space left" in finished.stderr or b"quota exceeded" in finished.stderr):
        raise MachineError(
            f"git {words[0]}: no space left on the disk of {cwd}; free some, or empty the store: docs-matrix store empty"
        )
    if finished.returncode and any(sign in finished.stderr for sign in _LACKING):
        raise MachineError(
            f"git {words[0]}: {cwd} is a partial clone and lacks objects that are needed; docs-matrix fetches none; "
            f"make it complete: git fetch --refetch --no-filter"
        )
    return finished


def filters_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the filters that the configuration of the repository at `folder` defines."""
    found = call("config", "--null", "--name-only", "--get-regexp", r"^filter\.", cwd=folder)
    if found.returncode not in (0, 1):  # 1: there are no filters
        raise InputError(f"{folder}: git cannot read the configuration of this repository: {last_line(found)}")
    keys = found.text.split("\0")[:-1]
    return tuple(dict.fromkeys(key.partition(".")[2].rpartition(".")[0] for key in keys))


def last_line(finished: Finished) -> str:
    """Return the line of standard error that has the reason of git's failure, without its `fatal: `."""
    lines = [line for line in finished.error_text.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1] if lines else "")
    return said.removeprefix("fatal: ").removeprefix("error: ") or f"it ended with {finished.returncode}"


@dataclass(frozen=True)
class Repository:
    """A bare repository of our own, in `folder`."""

    folder: Path

    def run(
        self,
        *words: str | Path,
        stdin: bytes = b"",
        index: Path | None = None,
        work_tree: Path | None = None,
        objects: tuple[Path | None, ...] = (),
    ) -> Finished:
        """Run `git WORDS` on this repository, with a private `index`, and with users' folders of `objects` to read from.

        Raises `MachineError` if git fails.
        """
        finished = self.attempt(*words, stdin=stdin, index=index, work_tree=work_tree, objects=objects)
        if finished.returncode:
            raise MachineError(
                f"git {words[0]} failed in {self.folder}: {last_line(finished)} "
                "(if the store is damaged: docs-matrix store empty)"
            )
        return finished

    def attempt(
        self,
        *words: str | Path,
        stdin: bytes = b"",
        index: Path | None = None,
        work_tree: Path | None = None,
        objects: tuple[Path | None, ...] = (),
    ) -> Finished:
        """Do the same as `run`, but leave it to the caller to check for a failure."""
        variables = {"GIT_DIR": str(self.folder)}
        if index:
            variables["GIT_INDEX_FILE"] = str(index)
        if work_tree:
            variables["GIT_WORK_TREE"] = str(work_tree)
        if any(objects):
            folders = dict.fromkeys(quoted(str(folder)) for folder in objects if folder)
            variables["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.pathsep.join(folders)
        return call(*words, cwd=work_tree or self.folder, stdin=stdin, variables=variables)


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def quoted(path: str) -> str:
    """Return `path` as an entry in a list of folders with objects. Git undoes quotes of C there."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
