"""What a kernel's own programs say is asked once, for all cells, until they or what they read have changed."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Recipe
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.probe.netlink_cache import GENERATORS

from tests.conftest import MIDDLE, NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

SAME_PYTHON = "py3.13-docutils0.22.4-sphinx9.0.4"
"""As that of the newest cell."""
GENERATOR = """\
#!/usr/bin/env python3
import sys
with open({asked!r}, "a") as stream:
    stream.write("generator\\n")
if "loud" in open(sys.argv[2]).read():
    print("docs/spec.yaml:1: WARNING: said", file=sys.stderr)
with open(sys.argv[4], "w") as stream:
    stream.write("Made\\n====\\n\\n*half " + open(sys.argv[2]).read())
"""
KERNEL_DOC = """\
#!/usr/bin/env perl
open(my $asked, ">>", "{asked}"); print $asked "kernel-doc\\n"; close($asked);
open(my $source, "<", $ARGV[-1]); print <$source>;
print STDERR "told of $ARGV[-1]\\n";
"""
MAKEFILE = f"""\
htmldocs:
\t@{GENERATORS[0]} -i docs/spec.yaml -o docs/made.rst
\t@$(SPHINXBUILD) $(SPHINXOPTS) -b html docs $(BUILDDIR)
"""
CONF = """\
import subprocess
from sphinx.util import logging

def read(app):
    words = ["scripts/kernel-doc", "-sphinx-version", "%d.%d.%d" % app_version, "docs/source.c"]
    asked = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = asked.communicate()
    logging.getLogger(__name__).warning("%s, %s, %s", asked.returncode, out.decode().strip(), err.decode().strip())

import sphinx
app_version = sphinx.version_info[:3]

def setup(app):
    app.connect("builder-inited", read)
"""


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A file with a line for each time that one of the programs was really started; below it, the tree."""
    if not shutil.which("perl"):
        lacks("perl is not installed")
    asked, tree = tmp_path / "asked", tmp_path / "tree"
    texts = {
        GENERATORS[0]: GENERATOR,
        "scripts/kernel-doc": KERNEL_DOC,
        "Makefile": MAKEFILE,
        "docs/conf.py": CONF,
        "docs/index.rst": "Index\n=====\n\n.. toctree::\n\n   made\n",
        "docs/spec.yaml": f"{uuid.uuid4()}\n",  # no store has this
        "docs/source.c": "int f(void);\n",
    }
    for name, text in texts.items():
        place = tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.format(asked=str(asked)) if text in (GENERATOR, KERNEL_DOC) else text)
        if text.startswith("#!"):
            place.chmod(0o755)
    return asked


def _build(asked: Path, store: Path, cell: str) -> Build:
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store, confinement=Confinement())  # they write outside
    try:
        environment = bench.provide(next(one for one in bench.matrix.cells if one.name == cell), ()).environment
    except MissingInterpreterError as missing:
        lacks(missing)
    tree = bench.trees.open(asked.parent / "tree")
    return bench.runner.build(Order(environment, tree, Recipe("make", "docs", "docs"))).build


def _said(build: Build) -> list[str]:
    assert (build.status, build.reason) == ("ok", None)
    return [f"{one.path}:{one.line}: {one.message}" for one in build.diagnostics]


def test_cells_ask_once_and_hear_the_same(asked: Path, store: Path) -> None:
    first, second, third = (_said(_build(asked, store, cell)) for cell in (MIDDLE, NEWEST, SAME_PYTHON))
    assert sorted(asked.read_text().splitlines()) == ["generator", "generator", "kernel-doc"], "in each Python once"
    assert first == second == third
    assert first == [
        "None:None: 0, int f(void);, told of docs/source.c",
        "docs/made.rst:4: Inline emphasis start-string without end-string.",
    ]


@pytest.mark.parametrize(
    ("changed", "who"),
    [
        ("docs/spec.yaml", ["generator"]),
        (GENERATORS[0], ["generator", "kernel-doc"]),
        ("tools/net/ynl/lib.py", ["generator", "kernel-doc"]),
        ("docs/source.c", ["kernel-doc"]),
        ("scripts/kernel-doc", ["generator", "kernel-doc"]),
    ],
)
def test_what_has_changed_is_asked_again(changed: str, who: list[str], asked: Path, store: Path) -> None:
    _build(asked, store, MIDDLE)
    asked.unlink()
    with (asked.parent / "tree" / changed).open("a") as stream:
        stream.write("\n# changed\n" if changed != "docs/source.c" else "int g(void);\n")
    _said(_build(asked, store, MIDDLE))
    assert sorted(asked.read_text().splitlines()) == who, "changed code answers anew, whatever it is of"


def test_a_python_that_cannot_run_the_generator_is_not_given_what_another_made(asked: Path, store: Path) -> None:
    with (asked.parent / "tree" / GENERATORS[0]).open("a") as stream:
        stream.write("if sys.version_info >= (3, 13):\n    sys.exit('not on this Python')\n")
    _said(_build(asked, store, MIDDLE))
    assert _build(asked, store, NEWEST).status == "failed"


def test_a_generator_that_says_something_says_it_each_time(asked: Path, store: Path) -> None:
    (asked.parent / "tree" / "docs" / "spec.yaml").write_text(f"loud {uuid.uuid4()}\n")
    builds = [_build(asked, store, cell) for cell in (MIDDLE, NEWEST)]
    assert asked.read_text().splitlines().count("generator") == 2
    assert [[one.message for one in build.diagnostics if one.message == "said"] for build in builds] == [
        ["said"],
        ["said"],
    ]


def test_a_kept_document_that_was_cut_off_is_made_again(asked: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said = _said(_build(asked, store, MIDDLE))
    for kept in (store / "answers").glob("*/*"):
        kept.write_bytes(kept.read_bytes()[:-1])
    asked.unlink()
    with (asked.parent / "tree" / "docs" / "index.rst").open("a") as stream:
        stream.write("\nText.\n")
    assert _said(_build(asked, store, MIDDLE)) == said
    assert sorted(asked.read_text().splitlines()) == ["generator", "kernel-doc"]
