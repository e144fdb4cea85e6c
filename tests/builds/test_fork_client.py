"""Variants of a project, built in a moment one after the other; none harms the next, or anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.builds.fork_client import Workshop, workshop
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import MIDDLE, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

INDEX = b"Index\n=====\n\n*half\n"
HARM = """\
import os
place = os.path.join(os.path.dirname(os.environ["HOME"]), "{name}")
if os.path.lexists(place):
    os.rename(place, os.path.join(os.environ["TMPDIR"], "away"))
os.mkfifo(place) if {fifo} else os.symlink("{victim}", place)
"""


def said(place: Workshop, conf: str) -> list[str] | None:
    answer = place.said({"conf.py": conf.encode(), "index.rst": INDEX}, (".", "."), [["index.rst"]])
    return None if answer is None else [diagnostic.message for diagnostic in answer[0]]


@pytest.mark.parametrize("fifo", [False, True], ids=["link", "FIFO"])
@pytest.mark.parametrize("name", ["tree", "output", "records.jsonl", "probe.json", "log"])
def test_what_a_variant_puts_in_the_place_of_ours_is_replaced(
    tmp_path: Path, store: Path, name: str, fifo: bool
) -> None:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        cell = next(one for one in bench.matrix.cells if one.name == MIDDLE)
        environment = bench.provide(cell, ()).environment
    except MissingInterpreterError as missing:
        lacks(str(missing))
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "index.rst").write_text("years")
    to = victim if name in ("tree", "output") else victim / "index.rst"
    expected = ["Inline emphasis start-string without end-string."]
    with workshop(environment, limit=120) as place:
        assert said(place, "") == expected
        said(place, HARM.format(name=name, fifo=fifo, victim=to))
        left = place._place / name
        assert left.is_fifo() if fifo else left.is_symlink()
        assert said(place, "") == expected
    assert (victim / "index.rst").read_text() == "years"
