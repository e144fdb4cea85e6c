"""Mistakes planted into two small projects of ours: what `check` answers is what plain builds say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NEWEST
from tests.planted.projects import PROJECTS
from tests.planted.trial import run

pytestmark = pytest.mark.builds


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the trees and the plain builds of this run are kept."""
    return tmp_path_factory.mktemp("planted")


@pytest.mark.parametrize(
    ("project", "kind"),
    [
        ("parcels", "document"),
        ("parcels", "code"),
        ("parcels", "include-removed"),
        ("parcels", "label-removed"),
        ("parcels", "label-twice"),
        ("parcels", "page-in-no-toctree"),
        ("parcels", "page-removed"),
        ("parcels", "harmless"),
        ("parcels", "reference"),
        ("parcels", "repaired"),
        ("parcels", "docstring"),
        ("parcels", "included"),
        ("parcels", "object-twice"),
        ("parcels", "template"),
        ("parcels", "page-template"),
        ("letters", "label-removed"),
        ("letters", "translation"),
    ],
)
def test_what_is_planted_is_found_and_nothing_else(
    project: str, kind: str, work: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCS_MATRIX_STORE", str(store))
    monkeypatch.delenv("CI", raising=False)
    trial = run(PROJECTS[project], kind, NEWEST, work)
    found = trial.difference
    assert found is not None, trial.notes
    assert (found.missed, found.false, found.misplaced) == ([], [], [])
    assert trial.effect or kind.startswith("harmless")
