"""The verbs of the command: each has help with an example that can be parsed, and is imported only when it is called."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_matrix.cli.parser import VERBS, load, parser

from tests.conftest import ROOT, Command

EVERY: list[tuple[str, ...]] = [
    (name, *below.split()) for name in VERBS for below in getattr(load(name), "VERBS", ("",))
]
"""Every verb, with those below `baseline` and `store`, as the words that call it."""

REPORT = "All warnings (new ones prefixed by >>):\n\n>> Documentation/a.rst:9: WARNING: Malformed table.\n"
BUILDING = {"builds", "check", "config", "process", "questions", "toolchains", "trees"}
HEAVY = {"attr", "cattrs", "filelock", "jsonschema", "nox", "packaging", "rich", "yaml"}


def example(verb: tuple[str, ...]) -> list[str]:
    """The words of the example in the help of `verb`."""
    module = load(verb[0])
    return shlex.split(module.EXAMPLES[verb[1]] if len(verb) > 1 else module.EXAMPLE)


@pytest.mark.parametrize("verb", EVERY, ids=" ".join)
def test_the_help_of_every_verb_ends_with_its_example(
    verb: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit) as left:
        parser(verb).parse_args([*verb, "--help"])
    assert left.value.code == 0
    assert capsys.readouterr().out.endswith(f"Example: {shlex.join(example(verb))}\n")


@pytest.mark.parametrize("verb", EVERY, ids=" ".join)
def test_every_example_is_a_call_of_its_verb(verb: tuple[str, ...]) -> None:
    program, *words = example(verb)
    assert (program, *words[: len(verb)]) == ("docs-matrix", *verb)
    assert callable(parser(words).parse_args(words).run)


@pytest.mark.parametrize(
    "verb",
    [("baseline", "show"), ("cells",), ("doctor",), ("history",), ("lock",), ("read",), ("store", "show")],
    ids=" ".join,
)
def test_an_example_that_builds_nothing_runs_as_it_is_written(
    verb: tuple[str, ...], docs_matrix: Command, tmp_path: Path
) -> None:
    (tmp_path / "report.txt").write_text(REPORT)
    words = example(verb)[1:]
    answer = docs_matrix(*words, cwd=tmp_path if "report.txt" in words else ROOT)
    assert answer.status == 0 or (verb, answer.status) == (("doctor",), 3), answer.stderr
    assert answer.stdout


IMPORTED = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from docs_matrix.cli.main import run
run()
"""


def imported(*arguments: str) -> set[str]:
    """The modules that the command imports for `arguments`, and the packages that they are of."""
    words = [sys.executable, "-c", IMPORTED, *arguments]
    done = subprocess.run(words, input=REPORT, capture_output=True, text=True, check=True)
    names = done.stderr.split()
    return {*names, *(name.partition(".")[0] for name in names)}


def ours(*arguments: str) -> set[str]:
    """The rooms of ours that the command enters for `arguments`."""
    return {name.split(".")[1] for name in imported(*arguments) if name.startswith("docs_matrix.")}


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_no_verb_and_no_library(option: str) -> None:
    names = imported(option)
    assert not names & HEAVY
    assert not {f"docs_matrix.cli.{name}" for name in VERBS} & names
    assert ours(option) <= {"cli", "errors", "suggestions"}


def test_reading_a_report_imports_what_reads_it_and_no_library() -> None:
    assert not imported("read", "-") & HEAVY
    assert not ours("read", "-") & BUILDING


def test_showing_the_store_imports_no_matrix_and_nothing_that_builds() -> None:
    assert not imported("store", "show") & (HEAVY - {"rich", "attr"})  # rich imports attr before its release 15
    assert not ours("store", "show") & (BUILDING | {"robot", "capture"})


def test_a_verb_imports_no_other_verb() -> None:
    assert {f"docs_matrix.cli.{name}" for name in VERBS} & imported("check", "--help") == {"docs_matrix.cli.check"}


@pytest.mark.parametrize(
    ("words", "usage", "said"),
    [
        ("chek", "docs-matrix [-h] [--version] VERB ...", "there is no 'chek'; did you mean check?"),
        ("baseline wirte", "docs-matrix baseline [-h] VERB ...", "there is no 'wirte'; did you mean write?"),
        ("check --tre docs", "docs-matrix check [-h]", "--tre: no such option; did you mean --tree?"),
        ("check --job=2", "docs-matrix check [-h]", "--job: no such option; did you mean --jobs?"),
        ("baseline write --raeson x", "docs-matrix baseline write [-h]", "did you mean --reason?"),
        ("isolate --fnid x --path y", "docs-matrix isolate [-h]", "did you mean --find?"),
        ("doctor now", "docs-matrix doctor [-h]", "unexpected: now"),
        ("cells --format jsn", "docs-matrix cells [-h]", "there is no 'jsn'; did you mean json?"),
        ("store sho", "docs-matrix store [-h] VERB ...", "did you mean show?"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_usage_of_its_verb_and_what_was_meant(
    words: str, usage: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parser(words.split()).parse_args(words.split())
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert told.startswith(f"usage: {usage}")
    assert said in told.splitlines()[-1]


def test_a_value_that_begins_like_an_option_is_a_value() -> None:
    words = ["isolate", "--find", "--no such thing", "--path", "a.rst"]
    assert parser(words).parse_args(words).find == "--no such thing"


def actions(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    """Yield each argument of `parser` and of the verbs below it, with the command that it belongs to."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for nested in action.choices.values():
                yield from actions(nested)
        else:
            yield parser.prog, action


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_has_a_help_text(verb: str) -> None:
    silent = [f"{prog}: {action.dest}" for prog, action in actions(parser([verb])) if not action.help]
    assert silent == []
