"""What the tests share: the command run as a user runs it, and one store, so that environments are made once."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from docs_matrix import process
from docs_matrix.cli.main import main
from docs_matrix.toolchains import environments
from hypothesis import settings

from tests.support import fake_sphinx as fake_sphinx_builds
from tests.support.sdists import sdist

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
NEWEST = "py3.13-docutils0.23-sphinx9.2.0"
MIDDLE = "py3.11-docutils0.19-sphinx5.3.0"


BUILDS = {"browser", "buildable", "npm_package"}
"""Fixtures of the session `builds`: what uses one is marked so by itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a fixture of `BUILDS`."""
    for item in items:
        if isinstance(item, pytest.Function) and BUILDS.intersection(item.fixturenames):
            item.add_marker("builds")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Fail a test that makes an environment without a mark that puts it into a session which may."""
    with pytest.MonkeyPatch.context() as patch:
        if not any(item.iter_markers("builds")) and not any(item.iter_markers("acceptance")):
            patch.setattr(environments, "provide", _unmarked)
        return (yield)


def _unmarked(*_: object, **__: object) -> NoReturn:
    pytest.fail("a test that builds is marked `builds`")


@dataclass(frozen=True)
class Answer:
    """What the command answered: its exit status, what it printed, and the folder of reports."""

    status: int
    stdout: str
    stderr: str
    out: Path

    @property
    def findings(self) -> dict[str, Any]:
        """`findings.json`."""
        value: dict[str, Any] = json.loads((self.out / "findings.json").read_text("utf-8"))
        return value

    def of(self, verdict: str) -> list[dict[str, Any]]:
        """The findings with `verdict`."""
        return [finding for finding in self.findings["findings"] if finding["verdict"] == verdict]

    def places(self, verdict: str) -> list[tuple[str | None, int | None]]:
        """Path and line of the findings with `verdict`."""
        return [(finding["path"], finding["line"]) for finding in self.of(verdict)]


Command = Callable[..., Answer]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of all tests of this run, whichever worker they are in; `$DOCS_MATRIX_TEST_STORE` keeps it for the next."""
    named = os.environ.get("DOCS_MATRIX_TEST_STORE")
    base = tmp_path_factory.getbasetemp()
    return Path(named) if named else (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "store"


@pytest.fixture
def docs_matrix(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Command:
    """The command, run in this process from the project's folder: `docs_matrix("check", "--tree", tree)`.

    A keyword is an environment variable, unset where it is None. What `fake_sphinx` answers goes to a store of its own.
    """
    if "fake_sphinx" in request.fixturenames:
        store = tmp_path / "store"

    def run(*arguments: str | Path, out: str = "report", cwd: Path = ROOT, **variables: str | None) -> Answer:
        folder = tmp_path / out
        words = [str(argument) for argument in arguments]
        if words and words[0] in ("check", "merge", "series"):
            words += ["--out", str(folder)]
        given = {"CI": None, "GITHUB_ACTIONS": None, "DOCS_MATRIX_STORE": str(store), **variables}
        with monkeypatch.context() as patch, redirect_stdout(_Stream()) as stdout, redirect_stderr(_Stream()) as stderr:
            for name, value in given.items():
                patch.delenv(name, raising=False) if value is None else patch.setenv(name, value)
            patch.chdir(cwd)
            patch.setattr(process._GROUPS, "stopped", False)  # a command that ended early leaves it set
            try:
                status = main(words)
            except SystemExit as ended:  # argparse leaves so
                status = ended.code if isinstance(ended.code, int) else 1
        return Answer(status, stdout.text, stderr.text, folder)

    return run


class _Stream(io.TextIOWrapper):
    """A standard stream that keeps what is written to it, as the bytes that a file would hold."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8", errors="backslashreplace", newline="")

    @property
    def text(self) -> str:
        """All that was written."""
        self.flush()
        return self._bytes.getvalue().decode()


@pytest.fixture
def fake_sphinx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no build run Sphinx: `tests.support.fake_sphinx` answers, in every cell of the matrix."""
    fake_sphinx_builds.install(monkeypatch)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Mapping[str, str]], Path]:
    """Make a folder of files: `write("project", {"docs/index.rst": "..."})`."""

    def make(name: str, files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / name

    return make


@pytest.fixture(scope="session")
def sphinx_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sphinx's source distribution, from `$DOCS_MATRIX_SOURCES` or the package index; a lack where it cannot be had."""
    kept = Path(os.environ.get("DOCS_MATRIX_SOURCES", "/nowhere")) / "sphinx-8.1.3.tar.gz"
    return kept if kept.exists() else sdist("sphinx==8.1.3", tmp_path_factory.mktemp("sdist"))
