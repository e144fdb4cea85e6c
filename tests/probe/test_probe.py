"""The probe in real environments: the oldest toolchain and the newest."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from docs_matrix.capture.records import Capture, read
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.probe import probe
from docs_matrix.process import Finished, run

from tests.support.machine import lacks

pytestmark = pytest.mark.builds

PROBE = Path(probe.__file__)
TOOLCHAINS: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "oldest": ("3.9", "2021-03-01T00:00:00Z", ("sphinx==3.4.3", "docutils==0.16", "jinja2<3.1", "setuptools")),
    "newest": ("3.13", None, ("sphinx==9.2.0", "docutils==0.23")),
}


@dataclass(frozen=True)
class Built:
    """One build: what was captured, the raw standard error, and how sphinx-build ended."""

    capture: Capture
    stderr: str
    finished: Finished


Build = Callable[..., Built]


def interpreter(minor: str) -> Path | None:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = shutil.which(f"python{minor}")
    return next(iter(sorted(versions.glob(f"{minor}.*/bin/python"))), Path(on_path) if on_path else None)


@pytest.fixture(scope="session", params=TOOLCHAINS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with Sphinx."""
    minor, date, requirements = TOOLCHAINS[request.param]
    base, uv = interpreter(minor), Path(sys.executable).with_name("uv")
    if base is None or not uv.exists():
        lacks(f"needs uv and Python {minor}")
    made = tmp_path_factory.mktemp(request.param) / "env"
    run([uv, "venv", "--quiet", "--python", base, made], timeout=60)
    command: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        made / "bin/python",
        *requirements,
    ]
    if date:
        command += ["--exclude-newer", date]
    ended = run(command, timeout=120)
    if ended.returncode:
        lacks(f"cannot install {requirements[0]}: {ended.error_text.strip().splitlines()[-1]}")
    return made / "bin/python"


def environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


def project(root: Path, files: dict[str, str], conf: str = "") -> Path:
    for name, text in {"docs/conf.py": f"master_doc = 'index'\n{conf}\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def build(python: Path, tmp_path: Path) -> Build:
    def build(
        root: Path, *options: str, documents: Sequence[str] | None = None, builder: str = "dummy", source: str = "docs"
    ) -> Built:
        out = tmp_path / f"out{len(list(tmp_path.iterdir()))}"
        out.mkdir()
        (out / "config.json").write_text(
            json.dumps({"records": str(out / "records"), "root": str(root), "documents": documents})
        )
        arguments: list[str | Path] = ["-q", "-b", builder, *options, root / source, out / "html"]
        ended = run([python, PROBE, out / "config.json", *arguments], timeout=60, cwd=root, env=environment())
        records = out / "records"
        got = read(records.read_bytes() if records.exists() else b"", ended.stderr, root=root)
        assert got.sphinx_lines + got.raw_lines + len(got.unclassified) == got.stderr_lines
        return Built(got, ended.error_text, ended)

    return build


def texts(diagnostics: Sequence[Diagnostic]) -> list[str]:
    return [f"{diagnostic.path}:{diagnostic.line}: {diagnostic.message.splitlines()[0]}" for diagnostic in diagnostics]


MISTAKES = {
    "docs/index.rst": "Root\n====\n\n.. toctree::\n\n   a\n   sub/b\n   none\n\n:ref:`of-root`\n",
    "docs/a.rst": """\
A
=

*x

.. _untitled:

:ref:`untitled` :ref:`in-b` :ref:`nowhere` :doc:`sub/b` :doc:`gone` :term:`t` :any:`sub/b`

.. nothing::

   x

====  =====
a     b
====  =====
1     2
===== =====

.. include:: part.txt

.. toctree::

   sub/b
   sub/gone
""",
    "docs/part.txt": "Part\n\n**y\n",
    "docs/sub/b.rst": "B\n=\n\n.. _in-b:\n\nC\n-\n\n`z\n",
}


def test_a_build_prints_and_returns_the_same_with_and_without_the_probe(
    build: Build, python: Path, tmp_path: Path
) -> None:
    root = project(tmp_path / "tree", MISTAKES)
    command: list[str | Path] = [
        python.with_name("sphinx-build"),
        "-q",
        "-b",
        "html",
        root / "docs",
        tmp_path / "plain",
    ]
    plainly = run(command, timeout=60, cwd=root, env=environment())
    probed = build(root, builder="html")
    assert probed.stderr == plainly.stderr.decode()
    assert probed.finished.returncode == plainly.returncode == 0
    assert probed.finished.stdout == plainly.stdout
    assert (probed.capture.raw_lines, probed.capture.unclassified) == (0, ())


def test_a_failing_build_prints_and_returns_the_same_and_gives_its_reason(
    build: Build, python: Path, tmp_path: Path
) -> None:
    root = project(tmp_path / "tree", {"docs/index.rst": "A\n=\n"}, conf="import sys\nraise ValueError('no\\nway')")
    command: list[str | Path] = [
        python.with_name("sphinx-build"),
        "-q",
        "-b",
        "dummy",
        root / "docs",
        tmp_path / "plain",
    ]
    plainly = run(command, timeout=60, cwd=root, env=environment())
    probed = build(root)
    assert probed.finished.returncode == plainly.returncode == 2
    assert Counter(_without_names(probed.stderr)) == Counter(_without_names(plainly.error_text))
    assert probed.capture.status == 2
    assert probed.capture.finished
    assert probed.capture.crash is not None
    assert probed.capture.crash.startswith("ConfigError: ")


def test_python_looks_for_no_cycles_when_all_is_over(build: Build, tmp_path: Path) -> None:
    count = tmp_path / "count"
    conf = f"import atexit, gc\natexit.register(lambda: open({str(count)!r}, 'w').write(str(gc.get_freeze_count())))"
    assert build(project(tmp_path / "tree", {"docs/index.rst": "A\n=\n"}, conf)).finished.returncode == 0
    assert int(count.read_text()) > 10_000


def _without_names(text: str) -> list[str]:
    return [line for line in text.splitlines() if "sphinx-err-" not in line]


def test_a_record_has_path_line_level_message_document_and_what_was_printed(build: Build, tmp_path: Path) -> None:
    got = build(project(tmp_path / "tree", MISTAKES)).capture
    table = next(diagnostic for diagnostic in got.diagnostics if "Malformed" in diagnostic.message)
    assert (table.path, table.level, table.document, table.via) == ("docs/a.rst", "ERROR", "a", None)
    assert table.line == 18
    assert table.message.endswith("\n1     2\n===== =====")
    assert "/" not in table.printed.replace("docs/a.rst", "")
    assert table.printed.startswith("docs/a.rst:18: ")
    assert not any("\x1b" in diagnostic.printed or "[" in diagnostic.message for diagnostic in got.diagnostics)
    assert {diagnostic.document for diagnostic in got.diagnostics} == {"a", "index", "sub/b"}
    assert not any(diagnostic.unjudged for diagnostic in got.diagnostics)
    label = next(diagnostic for diagnostic in got.diagnostics if "nowhere" in diagnostic.message)
    assert (label.category, label.line, label.document) == ("ref.ref", 8, "a")
    included = next(diagnostic for diagnostic in got.diagnostics if "strong" in diagnostic.message)
    assert (included.path, included.line) == ("docs/part.txt", 3)
    assert (got.read, got.documents) == (("a", "index", "sub/b"), 3)


def test_the_same_tree_elsewhere_and_through_a_link_gives_the_same_diagnostics(build: Build, tmp_path: Path) -> None:
    first = build(project(tmp_path / "tree", MISTAKES)).capture
    second = build(project(tmp_path / "deep" / "other", MISTAKES)).capture
    (tmp_path / "link").symlink_to(tmp_path / "tree")
    linked = build(tmp_path / "link").capture
    assert first.diagnostics == second.diagnostics
    assert [replace(d, printed="") for d in linked.diagnostics] == [replace(d, printed="") for d in first.diagnostics]


def test_a_parallel_build_gives_the_same_diagnostics(build: Build, tmp_path: Path) -> None:
    more = {f"docs/m{number}.rst": f":orphan:\n\nM\n=\n\n*m{number}\n" for number in range(8)}
    root = project(tmp_path / "tree", {**MISTAKES, **more})
    serial, parallel = build(root).capture, build(root, "-j", "2").capture
    assert Counter(map(str, parallel.diagnostics)) == Counter(map(str, serial.diagnostics))
    assert Counter(d.document for d in parallel.diagnostics) == Counter(d.document for d in serial.diagnostics)
    assert (parallel.raw_lines, parallel.unclassified) == (0, ())


def test_only_the_named_document_is_read_and_its_messages_are_those_of_the_whole(build: Build, tmp_path: Path) -> None:
    root = project(tmp_path / "tree", MISTAKES)
    whole = [diagnostic for diagnostic in build(root).capture.diagnostics if diagnostic.document == "a"]
    got = build(root, documents=["a.rst"]).capture
    judged = [diagnostic for diagnostic in got.diagnostics if not diagnostic.unjudged]
    open_in_whole = ("nowhere", "term not in")
    assert texts(judged) == [text for text in texts(whole) if not any(word in text for word in open_in_whole)]
    left = Counter(word for text in texts([d for d in got.diagnostics if d.unjudged]) for word in text.split())
    assert all(left[word] or left[f"'{word}'"] for word in ("nowhere", "in-b", "t"))
    assert left["toctree"] == 0
    assert sum(diagnostic.unjudged for diagnostic in got.diagnostics) == 3
    assert (got.read, got.documents, got.finished) == (("a",), 3, True)


def test_a_folder_names_all_documents_below_it(build: Build, tmp_path: Path) -> None:
    root = project(tmp_path / "tree", {**MISTAKES, "docs/subway.rst": "S\n=\n\n*s\n"})
    got = build(root, documents=["sub/"]).capture
    assert got.read == ("sub/b",)
    assert {diagnostic.path for diagnostic in got.diagnostics} == {"docs/sub/b.rst"}


def test_a_document_that_no_unread_toctree_names_is_said_to_be_in_none(build: Build, tmp_path: Path) -> None:
    files = {"docs/index.rst": "Root\n====\n\n.. toctree::\n   :glob:\n\n   Titled <a>\n   sub/*\n"}
    root = project(tmp_path / "tree", {**files, **{f"docs/{name}.rst": "T\n=\n" for name in ("a", "sub/b", "lone")}})
    got = build(root, documents=["a.rst", "sub/b.rst", "lone.rst"]).capture
    assert [(diagnostic.document, diagnostic.unjudged) for diagnostic in got.diagnostics] == [("lone", False)]


def test_naming_the_root_reads_the_root_itself(build: Build, tmp_path: Path) -> None:
    got = build(project(tmp_path / "tree", MISTAKES), documents=["index.rst"]).capture
    assert got.read == ("index",)
    nonexisting, label = got.diagnostics
    assert "nonexisting document 'none'" in nonexisting.message
    assert (nonexisting.unjudged, label.unjudged) == (False, True)


def test_naming_all_documents_leaves_nothing_unjudged(build: Build, tmp_path: Path) -> None:
    root = project(tmp_path / "tree", MISTAKES)
    got = build(root, documents=["index.rst", "a.rst", "sub/"]).capture
    assert got.diagnostics == build(root).capture.diagnostics


def test_naming_nothing_that_exists_reads_nothing_and_says_nothing(build: Build, tmp_path: Path) -> None:
    got = build(project(tmp_path / "tree", MISTAKES), documents=["gone.rst", "nothing/"]).capture
    assert (got.read, got.documents, got.diagnostics, got.status) == ((), 3, (), 0)


def test_every_builder_takes_a_restricted_build_and_says_the_same(build: Build, tmp_path: Path) -> None:
    conf = "latex_documents = [('index', 'x.tex', 'X', 'me', 'manual'), ('sub/b', 'b.tex', 'B', 'me', 'manual')]"
    root = project(tmp_path / "tree", MISTAKES, conf=conf)
    said = {}
    for builder in ("dummy", "html", "text", "latex"):
        got = build(root, documents=["a.rst"], builder=builder)
        assert got.finished.returncode == 0
        said[builder] = texts([d for d in got.capture.diagnostics if "included in any toctree" not in d.message])
    assert said["dummy"] == said["html"] == said["text"] == said["latex"]


LOCATIONS = """\
from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger("mine")


def say(app, doctree):
    where = str(app.srcdir)
    logger.warning("nowhere")
    logger.error("tuple", location=("index", 2))
    logger.critical("document", location="index", type="other")
    logger.warning("text", location=where + "/index.rst:7", type="mine", subtype="own")
    logger.warning("chain", location=where + "/index:47: ./src/a.c:210")
    logger.warning("docstring", location=logging.__file__ + ":docstring of sphinx.x:3")
    logger.warning("doubled", location=(where + "/index", 20))
    logger.warning("hidden", type="mine", subtype="hidden")
    logger.warning("once", once=True)
    logger.warning("once", once=True)
    logger.warning("\\x1b[31mred\\x1b[0m \\x00 \\ud800 %s in " + where, "\\x07")
    logger.warning("args %d", "wrong") if app.tags.has("wrong") else None


def setup(app):
    app.connect("doctree-read", say)
"""


def test_every_kind_of_location_is_understood(build: Build, tmp_path: Path) -> None:
    files = {"docs/index.rst": "A\n=\n", "src/a.c": ""}
    root = project(tmp_path / "tree", files, conf=LOCATIONS + "\nsuppress_warnings = ['mine.hidden']")
    got = build(root).capture
    found = {d.message: (d.path, d.line, d.level, d.category, d.via) for d in got.diagnostics}
    assert found == {
        "nowhere": (None, None, "WARNING", None, None),
        "tuple": ("docs/index.rst", 2, "ERROR", None, None),
        "document": ("docs/index.rst", None, "CRITICAL", "other", None),
        "text": ("docs/index.rst", 7, "WARNING", "mine.own", None),
        "chain": ("src/a.c", 210, "WARNING", None, "docs/index:47"),
        "docstring": ("site-packages/sphinx/util/logging.py", None, "WARNING", None, None),
        "doubled": ("docs/index.rst", 20, "WARNING", None, None),
        "once": (None, None, "WARNING", None, None),
        "red \x00 \ud800 \x07 in docs": (None, None, "WARNING", None, None),
    }
    assert len(got.diagnostics) == len(found)
    assert [diagnostic.message for diagnostic in got.suppressed] == ["hidden"]
    assert {diagnostic.document for diagnostic in got.diagnostics} == {"index"}
    assert (got.raw_lines, got.unclassified, got.crash) == (0, (), None)


def test_a_crash_while_reading_names_the_document_and_keeps_what_was_said(build: Build, tmp_path: Path) -> None:
    conf = "def f(app, name, source):\n    1 / (name != 'z')\n\n\ndef setup(app):\n    app.connect('source-read', f)"
    files = {f"docs/{name}.rst": f":orphan:\n\nT\n=\n\n*{name}\n" for name in "abcdefgz"}
    root = project(tmp_path / "tree", {"docs/index.rst": "A\n=\n", **files}, conf=conf)
    serial = build(root)
    assert serial.finished.returncode == 2
    assert serial.capture.crash is not None
    assert serial.capture.crash.startswith("z: ")
    assert "ZeroDivisionError" in serial.capture.crash or "division by zero" in serial.capture.crash
    parallel = build(root, "-j", "4").capture
    assert parallel.crash is not None
    assert parallel.status == 2
    assert len(parallel.diagnostics) == len(set(parallel.diagnostics))


def test_a_killed_build_is_not_finished(build: Build, tmp_path: Path) -> None:
    conf = "import os\n\n\ndef setup(app):\n    app.connect('env-updated', lambda *a: os.kill(os.getpid(), 9))"
    got = build(project(tmp_path / "tree", MISTAKES, conf=conf))
    assert got.finished.returncode == -9
    assert not got.capture.finished
    assert got.capture.status is None
    assert got.capture.sphinx


def test_the_configuration_sees_sphinx_builds_own_arguments_and_path(build: Build, tmp_path: Path) -> None:
    conf = "import sys\nprint(len(sys.argv), sys.argv[0][-13:], sys.argv[1:4], sys.path[0][-4:], file=sys.stderr)"
    got = build(project(tmp_path / "tree", {"docs/index.rst": "A\n=\n"}, conf=conf)).capture
    assert got.unclassified == ("6 /sphinx-build ['-q', '-b', 'dummy'] /bin",)


def test_a_mistake_of_the_probe_is_reported_and_does_not_change_the_build(build: Build, tmp_path: Path) -> None:
    conf = "import sys\nsys.modules['__main__']._companion('places').Places.location = None"
    got = build(project(tmp_path / "tree", {"docs/index.rst": "A\n=\n\n*x\n"}, conf=conf))
    assert got.finished.returncode == 0
    assert got.capture.diagnostics[0].message == "Inline emphasis start-string without end-string."
    assert got.capture.crash is not None
    assert got.capture.crash.startswith("the probe failed: TypeError")


CRATES = '''\
"""Crates of all kinds."""


class Crate:
    """A crate.

    It is *open.
    """

    def fill(self, what):
        """Fill it.

        See :ref:`nothing`.

        Args:
            what: See :ref:`nowhere`.
        """


def stack():
    """Stack *them.

    All of them.
    """
'''
PLACED = {
    "docs/index.rst": "Crates\n======\n\n.. automodule:: crates\n   :members:\n\n.. toctree::\n\n   list\n   part\n",
    "docs/list.rst": "List\n====\n\n.. autosummary::\n\n   crates.stack\n",
    "docs/part.rst": "Part\n====\n\n.. include:: /more/text.inc\n   :start-after: begin\n\nOne word.\n",
    "docs/more/text.inc": "Not this.\n\n.. begin\n\nIt is *open.\n\nSee :ref:`elsewhere`.\n",
    "docs/locale/de/LC_MESSAGES/part.po": (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "One word."\nmsgstr "Ein ``Wort."\n'
    ),
    "crates.py": CRATES,
}
CONF = """\
import os, sys
sys.path.insert(0, os.path.abspath(".."))
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
language = "de"
locale_dirs = ["locale"]
"""


def test_what_sphinx_places_beside_a_file_is_placed_at_the_line_of_the_file(build: Build, tmp_path: Path) -> None:
    root = project(tmp_path / "tree", PLACED, conf=CONF)
    got = build(root).capture

    def line(name: str, text: str) -> tuple[str, int]:
        lines = PLACED[name].split("\n")
        return name, next(number for number, one in enumerate(lines, 1) if text in one)

    found = {(d.path, d.line, d.message.split(":")[0].split(" (")[0], d.place) for d in got.diagnostics}
    emphasis, literal = (f"Inline {kind} start-string without end-string." for kind in ("emphasis", "literal"))
    label = "undefined label"
    assert found == {
        (*line("crates.py", "*open"), emphasis, "docstring of crates.Crate, line 3"),
        (*line("crates.py", "`nothing`"), label, "docstring of crates.Crate.fill, line 3"),
        (*line("crates.py", "`nowhere`"), label, "docstring of crates.Crate.fill, about line 5"),
        (*line("crates.py", "*them"), emphasis, "docstring of crates.stack, line 1"),
        (*line("docs/list.rst", "crates.stack"), emphasis, "<autosummary> of crates.stack"),
        (*line("docs/more/text.inc", "*open"), emphasis, "line 3 of the included part"),
        (*line("docs/more/text.inc", "`elsewhere`"), label, "line 5 of the included part"),
        (*line("docs/part.rst", "word"), literal, "<translated>, line 1"),
    }
