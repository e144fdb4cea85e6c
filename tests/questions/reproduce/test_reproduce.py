"""`reproduce` on the example: a report as the robot would have sent it, reproduced and attributed by real builds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import ROOT, Command

pytestmark = pytest.mark.builds

EXAMPLE = ROOT / "examples" / "kernel-like"
PATCH = ROOT / "examples" / "noiommu.patch"
VFIO = "Documentation/driver-api/vfio.rst"
DEBIAN = "py3.13-docutils0.21.2-sphinx8.2.3"
LATER = "py3.13-docutils0.22.4-sphinx9.0.4"
NEWEST = "py3.13-docutils0.23-sphinx9.2.0"
CELLS = tuple(word for cell in (DEBIAN, LATER, NEWEST) for word in ("--cell", cell))
TABLE = """\
   {path}:392: ERROR: Malformed table.
   Right border not aligned or missing.
--
"""


def report(
    *, table: str = TABLE, header: str = "Docutils 0.21.2, Python 3.13.5", sent: str = "202603131832", more: str = ""
) -> str:
    """A report on the example's patch, of the day `sent`."""
    return f"""\
Hi Ada,

kernel test robot noticed the following build warnings:

[auto build test WARNING on linus/master]

base:   linus/master
patch subject: [PATCH] vfio: lend devices
docutils: docutils ({header}, on linux)
reproduce: (https://download.01.org/0day-ci/archive/x/{sent}.GiQt3WWE-lkp@intel.com/reproduce)

All warnings (new ones prefixed by >>):

   WARNING: ./include/linux/gone.h:44 struct member 'priority' not described in 'gone'
>> {VFIO}:382: WARNING: Inline emphasis start-string without end-string. [docutils]
{table.format(path=VFIO)}>> {VFIO}:400: WARNING: Blank line required after table. [docutils]
   Documentation/process/notes.rst: WARNING: document isn't included in any toctree [toc.not_included]
{more}
-- \n0-DAY CI Kernel Test Service
"""


@pytest.fixture
def reproduced(docs_matrix: Command, tmp_path: Path) -> Any:
    def run(text: str, *arguments: str | Path) -> dict[str, Any]:
        (tmp_path / "report.txt").write_text(text)
        answer = docs_matrix("reproduce", tmp_path / "report.txt", "--tree", EXAMPLE, "--json", *arguments)
        assert answer.status == 0, answer.stderr
        value: dict[str, Any] = json.loads(answer.stdout)
        return value

    return run


def by_line(answer: dict[str, Any]) -> dict[int | None, dict[str, Any]]:
    return {message["line"]: message for message in answer["messages"] if message["path"] == VFIO}


def test_messages_reproduce_and_what_the_robot_missed_is_told_from_what_was_there_before(reproduced: Any) -> None:
    answer = reproduced(report(), "--patch", PATCH, *CELLS)
    vfio = by_line(answer)
    assert {line: (told["standing"], told["missed"]) for line, told in vfio.items()} == {
        382: ("new", False), 392: ("new", True), 400: ("new", False),
    }  # fmt: skip
    assert vfio[392]["cells"][DEBIAN]["line"] == 391
    others = {message["path"]: message for message in answer["messages"] if message["path"] != VFIO}
    assert others["Documentation/process/notes.rst"]["standing"] == "known"
    assert others["include/linux/gone.h"]["reason"] == "no such file in this tree"
    assert not others["include/linux/gone.h"]["judged"]


def test_the_header_is_shown_not_to_explain_the_report_and_the_releases_that_do_are_found(reproduced: Any) -> None:
    answer = reproduced(report(), "--patch", PATCH, *CELLS)
    cells = answer["cells"]
    assert (cells[DEBIAN]["header"], cells[DEBIAN]["verdict"]) == (True, "does not explain")
    assert any("line 391 instead of 392" in reason for reason in cells[DEBIAN]["reasons"])
    assert cells[LATER]["verdict"] == "explains"
    older = cells["py3.13-docutils0.21.2-sphinx8.1.3"]  # the header names it too
    assert older["header"]
    assert any("no category instead of [toc.not_included]" in reason for reason in older["reasons"])
    assert cells[NEWEST]["verdict"] == "ruled out"
    assert any("docutils 0.23" in later for later in cells[NEWEST]["later"])
    assert (answer["explained_by"], answer["header_explains"]) == ([LATER], False)
    (apart,) = answer["apart"]
    assert (apart["axis"], apart["first"], apart["last"]) == ("docutils", "0.22.1", "0.22.4")
    assert {tried["release"]: tried["explains"] for tried in apart["tried"]}["0.22"] is False


def test_a_report_that_the_headers_toolchain_makes_is_explained_by_it(reproduced: Any) -> None:
    table = "   {path}:391: ERROR: Malformed table.\n--\n"
    answer = reproduced(report(table=table), "--patch", PATCH, "--cell", DEBIAN, "--cell", LATER)
    assert answer["cells"][DEBIAN]["verdict"] == "explains"
    assert answer["header_explains"] is True
    assert any("line 392 instead of 391" in reason for reason in answer["cells"][LATER]["reasons"])


def test_a_toolchain_that_no_cell_has_is_made_from_the_header(reproduced: Any) -> None:
    answer = reproduced(report(header="Docutils 0.20.1, Python 3.13.0"), "--patch", PATCH, "--cell", DEBIAN)
    (header,) = [cell for cell in answer["cells"].values() if cell["header"]]
    assert (header["docutils"], header["verdict"]) == ("0.20.1", "does not explain")
    assert any("no cell of the matrix has docutils 0.20.1" in note for note in answer["notes"])


def test_what_came_out_after_the_report_is_ruled_out_by_its_day_alone(reproduced: Any) -> None:
    answer = reproduced(report(sent="202410131832"), "--patch", PATCH, "--cell", LATER)
    assert answer["cells"][LATER]["fits"] is True
    assert answer["explained_by"] == []


def test_the_patch_is_taken_from_the_thread(reproduced: Any) -> None:
    thread = f"{PATCH.read_text()}-- \n2.34.1\nRe: [PATCH] vfio\n{report()}"
    answer = reproduced(thread, "--cell", DEBIAN)
    assert answer["base"] == "the tree without the patch"
    assert any("result 4624ea559238 as the patch says" in note for note in answer["notes"])


def test_without_a_patch_the_tree_is_looked_at_as_it_is(reproduced: Any) -> None:
    answer = reproduced(report(), "--cell", DEBIAN)
    assert {message["standing"] for message in answer["messages"] if message["cells"]} == {"here"}
    assert by_line(answer)[382]["standing"] == "absent"


def test_a_line_that_no_cell_says_of_the_reports_very_file_counts_against_all(reproduced: Any) -> None:
    more = f">> {VFIO}:2: WARNING: Title underline too short. [docutils]\n"
    answer = reproduced(report(more=more), "--patch", PATCH, "--cell", LATER)
    assert answer["cells"][LATER]["verdict"] == "does not explain"
    assert answer["cells"][LATER]["reasons"] == [f"{VFIO}:2: does not say Title underline too short."]


def test_new_diagnostics_that_the_report_does_not_show_are_told(reproduced: Any) -> None:
    answer = reproduced(report(), "--patch", PATCH, "--cell", LATER)
    assert (VFIO, 405) in [(extra["path"], extra["line"]) for extra in answer["extra"]]


def test_the_one_more_cell_is_proposed_and_built_on_demand(reproduced: Any) -> None:
    proposed = reproduced(report(), "--patch", PATCH, "--cell", LATER)
    assert "--refine builds it" in proposed["proposal"]
    refined = reproduced(report(), "--patch", PATCH, "--cell", LATER, "--refine")
    assert refined["proposal"] is None
    assert len(refined["cells"]) > len(proposed["cells"])
    assert "9.1.0" in {cell["sphinx"] for cell in refined["cells"].values()}


def test_the_answer_is_told_in_lines(docs_matrix: Command, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(report())
    answer = docs_matrix("reproduce", tmp_path / "report.txt", "--tree", "example", "--patch", PATCH, *CELLS)
    assert answer.status == 0, answer.stderr
    assert "the toolchain that the header names does not explain the report" in answer.stdout
    assert "docutils 0.22.1 to 0.22.4 explain it (up to the report's date, 2026-03-13)" in answer.stdout
    assert "missed by the robot" in answer.stdout
    assert (
        "4 of 5 messages reproduce; 3 are new by the patch, of which the robot marked 2 and missed 1" in answer.stdout
    )


def test_where_no_message_can_be_looked_for_nothing_is_built(reproduced: Any) -> None:
    text = report().partition("   WARNING: ./include")[0]
    answer = reproduced(f"{text}>> Warning: MAINTAINERS references a file that doesn't exist: Documentation/a.yaml\n")
    assert answer["cells"] == {}
    assert any(note.startswith("nothing was built") for note in answer["notes"])
    assert [message["judged"] for message in answer["messages"]] == [False]


def test_what_stands_behind_a_report_does_not_matter(reproduced: Any) -> None:
    answer = reproduced(report() + "\x00" * 10, "--patch", PATCH, "--cell", LATER)
    assert answer["cells"][LATER]["verdict"] == "explains"


def test_where_no_cell_could_be_built_nothing_is_said_of_the_messages(docs_matrix: Command, tmp_path: Path) -> None:
    """A build that failed says no message: that must not look as if the report were wrong."""
    tree = tmp_path / "tree"
    shutil.copytree(EXAMPLE, tree)
    with (tree / "Documentation" / "conf.py").open("a") as stream:
        stream.write("\nraise RuntimeError('broken on purpose')\n")
    (tmp_path / "report.txt").write_text(report())
    answer = docs_matrix("reproduce", tmp_path / "report.txt", "--tree", tree, "--patch", PATCH, "--cell", NEWEST)
    assert (answer.status, answer.stdout) == (3, "")
    assert "no cell could be built" in answer.stderr
    assert "broken on purpose" in answer.stderr


def test_of_a_threads_patches_those_up_to_the_reports_are_applied_in_their_order(reproduced: Any) -> None:
    later = f"--- a/{VFIO}\n+++ b/{VFIO}\n@@ -1,1 +1,1 @@\n-no such line\n+another\n"
    before = "--- /dev/null\n+++ b/Documentation/more.txt\n@@ -0,0 +1,1 @@\n+More.\n"
    text = report().replace("[PATCH] vfio", "[PATCH 2/3] vfio")
    mails = (
        ("[PATCH 3/3] docs: later", later),
        ("[PATCH 2/3] vfio: lend devices", PATCH.read_text()),
        ("Re: [PATCH 2/3] vfio: lend devices", text),
        ("[PATCH 1/3] docs: before", before),
    )
    head = "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: a@example.org\nDate: Fri, 13 Mar 2026 18:33:00 +0800\n"
    answer = reproduced("".join(f"{head}Subject: {subject}\n\n{body}\n" for subject, body in mails), "--cell", LATER)
    assert [message["standing"] for message in answer["messages"] if message["path"] == VFIO] == ["new"] * 3


def test_all_documents_are_read_where_that_is_cheap_and_else_the_answer_is_called_preliminary(
    docs_matrix: Command, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    (tree / "docs").mkdir(parents=True)
    (tree / "docs" / "conf.py").write_text("project = 'p'\nextensions = ['sphinx.ext.autosectionlabel']\n")
    (tree / "docs" / "index.rst").write_text(f"Top\n===\n\n.. toctree::\n\n   a\n   b\n\n{uuid4()}\n")
    (tree / "docs" / "a.rst").write_text("Usage\n=====\n\nText.\n")
    (tree / "docs" / "b.rst").write_text("Other\n=====\n\nSee :ref:`Usage`.\n")
    (tmp_path / "fix.patch").write_text(
        "--- a/docs/a.rst\n+++ b/docs/a.rst\n@@ -1,4 +1,4 @@\n-Usage\n+Usages\n =====\n \n Text.\n"
    )
    (tmp_path / "report.txt").write_text(
        report().replace(
            f">> {VFIO}:382: WARNING: Inline", ">> docs/a.rst:2: WARNING: Title underline too short.\n>> x.rst:1: "
        )
    )

    (tmp_path / "locks").symlink_to(ROOT / "locks")

    def ask(exact_within: int) -> tuple[dict[str, Any], str]:
        text = (ROOT / "matrix.yaml").read_text().replace("exact_within: 120", f"exact_within: {exact_within}")
        (tmp_path / "matrix.yaml").write_text(text)
        question = ("reproduce", tmp_path / "report.txt", "--tree", tree, "--patch", tmp_path / "fix.patch")
        where = ("--matrix", tmp_path / "matrix.yaml", "--cell", LATER)
        return json.loads(docs_matrix(*question, *where, "--json").stdout), docs_matrix(*question, *where).stdout

    first, told = ask(1)
    assert first["preliminary"] is True
    assert "preliminary; --docs all is exact" in told
    assert not [extra for extra in first["extra"] if extra["path"] == "docs/b.rst"]
    exact, told = ask(120)
    assert exact["preliminary"] is False
    assert "preliminary" not in told
    assert [extra["line"] for extra in exact["extra"] if extra["path"] == "docs/b.rst"] == [4]
