"""Messages of a real kernel that only come where another document was read before: taken apart, and checked."""

from __future__ import annotations

import difflib
import json
import shlex
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

pytestmark = pytest.mark.acceptance

TITLE = "Unexpected section title"
VICTIM = "Documentation/driver-api/target.rst"
CELL = ("--cell", "py3.13-docutils0.22.4-sphinx9.0.4")


@pytest.mark.parametrize("path", ["driver-api/target", "gpu/drm-mm", "gpu/amdgpu/display/display-manager"])
def test_what_must_be_read_before_is_found_and_shown_by_the_command(
    docs_matrix: Command, linux_7_2: Path, path: str
) -> None:
    asked = ("--tree", linux_7_2, "--find", TITLE, "--path", path)
    answer = docs_matrix("isolate", *asked, "--json")
    value = json.loads(answer.stdout)
    assert (answer.status, value["verdict"], value["smallest"]) == (0, "depends", True), answer.stderr
    assert value["builds"] <= 25
    assert len(value["before"]) == 1
    assert len(value["proofs"]) == 3
    assert all(proof["holds"] for proof in value["proofs"])
    document = value["document"]
    shows = docs_matrix(*shlex.split(value["shows"])[1:])
    assert titles(shows.of("new"), document), shows.stdout
    hides = docs_matrix(*shlex.split(value["hides"])[1:])
    assert not titles(hides.findings["findings"], document)


def titles(findings: list[dict[str, Any]], document: str) -> list[dict[str, Any]]:
    name = document.removeprefix("Documentation/").removesuffix(".rst")
    return [one for one in findings if one["message"].startswith(TITLE) and one["document"] == name]


@pytest.mark.parametrize("touched", ["the victim", "the trigger"])
def test_a_patch_to_either_document_makes_nothing_new_and_nothing_fixed(
    docs_matrix: Command, linux_7_2: Path, tmp_path: Path, touched: str
) -> None:
    trigger = "Documentation/driver-api/media/v4l2-common.rst"
    path = VICTIM if touched == "the victim" else trigger
    before = text_in(linux_7_2, path)
    after = f"Read this first.\n\n{before}"
    if touched == "the trigger":
        after = "\n".join(line for line in before.splitlines() if "v4l2-ioctl.h" not in line) + "\n"
    assert after != before
    patch = tmp_path / "touch.patch"
    patch.write_text(
        "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}"))
    )
    read = ("--docs", trigger, "--docs", VICTIM)
    answer = docs_matrix("check", "--tree", linux_7_2, "--patch", patch, *read, *CELL)
    assert (answer.status, answer.of("new"), titles(answer.of("fixed"), VICTIM)) == (0, [], []), answer.stdout
    assert titles(answer.of("known" if touched == "the victim" else "flaky"), VICTIM)


def text_in(archive: Path, path: str) -> str:
    with tarfile.open(archive) as opened:
        for member in opened:
            if member.name.partition("/")[2] == path:
                stream = opened.extractfile(member)
                assert stream
                return stream.read().decode()
    raise AssertionError(path)


def test_of_the_broken_table_of_the_thread_one_document_of_a_few_lines_is_left(
    docs_matrix: Command, linux_6_12: Path, thread_patch: Path, tmp_path: Path
) -> None:
    asked = ("--tree", linux_6_12, "--patch", thread_patch, "--find", "Malformed table", "--path", "driver-api/vfio")
    answer = docs_matrix("shrink", *asked, *CELL, "--out", tmp_path / "small", "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["documents"], value["finished"], value["plain"]) == (["index.rst"], True, True)
    assert value["message"]["message"].startswith("Malformed table.\nRight border not aligned or missing.")
    assert sorted(value["files"]) == ["conf.py", "index.rst"]
    assert value["lines"] < 10


def test_of_the_pair_two_documents_and_what_lies_between_them_are_left(
    docs_matrix: Command, linux_7_2: Path, tmp_path: Path
) -> None:
    asked = ("--tree", linux_7_2, "--find", TITLE, "--path", "driver-api/target")
    answer = docs_matrix("shrink", *asked, *CELL, "--out", tmp_path / "small", "--json")
    assert answer.status == 0, answer.stderr
    value = json.loads(answer.stdout)
    assert (value["documents"], value["finished"], value["plain"]) == (["before.rst", "index.rst"], True, True)
    assert value["message"]["message"].startswith(TITLE)
    assert value["lines"] < 300
