"""Variants of a project, built in a moment one after the other; none harms the next, or anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.builds.workshop import Workshop, workshop
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.confinement.confinement import choose
from docs_matrix.errors import MachineError, MissingInterpreterError
from docs_matrix.toolchains.environments import Environment

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


def environment_in(store: Path) -> Environment:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    cell = next(one for one in bench.matrix.cells if one.name == MIDDLE)
    try:
        return bench.provide(cell, ()).environment
    except MissingInterpreterError as missing:
        lacks(str(missing))


@pytest.mark.parametrize("fifo", [False, True], ids=["link", "FIFO"])
@pytest.mark.parametrize("name", ["tree", "output", "records.jsonl", "probe.json", "log"])
def test_what_a_variant_puts_in_the_place_of_ours_is_replaced(
    tmp_path: Path, store: Path, name: str, fifo: bool
) -> None:
    environment = environment_in(store)
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "index.rst").write_text("years")
    to = victim if name in ("tree", "output") else victim / "index.rst"
    expected = ["Inline emphasis start-string without end-string."]
    with workshop(environment, choose(), limit=120) as place:
        assert said(place, "") == expected
        said(place, HARM.format(name=name, fifo=fifo, victim=to))
        left = place._place / name
        assert left.is_fifo() if fifo else left.is_symlink()
        assert said(place, "") == expected
    assert (victim / "index.rst").read_text() == "years"


def test_a_variant_that_ends_the_process_of_all_is_an_error(store: Path) -> None:
    with (
        workshop(environment_in(store), choose(), limit=120) as place,
        pytest.raises(MachineError, match="process that builds variants has ended"),
    ):
        said(place, "import os\nos.kill(os.getppid(), 9)\n")


KIT = b"def used():\n    return 1\n\ndef unused():\n    return 2\n\nused()\n"


def test_the_lines_that_a_variant_executes_are_known_in_every_source(store: Path) -> None:
    conf = b"import os, sys\nsys.path.insert(0, os.path.abspath('.'))\nimport kit\nif not kit:\n    pass\n"
    with workshop(environment_in(store), choose(), limit=120) as place:
        files = {"conf.py": conf, "kit.py": KIT, "index.rst": INDEX}
        found = place.executed(files, (".", "."), [["index.rst"]])
        changed = place.executed(
            {**files, "kit.py": KIT.replace(b"used()\n", b"unused()\n")}, (".", "."), [["index.rst"]]
        )
    assert found == {"conf.py": {1, 2, 3, 4}, "kit.py": {1, 2, 4, 7}}
    assert changed["kit.py"] != found["kit.py"]
