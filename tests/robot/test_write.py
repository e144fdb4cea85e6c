"""What is written is read back: the robot's messages, any message, and the report of any run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from docs_matrix.diagnostics.findings import Run, Verdict
from docs_matrix.errors import InputError
from docs_matrix.reports.commands import script_command
from docs_matrix.reports.escaping import one_line, visible
from docs_matrix.reports.robot_form import report_text
from docs_matrix.robot.read import read
from docs_matrix.robot.report import Message
from docs_matrix.robot.write import TITLE, write_list
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.robot.corpus import each, the_one
from tests.support.runs import example, runs

paths = (
    st.none()
    | st.text(min_size=1, max_size=20)
    | st.sampled_from(["-", "WARNING", "a b.rst", "a:3", "[x]", "(", "../a", "%"])
)
texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    [
        "a [docutils]",
        "a\n\n+--+\n| b |\n",
        ">> b",
        "--",
        "a.rst:1: WARNING: b",
        "\n",
        "ERROR: a",
        "   (told)",
        "vim +1 a",
        "-- ",
    ]
)


def written(messages: list[Message]) -> list[Message]:
    """`messages`, written and read."""
    text = "tree:   a b\n\n" + TITLE + "\n\n" + "\n".join(write_list(messages)) + "\n\n-- \nMade by docs-matrix\n"
    return list(the_one(text.encode("utf-8", "surrogatepass")).messages)


def plain(messages: list[Message]) -> list[Message]:
    """Without what the shape of the list alone says."""
    return [replace(message, form="", piece=0) for message in messages]


@each
def test_nothing_of_a_report_is_lost_in_writing_and_reading(path: Path) -> None:
    messages = list(the_one(path.read_bytes()).messages)
    assert plain(written(messages)) == plain(messages)


@given(
    st.lists(
        st.builds(
            Message,
            path=paths,
            line=st.none() | st.integers(0, 10**9),
            level=st.sampled_from(["WARNING", "ERROR", "CRITICAL"]),
            category=st.none() | st.sampled_from(["docutils", "ref.ref", "a-b"]),
            message=texts.map(visible),
            marked=st.booleans(),
            cut=st.booleans(),
            told=st.none().map(lambda _: "") | st.just("in 1 of 2 cells: a"),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_nothing_of_any_message_is_lost(messages: list[Message]) -> None:
    assert plain(written(messages)) == messages


def test_the_report_of_a_run_is_read_back_whole() -> None:
    run = example()
    report = the_one(report_text(run).encode())
    new = [finding for finding in run.findings if finding.verdict is Verdict.NEW]
    marked = [message for message in report.messages if message.marked]
    assert sorted((m.path, m.line, m.level, m.category, m.message) for m in marked) == sorted(
        (f.path, f.line, f.level, f.category, f.message) for f in new
    )
    assert report.unread == ()
    assert report.robot == "docs-matrix"
    assert report.reproduce == script_command("reproduce.sh", run.asked)
    assert report.tags == ("Reported-by: docs-matrix",)
    assert report.sources[0].line == 382
    assert [name for name, _ in report.fields].count("cell") == 2


@settings(max_examples=60)
@given(runs())
def test_the_report_of_any_run_is_read_back(run: Run) -> None:
    new = [finding for finding in run.findings if finding.verdict is Verdict.NEW]
    try:
        marked = [m for m in the_one(report_text(run).encode("utf-8", "backslashreplace")).messages if m.marked]
    except InputError:
        assert not new
        return
    assert sorted((m.level or "", m.line or 0, m.message) for m in marked) == sorted(
        (f.level, f.line or 0, _read_as(f.message)) for f in new
    )
    told = {finding.path for finding in new}
    assert {m.path for m in marked} == told


def _read_as(message: str) -> str:
    return visible(message)


def test_an_answer_to_our_own_report_is_read_too() -> None:
    text = report_text(example())
    quoted = "".join(f"> {line}".rstrip(" ") + "\n" for line in text.split("\n"))
    assert plain(list(the_one(quoted.encode()).messages)) == plain(list(the_one(text.encode()).messages))
    assert one_line(text)
    assert len(read(text.encode(), "x").reports) == 1
