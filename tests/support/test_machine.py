"""What a machine lacks is a skip that says so, and in CI a failure; an environment is made only where a mark allows it."""

from __future__ import annotations

import pytest
from docs_matrix import process
from docs_matrix.toolchains import environments

from tests.conftest import Command
from tests.support.machine import lacks, needs_python


def test_a_lack_is_a_skip_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="npm is not installed"):
        lacks("npm is not installed")


def test_a_missing_interpreter_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"no Python 3\.99 on this machine"):
        needs_python("3.99")


def test_without_its_mark_a_test_makes_no_environment() -> None:
    with pytest.raises(pytest.fail.Exception, match="marked `builds`"):
        environments.provide()  # type: ignore[call-arg]


def test_a_command_that_stops_its_builds_harms_no_later_one(
    docs_matrix: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process._GROUPS, "stopped", True)
    assert docs_matrix("cells").status == 0
