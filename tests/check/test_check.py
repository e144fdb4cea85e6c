"""`docs-matrix check` as a user runs it, on small real trees in real cells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.conftest import MIDDLE, NEWEST, ROOT, Command
from tests.support.git import git
from tests.support.machine import needs_python

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]

CONF = "project = 'p'\nextensions = []\n"
INDEX = "Title\n=====\n\n.. toctree::\n\n   a\n   b\n"
GOOD = "A page\n======\n\nText.\n"
SHORT = "A page\n====\n\nText.\n"
PROJECT = {"docs/conf.py": CONF, "docs/index.rst": INDEX, "docs/a.rst": SHORT, "docs/b.rst": GOOD}


@pytest.fixture(autouse=True)
def _needs_the_newest_cell() -> None:
    needs_python("3.13")


def repository(write: Write, files: Mapping[str, str] = PROJECT) -> Path:
    folder = write("project", files)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    return folder


def test_the_example_with_its_patch_has_seven_new_diagnostics(docs_matrix: Command) -> None:
    answer = docs_matrix("check", "--patch", "examples/noiommu.patch", "--cell", NEWEST, "--cell", MIDDLE)
    assert answer.status == 1, answer.stderr
    assert sorted(line or 0 for _, line in answer.places("new")) == [382, 382, 382, 382, 392, 400, 405]
    assert "Malformed table." in answer.stdout
    suites = list(JUnitXml.fromfile(str(answer.out / "junit.xml")))
    assert [(suite.name, suite.failures) for suite in suites] == [(MIDDLE, 7), (NEWEST, 7)]
    assert {path.name for path in answer.out.iterdir()} >= {
        "junit.xml",
        "findings.json",
        "report.txt",
        "summary.md",
        "logs",
    }


def test_the_example_without_its_patch_has_nothing_new_by_its_baseline(docs_matrix: Command) -> None:
    answer = docs_matrix("check", "--cell", NEWEST)
    assert answer.status == 0, answer.stderr
    assert answer.of("new") == answer.of("fixed") == []
    assert len(answer.of("known")) == 4


def test_a_second_run_builds_nothing(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/b.rst": f"{GOOD}\n{uuid.uuid4()}\n"})
    first = docs_matrix("check", "--tree", folder, "--cell", NEWEST)
    assert first.findings["cells"][NEWEST]["built"] == 1
    second = docs_matrix("check", "--tree", folder, "--cell", NEWEST)
    assert second.findings["cells"][NEWEST]["built"] == 0
    assert second.findings["findings"] == first.findings["findings"]


def test_a_base_revision_says_the_same_as_the_patch_of_the_commit(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = repository(write)
    git(folder, "mv", "docs/b.rst", "docs/c.rst")
    (folder / "docs/index.rst").write_text(INDEX.replace("   b\n", "   c\n"))
    (folder / "docs/c.rst").write_text(GOOD + "\n*open\n")
    git(folder, "commit", "-qam", "head")
    based = docs_matrix("check", "--tree", folder, "--base", "HEAD~1", "--cell", NEWEST, out="based")
    assert based.status == 1, based.stderr
    assert based.places("new") == [("docs/c.rst", 6)]
    patch = tmp_path / "head.patch"
    patch.write_text(git(folder, "format-patch", "-1", "--stdout"))
    git(folder, "checkout", "-q", "HEAD~1")
    patched = docs_matrix("check", "--tree", folder, "--patch", patch, "--cell", NEWEST, out="patched")
    assert patched.findings["findings"] == based.findings["findings"]


def test_the_work_tree_is_the_head_with_what_is_not_committed(docs_matrix: Command, write: Write) -> None:
    folder = repository(write)
    (folder / "docs/b.rst").write_text(GOOD + "\n*open\n")
    (folder / ".gitignore").write_text("junk\n")
    (folder / "junk").write_text("x")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "all", "--cell", NEWEST)
    assert answer.places("new") == [("docs/b.rst", 6)]
    assert answer.places("known") == [("docs/a.rst", 2)]
    assert git(folder, "status", "--short") == " M docs/b.rst\n?? .gitignore\n"


def test_a_named_document_alone_is_read(docs_matrix: Command, write: Write) -> None:
    folder = write("project", PROJECT)
    answer = docs_matrix("check", "--tree", folder, "--docs", "docs/a.rst", "--cell", NEWEST)
    assert answer.places("new") == [("docs/a.rst", 2)]
    cell = answer.findings["cells"][NEWEST]
    assert (cell["read"], cell["documents"]) == (1, 3)
    assert docs_matrix("check", "--tree", folder, "--docs", "docs/conf.py", "--cell", NEWEST).status == 2
    whole = docs_matrix("check", "--tree", folder, "--docs", "docs", "--cell", NEWEST)
    assert whole.findings["cells"][NEWEST]["read"] == 3


def test_a_warning_that_an_unread_document_could_answer_is_not_new(docs_matrix: Command, write: Write) -> None:
    folder = repository(write, {**PROJECT, "docs/b.rst": ".. _there:\n\n" + GOOD})
    (folder / "docs/a.rst").write_text(SHORT + "\nSee :ref:`there`.\n")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "a", "--cell", NEWEST)
    assert answer.status == 0, answer.stdout
    assert answer.of("new") == []


def test_a_conf_py_that_raises_is_a_failed_cell_and_fixes_nothing(docs_matrix: Command, write: Write) -> None:
    folder = repository(write)
    (folder / "docs/conf.py").write_text("raise RuntimeError('no way')\n")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--cell", NEWEST)
    assert answer.status == 3
    cell = answer.findings["cells"][NEWEST]
    assert cell["status"] == "failed"
    assert "no way" in cell["reason"]
    assert answer.findings["findings"] == []
    (suite,) = JUnitXml.fromfile(str(answer.out / "junit.xml"))
    assert suite.errors == 1


def test_a_conf_py_that_kills_its_process_is_a_failed_cell(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/conf.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"})
    answer = docs_matrix("check", "--tree", folder, "--cell", NEWEST)
    assert answer.status == 3
    assert answer.findings["cells"][NEWEST]["reason"] == "the head's build: ended by signal 9"


def test_a_build_over_its_time_limit_is_a_timeout(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/conf.py": "import time\ntime.sleep(600)\n"})
    matrix = tmp_path / "matrix.yaml"
    text = (ROOT / "matrix.yaml").read_text().replace("time_limit: 3600", "time_limit: 2")
    matrix.write_text(text)
    (tmp_path / "locks").symlink_to(ROOT / "locks")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    answer = docs_matrix("check", "--matrix", matrix, "--tree", folder, "--cell", NEWEST)
    assert answer.status == 3
    assert answer.findings["cells"][NEWEST]["status"] == "timeout"


def test_a_conf_py_that_writes_into_its_sources_changes_nobody_else(docs_matrix: Command, write: Write) -> None:
    spoil = "import pathlib\nf = pathlib.Path(__file__).parent / 'b.rst'\nf.open('a').write('\\n*open\\n')\n"
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD, "docs/conf.py": CONF + spoil})
    before = (folder / "docs/b.rst").read_text()
    for cell in (NEWEST, MIDDLE, NEWEST):
        answer = docs_matrix("check", "--tree", folder, "--docs", "all", "--cell", cell, out=f"{cell}-out")
        assert answer.places("new") == [("docs/b.rst", 6)]
    assert (folder / "docs/b.rst").read_text() == before


def test_a_missing_interpreter_is_skipped_and_fails_in_ci(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.yaml"
    cells = '- {python: "%s", docutils: "0.23", sphinx: "9.2.0", date: "2026-09-01T00:00:00Z", why: x}\n'
    text = (ROOT / "matrix.yaml").read_text()
    date = text.rpartition('date: "')[2].partition('"')[0]
    cells = cells.replace("2026-09-01T00:00:00Z", date)
    matrix.write_text("version: 1\ncells:\n" + "".join("  " + cells % python for python in ("3.13", "3.19")))
    (tmp_path / "locks").symlink_to(ROOT / "locks")
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD})
    arguments = ("check", "--offline", "--matrix", matrix, "--tree", folder)
    answer = docs_matrix(*arguments)
    assert answer.status == 0, answer.stderr
    assert {cell["status"] for cell in answer.findings["cells"].values()} == {"ok", "skipped"}
    assert docs_matrix(*arguments, CI="true").status == 3
    assert docs_matrix(*arguments, "--cell", "py3.19-docutils0.23-sphinx9.2.0").status == 3


def test_after_kill_9_the_next_run_goes_on_and_says_the_same(
    docs_matrix: Command, write: Write, tmp_path: Path, store: Path
) -> None:
    slow = f"import time\ntime.sleep(3)  # {uuid.uuid4()}\n"
    folder = repository(write, {**PROJECT, "docs/conf.py": CONF + slow})
    (folder / "docs/b.rst").write_text(GOOD + "\n*open\n")
    arguments = ["check", "--tree", str(folder), "--base", "HEAD", "--cell", NEWEST, "--jobs", "1"]
    words = [sys.executable, "-m", "docs_matrix", *arguments, "--out", str(tmp_path / "killed")]
    environment = {**os.environ, "DOCS_MATRIX_STORE": str(store), "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    for line in running.stderr:
        if line.rstrip().endswith(": head"):
            break
    time.sleep(0.5)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    answer = docs_matrix(*arguments)
    assert answer.findings["cells"][NEWEST]["built"] == 3  # the head, and the two that confirm: the base was kept
    assert answer.places("new") == [("docs/b.rst", 6)]


def test_cells_that_are_checked_one_by_one_make_one_report(docs_matrix: Command) -> None:
    for cell in (NEWEST, MIDDLE):
        docs_matrix("check", "--join", "--patch", "examples/noiommu.patch", "--cell", cell)
    answer = docs_matrix("merge", str(docs_matrix("cells", "--format", "github").out))
    assert answer.status == 1, answer.stderr
    assert list(answer.findings["cells"]) == [MIDDLE, NEWEST]
    assert [finding["cells"] for finding in answer.of("new")] == [[MIDDLE, NEWEST]] * 7
    missing = docs_matrix("merge", answer.out, "--cell", "py3.9-docutils0.16-sphinx3.4.3", out="other")
    assert missing.status == 3
    assert missing.findings["cells"]["py3.9-docutils0.16-sphinx3.4.3"]["status"] == "failed"


def test_a_baseline_accepts_what_is_there_and_says_what_is_gone(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = write("project", PROJECT)
    baseline = tmp_path / "accepted.yaml"
    written = docs_matrix("baseline", "write", "--tree", folder, "--baseline", baseline, "--cell", NEWEST)
    assert written.status == 0, written.stderr
    arguments = ("check", "--tree", folder, "--baseline", baseline, "--cell", NEWEST)
    assert docs_matrix(*arguments).places("known") == [("docs/a.rst", 2)]
    (folder / "docs/a.rst").write_text(GOOD)
    answer = docs_matrix(*arguments)
    assert answer.status == 0
    assert [finding["path"] for finding in answer.of("fixed")] == ["docs/a.rst"]
    unread = docs_matrix(*arguments, "--docs", "b")
    assert unread.of("fixed") == []


def test_a_document_that_includes_a_touched_file_is_read_and_one_that_mentions_it_is_not(
    docs_matrix: Command, write: Write
) -> None:
    files = {
        "docs/a.rst": GOOD + "\n.. include:: part.txt\n",
        "docs/b.rst": GOOD + "\n.. literalinclude:: ../src/x.c\n",
        "docs/index.rst": INDEX.replace("   b", "   b\n   c"),
        "docs/c.rst": GOOD + "\nSee b.rst.\n",
        "docs/part.txt": "Text.\n",
        "src/x.c": "int x;\n",
        "src/y.c": "int y;\n",
    }
    folder = repository(write, {**PROJECT, **files})
    (folder / "docs/part.txt").write_text("*open\n")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "affected", "--cell", NEWEST)
    assert answer.places("new") == [("docs/part.txt", 1)]
    assert answer.findings["cells"][NEWEST]["read"] == 1
    (folder / "src/y.c").write_text("int z;\n")
    (folder / "docs/b.rst").write_text(GOOD)
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "affected", "--cell", NEWEST)
    assert answer.findings["cells"][NEWEST]["read"] == 2
    (folder / "docs/conf.py").write_text(CONF + "master_doc = 'index'\n")
    answer = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "affected", "--cell", NEWEST)
    assert answer.findings["cells"][NEWEST]["read"] == 4


def test_an_interrupted_run_ends_at_once_and_leaves_no_process(write: Write, store: Path, tmp_path: Path) -> None:
    mark = f"mark-{uuid.uuid4()}"
    slow = f"import subprocess\nsubprocess.run(['sh', '-c', 'sleep 600; : {mark}'])\n"
    folder = write("project", {**PROJECT, "docs/conf.py": slow})
    words = [
        sys.executable,
        "-m",
        "docs_matrix",
        "check",
        "--tree",
        str(folder),
        "--cell",
        NEWEST,
        "--out",
        str(tmp_path / "o"),
    ]
    environment = {**os.environ, "DOCS_MATRIX_STORE": str(store), "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    while mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout:
        assert running.poll() is None
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    said = running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert said.endswith("the next run continues from them\n")
    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("moment", ["builder-inited", "env-updated", "build-finished"])
def test_an_extension_that_ends_the_process_well_is_a_failed_build(
    docs_matrix: Command, write: Write, moment: str
) -> None:
    code = f"import sys\ndef setup(app):\n    app.connect({moment!r}, lambda *_: sys.exit(0))\n"
    folder = write("project", {**PROJECT, "docs/conf.py": code})
    answer = docs_matrix("check", "--tree", folder, "--cell", NEWEST)
    assert answer.status == 3
    assert "sys.exit" in answer.findings["cells"][NEWEST]["reason"]


def test_a_build_that_changes_its_environment_is_failed_and_the_next_one_is_not_harmed(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    own = str(tmp_path / "store")  # the other tests share one
    code = (
        "import sphinx, pathlib\npathlib.Path(sphinx.__file__).parents[1].joinpath('left_behind.py').write_text('')\n"
    )
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD, "docs/conf.py": code})
    for confined, reason in ((("--confine", "none"), "changed its environment"), ((), "left_behind.py")):
        answer = docs_matrix("check", "--tree", folder, "--cell", MIDDLE, *confined, DOCS_MATRIX_STORE=own)
        assert answer.status == 3
        assert reason in answer.findings["cells"][MIDDLE]["reason"]
    look = "import importlib.util\nassert not importlib.util.find_spec('left_behind')\n"
    folder = write("project", {"docs/conf.py": look})
    assert docs_matrix("check", "--tree", folder, "--cell", MIDDLE, DOCS_MATRIX_STORE=own).status == 0


@pytest.mark.parametrize("conf", ["import no_such_theme\n", "extensions = ['no_such_extension']\n"])
def test_a_package_that_the_tree_needs_is_told_with_the_way_to_name_it(
    docs_matrix: Command, write: Write, conf: str
) -> None:
    answer = docs_matrix("check", "--tree", write("project", {**PROJECT, "docs/conf.py": conf}), "--cell", NEWEST)
    assert answer.status == 3
    assert (
        "the head's build: a package is missing; name it with --requirement: "
        in answer.findings["cells"][NEWEST]["reason"]
    )
    assert "no_such" in answer.findings["cells"][NEWEST]["reason"]


def test_what_a_build_leaves_above_its_tree_is_gone_for_the_next(docs_matrix: Command, write: Write) -> None:
    code = "import pathlib\nseen = pathlib.Path(__file__).parents[2] / 'seen'\nassert not seen.exists()\nseen.write_text('')\n"
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD, "docs/conf.py": code})
    for cell in (NEWEST, MIDDLE, NEWEST):
        answer = docs_matrix("check", "--tree", folder, "--cell", cell, "--confine", "none", out=f"{cell}-above")
        assert answer.status == 0, answer.findings["cells"]


def test_reports_below_the_tree_are_no_part_of_it(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {"conf.py": CONF + "source_suffix = ['.rst', '.txt']\n", "index.rst": GOOD})
    for _ in range(2):
        answer = docs_matrix("check", "--tree", ".", "--cell", NEWEST, cwd=folder, out="project/docs-matrix-report")
        assert answer.status == 0, answer.stdout
    assert answer.findings["cells"][NEWEST]["built"] == 0


def test_the_folder_of_reports_is_made_before_anything_is_built_and_loses_nothing(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD})
    precious = write("report", {"cells/x.txt": "precious", "junit.xml": "old"}) / "cells" / "x.txt"
    assert docs_matrix("check", "--tree", folder, "--docs", "none", "--cell", NEWEST).status == 2
    assert not (tmp_path / "report" / "junit.xml").exists()
    assert docs_matrix("check", "--tree", folder, "--cell", NEWEST).status == 0
    assert precious.read_text() == "precious"
    (tmp_path / "file").write_text("")
    answer = docs_matrix("check", "--tree", folder, "--cell", NEWEST, out="file")
    assert (answer.status, answer.stderr.count("\n")) == (3, 1)


def test_a_run_that_ends_early_leaves_no_answer_of_an_earlier_one(docs_matrix: Command, write: Write) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": GOOD})
    out = docs_matrix("check", "--tree", folder, "--cell", NEWEST).out
    assert docs_matrix("merge", out, out="merged").status == 0
    assert docs_matrix("check", "--tree", folder, "--docs", "none", "--cell", NEWEST).status == 2
    assert docs_matrix("merge", out, out="merged").status == 2


DEFINING = f""":orphan:

.. _Two Words:

{GOOD}
.. glossary::

   A term
      What it is.

.. option:: --there

.. c:function:: int there(void)

.. figure:: x.png
   :name: shown

   It.
"""
REFERRING = f":orphan:\n\n{GOOD}\nSee :ref:`two\nwords`, a :term:`a term`, :option:`--there` and :ref:`shown`.\n"
CHANGES: dict[str, tuple[dict[str, str | None], str | None]] = {
    "a document renamed, its names elsewhere left": (
        {"docs/b.rst": None, "docs/c.rst": ".. _here:\n\n" + GOOD},
        "docs/index.rst",
    ),
    "a document that no toctree names": ({"docs/c.rst": GOOD}, "docs/c.rst"),
    "a file outside of the sources that is included": ({"parts/x.txt": "*open\n"}, "parts/x.txt"),
    "an included file that is included": ({"docs/inc/b.inc": "*open\n"}, "docs/inc/b.inc"),
    "a label defined a second time": ({"docs/d.rst": ":orphan:\n\n.. _here:\n\n" + GOOD}, None),
    "a label gone that is written in another way elsewhere": (
        {"docs/defining.rst": DEFINING.replace(".. _Two Words:\n", "")},
        "docs/referring.rst",
    ),
    "a label that has lost its title": ({"docs/defining.rst": DEFINING.replace(GOOD, "Text.\n")}, "docs/referring.rst"),
    "a term gone": ({"docs/defining.rst": DEFINING.replace("A term", "Terms")}, "docs/referring.rst"),
    "an option gone": ({"docs/defining.rst": DEFINING.replace("--there", "--where")}, "docs/referring.rst"),
    "a figure that has lost its name": (
        {"docs/defining.rst": DEFINING.replace("   :name: shown\n", "")},
        "docs/referring.rst",
    ),
    "a function described a second time": (
        {"docs/d.rst": ":orphan:\n\n" + GOOD + "\n.. c:function:: int there(void)\n"},
        None,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_change_breaks_elsewhere_is_seen_without_reading_all(
    docs_matrix: Command, write: Write, change: str
) -> None:
    base = {
        "docs/conf.py": CONF,
        "docs/index.rst": INDEX + "\n.. include:: ../parts/x.txt\n\n.. include:: inc/a.inc\n",
        "docs/a.rst": GOOD + "\nSee :ref:`here`.\n",
        "docs/b.rst": ".. _here:\n\n" + GOOD,
        "docs/d.rst": ":orphan:\n\n" + GOOD,
        "docs/inc/a.inc": ".. include:: inc/b.inc\n",
        "docs/inc/b.inc": "Text.\n",
        "parts/x.txt": "Text.\n",
        "docs/defining.rst": DEFINING,
        "docs/referring.rst": REFERRING,
    }
    folder = repository(write, base)
    touched, where = CHANGES[change]
    for path, text in touched.items():
        if text is None:
            (folder / path).unlink()
        else:
            (folder / path).write_text(text)
    some = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "affected", "--cell", NEWEST, out="some")
    whole = docs_matrix("check", "--tree", folder, "--base", "HEAD", "--docs", "all", "--cell", NEWEST, out="all")
    assert whole.status == 1, whole.stderr
    assert some.places("new") == whole.places("new")
    assert where is None or where in {path for path, _ in some.places("new")}


def test_a_correct_reference_to_what_an_untouched_document_defines_is_judged(
    docs_matrix: Command, write: Write
) -> None:
    base = {
        "docs/conf.py": CONF + "nitpicky = True\n",
        "docs/index.rst": INDEX,
        "docs/a.rst": GOOD,
        "docs/b.rst": ".. _here:\n\n" + GOOD,
        "docs/term.rst": ":orphan:\n\n" + GOOD + "\n.. glossary::\n\n   A term\n      What it is.\n",
        "docs/option.rst": ":orphan:\n\n" + GOOD + "\n.. option:: --there\n",
        "docs/function.rst": ":orphan:\n\n" + GOOD + "\n.. c:function:: int there(void)\n",
    }
    folder = repository(write, base)
    refer = "\nSee :ref:`here`, :term:`a term`, :option:`--there`, :c:func:`there`.\n"
    (folder / "docs" / "a.rst").write_text(GOOD + refer + "\nNot :ref:`there`.\n")
    question = ("check", "--tree", folder, "--base", "HEAD", "--cell", MIDDLE, "--cell", NEWEST)
    some = docs_matrix(*question, "--docs", "affected", out="some")
    whole = docs_matrix(*question, out="all")
    assert [path for path, _ in whole.places("new")] == ["docs/a.rst"]
    assert (some.places("new"), some.places("unjudged")) == (whole.places("new"), [])


def test_verify_builds_without_shortcuts_and_shows_what_one_changes(docs_matrix: Command, write: Write) -> None:
    tell = (
        "import docutils.nodes\nfrom sphinx.util import logging\n"
        "def setup(app):\n    app.connect('env-updated', tell)\n"
        "def tell(app, env):\n"
        "    place = docutils.nodes.Node._superfast_findall.__module__\n"
        "    logging.getLogger(__name__).warning('searched by %s', place)\n"
    )
    same = docs_matrix("check", "--tree", repository(write), "--docs", "all", "--verify", "--cell", NEWEST)
    assert same.status == 1, same.stdout
    assert "verified against plain builds of all documents: no differences" in same.stdout
    folder = write("other", {**PROJECT, "docs/conf.py": CONF + tell})
    other = docs_matrix("check", "--tree", folder, "--docs", "all", "--verify", "--cell", NEWEST)
    assert other.status == 3, other.stdout
    assert "searched by docutils.nodes" in other.stdout
