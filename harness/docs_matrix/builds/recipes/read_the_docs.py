"""Reads a project's Read the Docs file: the folder of conf.py, the commands before the build, and the variables there."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["FILES", "HostedSetup", "configuration", "file_of", "setup", "sphinx", "variables"]

FILES = (".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml", "readthedocs.yaml")
"""The names of the file, in the order in which they are looked for."""

VARIABLES = {
    "READTHEDOCS": "True",
    "READTHEDOCS_CANONICAL_URL": "https://project.readthedocs.io/en/latest/",
    "READTHEDOCS_LANGUAGE": "en",
    "READTHEDOCS_PROJECT": "project",
    "READTHEDOCS_VERSION": "latest",
    "READTHEDOCS_VERSION_NAME": "latest",
    "READTHEDOCS_VERSION_TYPE": "branch",
}
"""The variables that the manual of Read the Docs names, for the version `latest`; the project's name there is not
known."""


JOBS = (
    "post_checkout",
    "pre_system_dependencies",
    "post_system_dependencies",
    "pre_create_environment",
    "post_create_environment",
    "pre_install",
    "post_install",
    "pre_build",
)
"""The jobs before the build that a project may have commands in, in the order in which they run."""

# fmt: off
INSTALLERS = frozenset((
    "apt", "apt-get", "asdf", "bower", "cargo", "conda", "curl", "gem", "git", "go", "hg", "mamba", "micromamba", "mise", "npm",
    "npx", "nvm", "pdm", "pip", "pip3", "pipx", "pnpm", "poetry", "rustup", "sudo", "svn", "uv", "uvx", "wget", "yarn",
))
# fmt: on
"""Programs that download something: builds have no network, and the locks already give the Python packages."""

BUILDS = re.compile(r"\b(sphinx-build|python3? -m sphinx|make .*\b(dir|single)?html|nox|tox|hatch|mkdocs)\b")
"""Commands that build the documentation."""

BRINGS = re.compile(r"\b(install|sync|add|exit 183)\b")
"""Commands that install a program, or end the build on Read the Docs: they are not the build, even if they match
`BUILDS`."""


@dataclass(frozen=True)
class HostedSetup:
    """The `commands` that Read the Docs runs before the build, without those `left_out`: they install, or are the build itself."""

    commands: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def file_of(paths: Collection[str]) -> str | None:
    """Return the Read the Docs file among `paths`; None if there is none."""
    return next((name for name in FILES if name in paths), None)


def configuration(text: bytes) -> Mapping[str, Any]:
    """Return the content of a Read the Docs file; nothing if it is not YAML."""
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def sphinx(paths: Collection[str], read: Callable[[str], bytes | None]) -> tuple[str, str] | None:
    """Return the folder of conf.py and the builder in the Read the Docs file; None if it names no conf.py, or a missing one."""
    name = file_of(paths)
    told = configuration(read(name) or b"").get("sphinx") if name else None
    conf = posixpath.normpath(str(told.get("configuration", ""))) if isinstance(told, dict) else ""
    if posixpath.basename(conf) != "conf.py" or conf not in paths:
        return None
    builder = told.get("builder") if isinstance(told, dict) else None
    return posixpath.dirname(conf) or ".", "dirhtml" if builder == "dirhtml" else "html"


def variables(paths: Collection[str]) -> Mapping[str, str]:
    """Return the variables of Read the Docs for a tree with the files `paths`; none if it is not built there."""
    return VARIABLES if file_of(paths) else {}


def setup(paths: Collection[str], read: Callable[[str], bytes | None]) -> HostedSetup:
    """Return the commands that Read the Docs runs before the build: those of `build.jobs` or of `build.commands`."""
    name = file_of(paths)
    build = configuration(read(name) or b"").get("build") if name else None
    if not isinstance(build, dict):
        return HostedSetup()
    jobs = build.get("jobs")
    lines = [build.get("commands"), *(jobs.get(job) for job in JOBS if isinstance(jobs, dict))]
    commands = [line for some in lines if isinstance(some, list) for line in some if isinstance(line, str)]
    first = next((at for at, command in enumerate(commands) if _is_build(command)), len(commands))
    before, after = commands[:first], commands[first:]  # what comes after the build needs its output
    left_out = [text for text in before if BRINGS.search(text) or INSTALLERS & set(_programs(text))]
    return HostedSetup(tuple(text for text in before if text not in left_out), (*left_out, *after))


def _is_build(command: str) -> bool:
    return BUILDS.search(command) is not None and not BRINGS.search(command)


def _programs(command: str) -> Iterator[str]:
    """Yield the names of the programs that a command of the shell starts, as far as its text shows them.

    >>> list(_programs("cd docs && PATH=x python -m pip install . | cat"))
    ['cd', 'pip', 'cat']
    """
    lexer = shlex.shlex(command.replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        words = command.split()
    first = True
    while words:
        word = words.pop(0)
        if set(word) <= set("();<>|&"):
            first = not set(word) & set("<>")
        elif (
            first
            and not re.match(r"\w+=", word)
            and word not in ("if", "then", "else", "!", "{", "time", "exec", "env")
        ):
            first = False
            module = re.match(r"python[\d.]*$", posixpath.basename(word)) and words[:1] == ["-m"] and len(words) > 1
            yield words[1] if module else posixpath.basename(word)
