"""What `--confine` and `--network` mean, and what is refused where nothing confines a build."""

from __future__ import annotations

import argparse

import pytest
from docs_matrix.cli import common
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.errors import InputError
from docs_matrix.reports.commands import command


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has no layer."""
    monkeypatch.setattr(
        "docs_matrix.confinement.confinement.lacks", lambda layer: None if layer == "none" else "no such layer"
    )


def arguments(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"confine": "auto", "network": "off", **given})


@pytest.mark.parametrize("given", [{"patch": ["a.diff"]}, {"head": "topic"}, {"report": "mail"}])
@pytest.mark.usefixtures("bare")
def test_code_of_others_is_not_run_where_nothing_confines_it(given: dict[str, object]) -> None:
    with pytest.raises(InputError, match="--confine none"):
        common.confinement(arguments(**given))
    assert common.confinement(arguments(confine="none", **given)) == Confinement("none")


@pytest.mark.usefixtures("bare")
def test_a_work_tree_is_built_there_and_a_named_layer_must_be_there() -> None:
    assert str(common.confinement(arguments(patch=None, head=None))) == "not confined"
    with pytest.raises(InputError, match="--confine landlock: no such layer"):
        common.confinement(arguments(confine="landlock"))


def test_a_verb_that_builds_nothing_tries_no_layer() -> None:
    assert common.confinement(argparse.Namespace()) == Confinement("none")


def test_a_printed_command_names_what_was_chosen() -> None:
    asked = Asked("docs", folder="/home/me", confine="landlock", network="on")
    assert command(asked) == "docs-matrix check --tree /home/me/docs --confine landlock --network on"
