"""What a test needs of the machine: where it lacks something, the test is skipped and says so; in CI it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest
from docs_matrix.errors import MachineError
from docs_matrix.toolchains import interpreters, uv

__all__ = ["lacks", "needs_index", "needs_python"]


def lacks(what: object) -> NoReturn:
    """Skip the test because of `what` this machine lacks; fail it where `$CI` is set, since a CI job installs all."""
    if os.environ.get("CI"):
        pytest.fail(f"this machine lacks what the test needs: {what}", pytrace=False)
    pytest.skip(str(what))


def needs_python(minor: str) -> None:
    """Require an interpreter of `minor` ("3.13") on this machine."""
    try:
        interpreters.find(minor, offline=True)
    except MachineError as missing:
        lacks(missing)


def needs_index() -> None:
    """Require that the package index answers."""
    if lack := uv.index_lack():
        lacks(lack)
