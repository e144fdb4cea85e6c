"""Every parser of foreign input takes what hypothesis makes of a good file: no crash, no time without end.

`$DOCS_MATRIX_FAULT_ROUNDS` times a hundred changes are tried for each; `nox -s faults` tries more than the other sessions.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.baseline_file import Baseline, Entry
from docs_matrix.capture import records
from docs_matrix.check import cell_files
from docs_matrix.config import matrix
from docs_matrix.errors import HarnessError
from docs_matrix.robot import read
from docs_matrix.toolchains import locks
from docs_matrix.trees import Trees, archives, patches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.faults.runs import ROUNDS
from tests.support.effort import patience
from tests.support.runs import NEW, OLD, cell, known, new, run

MANY = settings(max_examples=100 * ROUNDS, suppress_health_check=list(HealthCheck))

MAIL = b"""\
From: kernel test robot <lkp@intel.com>
Subject: [PATCH 1/2] a
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8; format=flowed

tree:   https://x master
head:   0123456789abcdef
All warnings (new ones prefixed by >>):

>> Documentation/a.rst:1: WARNING: text [docutils]
   | more

vim +1 Documentation/a.rst

     1\ttext

--b--
"""
PATCH = b"""\
From 1 Mon Sep 17 00:00:00 2001
From: a <a@b>
Subject: [PATCH 1/2] =?utf-8?q?a?=

---
diff --git a/a.rst b/a.rst
index 0123456..789abcd 100644
--- a/a.rst
+++ b/a.rst
@@ -1,2 +1,2 @@
 A
-b
+c
--~
2.39
""".replace(b"~", b" ")
HUGE = (
    b"9" * 5_000,
    b"[" * 5_000,
    b"\xff\xfe",
    b"\0",
    b"\x80",
    b"1e999",
    b"NaN",
    b"-1",
    b"\n\n",
    b"../",
    b"::",
    b"##[",
)


def changed(sample: bytes) -> st.SearchStrategy[bytes]:
    """The bytes of `sample`, or any, with a few pieces replaced by others of it, or by what breaks parsers."""
    place = st.integers(0, len(sample))
    piece = st.one_of(
        st.binary(max_size=20),
        st.sampled_from(HUGE),
        st.builds(lambda start, length: sample[start : start + length], place, st.integers(0, 200)),
    )

    def apply(edits: Iterable[tuple[int, int, bytes]]) -> bytes:
        data = sample
        for at, length, text in edits:
            data = data[:at] + text + data[at + length :]
        return data

    return st.one_of(
        st.lists(st.tuples(place, st.integers(0, 60), piece), max_size=6).map(apply), st.binary(max_size=200)
    )


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name in ("p/a.rst", "p/b/c.rst"):
            info = tarfile.TarInfo(name)
            info.size = 3
            made.addfile(info, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("p/l")
        link.type, link.linkname = tarfile.SYMTYPE, "a.rst"
        made.addfile(link)
    return out.getvalue()


def packed_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("p/a.rst", "abc")
        made.writestr("p/b/c.rst", "abc")
    return out.getvalue()


def result(folder: Path) -> bytes:
    told = run(cell(OLD, new("a", 3), known("b", 5, base_line=4)), cell(NEW, status="failed", reason="it crashed"))
    cell_files.keep(told, folder)
    return (folder / "cells" / f"{OLD}.json").read_bytes()


def baseline(folder: Path) -> bytes:
    baseline_file.write(folder / "b.yaml", Baseline((Entry("a.rst", "WARNING", "docutils", "m"),)))
    return (folder / "b.yaml").read_bytes()


RECORDS = b'{"kind": "documents", "read": ["a"], "documents": 3}\n{"kind": "end", "status": 0}\n'


@pytest.mark.parametrize("kind", ["mail", "patch", "tar", "zip", "matrix", "lock", "result", "baseline", "records"])
def test_no_change_of_a_file_is_a_crash(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "input"
    trees = Trees(tmp_path / "store")
    jobs = tmp_path / "jobs" / "cells" / "one.json"
    jobs.parent.mkdir(parents=True)

    def placed(path: Path, parse: Callable[[Path], object]) -> Callable[[bytes], object]:
        def take(data: bytes) -> object:
            path.write_bytes(data)
            return parse(path)

        return take

    takes: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
        "mail": (MAIL, lambda data: read.read(data, "mail")),
        "patch": (PATCH, placed(place, patches.read)),
        "tar": (tar(), placed(place, lambda path: archives.import_archive(path, trees._repository))),
        "zip": (packed_zip(), placed(place, lambda path: archives.import_archive(path, trees._repository))),
        "matrix": ((ROOT / "matrix.yaml").read_bytes(), placed(tmp_path / "matrix.yaml", matrix.load)),
        "lock": (next((ROOT / "locks").glob("py3.13*.txt")).read_bytes(), placed(place, locks.read)),
        "result": (result(tmp_path / "made"), placed(jobs, lambda path: cell_files.gather([path.parent.parent], []))),
        "baseline": (baseline(tmp_path), placed(tmp_path / "b.yaml", baseline_file.read)),
        "records": (RECORDS, lambda data: records.read(data, data, root=tmp_path)),
    }
    sample, take = takes[kind]
    take(sample)

    @MANY
    @given(changed(sample))
    def no_crash(data: bytes) -> None:
        with patience(), suppress(HarnessError):
            take(data)

    no_crash()
