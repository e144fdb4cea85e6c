"""What builds took is known the next time, and what they hold together fits into the memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix import json_values
from docs_matrix.builds.costs import Cost, Costs, Memory, guess, machine_bytes
from docs_matrix.config.matrix import Recipe

from tests.builds.test_build_store import BUILD
from tests.conftest import MIDDLE, NEWEST, Command

RECIPE = Recipe("sphinx", "docs", "docs")
SIZES = {"half": 50, "large": 60, "huge": 1000, "small": 40}


def test_builds_begin_only_while_what_they_hold_fits_together() -> None:
    memory, began, end = Memory(100), list[str](), threading.Event()
    inside = {name: threading.Event() for name in SIZES}

    def build(name: str) -> None:
        with memory.held(SIZES[name]):
            began.append(name)
            inside[name].set()
            end.wait()

    threads = {name: threading.Thread(target=build, args=(name,)) for name in SIZES}
    for name in SIZES:
        threads[name].start()
        if name in ("half", "small"):
            assert inside[name].wait(60)
    assert began == ["half", "small"]
    end.set()
    for thread in threads.values():
        thread.join()
    assert sorted(began) == sorted(SIZES)  # also what is more than there is: alone


def test_a_note_is_of_one_kind_of_build_and_one_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    costs = Costs(tmp_path)
    assert costs.last("lineage", NEWEST, RECIPE, "whole") is None
    costs.note("lineage", NEWEST, RECIPE, "whole", replace(BUILD, seconds=7.0, peak_bytes=5))
    known = costs.last("lineage", NEWEST, RECIPE, "whole")
    assert known
    assert (known.seconds, known.peak_bytes) == (7.0, 5)
    assert costs.last("lineage", NEWEST, RECIPE, "some") is None
    assert costs.last("lineage", NEWEST, replace(RECIPE, builder="latex"), "whole") is None
    (note,) = (tmp_path / "costs").iterdir()
    note.write_text('{"seconds": 1')
    assert costs.last("lineage", NEWEST, RECIPE, "whole") is None


def test_more_documents_are_expected_to_hold_more_of_a_machine() -> None:
    assert 0 < guess(1) < guess(4000)
    assert guess(1) < machine_bytes()


@pytest.mark.builds
def test_what_took_longest_last_time_comes_first_and_is_said(
    docs_matrix: Command, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    tree = write("tree", {"docs/conf.py": "", "docs/index.rst": "Title\n=====\n"})
    own = {"DOCS_MATRIX_STORE": str(tmp_path / "store")}
    asked = ("check", "--tree", tree, "--cell", MIDDLE, "--cell", NEWEST, "--jobs", "1", "--readers", "1")
    assert docs_matrix(*asked, **own).status == 0
    notes = sorted((tmp_path / "store" / "costs").iterdir())
    assert len(notes) == 2
    orders = []
    for slow, quick in (notes, reversed(notes)):
        for note, seconds in ((slow, 1000.0), (quick, 20.0)):
            kept = json_values.read_or_none(note, Cost)
            assert kept
            json_values.write(note, replace(kept, seconds=seconds))
        (tree / "docs" / "index.rst").write_text(f"Title\n=====\n\n{slow.stem}\n")
        said = docs_matrix(*asked, **own).stderr.splitlines()
        orders.append([line.partition(":")[0] for line in said if "s last time" in line])
        assert [line.partition(": ")[2] for line in said if "s last time" in line] == [
            "head, 1000 s last time",
            "head, 20 s last time",
        ]
    assert sorted(orders) == [[MIDDLE, NEWEST], [NEWEST, MIDDLE]]
