"""The thread's patch on real kernels, in the eight default cells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.conftest import Answer, Command
from tests.support.git import git

from . import seven

pytestmark = pytest.mark.acceptance

VFIO = "driver-api/vfio.rst"
BASE_BLOB, HEAD_BLOB = "2a21a42c9386", "d1ee13dc6e98"


def assert_the_seven(answer: Answer) -> None:
    assert answer.status == 1, answer.stderr
    seven.check(answer.findings, cells=8)
    cases = [case for suite in JUnitXml.fromfile(str(answer.out / "junit.xml")) for case in suite]
    assert sum(any(type(item).__name__ == "Failure" for item in case.result) for case in cases) == 56
    built = [cell for name, cell in answer.findings["cells"].items() if not name.startswith("tree: ")]
    assert all(cell["documents"] > 3000 and cell["read"] == 1 for cell in built)


def test_vfio_on_6_12_archive(docs_matrix: Command, linux_6_12: Path, thread_patch: Path) -> None:
    answer = docs_matrix("check", "--tree", linux_6_12, "--patch", thread_patch, "--docs", VFIO)
    assert_the_seven(answer)
    notes = "\n".join(answer.findings["notes"])
    assert BASE_BLOB in notes
    assert HEAD_BLOB in notes


def test_vfio_on_6_12_folder(docs_matrix: Command, unpacked_6_12: Path, thread_patch: Path) -> None:
    before = subprocess.run(["find", unpacked_6_12, "-newer", __file__, "-ls"], capture_output=True, check=True).stdout
    answer = docs_matrix("check", "--tree", unpacked_6_12, "--patch", thread_patch, "--docs", "Documentation/" + VFIO)
    assert_the_seven(answer)
    after = subprocess.run(["find", unpacked_6_12, "-newer", __file__, "-ls"], capture_output=True, check=True).stdout
    assert after == before


def test_vfio_on_6_12_git_repository_by_patch_and_by_base(
    docs_matrix: Command, repository: Path, thread_patch: Path
) -> None:
    patched = docs_matrix("check", "--tree", repository, "--patch", thread_patch, "--docs", VFIO, out="patched")
    assert_the_seven(patched)
    git(repository, "apply", "--index", thread_patch)
    git(repository, "mv", f"Documentation/{VFIO}", "Documentation/driver-api/renamed.rst")
    git(repository, "commit", "-qm", "head")
    cell = ("--cell", "py3.13-docutils0.23-sphinx9.2.0")
    based = docs_matrix("check", "--tree", repository, "--base", "HEAD~1", *cell, out="based")
    assert based.status == 1, based.stderr
    by_path: dict[str, list[int]] = {}
    for finding in based.of("new"):
        by_path.setdefault(finding["path"], []).append(finding["line"])
    renamed = by_path.pop("Documentation/driver-api/renamed.rst")
    assert sorted(renamed) == [382, 382, 382, 382, 392, 400, 405]
    assert list(by_path) == ["Documentation/driver-api/index.rst"]  # its toctree still names the old document


def test_the_folder_driver_api_has_the_same_seven_in_two_cells(
    docs_matrix: Command, linux_6_12: Path, thread_patch: Path
) -> None:
    cells = ("py3.9-docutils0.16-sphinx3.4.3", "py3.13-docutils0.23-sphinx9.2.0")
    named = [argument for cell in cells for argument in ("--cell", cell)]
    answer = docs_matrix("check", "--tree", linux_6_12, "--patch", thread_patch, "--docs", "driver-api", *named)
    assert answer.status == 1, answer.stderr
    seven.check(answer.findings, cells=2)


def test_a_patch_of_another_vfio_is_said_to_be_one_on_7_2(
    docs_matrix: Command, linux_7_2: Path, thread_patch: Path
) -> None:
    """Where the base blob is the patch's, it is said to be exact; where it is not, that is said too."""
    answer = docs_matrix("check", "--tree", linux_7_2, "--patch", thread_patch, "--docs", VFIO)
    assert_the_seven(answer)
    assert BASE_BLOB in "\n".join(answer.findings["notes"])


TWO_CELLS = ("--cell", "py3.9-docutils0.16-sphinx3.4.3", "--cell", "py3.13-docutils0.23-sphinx9.2.0")
SECTION = """\
What the drivers have in common
-------------------------------

The *first mistake is an emphasis in this paragraph of the section,
which goes on for another line.

+--------+--------+
| one    | two    |
+========+========+
| three  | four*   |
+--------+--------+

A :nosuchrole:`role` at last.

"""


@pytest.fixture
def repository(unpacked_6_12: Path, tmp_path: Path) -> Path:
    """The kernel as a git repository."""
    copy = tmp_path / "linux"
    shutil.copytree(unpacked_6_12, copy, symlinks=True)
    git(copy, "init", "-q")
    git(copy, "add", "-A", "-f")
    git(copy, "commit", "-qm", "base")
    return copy


def test_a_label_that_is_removed_makes_the_reference_in_another_document_new(
    docs_matrix: Command, repository: Path
) -> None:
    document = repository / "Documentation/driver-api/auxiliary_bus.rst"
    document.write_text(document.read_text().replace(".. _auxiliary_bus:\n", ""))
    answer = docs_matrix("check", "--tree", repository, "--base", "HEAD", *TWO_CELLS)
    assert answer.status == 1, answer.stderr
    (finding,) = answer.of("new")
    assert (finding["path"], finding["reason"]) == ("Documentation/networking/devlink/devlink-port.rst", "elsewhere")
    assert "auxiliary_bus" in finding["message"]
    assert finding["hunk"].startswith("Documentation/driver-api/auxiliary_bus.rst:")
    assert len(finding["cells"]) == 2


def test_a_correct_reference_to_a_label_of_an_untouched_document_is_no_finding(
    docs_matrix: Command, repository: Path
) -> None:
    document = repository / "Documentation/driver-api/vfio.rst"
    document.write_text(document.read_text() + "\nSee :ref:`auxiliary_bus`.\n")
    answer = docs_matrix("check", "--tree", repository, "--base", "HEAD", *TWO_CELLS)
    assert answer.status == 0, answer.stderr
    assert [finding["path"] for finding in answer.of("unjudged") if "auxiliary_bus" in finding["message"]] == []


def test_a_section_that_moves_to_another_document_leaves_its_warnings_moved(
    docs_matrix: Command, repository: Path
) -> None:
    vfio, vme = (repository / f"Documentation/driver-api/{name}.rst" for name in ("vfio", "vme"))
    before = vfio.read_text()
    vfio.write_text(before.replace("VFIO User API\n", SECTION + "VFIO User API\n", 1))
    git(repository, "commit", "-qam", "a section with three mistakes")
    vfio.write_text(before)
    vme.write_text(vme.read_text().replace("Slave windows\n", SECTION + "Slave windows\n", 1))
    answer = docs_matrix("check", "--tree", repository, "--base", "HEAD", *TWO_CELLS)
    assert answer.status == 0, answer.stderr
    assert {path for path, _ in answer.places("moved")} == {"Documentation/driver-api/vme.rst"}
    assert len(answer.of("moved")) == 3
    assert not answer.of("fixed")
