"""Where a project states what its documentation requires: the first place that does, as projects use them."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Collection, Mapping
from typing import Any

from docs_matrix.errors import InputError
from docs_matrix.requirements import toml_tables, tools
from docs_matrix.requirements.conf_modules import take_modules
from docs_matrix.requirements.stated import Gathered, Read, take_file, text_of

__all__ = ["gather"]

NEAR = ("requirements.txt", "requirements.in")
"""Requirements files beside conf.py or above it."""
AT_THE_ROOT = (
    "requirements/docs.txt",
    "requirements/docs.in",
    "requirements/doc.txt",
    "requirements-docs.txt",
    "docs-requirements.txt",
    "requirements-doc.txt",
    "doc-requirements.txt",
    "docs_requirements.txt",
    "rtd-requirements.txt",
)


def gather(read: Read, paths: Collection[str], config: str, hosted: Mapping[str, Any]) -> Gathered:
    """Return what the documentation requires whose conf.py lies in the folder `config`.

    `hosted` is the content of the Read the Docs file, empty if there is none. `paths` are the files of the tree. Raises
    `InputError` if a file that it names cannot be read.
    """
    found = Gathered()
    stated = _take_hosted(read, hosted, found)
    if not stated:
        takers = (
            toml_tables.take_groups,
            toml_tables.take_extras,
            tools.take_tox,
            tools.take_nox,
            toml_tables.take_hatch,
            tools.take_conda,
        )
        stated = _take_files(read, config, found) or any(take(read, found) for take in takers)
    for extra in found.extras:
        if not toml_tables.take_extra(read, extra.text, found):
            found.notices.append(f"{extra.source}: left out: the extra {extra.text} of the project itself")
    path = posixpath.normpath(posixpath.join(config, "conf.py"))
    take_modules(text_of(read, path) or "", path, paths, toml_tables.every(read), found)
    if not stated and not found.requirements:
        found.notices.insert(0, "the project names no requirements of its documentation; Sphinx alone is installed")
    return found


def _take_files(read: Read, config: str, found: Gathered) -> bool:
    near = [posixpath.normpath(posixpath.join(config, name)) for name in NEAR] if config != "." else []
    above = posixpath.dirname(config)
    near += [posixpath.join(above, name) for name in NEAR] if above else []
    return any(take_file(read, name, found) for name in (*near, *AT_THE_ROOT))


def _take_hosted(read: Read, hosted: Mapping[str, Any], found: Gathered) -> bool:
    """Take what Read the Docs installs; return whether that is more than the project's own package."""
    python, conda, build = (_table(hosted, key) for key in ("python", "conda", "build"))
    named = False
    steps = python.get("install")
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict):
            named = _take_step(read, step, found) or named
    if "environment" in conda:
        named = tools.take_conda(read, found, str(conda["environment"])) or named
    jobs = _table(build, "jobs")
    commands = [build.get("commands"), *jobs.values()]
    for command in (line for lines in commands if isinstance(lines, list) for line in lines if isinstance(line, str)):
        named = _take_command(read, command, found) or named
    return named


def _take_step(read: Read, step: Mapping[str, Any], found: Gathered) -> bool:
    named = False
    if "requirements" in step:
        named = True
        path = str(step["requirements"])
        if not take_file(read, path, found):
            raise InputError(f"{path}: cannot be read, and the Read the Docs file names it")
    found.itself = found.itself or "path" in step
    for key, take in (
        ("extra_requirements", toml_tables.take_extra),
        ("groups", toml_tables.take_group),
        ("extras", toml_tables.take_extra),
    ):
        names = step.get(key)
        for name in [names] if isinstance(names, str) else names if isinstance(names, list) else []:
            named = take(read, str(name), found) or named
    return named


def _take_command(read: Read, command: str, found: Gathered) -> bool:
    """Take the groups, extras and files that a command of Read the Docs installs; nothing else is known of it."""
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    named = False
    if not {"install", "sync"} & set(words):
        return False
    for word, after in zip(words, [*words[1:], ""], strict=True):
        option, _, value = word.partition("=")
        value = value or after
        if option == "--group":
            named = toml_tables.take_group(read, value, found) or named
        elif option == "--extra":
            named = toml_tables.take_extra(read, value, found) or named
        elif option in ("-r", "--requirement"):
            named = take_file(read, value, found) or named
        elif own := re.fullmatch(r"\.\[([^\]]+)\]", word):
            found.itself = True
            for name in own[1].split(","):
                named = toml_tables.take_extra(read, name.strip(), found) or named
    return named


def _table(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}
