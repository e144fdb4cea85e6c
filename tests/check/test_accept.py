"""The baseline verbs, `--ratchet` and `--repeat` as a user runs them, on small real trees in real cells."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from docs_matrix.baselines import baseline_file
from docs_matrix.baselines.baseline_file import Baseline, Entry

from tests.check.test_check import CONF, GOOD, INDEX, PROJECT, SHORT, _needs_the_newest_cell  # noqa: F401
from tests.conftest import MIDDLE, NEWEST, ROOT, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]

TWO = f"{SHORT}\nAn *open one.\n\nOther text.\n"
UNMARKED = "Inline emphasis start-string without end-string."


def test_write_show_and_prune_follow_the_tree(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": TWO})
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    written = docs_matrix("baseline", "write", *given, "--reason", "a vendor's text")
    assert (written.status, "2 accepted diagnostics (2 added, 0 removed)" in written.stdout) == (0, True), (
        written.stderr
    )
    shown = docs_matrix("baseline", "show", "--baseline", file)
    assert f"docs/a.rst: WARNING: {UNMARKED} [docutils] (in {NEWEST}; a vendor's text)" in shown.stdout
    assert docs_matrix("check", *given, "--ratchet").status == 0

    (folder / "docs/a.rst").write_text(TWO.replace("*open", "open"))
    checked = docs_matrix("check", *given)
    assert (checked.status, [finding["message"] for finding in checked.of("fixed")]) == (0, [UNMARKED])
    ratchet = docs_matrix("check", *given, "--ratchet")
    assert ratchet.status == 1
    assert "baseline prune" in ratchet.stderr
    assert docs_matrix("check", *given, "--ratchet", "--docs", "b").status == 0

    pruned = docs_matrix("baseline", "prune", *given)
    assert "1 accepted diagnostics (0 added, 1 removed)" in pruned.stdout
    assert docs_matrix("check", *given, "--ratchet").status == 0


def test_what_is_not_read_stays_as_it_is_accepted(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": TWO, "docs/b.rst": SHORT})
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    assert "1 accepted diagnostics" in docs_matrix("baseline", "write", *given, "--docs", "b").stdout
    assert "3 accepted diagnostics (2 added" in docs_matrix("baseline", "write", *given, "--docs", "a").stdout
    for name in ("a", "b"):
        (folder / f"docs/{name}.rst").write_text(GOOD)
    assert (
        "2 accepted diagnostics (0 added, 1 removed)" in docs_matrix("baseline", "prune", *given, "--docs", "b").stdout
    )


def test_a_swap_is_one_fixed_and_one_new_and_new_alone_is_added(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": TWO})
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    docs_matrix("baseline", "write", *given, "--reason", "old")
    (folder / "docs/a.rst").write_text("Intro.\n\n" + TWO.replace("*open", "open").replace("Other text", "Other *text"))
    swapped = docs_matrix("check", *given)
    assert swapped.status == 1
    assert swapped.places("new") == [("docs/a.rst", 10)]
    assert [finding["message"] for finding in swapped.of("fixed")] == [UNMARKED]
    assert len(swapped.of("known")) == 1

    before = file.read_text()
    added = docs_matrix("baseline", "write", "--new", *given, "--reason", "new")
    assert "3 accepted diagnostics (1 added, 0 removed)" in added.stdout
    assert [line for line in before.splitlines() if line not in file.read_text().splitlines()] == []
    reasons = [entry["reason"] for entry in yaml.safe_load(file.read_text())["diagnostics"]]
    assert sorted(reasons) == ["new", "old", "old"]
    docs_matrix("baseline", "write", *given, "--reason", "newest")
    reasons = [entry["reason"] for entry in yaml.safe_load(file.read_text())["diagnostics"]]
    assert sorted(reasons) == ["new", "old"]


def test_moving_an_unrelated_paragraph_changes_no_byte(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": TWO})
    texts = []
    for number, text in enumerate((TWO, TWO.replace("\nOther text.\n", "").replace("\nAn", "\nOther text.\n\nAn"))):
        (folder / "docs/a.rst").write_text(text)
        file = tmp_path / f"{number}.yaml"
        docs_matrix("baseline", "write", "--tree", folder, "--baseline", file, "--cell", NEWEST)
        texts.append(file.read_text())
    assert texts[0] == texts[1]


def test_the_order_of_the_cells_changes_no_byte(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = write("project", {**PROJECT, "docs/a.rst": TWO})
    whole = yaml.safe_load((ROOT / "matrix.yaml").read_text())
    cells = [cell for cell in whole["cells"] if cell["sphinx"] in ("5.3.0", "9.2.0")]
    (tmp_path / "locks").symlink_to(ROOT / "locks")
    texts = []
    for number, ordered in enumerate((cells, cells[::-1])):
        matrix, file = tmp_path / f"{number}-matrix.yaml", tmp_path / f"{number}.yaml"
        matrix.write_text(yaml.safe_dump({"version": 1, "cells": ordered}))
        words = ("--matrix", matrix, "--tree", folder, "--baseline", file)
        assert docs_matrix("baseline", "write", *words).status == 0
        texts.append(file.read_text())
    assert texts[0] == texts[1]
    assert "cells:" not in texts[0]


def test_an_incomplete_build_changes_nothing_for_its_cell(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    broken = f"{CONF}import sys\nif sys.version_info < (3, 12): raise RuntimeError('no way')\n"
    folder = write("project", {**PROJECT, "docs/a.rst": TWO})
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST, "--cell", MIDDLE)
    assert docs_matrix("baseline", "write", *given).status == 0
    (folder / "docs/a.rst").write_text(GOOD)
    (folder / "docs/conf.py").write_text(broken)
    answer = docs_matrix("check", *given)
    assert answer.status == 3
    assert {tuple(finding["cells"]) for finding in answer.of("fixed")} == {(NEWEST,)}
    pruned = docs_matrix("baseline", "prune", *given)
    assert pruned.status == 3
    assert f"{MIDDLE}: nothing changes for this cell: failed" in pruned.stderr
    assert [entry["cells"] for entry in yaml.safe_load(file.read_text())["diagnostics"]] == [[MIDDLE]] * 2
    before = file.read_bytes()
    assert docs_matrix("baseline", "write", *given[:4], "--cell", MIDDLE).status == 3
    assert file.read_bytes() == before
    none = docs_matrix("baseline", "write", *given[:2], "--baseline", tmp_path / "none.yaml", "--cell", MIDDLE)
    assert (none.status, (tmp_path / "none.yaml").exists()) == (3, False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--ratchet", "--patch", "examples/noiommu.patch"), "--ratchet: there is no baseline file"),
        (("check", "--tree", "examples/kernel-like", "--base", "HEAD", "--baseline", "x.yaml"), "give one of them"),
        (("baseline", "prune", "--baseline", "no-such.yaml"), "no-such.yaml: the baseline cannot be read"),
        (("baseline", "show", "--baseline", "no-such.yaml"), "no-such.yaml: the baseline cannot be read"),
        (("baseline", "write", "--tree", "examples"), "no baseline is named"),
        (("baseline", "driver", "--baseline", "/no-such/b.yaml"), "git rev-parse failed"),
        (("baseline", "write", "--docs", "a"), "--docs"),
        (("check", "--repeat", "0"), "not a whole number from 1"),
    ],
)
def test_bad_input_is_told_with_status_2(docs_matrix: Command, arguments: tuple[str, ...], said: str) -> None:
    answer = docs_matrix(*arguments)
    assert answer.status == 2, answer.stdout
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unreadable_baseline_is_an_error_for_every_verb(docs_matrix: Command, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text("docs-matrix-baseline: 2\ndiagnostics:\n...\n")
    for verb in (("check",), ("baseline", "write"), ("baseline", "prune"), ("baseline", "show")):
        answer = docs_matrix(*verb, "--baseline", file)
        assert (answer.status, "has format 2, this release reads 1" in answer.stderr) == (2, True)
    assert file.read_text() == "docs-matrix-baseline: 2\ndiagnostics:\n...\n"


def test_two_branches_that_accept_in_one_place_merge_by_the_driver(
    docs_matrix: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clone" / "baselines" / "my tree.yaml"
    folder = file.parents[1]
    baseline_file.write(file, Baseline((entry("a"), entry("d"))))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    for name in ("b", "c"):
        git(folder, "checkout", "-q", "-b", name, "main")
        baseline_file.write(file, Baseline((entry("a"), entry(name), entry("d"))))
        git(folder, "commit", "-qam", name)
    with pytest.raises(subprocess.CalledProcessError):
        git(folder, "merge", "-q", "b")
    answer = docs_matrix("baseline", "show", "--baseline", file)
    assert (answer.status, "has a merge conflict" in answer.stderr) == (2, True)
    git(folder, "merge", "--abort")

    for _ in range(2):
        assert docs_matrix("baseline", "driver", "--baseline", file).status == 0
    assert (folder / ".git/info/attributes").read_text().count("docs-matrix") == 1
    assert git(folder, "status", "--short") == ""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    git(folder, "merge", "-q", "-m", "both", "b")
    assert [found.message for found in baseline_file.read(file).entries] == ["a", "b", "c", "d"]

    git(folder, "checkout", "-q", "-b", "e", "main")
    baseline_file.write(file, Baseline((replace(entry("a"), reason="e"), entry("d"))))
    git(folder, "commit", "-qam", "e")
    git(folder, "checkout", "-q", "-b", "f", "main")
    baseline_file.write(file, Baseline((replace(entry("a"), reason="f"), entry("d"))))
    git(folder, "commit", "-qam", "f")
    with pytest.raises(subprocess.CalledProcessError):
        git(folder, "merge", "-q", "e")
    assert "<<<<<<< ours\n  reason: f\n=======\n  reason: e\n>>>>>>> theirs\n" in file.read_text()


def entry(message: str) -> Entry:
    return Entry("docs/a.rst", "WARNING", "docutils", message)


# ---- what comes and goes ---------------------------------------------------------------------------------------------

COUNTING = """\
import pathlib, sphinx.util.logging
project = "p"
count = pathlib.Path({counter!r}) / "-".join(map(str, sphinx.version_info[:3]))
number = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(number))
def setup(app):
    def tell(app, env):
        log = sphinx.util.logging.getLogger("p")
        if number % 2:
            log.warning("every other time", location=("b", 3))
        log.warning("always", location=("b", 3))
    app.connect("env-updated", tell)
"""


def counting(write: Write, tmp_path: Path) -> Path:
    """A project that gives one of its warnings at the first, third, … build of each Sphinx."""
    counter = tmp_path / f"counter-{uuid.uuid4()}"
    counter.mkdir()
    return write("project", {**PROJECT, "docs/a.rst": GOOD, "docs/conf.py": COUNTING.format(counter=str(counter))})


def messages(answer: object, verdict: str) -> list[tuple[str, list[str]]]:
    return [(finding["message"], finding["cells"]) for finding in answer.of(verdict)]  # type: ignore[attr-defined]


def test_what_differs_between_equal_builds_is_flaky_and_stays_known_to_be(
    docs_matrix: Command, write: Write, tmp_path: Path
) -> None:
    folder = counting(write, tmp_path)
    given = ("check", "--tree", folder, "--cell", NEWEST, "--cell", MIDDLE)
    once = docs_matrix(*given)
    assert messages(once, "new") == [("always", [MIDDLE, NEWEST]), ("every other time", [MIDDLE, NEWEST])]
    twice = docs_matrix(*given, "--repeat", "2")
    assert messages(twice, "new") == [("always", [MIDDLE, NEWEST])]
    assert messages(twice, "flaky") == [("every other time", [MIDDLE, NEWEST])]
    assert twice.of("flaky")[0]["reason"] == "seen in 1 of 2 equal builds"
    assert {cell["built"] for cell in twice.findings["cells"].values()} == {1}
    again = docs_matrix(*given)
    assert again.findings["findings"] == twice.findings["findings"]
    assert {cell["built"] for cell in again.findings["cells"].values()} == {0}


def test_a_random_text_is_flaky_in_base_and_head_and_hides_nothing(docs_matrix: Command, write: Write) -> None:
    conf = (
        "import random, time, sphinx.util.logging\nproject = 'p'\n"
        "def setup(app):\n"
        "    tell = sphinx.util.logging.getLogger('p').warning\n"
        "    app.connect('env-updated', lambda app, env: tell(f'{random.random()} {time.time_ns()}', location='a'))\n"
    )
    folder = write("project", {**PROJECT, "docs/conf.py": f"{conf}# {uuid.uuid4()}\n"})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    (folder / "docs/b.rst").write_text(GOOD + "\nAn *open one.\n")
    given = ("check", "--tree", folder, "--base", "HEAD", "--docs", "all", "--cell", NEWEST)
    answer = docs_matrix(*given, "--repeat", "2")
    assert answer.status == 1
    assert answer.places("new") == [("docs/b.rst", 6)]
    assert answer.places("known") == [("docs/a.rst", 2)]
    assert answer.of("fixed") == []
    assert {finding["path"] for finding in answer.of("flaky")} == {"docs/a.rst"}
    assert len(answer.of("flaky")) == 4
    assert answer.findings["cells"][NEWEST]["built"] == 6  # twice each, and once more to read what is new apart
    (folder / "docs/b.rst").write_text(GOOD)
    assert docs_matrix(*given, "--repeat", "2").status == 0


def test_a_baseline_takes_what_comes_and_goes_as_flaky(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = counting(write, tmp_path)
    file = tmp_path / "accepted.yaml"
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST)
    assert docs_matrix("baseline", "write", *given, "--repeat", "2").status == 0
    entries = yaml.safe_load(file.read_text())["diagnostics"]
    assert [(entry["message"], entry.get("flaky", False)) for entry in entries] == [
        ("always", False),
        ("every other time", True),
    ]
    for variant in ("third", "fourth"):  # elsewhere, where one build is all that is known
        (folder / "docs/index.rst").write_text(f"{INDEX}\n.. {variant}\n")
        answer = docs_matrix("check", *given, "--ratchet", out=variant)
        assert answer.status == 0, answer.stdout
        assert len(answer.of("known")) == 1
        assert len(answer.of("flaky")) == (1 if variant == "third" else 0)


def test_a_repetition_that_fails_is_a_failed_cell(docs_matrix: Command, write: Write, tmp_path: Path) -> None:
    folder = counting(write, tmp_path)
    conf = folder / "docs/conf.py"
    conf.write_text(conf.read_text() + "if number == 2:\n    raise RuntimeError('the second time')\n")
    given = ("check", "--tree", folder, "--cell", NEWEST)
    assert docs_matrix(*given).status == 1
    failed = docs_matrix(*given, "--repeat", "2")
    assert failed.status == 3
    assert "the second time" in failed.findings["cells"][NEWEST]["reason"]
    assert failed.of("new") == []
