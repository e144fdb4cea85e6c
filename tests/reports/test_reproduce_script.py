"""`reproduce.sh`: what a run found, shown again from an empty folder and without this package."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from docs_matrix.builds.recipes import KINDS
from docs_matrix.check.rerun import Rerun
from docs_matrix.config.matrix import Recipe
from docs_matrix.reports.reproduce_script import script

from tests.conftest import ROOT, Command

pytestmark = pytest.mark.builds

LATER = "py3.13-docutils0.22.4-sphinx9.0.4"
PATCH = ROOT / "examples" / "noiommu.patch"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def start(script: Path, *arguments: Path, cwd: Path, uv: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing of this project's environment but, where wanted, uv."""
    tools = cwd.parent / "tools"
    tools.mkdir(exist_ok=True)
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) if uv else None
    if found and not (tools / "uv").exists():
        (tools / "uv").symlink_to(found)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "DOCS_"))
    }
    environment = {**kept, "PATH": f"{tools}{os.pathsep}/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(cwd.parent)}
    return subprocess.run(
        ["sh", script, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def found(docs_matrix: Command, tmp_path: Path) -> tuple[Path, Path, Path]:
    """The script of a run on a copy of the example, the copy, and an empty folder."""
    tree = tmp_path / "tree with a blank"
    shutil.copytree(ROOT / "examples" / "kernel-like", tree)
    answer = docs_matrix("check", "--tree", tree, "--patch", PATCH, "--cell", LATER)
    assert answer.status == 1, answer.stderr
    (tmp_path / "empty").mkdir()
    return answer.out / "reproduce.sh", tree, tmp_path / "empty"


def test_the_script_prints_the_seven_lines_and_leaves_the_tree_as_it_was(found: tuple[Path, Path, Path]) -> None:
    file, tree, empty = found
    before = contents(tree)
    done = start(file, tree, cwd=empty)
    assert done.returncode == 0, done.stderr
    lines = [line.partition(": ")[0].rpartition(":")[2] for line in done.stdout.splitlines()]
    assert lines == ["382", "382", "382", "382", "392", "400", "405"]
    assert done.stderr.splitlines()[-1] == "found 7 of the 7 lines of the report, and 0 other new lines"
    assert contents(tree) == before
    assert not list(empty.iterdir())
    assert not list(empty.parent.glob("reproduce.*"))


def test_a_tree_that_is_another_is_refused_before_anything_is_made(found: tuple[Path, Path, Path]) -> None:
    file, tree, empty = found
    (tree / "Documentation" / "driver-api" / "vfio.rst").write_text("Another\n=======\n")
    done = start(file, tree, cwd=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Documentation/driver-api/vfio.rst: is not the file that the report was made of" in done.stderr
    assert start(file, cwd=empty).returncode == 2


def test_every_requirement_in_it_is_pinned_and_hashed(found: tuple[Path, Path, Path]) -> None:
    text = found[0].read_text()
    listed = text.partition('requirements.txt" <<')[2].partition("\nend-")[0]
    packages = [line for line in listed.splitlines()[1:] if line and line[0].isalnum()]
    assert len(packages) > 15
    assert all("==" in line for line in packages)
    assert listed.count("--hash=sha256:") >= len(packages)
    assert "docs-matrix" not in text.replace("# docs-matrix lock 1", "")


EVIL = "$(touch owned)`touch owned`';touch owned;'\n#\"/../x"
EVIL_FOLDER = EVIL.partition("/")[0]


def hostile(kind: str, **changed: object) -> Rerun:
    """A rerun whose every text has a command in it."""
    recipe = Recipe(kind, EVIL_FOLDER, EVIL_FOLDER, EVIL, (EVIL,), EVIL, {"V": EVIL, "SPHINXOPTS": EVIL})
    made = Rerun(
        cell=EVIL, python=EVIL, docutils=EVIL, sphinx=EVIL, requirements=EVIL, patch=EVIL.encode() + b"\xff",
        blobs=((EVIL, None, None), (EVIL, "0" * 40, None)), build=KINDS[kind].script(recipe, (EVIL,)),
        expected=(EVIL, "a\x00b"), environment=(("W", EVIL),),
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["make", "sphinx"])
def test_nothing_that_a_change_holds_is_run_by_the_shell(tmp_path: Path, kind: str) -> None:
    (tmp_path / "reproduce.sh").write_bytes(script(hostile(kind)))
    assert subprocess.run(["sh", "-n", "reproduce.sh"], cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "tree").mkdir()
    assert start(tmp_path / "reproduce.sh", tmp_path / "tree", cwd=tmp_path / "tree").returncode == 2
    assert not list(tmp_path.rglob("owned"))


def stand_ins(folder: Path, kept: Path) -> Path:
    """Commands that build nothing and keep what they are given, so that a script goes through to its end."""
    programs = {
        "uv": 'for last; do :; done; if [ "$1" = pip ]; then cp "$last" KEPT/requirements; else mkdir -p "$last/bin"; '
        'cp FOLDER/python "$last/bin/python"; fi',
        "python": 'if [ "$1" = -m ]; then printf "%s\\0" "$@" >KEPT/words; else cp "$6" KEPT/expected; '
        'echo "$7" >KEPT/total; fi',
        "make": """printf '%s\\0' "$@" >KEPT/words""",
        "git": """if [ "$1" = apply ]; then cp "$3" KEPT/patch; fi""",
    }
    folder.mkdir()
    kept.mkdir()
    for name, program in programs.items():
        text = program.replace("KEPT", shlex.quote(str(kept))).replace("FOLDER", shlex.quote(str(folder)))
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


def run_through(rerun: Rerun, folder: Path, shell: str) -> dict[str, bytes]:
    """Run the script with `stand_ins`, and return what they kept; no command of `EVIL` ran."""
    tools, tree = stand_ins(folder / "tools", folder / "kept"), folder / "tree"
    tree.mkdir()
    (folder / "reproduce.sh").write_bytes(script(rerun))
    environment = {"PATH": f"{tools}{os.pathsep}/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)}
    words = [*shell.split(), str(folder / "reproduce.sh"), str(tree)]
    done = subprocess.run(words, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(folder.rglob("owned"))
    return contents(folder / "kept")


MESSAGE = "a.rst:1: WARNING: $(touch owned) `touch owned`"

SHELLS = pytest.mark.parametrize(
    "shell", [name for name in ("dash", "bash", "busybox sh") if shutil.which(name.split()[0])]
)


@SHELLS
def test_each_text_reaches_make_as_it_is(tmp_path: Path, shell: str) -> None:
    kept = run_through(hostile("make", blobs=((EVIL, None, None),)), tmp_path, shell)
    first, _, *words = kept["words"].decode().split("\0")[:-1]
    assert first == "--no-print-directory"
    assert words == [f"SPHINXOPTS=-jauto {EVIL}", f"V={EVIL}", f"SPHINXDIRS={EVIL}", EVIL]


@SHELLS
def test_each_text_reaches_sphinx_as_it_is(tmp_path: Path, shell: str) -> None:
    kept = run_through(hostile("sphinx", blobs=((EVIL, None, None),)), tmp_path, shell)
    words = kept["words"].decode().split("\0")[:-1]
    assert words[5:-1] == ["-b", EVIL, "-c", EVIL_FOLDER, EVIL, EVIL_FOLDER]


@SHELLS
def test_no_line_of_a_change_a_lock_or_a_message_ends_the_document_that_it_is_in(tmp_path: Path, shell: str) -> None:
    first = re.findall("<<'(.*)'\n", script(hostile("make")).decode("utf-8", "surrogateescape"))[0]
    text = f"{first}\ntouch owned\n"
    rerun = hostile(
        "make", requirements=text, patch=text.encode() + b"\xff\n", blobs=(), expected=(first, "touch owned", MESSAGE)
    )
    kept = run_through(rerun, tmp_path, shell)
    assert kept["requirements"].decode() == text
    assert kept["patch"] == text.encode() + b"\xff\n"
    assert kept["expected"].decode() == f"{MESSAGE}\n"


@SHELLS
def test_a_null_character_that_a_shell_drops_makes_no_end_of_a_document(tmp_path: Path, shell: str) -> None:
    first = re.findall("<<'(.*)'\n", script(hostile("make")).decode("utf-8", "surrogateescape"))[0]
    run_through(hostile("make", patch=f"{first[0]}\0{first[1:]}\ntouch owned\n".encode(), blobs=()), tmp_path, shell)


def test_a_line_that_is_printed_like_no_message_is_not_in_the_script_and_counts_as_missing(tmp_path: Path) -> None:
    rerun = hostile("make", blobs=(), expected=("touch owned", "a.rst:1: WARNING: a\x1b", MESSAGE))
    kept = run_through(rerun, tmp_path, "sh")
    assert kept["expected"].decode() == f"{MESSAGE}\n"
    assert kept["total"] == b"3\n"


@pytest.mark.parametrize("kind", ["make", "sphinx"])
def test_shellcheck_finds_nothing_in_a_script(tmp_path: Path, kind: str) -> None:
    recipe = Recipe(kind, "docs", "docs", options=("-q",), variables={"V": "1 2"})
    rerun = Rerun(
        cell=LATER, python="3.13.0", docutils="0.22.4", sphinx="9.0.4", requirements="a==1 --hash=sha256:0\n", patch=b"--- a\n",
        blobs=(("a b.rst", None, "1" * 40), ("c.rst", "0" * 40, None)), build=KINDS[kind].script(recipe, ("driver-api",)),
        expected=(MESSAGE,),
    )  # fmt: skip
    (tmp_path / "reproduce.sh").write_bytes(script(rerun))
    words = [Path(sys.executable).with_name("shellcheck"), tmp_path / "reproduce.sh"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"LC_ALL": "C.UTF-8"})
    assert (done.stdout, done.returncode) == ("", 0)


def test_the_script_shows_a_build_that_fails(docs_matrix: Command, tmp_path: Path) -> None:
    tree, empty = tmp_path / "tree", tmp_path / "empty"
    tree.mkdir()
    empty.mkdir()
    (tree / "index.rst").write_text("Index\n=====\n")
    patch = tmp_path / "a.patch"
    patch.write_text("--- /dev/null\n+++ b/more.py\n@@ -0,0 +1 @@\n+MORE = 1\n")
    (tree / "conf.py").write_text(
        "import os.path\nif os.path.exists('more.py'):\n    raise RuntimeError('it fails here')\n"
    )
    answer = docs_matrix("check", "--tree", tree, "--patch", patch, "--cell", LATER)
    assert (answer.status, answer.of("new")) == (3, [])
    assert "\nreproduce: sh reproduce.sh " in (answer.out / "report.txt").read_text()
    done = start(answer.out / "reproduce.sh", tree, cwd=empty)
    assert done.returncode == 3, done.stderr
    assert "it fails here" in done.stderr
    assert done.stderr.endswith("reproduce.sh: the build failed\n")


def test_there_is_no_script_where_nothing_is_new(docs_matrix: Command) -> None:
    answer = docs_matrix("check", "--tree", "example", "--cell", LATER)
    assert answer.status == 0, answer.stderr
    assert not (answer.out / "reproduce.sh").exists()
