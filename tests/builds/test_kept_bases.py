"""A build starts from the nearest kept one, and its own state is kept for the next."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.builds import kept_bases, warm_store
from docs_matrix.builds.live_output import Hear
from docs_matrix.builds.order import Order
from docs_matrix.builds.runner import Made, Runner
from docs_matrix.check.verify import differences
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError

from tests.conftest import NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

Build = Callable[..., Made]
RECIPE = Recipe("sphinx", ".", ".")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "parts").mkdir(parents=True)
    (folder / "conf.py").write_text(f"# {uuid.uuid4()}\n")
    (folder / "index.rst").write_text("Index\n=====\n\n.. toctree::\n   :glob:\n\n   parts/*\n")
    for name in "abcde":
        (folder / f"parts/{name}.rst").write_text(
            f".. _label-{name}:\n\n{name.upper()}\n=\n\nAn *open {name} and :ref:`label-a`.\n"
        )
    return folder


@pytest.fixture
def build(tree: Path, store: Path) -> Build:
    """Build the tree as it is now: with what is kept, or from nothing."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == NEWEST), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)

    def build(*, warm: bool = True, recipe: Recipe = RECIPE, hear: Hear | None = None) -> Made:
        runner = Runner(bench.trees, store, time_limit=600, confinement=bench.confinement)
        return runner.build(Order(environment, bench.trees.open(tree), recipe, keep=warm, warm=warm, hear=hear))

    return build


def test_a_chain_of_builds_says_what_one_from_nothing_says(build: Build, tree: Path) -> None:
    changes = {
        "a": ".. _label-a:\n\nA\n=\n\nAnother *open a.\n",
        "b": ".. _label-b:\n\nB\n=\n\nNothing is wrong.\n",
        "c": "C\n=\n\nNo label, :ref:`label-c` and :ref:`label-b`.\n",
        "f": ".. _label-c:\n\nF\n=\n\nA new `one.\n",
    }
    assert build().build.resumed is None
    for name, text in changes.items():
        (tree / f"parts/{name}.rst").write_text(text)
        made = build()
        assert made.build.resumed is not None, made.build.cold
        assert f"parts/{name}" in made.build.resumed
        assert len(made.build.resumed) < len(made.build.read)
    (tree / "parts/b.rst").unlink()
    warm, whole = build(), build(warm=False)
    assert (warm.build.resumed is not None, whole.build.resumed) == (True, None)
    assert [str(item) for item in differences(warm.build.diagnostics, whole.build.diagnostics)] == []
    assert len(whole.build.diagnostics) == 5
    assert set(warm.build.read) == set(whole.build.read)
    again = build()
    assert (again.now, again.key) == ((), whole.key)


def test_the_nearest_state_is_taken_and_the_oldest_go(
    build: Build, tree: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_bases, "MOST_KEPT", 2)
    first = build()
    for name in "abcd":
        (tree / f"parts/{name}.rst").write_text(f"{name.upper()}\n=\n")
    far = build()
    (tree / "parts/e.rst").write_text("E\n=\n")
    near = build()
    assert near.build.resumed is not None
    assert {"parts/a", "parts/e"} & set(near.build.resumed) == {"parts/e"}
    assert [warm_store.has(store, one.key) for one in (first, far, near)] == [False, True, True]


def test_a_chain_ends_after_some_steps(build: Build, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_bases, "MOST_STEPS", 1)
    build()
    (tree / "parts/e.rst").write_text("E\n=\n\nOne.\n")
    assert build().build.resumed is not None
    (tree / "parts/e.rst").write_text("E\n=\n\nTwo.\n")
    (tree / "parts/a.rst").write_text("A\n=\n\nTwo.\n")
    resumed = build().build.resumed
    assert resumed is not None
    assert {"parts/a", "parts/e"} <= set(resumed)


def test_a_build_of_the_same_tree_in_another_place_is_one_to_start_from(build: Build, tree: Path, store: Path) -> None:
    (tree / "parts/a.rst").write_text(f"A\n=\n\n{tree}\n")
    elsewhere = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    copy = tree.with_name("copy")
    shutil.copytree(tree, copy)
    environment = elsewhere.provide(next(one for one in elsewhere.matrix.cells if one.name == NEWEST), ()).environment
    elsewhere.runner.build(Order(environment, elsewhere.trees.open(copy), RECIPE, keep=True))
    assert build().now == ()
    (tree / "parts/e.rst").write_text("E\n=\n\nOne.\n")
    assert build().build.resumed is not None


def test_how_many_documents_are_read_is_heard_while_the_build_runs(build: Build, tree: Path) -> None:
    slow = "import time\ndef setup(app):\n    app.connect('source-read', lambda *given: time.sleep(0.6))\n"
    with (tree / "conf.py").open("a") as conf:
        conf.write(slow)
    heard: list[str] = []
    build(hear=heard.append)
    assert [words for words in heard if words.startswith("reading ") and words.endswith(" of 6 documents")]


OF_INIT = ("matrix.yaml", "locks/a.txt", "baselines/docs.yaml", ".github/workflows/docs-matrix.yml", "noxfile.py")


@pytest.fixture
def docs(tree: Path) -> Recipe:
    """Move the documentation into a folder below the tree."""
    (tree / "docs").mkdir()
    for name in ("conf.py", "index.rst", "parts"):
        (tree / name).rename(tree / "docs" / name)
    return Recipe("sphinx", "docs", "docs")


def write_files_of_init(tree: Path) -> None:
    for name in OF_INIT:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(f"{uuid.uuid4()}\n")


def test_files_of_init_that_a_build_did_not_look_at_are_no_reason_to_build_again(
    build: Build, tree: Path, docs: Recipe
) -> None:
    with (tree / "docs/conf.py").open(
        "a"
    ) as conf:  # what Sphinx itself does looks for packages in each folder of sys.path
        conf.write("import sys, os, importlib.metadata\nsys.path.insert(0, os.path.abspath('..'))\n")
        conf.write("list(importlib.metadata.distributions())\n")
    first = build(recipe=docs)
    for _ in range(2):
        write_files_of_init(tree)
        made = build(recipe=docs)
        assert (made.now, made.key, made.build) == ((), first.key, first.build)
    (tree / "docs/parts/a.rst").write_text("A\n=\n\nAnother *open a.\n")
    assert build(recipe=docs).now


@pytest.mark.parametrize("look", ["open('../matrix.yaml').read()", "os.listdir('..')", "os.listdir('../locks')"])
def test_a_file_of_init_that_a_build_looked_at_is_built_again(
    build: Build, tree: Path, docs: Recipe, look: str
) -> None:
    write_files_of_init(tree)
    with (tree / "docs/conf.py").open("a") as conf:
        conf.write(f"import os\nos.chdir(os.path.dirname(__file__))\nfound = {look}\n")
    build(recipe=docs)
    (tree / "locks/b.txt").write_text("new")
    (tree / "locks/b.txt").rename(tree / ("matrix.yaml" if "open" in look else "locks/c.txt"))
    if look == "os.listdir('..')":
        (tree / "noxfile.py").unlink()
    assert build(recipe=docs).now
