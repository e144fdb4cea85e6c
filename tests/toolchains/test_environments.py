"""Environments are made once, whole, and again when broken."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.errors import MachineError
from docs_matrix.toolchains import environments, locks
from docs_matrix.toolchains.environments import Environment
from docs_matrix.toolchains.interpreters import Interpreter
from docs_matrix.toolchains.locks import Lock

from tests.support.machine import lacks, needs_index

pytestmark = pytest.mark.builds


@pytest.fixture
def made(small: tuple[Lock, Interpreter], tmp_path: Path) -> Environment:
    return provided(small, tmp_path)


def provided(what: tuple[Lock, Interpreter], store: Path) -> Environment:
    lock, interpreter = what
    try:
        return environments.provide(lock, interpreter, store=store)
    except MachineError as error:
        lacks(error)


def store_of(environment: Environment) -> Path:
    return environment.folder.parents[1]


def again(environment: Environment) -> Environment:
    return environments.provide(environment.lock, environment.interpreter, store=store_of(environment))


def stamp(environment: Environment) -> tuple[int, int]:
    made = (environment.folder / "pyvenv.cfg").stat()  # the mark's own time says when it was last used
    return made.st_ino, made.st_mtime_ns


def package(environment: Environment, name: str) -> Path:
    (found,) = environment.folder.glob(f"lib/python*/site-packages/{name}")
    return found


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_an_environment_runs_its_interpreter_with_the_packages_of_its_lock(
    buildable: tuple[Lock, Interpreter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    if installer == "pip":
        monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    made = provided(buildable, tmp_path)
    code = "import sys, docutils, sphinx; print(sys.version.split()[0], docutils.__version__, sphinx.__version__)"
    finished = subprocess.run([made.python, "-c", code], capture_output=True, text=True, check=True)
    packages = made.lock.packages
    assert finished.stdout.split() == [made.interpreter.version, packages["docutils"], packages["sphinx"]]
    assert os.access(made.bin / "sphinx-build", os.X_OK)
    assert not list(made.folder.glob("lib/python*/site-packages/pip*")), "it holds what its lock names, and no more"
    assert list(made.folder.glob("lib/python*/site-packages/docutils/__pycache__/core.*.pyc")), (
        "builds cannot write there"
    )
    assert made.folder == environments.locate(made.lock, made.interpreter, store_of(made))


def test_it_is_made_once_and_running_it_does_not_break_it(made: Environment) -> None:
    before = stamp(made)
    subprocess.run([made.python, "-c", "import docutils.core"], check=True)
    assert again(made) == made
    assert stamp(made) == before


def test_another_interpreter_or_another_content_is_another_environment(made: Environment) -> None:
    other = Interpreter(made.interpreter.path, "3.13.99")
    assert environments.locate(made.lock, other, store_of(made)) != made.folder
    assert not environments.is_whole(made.lock, other, store_of(made))


def _delete(environment: Environment) -> None:
    (package(environment, "docutils") / "core.py").unlink()


def _cut(environment: Environment) -> None:
    (package(environment, "docutils") / "nodes.py").write_text("")


def _add(environment: Environment) -> None:
    (package(environment, "docutils").parent / "sitecustomize.py").write_text("print('surprise')\n")


def _half_made(environment: Environment) -> None:
    (environment.folder / "docs-matrix.json").unlink()


def _spoil_the_mark(environment: Environment) -> None:
    (environment.folder / "docs-matrix.json").write_text("[" * 5000)


def _no_interpreter(environment: Environment) -> None:
    environment.python.unlink()
    environment.python.symlink_to("/nowhere/python3")


@pytest.mark.parametrize("breaking", [_delete, _cut, _add, _half_made, _spoil_the_mark, _no_interpreter])
def test_a_broken_one_is_made_again(made: Environment, breaking: Callable[[Environment], None]) -> None:
    before = stamp(made)
    breaking(made)
    assert not environments.is_whole(made.lock, made.interpreter, store_of(made))
    again(made)
    assert stamp(made) != before
    assert not list(made.folder.glob("lib/python*/site-packages/sitecustomize.py"))
    subprocess.run([made.python, "-c", "import docutils.core, docutils.nodes; docutils.nodes.Node"], check=True)


def test_what_is_written_into_it_reaches_no_other(made: Environment) -> None:
    assert (package(made, "docutils") / "core.py").stat().st_nlink == 1


def test_two_processes_that_want_the_same_one_get_the_same_one(small: tuple[Lock, Interpreter], tmp_path: Path) -> None:
    lock, interpreter = small
    code = textwrap.dedent(
        f"""
        from pathlib import Path
        from docs_matrix.toolchains import environments, locks
        from docs_matrix.toolchains.interpreters import Interpreter
        interpreter = Interpreter(Path({str(interpreter.path)!r}), {interpreter.version!r})
        made = environments.provide(locks.read(Path({str(lock.path)!r})), interpreter, store=Path({str(tmp_path)!r}))
        print(made.folder, (made.folder / "docs-matrix.json").stat().st_ino)
        """
    )
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1] != ""


def test_one_that_cannot_be_made_is_told_in_one_line_and_leaves_nothing(
    buildable: tuple[Lock, Interpreter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, interpreter = buildable
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(MachineError, match=r"^the package index cannot be reached \(127.0.0.1:9: "):
        environments.provide(lock, interpreter, store=tmp_path)
    with pytest.raises(MachineError, match=r"^call again without --offline: ") as caught:
        environments.provide(lock, interpreter, store=tmp_path, offline=True)
    assert "the environment of the cell is not in the store" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not environments.locate(lock, interpreter, tmp_path).exists()


def test_pip_refuses_a_package_with_another_hash_and_leaves_nothing(
    small: tuple[Lock, Interpreter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, interpreter = small
    needs_index()
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    path = tmp_path / "other.txt"
    path.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:01234567", lock.text))
    with pytest.raises(MachineError, match="THESE PACKAGES DO NOT MATCH THE HASHES"):
        environments.provide(locks.read(path), interpreter, store=tmp_path / "store")
    assert not environments.locate(locks.read(path), interpreter, tmp_path / "store").exists()


def test_pip_without_an_index_is_told_in_one_line(
    small: tuple[Lock, Interpreter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, interpreter = small
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))  # nothing but the index is taken from the user's pip
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(
        MachineError, match=r"^the package index cannot be reached \(Connection refused\): .* not in the store$"
    ):
        environments.provide(lock, interpreter, store=tmp_path)
    with pytest.raises(MachineError, match=r"^call again without --offline: .* not in the store$"):
        environments.provide(lock, interpreter, store=tmp_path, offline=True)
    assert not environments.locate(lock, interpreter, tmp_path).exists()


def test_a_store_that_cannot_be_written_is_told(buildable: tuple[Lock, Interpreter], tmp_path: Path) -> None:
    lock, interpreter = buildable
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        environments.provide(lock, interpreter, store=tmp_path / "file" / "store")
