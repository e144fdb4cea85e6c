"""The truth: what plain `sphinx-build -b html` says of a tree, in an environment, run from scratch and serially.

Nothing of docs_matrix is used here. What a build said is kept by content: the tree, the environment's path (which names its
content), and this module's own text.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import uv

__all__ = ["Entry", "Plain", "Said", "build", "read_messages", "text_of"]

LOCATED = re.compile(r"(?:(?P<place>\S.*?)(?::(?P<line>\d+))?: )?(?:WARNING|ERROR|CRITICAL|SEVERE): (?P<text>.*)$")
OF_PYTHON = re.compile(r"(?P<place>\S.*?):(?P<line>\d+): (?P<text>\w*Warning: .*)$")
CATEGORY = re.compile(r"(?: \[[a-z][\w.-]*\])+$")
ADDRESS = re.compile(r"\b0x[0-9a-f]+\b")
TIME_LIMIT = 1200


@dataclass(frozen=True)
class Said:
    """A message as it was printed: its file relative to the tree's root, its line there, and its first line of text."""

    path: str | None
    line: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.path or '-'}:{self.line or '-'}: {self.text}"


@dataclass(frozen=True)
class Entry:
    """What a build defines, as its inventory lists it: a document, a label, an object."""

    name: str
    kind: str
    page: str


@dataclass(frozen=True)
class Plain:
    """What a plain build said: its exit status, its messages in their order, what it defines, and its last words."""

    status: int
    said: tuple[Said, ...]
    entries: tuple[Entry, ...]
    end: str


def build(tree: Path, source: str, environment: Path, cache: Path, *, package: bool = False, number: int = 1) -> Plain:
    """Build `tree`, or return what is kept of that in `cache`.

    `source` is the folder of conf.py. `package` installs the tree's own package first, into a folder of its own. `number`
    tells repetitions of the same build from each other.
    """
    key = hashlib.sha256(
        json.dumps([_identity(tree), source, environment.name, package, number, Path(__file__).read_text()]).encode()
    ).hexdigest()[:32]
    kept = cache / f"{key}.json"
    if kept.exists():
        value = json.loads(kept.read_text("utf-8"))
        said = tuple(Said(**one) for one in value["said"])
        return Plain(value["status"], said, tuple(Entry(**one) for one in value["entries"]), value["end"])
    made = _build(tree, source, environment, package)
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(made)), "utf-8")
    return made


def text_of(line: str) -> str:
    """The text of a message without its categories, which only some releases print, and without addresses of objects."""
    return ADDRESS.sub("0x#", CATEGORY.sub("", line.strip()))


def read_messages(stderr: str, root: str) -> Iterator[Said]:
    """The messages that a build below the folder `root` printed to standard error."""
    for line in stderr.replace(f"{root}/", "").splitlines():
        found = LOCATED.match(line) or OF_PYTHON.match(line)
        if found:
            path, within = _file(found["place"])
            number = int(found["line"]) if found["line"] else within
            yield Said(path, number, text_of(found["text"]))
        elif line.startswith("Traceback (most recent call last)"):
            yield Said(None, None, line)


def _file(place: str | None) -> tuple[str | None, int | None]:
    """The file of a place, and the line that its name may have: `a.rst:4:<translated>`, `a.py:docstring of a.b`.

    Sphinx prints `a.md.rst` where MyST gives it a path for a document's name, and below 3.5 `a.rst.rst` of a literalinclude.
    """
    if place is None:
        return None, None
    found = re.match(r"(?P<path>.*?\.\w+)(?::(?P<line>\d+))?(?::(?:docstring of .*|<\w+>))$", place)
    path = re.sub(r"(\.(?:md|ipynb|rst))\.rst$", r"\1", found["path"] if found else place)
    return path, int(found["line"]) if found and found["line"] else None


def _build(tree: Path, source: str, environment: Path, package: bool) -> Plain:
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        place = Path(folder).resolve()
        root = place / "tree"
        shutil.copytree(tree, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",  # environments are shared
        }
        python = environment / "bin" / "python"
        if package:
            variables["PYTHONPATH"] = str(_installed(root, place / "package", python))
        words: list[str | Path] = [python, "-m", "sphinx", "-q", "-b", "html", root / source, place / "html"]
        done = subprocess.run(
            words, cwd=root, env=variables, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
        entries = tuple(_entries(place / "html" / "objects.inv"))
        end = "\n".join(done.stderr.splitlines()[-5:])
        return Plain(done.returncode, tuple(read_messages(done.stderr, str(root))), entries, end)


def _installed(root: Path, folder: Path, python: Path) -> Path:
    """The folder into which the package at `root` was installed, alone; the tree stays as it is."""
    copy = folder.with_name("package-source")
    shutil.copytree(root, copy, symlinks=True)
    words: list[str | Path] = [
        uv.find_uv_bin(),
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        python,
        "--target",
        folder,
        copy,
    ]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def _entries(inventory: Path) -> Iterator[Entry]:
    if not inventory.exists():
        return
    packed = inventory.read_bytes().split(b"\n", 4)[4]
    for line in zlib.decompress(packed).decode("utf-8").splitlines():
        found = re.match(r"(.+?)\s+(\S+:\S+)\s+-?\d+\s+(\S*)\s", line)
        if found:
            yield Entry(found[1], found[2], found[3].partition("#")[0])


def _identity(tree: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree)
        if (path.is_symlink() or path.is_file()) and name.parts[0] != ".git":
            content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            digest.update(json.dumps([str(name), hashlib.sha256(content).hexdigest()]).encode())
    return digest.hexdigest()
