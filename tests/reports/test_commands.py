"""The commands that we print: each is a call of its verb, names all that was asked, and runs from any folder."""

from __future__ import annotations

import html
import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from docs_matrix.cli import common
from docs_matrix.cli.parser import parser
from docs_matrix.diagnostics.asked import Asked, AskingVerb
from docs_matrix.reports.commands import command, isolate_command, script_command

from tests.conftest import MIDDLE, ROOT, Answer, Command
from tests.support.git import git
from tests.support.leaking_project import LEAKING

ALL = Asked(
    tree="linux",
    patches=("a b.patch", "-c.patch"),
    base="HEAD~1",
    head="HEAD",
    baseline="known.yaml",
    docs=("affected", "a.rst"),
    requirements=("furo",),
    onto=("v6.12",),
    cells=(MIDDLE,),
    in_order=True,
    readers="each",
    repeat=2,
    matrix="../matrix.yaml",
    folder="/home/me/docs",
    named=True,
)
OWN: Mapping[AskingVerb, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": ((), ()),
    "series": ((), ()),
    "bisect": (("docutils",), ("--find", "x", "--pre", "--from", "0.21", "--to", "0.22")),
    "isolate": ((), ("--find", "x", "--path", "a.rst")),
}


@pytest.mark.parametrize("verb", OWN)
def test_a_command_is_a_call_of_its_verb(verb: AskingVerb) -> None:
    before, after = OWN[verb]
    words = shlex.split(command(replace(ALL, verb=verb), *before, after=after))
    options = parser((verb,)).parse_args(words[1:])
    assert [str(path) for path in options.patch] == ["/home/me/docs/a b.patch", "/home/me/docs/-c.patch"]
    assert options.tree == "linux"
    assert (options.requirement, str(options.matrix)) == (["furo"], "/home/me/docs/../matrix.yaml")


@pytest.mark.parametrize("kind", ["patch", "base", "archive"])
def test_the_command_of_a_script_runs_it_on_the_tree_without_the_change(tmp_path: Path, kind: str) -> None:
    tree, reports = tmp_path / "a tree", tmp_path / "reports"
    tree.mkdir()
    reports.mkdir()
    (tree / "a.rst").write_text("before\n")
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "before")
    subprocess.run(["tar", "-C", tmp_path, "-czf", tmp_path / "a.tar.gz", "a tree"], check=True)
    asked = Asked("a tree", folder=str(tmp_path), patches=("a.patch",))
    if kind == "base":
        (tree / "a.rst").write_text("after\n")
        asked = Asked("a tree", folder=str(tmp_path), base="HEAD")
    if kind == "archive":
        asked = replace(asked, tree="a.tar.gz")
    (reports / "show.sh").write_text('cat "$1/a.rst"\n')
    shown = subprocess.run(["sh", "-c", script_command("show.sh", asked)], cwd=reports, capture_output=True, text=True)
    assert shown.stdout == "before\n", shown.stderr


@pytest.mark.parametrize("asked", [None, ALL, Asked("linux", onto=("v6.12",)), Asked("linux", commit="1234567")])
def test_the_command_of_a_script_says_tree_if_it_is_not_known(asked: Asked | None) -> None:
    assert script_command("show.sh", asked) == "sh show.sh TREE"


def test_the_command_of_a_check_asks_the_very_same() -> None:
    asked = replace(ALL, matrix=str(ROOT / "matrix.yaml"), tree="/nowhere/docs", named=False)
    options = parser(("check",)).parse_args(shlex.split(command(asked))[1:])
    again = replace(common.asked_of(options, "check"), folder=asked.folder)
    assert again == replace(asked, patches=tuple(f"/home/me/docs/{name}" for name in asked.patches),
                            baseline="/home/me/docs/known.yaml")  # fmt: skip


def test_what_begins_with_a_dash_is_no_option() -> None:
    words = shlex.split(isolate_command(Asked("docs"), "-x is unknown", "a.rst"))
    assert parser(("isolate",)).parse_args(words[1:]).find == "-x is unknown"


def test_every_verb_that_asks_is_known() -> None:
    assert set(OWN) < set(get_args(AskingVerb))


# ---- run from another folder -----------------------------------------------------------------------------------------


@pytest.fixture
def asked_in(docs_matrix: Command, tmp_path: Path) -> tuple[Path, Answer]:
    """A check with every kind of path relative, in a folder with a matrix of its own: the folder, and the answer."""
    home = tmp_path / "home"
    tree = home / "project"
    for path, text in {**LEAKING, "d17.rst": "D17\n===\n"}.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-qm", "base")
    git(tree, "tag", "before")
    (tree / "d17.rst").write_text(LEAKING["d17.rst"])
    (tree / "d12.rst").write_text("D12\n===\n\nA *broken\n")
    (home / "the change.patch").write_text(git(tree, "diff"))
    git(tree, "checkout", "-q", ".")
    (tree / "d12.rst").write_text("D12\n===\n\nAnother text.\n")  # the patch applies to the revision alone
    (home / "own.yaml").write_text((ROOT / "matrix.yaml").read_text())
    (home / "locks").symlink_to(ROOT / "locks")
    answer = docs_matrix(
        "check", "--tree", "project", "--patch", "the change.patch", "--onto", "before", "--cell", MIDDLE,
        "--docs", "all", "--repeat", "2", "--matrix", "own.yaml", cwd=home,
    )  # fmt: skip
    return tmp_path, answer


def _printed(text: str) -> list[str]:
    program, *words = shlex.split(text)
    assert program == "docs-matrix"
    return words


def _findings(answer: Answer) -> dict[str, Any]:
    value = answer.findings
    return {name: value[name] for name in ("identity", "base_identity", "findings")}


@pytest.mark.builds
def test_the_pages_command_asks_the_same_from_another_folder(
    docs_matrix: Command, asked_in: tuple[Path, Answer]
) -> None:
    folder, answer = asked_in
    assert (answer.status, answer.places("new")) == (1, [("d12.rst", 4)]), answer.stderr
    found = re.search(
        r"Ask the same again:.*?<pre[^>]*>(.*?)</pre>", (answer.out / "report.html").read_text(), re.DOTALL
    )
    assert found
    again = docs_matrix(*_printed(html.unescape(found[1])), cwd=folder, out="again")
    assert again.status == 1, again.stderr
    assert _findings(again) == _findings(answer)


@pytest.mark.builds
def test_the_terminals_advice_and_its_answer_run_from_another_folder(
    docs_matrix: Command, asked_in: tuple[Path, Answer]
) -> None:
    folder, answer = asked_in
    (advice,) = (
        line for line in answer.stdout.splitlines() if line.startswith("to find out which documents cause this, run: ")
    )
    told = docs_matrix(
        *_printed(advice.removeprefix("to find out which documents cause this, run: ")), "--json", cwd=folder
    )
    assert told.status == 0, told.stderr
    value = json.loads(told.stdout)
    assert (value["verdict"], value["before"], value["document"]) == ("depends", ["d17.rst"], "d30.rst")
    said = {}
    for name in ("shows", "hides"):
        shown = docs_matrix(*_printed(value[name]), cwd=folder, out=name)
        said[name] = (shown.status, shown.places("new"))
    assert said == {"shows": (1, [("d30.rst", 4)]), "hides": (0, [])}
