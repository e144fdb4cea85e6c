"""Interpreters are found where people have them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from docs_matrix.errors import MachineError, MissingInterpreterError
from docs_matrix.toolchains import interpreters
from docs_matrix.toolchains.interpreters import Interpreter

HERE = Path(sys.executable).resolve()
VERSION = ".".join(str(part) for part in sys.version_info[:3])
MINOR = ".".join(str(part) for part in sys.version_info[:2])


@pytest.fixture(params=["uv", "no uv"])
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines with uv and without it."""
    if request.param == "no uv":
        monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no interpreter at all: the folder of its home."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return tmp_path


@pytest.mark.usefixtures("asked")
def test_an_interpreter_on_path_is_found_by_the_file_behind_the_links(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "links").mkdir()
    (bare / "links/python3").symlink_to(HERE)
    assert interpreters.installed() == ()
    monkeypatch.setenv("PATH", str(bare / "links"))
    assert interpreters.installed() == (Interpreter(HERE, VERSION),)


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("root", ["PYENV_ROOT", "home"])
def test_a_version_of_pyenv_that_is_not_active_is_found_although_its_shim_fails(
    bare: Path, monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    pyenv = bare / ".pyenv" if root == "home" else bare / "elsewhere"
    for folder in ("shims", f"versions/{VERSION}/bin"):
        (pyenv / folder).mkdir(parents=True)
    shim = pyenv / "shims/python3"
    shim.write_text(f"#!/bin/sh\n: >{bare}/asked\necho not active >&2; exit 127\n")
    shim.chmod(0o755)
    (pyenv / f"versions/{VERSION}/bin/python3").symlink_to(HERE)
    monkeypatch.setenv("PATH", str(pyenv / "shims"))
    if root == "PYENV_ROOT":
        monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    assert interpreters.find(MINOR, offline=True) == (Interpreter(HERE, VERSION), None)
    assert not (bare / "asked").exists()


def test_a_pyenv_that_cannot_be_looked_into_has_no_interpreter(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", f"/{'long' * 100}")  # a Path raises for it as for a folder in another user's home
    assert interpreters.installed() == ()


def test_the_variables_of_the_users_uv_do_not_hide_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_PREFERENCE", "only-managed")
    monkeypatch.setenv("UV_PYTHON", "3.99")
    assert HERE in [interpreter.path for interpreter in interpreters.installed()]


def test_without_uv_each_interpreter_is_asked_and_one_that_does_not_run_is_left_out(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: None)
    managed = bare / "uv/cpython-3.99/bin"
    managed.mkdir(parents=True)
    for name, text in {"python3.9": "exit 1", "python3.10": "echo nothing", "python3.99": "exec python3.real"}.items():
        (managed / name).write_text(f'#!/bin/sh\n{text} "$@"\n')
        (managed / name).chmod(0o755)
    (bare / "bin/python3.real").symlink_to(HERE)  # it has not the name of an interpreter
    assert interpreters.installed() == (Interpreter(HERE, VERSION),)
    with pytest.raises(MissingInterpreterError, match=r"no Python 3\.99 on this machine"):
        interpreters.find("3.99")  # nothing can download it


OTHERS = tuple(Interpreter(Path(f"/{version}"), version) for version in ("3.15.0rc1", "3.13.7", "3.13.0", "3.9.18"))


def test_a_minor_gets_its_newest_patch_release_without_a_notice() -> None:
    assert interpreters.find("3.13", offline=True, among=OTHERS) == (OTHERS[1], None)


def test_a_full_release_gets_itself_else_its_minor_with_a_notice() -> None:
    assert interpreters.find("3.13.0", offline=True, among=OTHERS) == (OTHERS[2], None)
    assert interpreters.find("3.13.5", offline=True, among=OTHERS) == (
        OTHERS[1],
        "Python 3.13.5 is not on this machine; 3.13.7 is used in its place",
    )


def test_a_pre_release_is_not_taken_unless_it_is_asked_for() -> None:
    with pytest.raises(MissingInterpreterError):
        interpreters.find("3.15", offline=True, among=OTHERS)
    assert interpreters.find("3.15.0rc1", offline=True, among=OTHERS) == (OTHERS[0], None)


def test_a_missing_interpreter_is_told_with_the_command_that_installs_it() -> None:
    with pytest.raises(MissingInterpreterError, match=r"no Python 3\.99 on this machine .*install 3\.99") as caught:
        interpreters.find("3.99", offline=True)
    assert caught.value.exit_status == 3


def test_a_download_that_cannot_work_is_a_missing_interpreter(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(MissingInterpreterError, match=r"no Python 3\.13 on this machine"):
        interpreters.find("3.13")


def test_a_uv_that_does_not_run_is_told(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = bare / "uv"
    broken.write_text("#!/bin/sh\necho 'error: GLIBC_9.9 not found' >&2; exit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("docs_matrix.toolchains.uv.program", lambda: str(broken))
    with pytest.raises(MachineError, match=r"uv cannot list the interpreters of this machine: GLIBC_9\.9 not found"):
        interpreters.installed()
