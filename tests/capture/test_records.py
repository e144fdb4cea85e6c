from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from docs_matrix.capture.records import Capture, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

META = {"kind": "meta", "python": "3.13.0", "docutils": "0.22", "sphinx": "9.0.4", "arguments": [], "places": []}
END = {"kind": "end", "status": 0}


def said(message: str, printed: str | None = None, **values: Any) -> dict[str, Any]:
    """A record of the probe."""
    record = {
        "kind": "diagnostic",
        "path": "a.rst",
        "line": 3,
        "level": "WARNING",
        "category": None,
        "message": message,
        "printed": f"a.rst:3: WARNING: {message}" if printed is None else printed,
        "document": "a",
        "via": None,
        "phase": "reading",
        "suppressed": False,
        "unjudged": False,
        "dropped": False,
    }
    return {**record, **values}


def capture(folder: Path, records: list[dict[str, Any]], stderr: str = "", tail: bytes = b"") -> Capture:
    lines = "".join(json.dumps(record) + "\n" for record in records)
    return read(lines.encode() + tail, stderr.encode("utf-8", "surrogateescape"), root=folder / "tree")


def test_what_sphinx_printed_is_not_read_a_second_time(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x\n\ny"), END], "noise\na.rst:3: WARNING: x\n\ny\n./b.c:4: warning: z\n")
    assert [str(diagnostic) for diagnostic in got.diagnostics] == ["a.rst:3: WARNING: x\n\ny", "b.c:4: WARNING: z"]
    assert got.unclassified == ("noise",)
    assert (got.stderr_lines, got.sphinx_lines, got.raw_lines) == (4, 2, 1)
    assert (got.python, got.docutils, got.sphinx) == ("3.13.0", "0.22", "9.0.4")
    assert got.finished
    assert got.status == 0
    assert got.crash is None


def test_diagnostics_stand_in_the_order_of_the_log(tmp_path: Path) -> None:
    stderr = "b.c:1: warning: 1\na.rst:3: WARNING: 2\nb.c:1: warning: 3\na.rst:3: WARNING: 4\n"
    got = capture(tmp_path, [META, said("2"), said("4"), END], stderr)
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["1", "2", "3", "4"]


def test_a_child_that_writes_between_the_lines_of_a_message_does_not_double_it(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x\ny"), END], "a.rst:3: WARNING: x\nb.c:1: warning: child\ny\n")
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["x\ny", "child"]
    assert (got.sphinx_lines, got.raw_lines, got.unclassified) == (2, 1, ())


def test_a_line_that_a_child_began_and_sphinx_ended_is_unclassified_and_nothing_is_doubled(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x"), END], "halfa.rst:3: WARNING: x\n")
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["x"]
    assert got.unclassified == ("halfa.rst:3: WARNING: x",)


def test_equal_messages_are_counted_one_by_one(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x"), said("x"), END], "a.rst:3: WARNING: x\n" * 3)
    assert [diagnostic.origin for diagnostic in got.diagnostics] == ["sphinx", "sphinx", "stderr"]


def test_a_message_that_is_not_in_the_log_takes_nothing_from_the_others(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("lost"), said("y"), END], "a.rst:3: WARNING: y\n")
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["lost", "y"]
    assert (got.sphinx_lines, got.unclassified) == (1, ())


def test_no_text_names_the_folder_of_the_build(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    printed = f"{root}/a.rst:3: WARNING: see {root}/b.rst and {root}, not {root}2"
    stderr = f"{printed}\n{root}/c.h:1: warning: in {root}/d.h\n\x1b[31mreading {root}\x1b[39m\n"
    got = capture(tmp_path, [META, said("x", printed), END], stderr)
    assert got.diagnostics[0].printed == f"a.rst:3: WARNING: see b.rst and ., not {root}2"
    assert str(got.diagnostics[1]) == "c.h:1: WARNING: in d.h"
    assert got.unclassified == ("reading .",)


def test_a_linked_root_is_replaced_by_both_its_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "tree").symlink_to("real")
    got = capture(tmp_path, [META, END], f"{tmp_path}/real/c.h:1: warning: in {tmp_path}/tree/d.h\n")
    assert str(got.diagnostics[0]) == "c.h:1: WARNING: in d.h"


def test_a_message_that_names_its_place_itself_is_placed_there(tmp_path: Path) -> None:
    message = "./include/virtio.h:188 struct member 'map' not described"
    got = capture(tmp_path, [META, said(message, path=None, line=None), END])
    assert str(got.diagnostics[0]) == "include/virtio.h:188: WARNING: struct member 'map' not described"


def test_suppressed_messages_are_told_apart(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x", "", suppressed=True), END])
    assert [diagnostic.message for diagnostic in got.suppressed] == ["x"]
    assert got.diagnostics == ()


@pytest.mark.parametrize(
    "tail",
    [
        b'{"kind": "diagnos',
        b"\xff\x00\n",
        b"[]\n",
        b"[" * 100_000 + b"\n",
        b'{"kind": "other"}\n',
        b'{"kind": "diagnostic"}\n',
        b'{"kind": "meta", "places": 3}\n',
        json.dumps(said("y", level="NOTE")).encode() + b"\n",
        json.dumps(said("y", path=3)).encode() + b"\n",
        json.dumps({**said("y"), "line": True}).encode() + b"\n",
        json.dumps({**said("y"), "line": 10**300}).encode() + b"\n",
        b'{"kind": "end", "status": Infinity}\n',
        b'{"kind": "documents", "read": [], "documents": -Infinity}\n',
        json.dumps(said("y", printed=None)).replace('"a.rst:3: WARNING: y"', "null").encode() + b"\n",
    ],
)
def test_broken_records_are_read_as_far_as_they_go_and_mean_not_finished(tmp_path: Path, tail: bytes) -> None:
    got = capture(tmp_path, [META, said("x"), END], tail=tail)
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["x"]
    assert not got.finished


@pytest.mark.parametrize("version", ["9.0.4\nReported-by: nobody", "$(reboot)", "", "9" * 100])
def test_a_version_that_none_can_be_is_not_taken_from_a_build(tmp_path: Path, version: str) -> None:
    got = capture(tmp_path, [{**META, "sphinx": version}, END])
    assert got.sphinx == ""
    assert not got.finished


@pytest.mark.parametrize("version", ["9.0.4", "0.22rc5.dev", "8.2.0+/aea9f5e", "0.21.post1"])
def test_versions_of_releases_and_of_work_between_them_are_taken(tmp_path: Path, version: str) -> None:
    assert capture(tmp_path, [{**META, "docutils": version}, END]).docutils == version


def test_a_call_without_an_end_means_not_finished(tmp_path: Path) -> None:
    assert not capture(tmp_path, [META, END, META]).finished
    assert capture(tmp_path, [META, END, META, END]).finished


def test_without_any_record_nothing_finished(tmp_path: Path) -> None:
    got = read(b"", b"", root=tmp_path)
    assert not got.finished
    assert (got.status, got.python, got.diagnostics) == (None, "", ())


def test_several_calls_are_one_capture(tmp_path: Path) -> None:
    first = {"kind": "documents", "read": ["a", "b"], "documents": 5}
    second = {"kind": "documents", "read": ["c"], "documents": 7}
    got = capture(tmp_path, [META, first, END, META, second, {"kind": "end", "status": 2}])
    assert (got.read, got.documents, got.status) == (("a", "b", "c"), 12, 2)


CRASH = {"kind": "crash", "exception": "ValueError", "reason": "ValueError: bad", "document": "a", "unwritten": False}


def test_a_crash_gives_its_reason_and_what_the_workers_could_not_hand_over(tmp_path: Path) -> None:
    early = [said("x", kind="early"), said("lost", kind="early"), said("hidden", kind="early", suppressed=True)]
    got = capture(tmp_path, [META, *early, said("x"), CRASH, {"kind": "end", "status": 2}], "a.rst:3: WARNING: x\n")
    assert got.crash == "a: ValueError: bad"
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["x", "lost"]
    assert [diagnostic.message for diagnostic in got.suppressed] == ["hidden"]


def test_the_workers_copies_are_not_used_where_nothing_crashed(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, said("x", kind="early"), said("y"), END])
    assert [diagnostic.message for diagnostic in got.diagnostics] == ["y"]


def test_a_mistake_of_the_probe_is_reported(tmp_path: Path) -> None:
    got = capture(tmp_path, [META, {"kind": "probe-error", "traceback": "Traceback…\nKeyError: 'x'\n"}, END])
    assert got.crash == "the probe failed: KeyError: 'x'"


def test_a_traceback_on_standard_error_is_a_diagnostic_and_no_crash(tmp_path: Path) -> None:
    stderr = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\nKeyError: 1\n'
    got = capture(tmp_path, [META, END], stderr)
    assert (got.crash, got.traceback) == (None, "KeyError: 1")
    assert [str(diagnostic) for diagnostic in got.diagnostics] == ["a.py:1: CRITICAL: KeyError: 1"]
    assert got.raw_lines == 4


PIECES = st.sampled_from(
    [
        "x",
        "a.rst:1: WARNING: x",
        "",
        "  y",
        "a.c:2: warning: z",
        "Traceback (most recent call last):",
        "\x0b",
        "é",
        "\udcff",
        "\r",
    ]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    messages=st.lists(st.lists(PIECES, min_size=1, max_size=3), max_size=5),
    noise=st.lists(st.tuples(st.integers(0, 20), PIECES | st.text(max_size=5)), max_size=10),
    lost=st.integers(0, 3),
)
def test_every_line_of_standard_error_is_accounted_for(
    tmp_path: Path, messages: list[list[str]], noise: list[tuple[int, str]], lost: int
) -> None:
    printed = ["\n".join(lines).encode("utf-8", "backslashreplace").decode() for lines in messages]
    log = [line for text in printed[lost:] for line in text.split("\n")]
    for at, text in noise:
        log.insert(at, text)
    lines = [json.dumps(record) + "\n" for record in [META, *(said("m", text) for text in printed), END]]
    got = read("".join(lines).encode(), "\n".join(log).encode("utf-8", "surrogatepass"), root=tmp_path)
    assert got.sphinx_lines + got.raw_lines + len(got.unclassified) == got.stderr_lines
    assert sum(diagnostic.origin == "sphinx" for diagnostic in got.diagnostics) == len(messages)


def test_thousands_of_messages_that_begin_alike_take_little_time(tmp_path: Path) -> None:
    printed = [f"a.rst:3: WARNING: x\n{number}" for number in range(3_000)]
    got = capture(tmp_path, [META, *(said("x", text) for text in printed), END], "\n".join(reversed(printed)))
    assert (got.sphinx_lines, got.raw_lines, got.unclassified) == (6_000, 0, ())


def test_the_category_at_the_end_of_a_message_is_no_part_of_it(tmp_path: Path) -> None:
    """MyST puts it there itself where Sphinx is older than 7.3."""
    tagged = said("A level is left out [myst.header]", category="myst.header")
    bare = said("A level is left out [myst.header]")
    other, another = said("See the table [docutils]", category="myst.header"), said("See the list [docutils]")
    got = capture(tmp_path, [META, tagged, bare, other, another, END])
    assert [(diagnostic.message, diagnostic.category) for diagnostic in got.diagnostics] == [
        ("A level is left out", "myst.header"),
        ("A level is left out", "myst.header"),
        ("See the table [docutils]", "myst.header"),
        ("See the list [docutils]", None),
    ]
    assert got.diagnostics[0].printed.endswith(" [myst.header]")
