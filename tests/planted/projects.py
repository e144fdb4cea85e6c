"""The projects that mistakes are planted into: source distributions of the package index, and two of our own."""

from __future__ import annotations

import hashlib
import posixpath
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.planted.mistakes import KNOWN, known_page
from tests.support.sdists import download

__all__ = ["PROJECTS", "Project", "make_base"]

OLD = "py3.9-docutils0.16-sphinx3.4.3"
MIDDLE = "py3.11-docutils0.19-sphinx5.3.0"
NEWEST = "py3.13-docutils0.23-sphinx9.2.0"
OF_MYST = (MIDDLE, "py3.12-docutils0.20.1-sphinx7.2.6", "py3.13-docutils0.22.4-sphinx9.0.4")
"""No MyST goes with docutils 0.23, and what these projects need besides is younger than Sphinx 3.4."""
OF_NOTEBOOKS = (MIDDLE, "py3.12-docutils0.20.1-sphinx7.2.6", "py3.13-docutils0.21.2-sphinx8.2.3")
OF_READ_THE_DOCS = (OLD, MIDDLE, "py3.13-docutils0.22.4-sphinx9.0.4")
"""Nor does the theme of Read the Docs."""
OF_PALLETS = ("py3.12-docutils0.20.1-sphinx7.2.6", "py3.13-docutils0.21.2-sphinx8.1.3", NEWEST)
"""Earlier themes lack a template that these projects name."""
PALLETS = ("pallets-sphinx-themes", "sphinxcontrib-log-cabinet")
OF_STRUCTLOG = (
    "furo",
    "myst-parser",
    "sphinx-notfound-page",
    "sphinxcontrib-mermaid",
    "sphinxext-opengraph",
    "twisted",
)
OWN = Path(__file__).parent / "own"


@dataclass(frozen=True)
class Project:
    """A project: its release in the package index (none: a folder of ours), the folder of its conf.py, and what it needs.

    `suffix` is that of its pages; `cells` are an old, a middle and the newest one that build it. `package` says that it
    describes its own package as it is installed.
    """

    name: str
    release: str | None
    source: str = "docs"
    requirements: tuple[str, ...] = ()
    suffix: str = ".rst"
    cells: tuple[str, ...] = (OLD, MIDDLE, NEWEST)
    package: bool = False


PROJECTS: Mapping[str, Project] = {
    project.name: project
    for project in (
        Project("parcels", None),
        Project("letters", None, source="."),
        Project("recipes", None, requirements=("myst-nb", "sphinx-autoapi"), suffix=".md", cells=OF_NOTEBOOKS),
        Project("simplejson", "simplejson==3.19.3", source="."),
        Project("cachetools", "cachetools==5.5.0"),
        Project("wcwidth", "wcwidth==0.2.13"),
        Project("more-itertools", "more-itertools==10.5.0", requirements=("sphinx-rtd-theme",), cells=OF_READ_THE_DOCS),
        Project(
            "python-dateutil",
            "python-dateutil==2.9.0",
            requirements=("six", "sphinx-rtd-theme"),
            cells=OF_READ_THE_DOCS,
        ),
        Project(
            "sniffio",
            "sniffio==1.3.1",
            "docs/source",
            ("sphinx-rtd-theme", "sphinxcontrib-trio"),
            cells=(OLD, MIDDLE, "py3.12-docutils0.20.1-sphinx7.2.6"),
        ),
        Project("pluggy", "pluggy==1.5.0", package=True),
        Project(
            "deprecated",
            "Deprecated==1.2.14",
            "docs/source",
            ("wrapt",),
            cells=("py3.10-docutils0.17.1-sphinx4.3.2", MIDDLE, NEWEST),
            package=True,
        ),
        Project(
            "click",
            "click==8.1.7",
            requirements=(*PALLETS, "sphinx-issues", "sphinx-tabs"),
            cells=OF_PALLETS,
            package=True,
        ),
        Project("itsdangerous", "itsdangerous==2.2.0", requirements=PALLETS, cells=OF_PALLETS, package=True),
        Project(
            "traitlets",
            "traitlets==5.14.3",
            "docs/source",
            ("myst-parser", "pydata-sphinx-theme"),
            cells=OF_MYST,
            package=True,
        ),
        Project("structlog", "structlog==24.4.0", requirements=OF_STRUCTLOG, suffix=".md", cells=OF_MYST, package=True),
    )
}


def make_base(project: Project, work: Path) -> Path:
    """The tree of a project as a git repository with one revision, made once below `work`; raises where it cannot be had."""
    tree = work / "trees" / _identity(project) / project.name
    if not tree.exists():
        fresh = tree.with_name(f"{project.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        if project.release is None:
            shutil.copytree(OWN / project.name, fresh, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            _unpack(_sdist(project.release, work / "sdists"), fresh)
        page = posixpath.join(project.source, KNOWN + project.suffix)
        (fresh / page).write_text(known_page(project.suffix), "utf-8")
        git(fresh, "init", "--quiet")
        git(fresh, "add", "--all", "--force")
        git(fresh, "commit", "--quiet", "--message", "base")
        fresh.rename(tree)
    git(tree, "reset", "--quiet", "--hard")
    git(tree, "clean", "--quiet", "-fdx")
    return tree


@cache
def _identity(project: Project) -> str:
    """What a base is made of: a release, or the files of ours; and the page of known mistakes."""
    digest = hashlib.sha256(f"{project.release} {known_page(project.suffix)}".encode())
    for path in sorted((OWN / project.name).rglob("*")) if project.release is None else ():
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(OWN)} {path.stat().st_size} ".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def git(tree: Path, *words: str | Path) -> str:
    """Run git in a tree; return what it printed."""
    names = ("-c", "user.name=planted", "-c", "user.email=planted@example.org", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *names, *words], cwd=tree, check=True, capture_output=True, text=True)
    return done.stdout


def _sdist(release: str, folder: Path) -> Path:
    """The archive of a release, downloaded into a folder of its own unless it is there."""
    mine = folder / release
    mine.mkdir(parents=True, exist_ok=True)
    return next(mine.glob("*.tar.gz"), None) or download(release, mine)


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (inside,) = folder.iterdir()
    for path in inside.iterdir():
        path.rename(folder / path.name)
    inside.rmdir()
