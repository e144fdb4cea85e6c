"""The package of the tree is what its documentation is built with: each version its own, in an old and in a new cell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MIDDLE, NEWEST, Answer, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

CONF = """
from importlib import metadata

project = "box"
release = metadata.version("zz-own-box")
extensions = ["sphinx.ext.autodoc"]
"""
INDEX = "Top\n===\n\nVersion |release|.\n\n.. automodule:: box.tools\n   :members:\n"
TOOLS = 'import packaging\n\n\ndef good(x):\n    """Right."""\n'
BROKEN = TOOLS.replace("Right", "Wrong *here")
PROJECT = '[project]\nname = "zz-own-box"\nversion = "1.2"\ndependencies = ["packaging"]\n'
FLIT = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n' + PROJECT
FLIT += 'description = "A box"\n[tool.flit.module]\nname = "box"\n'
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n' + PROJECT
HATCH += '[tool.hatch.build.targets.wheel]\npackages = ["src/box"]\n'

Write = Callable[[str, Mapping[str, str]], Path]


@pytest.fixture
def check(write: Write, docs_matrix: Command) -> Callable[..., Answer]:
    """Check what a change makes of a project: `check(files, change, "--cell", cell)`; `install` is that of matrix.yaml."""

    def run(files: Mapping[str, str], change: Mapping[str, str], *words: str, install: str = "") -> Answer:
        matrix = Path(__file__).parents[2].joinpath("matrix.yaml").read_text().partition("\ntrees:")[0]
        matrix = re.sub(r"(?m)^  tree: .*$", "  tree: docs", matrix)
        said = f", install: {install}" if install else ""
        matrix += f"\ntrees:\n  docs: {{path: ., recipe: {{sphinx: {{source: docs}}}}, requirements: []{said}}}\n"
        base = {"docs/conf.py": CONF, "docs/index.rst": INDEX, "src/box/__init__.py": "", "src/box/tools.py": TOOLS}
        folder = write("project", {**base, **files, "matrix.yaml": matrix})
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "base")
        write("project", change)
        cells = words if "--cell" in words else ("--cell", NEWEST, *words)
        return docs_matrix("check", "--base", "HEAD", "--docs", "all", *cells, cwd=folder)

    return run


def test_a_mistake_in_a_docstring_is_new_in_an_old_and_in_a_new_cell(check: Callable[..., Answer]) -> None:
    answer = check({"pyproject.toml": HATCH}, {"src/box/tools.py": BROKEN}, "--cell", NEWEST, "--cell", MIDDLE)
    assert answer.status == 1, answer.stdout + answer.stderr
    new = answer.of("new")
    assert all(finding["path"].startswith("src/box/tools.py") for finding in new)
    assert {cell for finding in new for cell in finding["cells"]} == {NEWEST, MIDDLE}


def test_a_new_function_with_right_documentation_makes_nothing_new(check: Callable[..., Answer]) -> None:
    more = {"src/box/tools.py": TOOLS + '\n\ndef more():\n    """Right too."""\n'}
    answer = check({"pyproject.toml": FLIT}, {**more, "docs/index.rst": INDEX + "\nSee :func:`box.tools.more`.\n"})
    assert (answer.status, answer.of("new")) == (0, []), answer.stdout + answer.stderr


def test_the_second_check_makes_no_package(check: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    first = check({"pyproject.toml": FLIT}, {"src/box/tools.py": BROKEN})
    monkeypatch.setattr("docs_matrix.builds.packages.provide.call_hook", _refused)
    again = check({"pyproject.toml": FLIT}, {"src/box/tools.py": BROKEN.replace("here", "there")})
    assert (first.status, again.status) == (1, 1), again.stdout + again.stderr


def _refused(*_: object) -> None:
    pytest.fail("a package was made for an edit of a docstring")


def test_base_and_head_have_each_its_metadata_and_its_requirements(check: Callable[..., Answer]) -> None:
    """The head's module needs a package that the base does not."""
    change = {
        "pyproject.toml": FLIT.replace('"packaging"', '"packaging", "iniconfig"').replace('"1.2"', '"1.3"'),
        "src/box/tools.py": "import iniconfig\n" + TOOLS,
    }
    answer = check({"pyproject.toml": FLIT}, change)
    assert (answer.status, answer.of("new")) == (0, []), answer.stdout + answer.stderr
    assert "different requirements, each has its environment: iniconfig none → " in answer.stdout


def test_the_version_that_a_backend_takes_from_git_is_that_of_each_commit(write: Write, docs_matrix: Command) -> None:
    """Twice the same files: what git answers makes another package, as it makes another version."""
    scm = '[build-system]\nrequires = ["setuptools", "setuptools_scm"]\nbuild-backend = "setuptools.build_meta"\n'
    scm += '[project]\nname = "zz-own-box"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
    conf = CONF.replace('["sphinx.ext.autodoc"]', "[]") + "import logging\n"
    conf += "logging.getLogger('sphinx.conf').warning('the version is %s', release)\n"
    index = "Top\n===\n\nText.\n"
    folder = write(
        "project", {"pyproject.toml": scm, "docs/conf.py": conf, "docs/index.rst": index, "box/__init__.py": ""}
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    git(folder, "tag", "v1.2")
    for number in (1, 2):
        git(folder, "commit", "-q", "--allow-empty", "-m", f"{number}")
    words = ("check", "--tree", folder, "--docs", "all", "--cell", NEWEST)
    first = docs_matrix(*words, "--base", "v1.2", "--head", "HEAD~1")
    again = docs_matrix(*words, "--base", "HEAD~1", "--head", "HEAD", out="again")
    versions = [[finding["message"] for finding in answer.of("new")] for answer in (first, again)]
    assert [len(said) for said in versions] == [1, 1], first.stdout + again.stdout
    assert versions[0][0].startswith("the version is 1.3.dev1")
    assert versions[1][0].startswith("the version is 1.3.dev2")


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler")
def test_a_compiled_extension_of_a_namespace_package_is_built_in_the_cell(check: Callable[..., Answer]) -> None:
    setup = """
from setuptools import Extension, find_namespace_packages, setup

setup(name="zz-own-box", version="1.2", package_dir={"": "lib"}, packages=find_namespace_packages("lib"),
      ext_modules=[Extension("space.box._fast", ["lib/space/box/fast.c"])])
"""
    source = """
#include <Python.h>
static PyMethodDef methods[] = {{NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", NULL, -1, methods};
PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }
"""
    tools = 'from space.box import _fast\n\n\ndef good(x):\n    """Right."""\n'
    files = {
        "setup.py": setup,
        "docs/index.rst": INDEX.replace("box.tools", "space.box.tools"),
        "lib/space/box/__init__.py": "",
        "lib/space/box/fast.c": source,
        "lib/space/box/tools.py": tools,
    }
    answer = check(files, {"lib/space/box/tools.py": tools.replace("Right", "Wrong *here")})
    assert answer.status == 1, answer.stdout + answer.stderr
    (new,) = answer.of("new")
    assert new["path"].startswith("lib/space/box/tools.py")


def test_a_package_that_cannot_be_built_is_a_failed_cell_with_the_way_out(check: Callable[..., Answer]) -> None:
    setup = (
        "from setuptools import Extension, setup\nsetup(name='zz-own-box', ext_modules=[Extension('box.c', ['c.c'])])\n"
    )
    answer = check({"setup.py": setup, "c.c": "#error no\n"}, {"src/box/tools.py": BROKEN})
    assert answer.status == 3
    assert "the package zz-own-box of" in answer.stdout or "the package in . of" in answer.stdout
    assert "`install: release` in matrix.yaml" in answer.stdout


def test_a_package_that_refuses_the_cell_s_python_is_said_to(check: Callable[..., Answer]) -> None:
    answer = check({"pyproject.toml": FLIT.replace("dependencies", 'requires-python = ">=3.99"\ndependencies')}, {})
    assert answer.status == 3
    assert "it needs Python >=3.99" in answer.stdout


def test_a_stranger_s_package_of_the_same_name_is_never_installed(check: Callable[..., Answer]) -> None:
    """`iniconfig` on the package index is somebody else's, and pytest asks for it."""
    pyproject = FLIT.replace("zz-own-box", "iniconfig").replace('"packaging"', '"pytest", "packaging"')
    conf = CONF.replace("zz-own-box", "iniconfig") + "\nimport importlib.util\n"
    conf += "assert release == '1.2', release\nassert importlib.util.find_spec('iniconfig') is None\n"
    answer = check({"pyproject.toml": pyproject, "docs/conf.py": conf}, {"src/box/tools.py": BROKEN})
    assert answer.status == 1, answer.stdout + answer.stderr


def test_the_index_s_release_stands_in_only_by_an_explicit_word_and_is_named(check: Callable[..., Answer]) -> None:
    files = {
        "pyproject.toml": FLIT.replace("zz-own-box", "iniconfig"),
        "docs/conf.py": CONF.replace("zz-own-box", "iniconfig"),
        "docs/index.rst": INDEX.replace("box.tools", "iniconfig"),
    }
    answer = check(files, {"src/box/tools.py": BROKEN}, install="release")
    assert answer.status == 0, answer.stdout + answer.stderr
    assert re.search(r"iniconfig \d\S+ of the package index stands in for the tree's own package", answer.stdout)


def test_a_folder_without_a_package_is_refused_by_its_place(check: Callable[..., Answer]) -> None:
    answer = check({"pyproject.toml": FLIT}, {}, install="[python]")
    assert answer.status == 2
    assert "trees.docs.install: python has no package" in answer.stderr


def test_the_script_of_a_report_builds_with_the_package_too(check: Callable[..., Answer], tmp_path: Path) -> None:
    answer = check({"pyproject.toml": FLIT}, {"src/box/tools.py": BROKEN})
    git(tmp_path / "project", "checkout", "-q", "src")
    words = ["sh", str(answer.out / "reproduce.sh"), str(tmp_path / "project")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "found 1 of the 1 lines of the report, and 0 other new lines"


def test_a_backend_that_is_younger_than_all_cells_is_found(write: Write, docs_matrix: Command) -> None:
    matrix = (Path(__file__).parents[2] / "matrix.yaml").read_text()
    cell = next(part for part in matrix.partition("\ntrees:")[0].split("\n  - ") if 'sphinx: "5.3.0"' in part)
    text = f"version: 1\ndefaults: {{tree: docs}}\ncells:\n  - {cell}\n"
    text += "trees:\n  docs: {path: ., recipe: {sphinx: {source: docs}}, requirements: [], install: .}\n"
    files = {"docs/conf.py": CONF, "docs/index.rst": INDEX, "src/box/__init__.py": "", "src/box/tools.py": TOOLS}
    young = HATCH.replace('"hatchling"', '"hatchling>=1.27"')
    folder = write("project", {**files, "pyproject.toml": young, "matrix.yaml": text})
    answer = docs_matrix("check", "--docs", "all", cwd=folder)
    assert answer.status == 0, answer.stdout + answer.stderr


def test_commits_in_a_row_read_again_only_what_shows_the_version(write: Write, docs_matrix: Command) -> None:
    matrix = (Path(__file__).parents[2] / "matrix.yaml").read_text().partition("\ntrees:")[0]
    matrix = re.sub(r"(?m)^  tree: .*$", "  tree: docs", matrix)
    matrix += (
        "\ntrees:\n  docs: {path: ., recipe: {sphinx: {source: docs}}, requirements: [sphinx-last-updated-by-git]}\n"
    )
    backend = (
        '[build-system]\nrequires = ["setuptools>=64", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
    )
    dynamic = PROJECT.replace('version = "1.2"\n', 'dynamic = ["version"]\n') + "[tool.setuptools_scm]\n"
    dynamic += 'version_file = "src/box/_version.py"\n'
    page, _, described = INDEX.partition(".. automodule")
    files = {
        "docs/conf.py": CONF.replace('"sphinx.ext.autodoc"', '"sphinx.ext.autodoc", "sphinx_last_updated_by_git"'),
        "docs/index.rst": page + "\n.. toctree::\n\n   a\n   b\n",
        "docs/a.rst": "A\n=\n",
        "docs/b.rst": f"B\n=\n\n.. automodule{described}",
        "src/box/__init__.py": "from box._version import version\n",
        ".gitignore": "_version.py\n",
        "src/box/tools.py": TOOLS,
        "pyproject.toml": backend + dynamic,
        "matrix.yaml": matrix,
    }
    folder = write("project", files)
    git(folder, "init", "-q")
    for number in range(4):
        (folder / "docs/a.rst").write_text("A\n=\n" + "\nMore.\n" * number)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", f"commit {number}")
        if not number:
            git(folder, "tag", "v1.0")
            continue
        words = ("--base", "HEAD~1", "--head", "HEAD", "--docs", "all", "--cell", NEWEST)
        answer = docs_matrix("check", *words, cwd=folder)
        [cell] = answer.findings["cells"].values()
        assert (answer.status, cell["notices"], cell["read"], cell["documents"]) == (0, [], 2, 3), answer.stdout
        assert cell["built"] == (2 if number == 1 else 1)


def test_what_new_requirements_make_new_is_told_apart_from_the_change_s_text(check: Callable[..., Answer]) -> None:
    warns = """
def setup(app):
    from importlib.util import find_spec
    from sphinx.util import logging
    if find_spec("sniffio"):
        logging.getLogger("conf").warning("sniffio is here")
"""
    base = {"pyproject.toml": FLIT, "docs/conf.py": CONF + warns}
    head = {
        "pyproject.toml": FLIT.replace('["packaging"]', '["packaging", "sniffio"]'),
        "docs/index.rst": INDEX + "\nA *mistake.\n",
    }
    answer = check(base, head)
    assert answer.status == 1, answer.stdout + answer.stderr
    reasons = {"sniffio" in finding["message"]: finding["reason"] for finding in answer.of("new")}
    assert reasons == {True: "requirements", False: "line"}
    assert "the base has it, too, if it is built with the requirements of the head" in answer.stdout


def test_a_console_script_of_the_package_runs_in_the_build(check: Callable[..., Answer]) -> None:
    calls = """
import subprocess
rst_prolog = subprocess.run(["zz-own-tool", "a b"], check=True, capture_output=True, text=True).stdout
"""
    tool = "import sys\n\n\nclass Tool:\n    @staticmethod\n    def main():\n        print('|x| replace::', sys.argv)\n"
    files = {
        "pyproject.toml": FLIT.replace(
            "[tool.flit", '[project.scripts]\nzz-own-tool = "box.cli:Tool.main"\n[tool.flit'
        ),
        "docs/conf.py": CONF + calls,
        "src/box/cli.py": tool,
    }
    answer = check(files, {"src/box/cli.py": tool.replace("'|x|", "'.. |x|").replace("sys.argv", "'*' + sys.argv[1]")})
    assert answer.status == 1, answer.stdout + answer.stderr
    messages = {finding["message"].splitlines()[0] for finding in answer.of("new")}
    assert "Inline emphasis start-string without end-string." in messages
