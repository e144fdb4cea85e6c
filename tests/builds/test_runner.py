"""What the runner gives to a build."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.toolchains.environments import Environment

from tests.conftest import MIDDLE, NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

MAKEFILE = """\
htmldocs:
\tPYTHONPYCACHEPREFIX=$(BUILDDIR)/__pycache__ $(SPHINXBUILD) $(SPHINXOPTS) -b html docs $(BUILDDIR)
"""


BYTELESS = """\
htmldocs:
\tPYTHONDONTWRITEBYTECODE=1 $(SPHINXBUILD) $(SPHINXOPTS) -b html docs $(BUILDDIR)
\tls docs >&2
"""


@pytest.fixture
def provided(store: Path) -> Callable[[str], tuple[Workbench, Environment]]:
    """A bench, and the environment of a cell."""

    def provided(cell: str) -> tuple[Workbench, Environment]:
        bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
        try:
            return bench, bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
        except MissingInterpreterError as missing:
            lacks(missing)

    return provided


def built(bench: Workbench, environment: Environment, folder: Path, makefile: str, conf: str) -> Build:
    """The build of a project with a broken document by its makefile."""
    (folder / "docs").mkdir()
    (folder / "Makefile").write_text(makefile)
    (folder / "docs/conf.py").write_text(conf)
    (folder / "docs/ours.py").write_text("def setup(app):\n    return {}\n")
    (folder / "docs/index.rst").write_text(f"Index\n=====\n\n*half {uuid.uuid4()}\n")  # no store has this
    return bench.runner.build(Order(environment, bench.trees.open(folder), Recipe("make", "docs", "docs"))).build


def test_a_makefile_that_has_bytecode_kept_in_its_output_has_none_made_of_sphinx(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]]
) -> None:
    conf = "import sys\nif sys.pycache_prefix: raise ValueError(sys.pycache_prefix)\n"
    build = built(*provided(MIDDLE), tmp_path, MAKEFILE, conf)
    assert (build.status, build.reason, len(build.diagnostics)) == ("ok", None, 1)


@pytest.mark.parametrize("cell", ["py3.9-docutils0.16-sphinx3.4.3", NEWEST])
def test_the_bytecode_of_an_environment_comes_with_it_and_a_build_adds_none(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]], cell: str
) -> None:
    bench, environment = provided(cell)
    [packages] = environment.folder.glob("lib/*/site-packages")
    before = sorted(packages.rglob("*.pyc"))
    assert packages / "sphinx/__pycache__" in {path.parent for path in before}
    conf = "import sys\nsys.path.insert(0, 'docs')\nextensions = ['ours']\n"
    build = built(bench, environment, tmp_path, BYTELESS, conf)
    assert (build.status, build.reason, len(build.diagnostics)) == ("ok", None, 1)
    assert "ours.py" in build.unclassified
    assert "__pycache__" not in build.unclassified
    assert sorted(packages.rglob("*.pyc")) == before


REPLACED = """\
import atexit, os
scratch = os.path.dirname(os.environ["HOME"])
def replace(name="{name}", kind="{kind}"):
    place = os.path.join(scratch, name)
    if os.path.lexists(place):
        os.rename(place, place + ".away")
    os.mkfifo(place) if kind == "FIFO" else os.mkdir(place) if kind == "folder" else os.symlink("{secret}", place)
atexit.register(replace)
"""


@pytest.mark.parametrize("kind", ["link", "FIFO", "folder"])
@pytest.mark.parametrize("name", ["records.jsonl", "stdout", "stderr"])
def test_what_a_build_puts_in_the_place_of_its_records_or_its_log_is_not_read(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]], name: str, kind: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret\n")
    conf = REPLACED.format(name=name, kind=kind, secret=secret)
    folder = tmp_path / "project"
    folder.mkdir()
    bench, environment = provided(MIDDLE)
    (folder / "conf.py").write_text(conf)
    (folder / "index.rst").write_text(f"Index\n=====\n\n*half {uuid.uuid4()}\n")
    made = bench.runner.build(Order(environment, bench.trees.open(folder), Recipe("sphinx", ".", ".")))
    if name == "records.jsonl":
        assert made.build.reason == "the file of the build's records is no regular file"
        assert made.build.status == "failed"
    else:
        assert [diagnostic.line for diagnostic in made.build.diagnostics] == [4]
    assert "top secret" not in made.log
    assert "Inline emphasis start-string" in made.log


def test_a_kept_base_whose_records_were_cut_short_is_built_again(
    tmp_path: Path, store: Path, provided: Callable[[str], tuple[Workbench, Environment]]
) -> None:
    bench, environment = provided(MIDDLE)
    (tmp_path / "conf.py").write_text("")
    (tmp_path / "index.rst").write_text(f"Index\n=====\n\n*half {uuid.uuid4()}\n")
    recipe = Recipe("sphinx", ".", ".")
    base = Order(environment, bench.trees.open(tmp_path), recipe, keep=True)
    (tmp_path / "a.rst").write_text("A\n=\n")
    head = Order(environment, bench.trees.open(tmp_path), recipe, warm=True)
    (store / "warm" / bench.runner.build(base).key / "records.jsonl").write_bytes(b"")
    made = bench.runner.build(head)
    assert (made.build.resumed, made.build.cold) == (None, "the kept base is damaged; the next run builds it again")
    assert [diagnostic.path for diagnostic in made.build.diagnostics] == ["index.rst", "a.rst"]
    assert bench.runner.build(base).fresh


def test_a_build_has_the_variables_of_its_recipe(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]]
) -> None:
    bench, environment = provided(MIDDLE)
    (tmp_path / "conf.py").write_text("import os\nraise ValueError(os.environ['READTHEDOCS'])\n")
    (tmp_path / "index.rst").write_text("Index\n=====\n")
    value = str(uuid.uuid4())
    recipe = Recipe("sphinx", ".", ".", environment={"READTHEDOCS": value})
    build = bench.runner.build(Order(environment, bench.trees.open(tmp_path), recipe)).build
    assert build.reason
    assert build.reason.endswith(f"ValueError: {value}")


SHORTCUTS = """\
import gc, os, subprocess, sys
import docutils.nodes
from sphinx.util import logging

def setup(app):
    app.connect("build-finished", tell)

def tell(app, error):
    node = docutils.nodes.Node
    search = getattr(node, "_superfast_findall", None) or node._all_traverse
    answer = {
        "search": search.__module__,
        "symbols": sys.modules["sphinx.domains.c"].Symbol.clear_doc.__module__,
        "programs": subprocess.Popen.__mro__[1].__name__,
        "pages": os.path.exists(os.path.join(app.outdir, "index.html")),
        "cycles": gc.get_threshold() == (700, 10, 10),
    }
    logging.getLogger(__name__).warning("observed: %s", " ".join("%s=%s" % pair for pair in sorted(answer.items())))
"""

WHICH = """\
htmldocs:
\tcase `command -v python3` in */scratch/bin/*) echo "ours" >&2 ;; *) echo "the cell's" >&2 ;; esac
\t$(SPHINXBUILD) $(SPHINXOPTS) -b html docs $(BUILDDIR)
"""


def test_a_plain_build_says_the_same_without_any_shortcut(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]]
) -> None:
    bench, environment = provided(MIDDLE)
    (tmp_path / "tools/net/ynl").mkdir(parents=True)
    (tmp_path / "tools/net/ynl/ynl-gen-rst.py").write_text("")
    quick = built(bench, environment, tmp_path, WHICH, SHORTCUTS)
    order = Order(environment, bench.trees.open(tmp_path), Recipe("make", "docs", "docs"), plain=True)
    plain = bench.runner.build(order).build
    assert (quick.status, plain.status) == ("ok", "ok")
    assert ("ours" in quick.unclassified, "the cell's" in plain.unclassified) == (True, True)
    assert quick.diagnostics[0] == plain.diagnostics[0]
    assert [build.diagnostics[1].message for build in (quick, plain)] == [
        "observed: cycles=False pages=True programs=Popen search=docs_matrix_fast_node_search"
        " symbols=docs_matrix_fast_c_symbols",
        "observed: cycles=True pages=True programs=object search=docutils.nodes symbols=sphinx.domains.c",
    ]


GOING_ON = """\
import sys, traceback
def setup(app):
    try:
        {}["key"]
    except KeyError:
        traceback.print_exc()
    sys.stderr.write("../scripts/x.py:3: WARNING: outside\\n")
    sys.stderr.flush()
"""


def test_a_build_that_prints_a_traceback_and_goes_on_is_ok(
    tmp_path: Path, provided: Callable[[str], tuple[Workbench, Environment]]
) -> None:
    bench, environment = provided(MIDDLE)
    (tmp_path / "conf.py").write_text(GOING_ON)
    (tmp_path / "index.rst").write_text("Index\n=====\n")
    build = bench.runner.build(Order(environment, bench.trees.open(tmp_path), Recipe("sphinx", ".", "."))).build
    assert (build.status, build.reason) == ("ok", None)
    said = [(diagnostic.path, diagnostic.line, diagnostic.message) for diagnostic in build.diagnostics]
    assert said == [("conf.py", 4, "KeyError: 'key'"), ("../scripts/x.py", 3, "outside")]
