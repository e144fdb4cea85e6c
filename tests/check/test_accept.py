"""The baseline verbs, `--ratchet` and `--repeat` as a user runs them, on small real trees in real cells."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.check.test_check import CONF, GOOD, INDEX, PROJECT, SHORT, _needs_the_newest_cell  # noqa: F401
from tests.conftest import MIDDLE, NEWEST, Command
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


COUNTED = ("--confine", "none")
"""A project that counts its builds writes outside of them."""


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
    given = ("check", "--tree", folder, "--cell", NEWEST, "--cell", MIDDLE, *COUNTED)
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
    given = ("--tree", folder, "--baseline", file, "--cell", NEWEST, *COUNTED)
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
    given = ("check", "--tree", folder, "--cell", NEWEST, *COUNTED)
    assert docs_matrix(*given).status == 1
    failed = docs_matrix(*given, "--repeat", "2")
    assert failed.status == 3
    assert "the second time" in failed.findings["cells"][NEWEST]["reason"]
    assert failed.of("new") == []
