"""Readings in a given order and in given processes, in the oldest and the newest toolchain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order, Reading
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Recipe, load
from docs_matrix.errors import HarnessError

from tests.conftest import NEWEST, ROOT
from tests.support.leaking_project import LEAKING
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

OLDEST = "py3.9-docutils0.16-sphinx3.4.3"
Write = Callable[[str, Mapping[str, str]], Path]
Read = Callable[..., Build]


@pytest.fixture(params=[OLDEST, NEWEST])
def read(request: pytest.FixtureRequest, store: Path, write: Write) -> Read:
    """Build the leaking project with some files of its own as a reading asks."""
    bench = Workbench(load(ROOT / "matrix.yaml"), store)
    cell = next(cell for cell in bench.matrix.cells if cell.name == request.param)
    try:
        environment = bench.provide(cell, ()).environment
    except HarnessError as error:
        lacks(error)

    def read(
        reading: Reading, documents: tuple[str, ...] | None = None, more: Mapping[str, str] | None = None
    ) -> Build:
        tree = bench.trees.open(write("project", {**LEAKING, **(more or {})}))
        return bench.runner.build(Order(environment, tree, Recipe("sphinx", ".", "."), documents, reading)).build

    return read


def places(build: Build) -> list[str]:
    return sorted(f"{said.path}:{said.line}" for said in build.diagnostics)


def test_documents_are_read_in_the_order_given(read: Read) -> None:
    before = read(Reading(ordered=True, readers=1), ("d17.rst", "d30.rst"))
    assert (before.status, before.read, places(before)) == ("ok", ("d17", "d30"), ["d30.rst:4"])
    behind = read(Reading(ordered=True, readers=1), ("d30.rst", "d17.rst"))
    assert (behind.status, behind.read, places(behind)) == ("ok", ("d30", "d17"), [])


def test_in_one_process_everything_is_left_and_in_one_for_each_document_nothing(read: Read) -> None:
    assert places(read(Reading(readers=1))) == ["d30.rst:4", "d31.rst:4", "d32.rst:4"]
    each = read(Reading(readers="each"))
    assert (each.status, len(each.read), places(each)) == ("ok", 31, ["d32.rst:4"])


def test_a_process_of_its_own_knows_what_the_environment_knows(read: Read) -> None:
    twice = {"d35.rst": "D35\n===\n\n.. _twice:\n\nOther\n-----\n"}
    said = read(Reading(readers="each", only=True), ("d22.rst", "d35.rst"), twice).diagnostics
    assert [(item.path, "duplicate label twice" in item.message, item.phase) for item in said] == [
        ("d35.rst", True, "reading")
    ]


def test_what_hinders_reading_in_other_processes_is_the_reason_and_not_what_follows_it(read: Read) -> None:
    domain = (
        "from sphinx.domains import Domain\n\n\nclass Alone(Domain):\n    name = 'alone'\n\n\n"
        "def setup(app):\n    app.add_domain(Alone)\n    return {'parallel_read_safe': True}\n"
    )
    conf = LEAKING["conf.py"] + "extensions.append('alone')\n"
    failed = read(Reading(readers="each"), None, {"alone.py": domain, "conf.py": conf})
    assert failed.status == "failed"
    assert (failed.reason or "").startswith("NotImplementedError: merge_domaindata must be implemented")


def test_readers_are_as_many_as_asked_for(read: Read) -> None:
    split = read(Reading(ordered=True, readers=2), ("d17.rst", "d18.rst", "d19.rst", "d20.rst", "d21.rst", "d30.rst"))
    assert (split.status, places(split)) == ("ok", [])


def test_trials_say_what_their_last_document_says(read: Read) -> None:
    trials = (
        ("d31.rst",),
        ("d17.rst", "d31.rst"),
        ("README.rst", "d17.rst", "d22.rst", "d31.rst"),
        ("d17.rst", "d32.rst"),
    )
    build = read(Reading(trials=trials, only=True), ("d17.rst", "d22.rst", "d31.rst", "d32.rst"))
    assert build.status == "ok", build.reason
    assert [[said.path for said in trial] for trial in build.trials] == [[], [], ["d31.rst"], ["d32.rst"]]
    assert build.diagnostics == ()


def test_behind_trials_a_build_goes_on_as_if_there_had_been_none(read: Read) -> None:
    names = ("README.rst", "d17.rst", "d30.rst", "d32.rst")
    build = read(Reading(trials=tuple((name,) for name in names)), names)
    assert [[said.path for said in trial] for trial in build.trials] == [[], [], [], ["d32.rst"]]
    plain = read(Reading(), names)
    assert (build.status, places(build)) == ("ok", ["d30.rst:4", "d32.rst:4"])
    assert (build.diagnostics, build.unclassified, build.read) == (plain.diagnostics, plain.unclassified, plain.read)


def test_a_trial_that_breaks_off_breaks_nothing_else(read: Read) -> None:
    alone = """\
        if not left:
            print("alone", file=__import__("sys").stderr)
            raise KeyError("alone")
        if set("""
    breaks = {"leak.py": LEAKING["leak.py"].replace("        if set(", alone)}
    build = read(Reading(trials=(("d30.rst",),)), ("d17.rst", "d30.rst"), breaks)
    assert (build.status, places(build), build.trials) == ("ok", ["d30.rst:4"], ((),))
    assert "alone" not in build.unclassified


def test_a_reading_that_breaks_off_is_a_failed_build(read: Read) -> None:
    breaks = {"leak.py": LEAKING["leak.py"].replace("left.add", "raise KeyError")}
    build = read(Reading(trials=(("d17.rst", "d30.rst"),), only=True), ("d17.rst", "d30.rst"), breaks)
    assert (build.status, build.reason) == ("failed", "d17: KeyError: 'one'")
