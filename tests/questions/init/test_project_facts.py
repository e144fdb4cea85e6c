"""What a project's files say of its documentation; nothing is built, nothing is asked of an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docs_matrix.config.matrix import Install
from docs_matrix.errors import InputError
from docs_matrix.questions.init.project_facts import look

Write = Callable[[str, Mapping[str, str]], Path]
CONF = {"docs/conf.py": "extensions = []\n", "docs/index.rst": "A\n=\n"}


def test_what_read_the_docs_installs_is_what_the_documentation_needs(write: Write) -> None:
    hosted = """\
version: 2
sphinx: {configuration: manual/conf.py, builder: dirhtml}
python:
  install:
    - requirements: manual/needs.txt
    - {method: pip, path: ., extra_requirements: [Docs]}
"""
    pyproject = '[project]\nname = "My.Thing"\n[project.optional-dependencies]\ndocs = ["furo>=2024"]\n'
    files = {
        ".readthedocs.yaml": hosted,
        "manual/conf.py": "",
        "manual/needs.txt": "MyST_Parser\n",
        "pyproject.toml": pyproject,
    }
    found = look(write("project", files))
    assert (found.recipe.source, found.recipe.builder) == ("manual", "dirhtml")
    assert found.requirements == ("furo>=2024", "myst-parser")
    assert found.install == Install((".",))


def test_a_requirements_file_is_read_with_those_that_it_names(write: Write) -> None:
    text = """\
# what we need
-r ../more.txt
sphinx>=7,<9  # not newer
docutils!=0.21
furo==2024.8.6 --hash=sha256:00 \\
    --hash=sha256:11
-e ..
--index-url x
tool @ https://example.org/tool.zip
not a requirement
"""
    found = look(write("project", {**CONF, "docs/requirements.txt": text, "more.txt": "-r more.txt\npyyaml>=6\n"}))
    assert found.requirements == ("furo", "pyyaml>=6", "tool")
    assert str(found.allowed["sphinx"]) == "<9,>=7"
    assert not found.allowed["docutils"].contains("0.21")
    told = "\n".join(found.notices)
    assert found.pins == ("furo==2024.8.6",)
    assert "docs/requirements.txt:8: left out: --index-url x" in told
    assert "not a requirement" in told
    assert "https://example.org/tool.zip" in told


def test_exact_pins_of_sphinx_and_docutils_are_the_toolchain_and_exclude_no_release(write: Write) -> None:
    text = (
        "Sphinx==8.1.2\ndocutils == 0.21.2\nfuro==2024.8.6; python_version >= '3.9'\nold==1; sys_platform == 'win32'\n"
    )
    hosted = "build: {tools: {python: 3.12}}\n"
    found = look(write("project", {**CONF, "docs/requirements.txt": text, ".readthedocs.yaml": hosted}))
    assert found.toolchain == {"sphinx": "8.1.2", "docutils": "0.21.2"}
    assert found.pins == ('furo==2024.8.6; python_version >= "3.9"',)
    assert found.requirements == ('furo; python_version >= "3.9"',)
    assert found.allowed["sphinx"].contains("9.0.4")
    assert found.python == "==3.12.*"


def test_a_range_or_a_prefix_is_no_exact_pin(write: Write) -> None:
    found = look(write("project", {**CONF, "docs/requirements.txt": "sphinx==8.*\nfuro==2024.*\n"}))
    assert (found.toolchain, found.pins, found.requirements) == ({}, (), ("furo==2024.*",))


@pytest.mark.parametrize(
    "pyproject",
    [
        '[dependency-groups]\nbase = ["furo"]\ndocs = [{include-group = "base"}, "Sphinx"]\n',
        '[project]\nname = "x"\n[project.optional-dependencies]\ndoc = ["furo", "sphinx"]\n',
    ],
)
def test_without_either_a_group_of_pyproject_is_taken(write: Write, pyproject: str) -> None:
    assert look(write("project", {**CONF, "pyproject.toml": pyproject})).requirements == ("furo",)


@pytest.mark.parametrize(
    "conf",
    ["extensions = ['sphinx.ext.autodoc']\n", "from importlib import metadata\nrelease = metadata.version('x')\n"],
)
def test_a_conf_py_that_needs_the_project_has_its_package_built_and_it_is_said(write: Write, conf: str) -> None:
    """What the package requires is in its metadata, and what it says of Sphinx counts."""
    pyproject = '[project]\nname = "x"\nrequires-python = ">=3.9"\ndependencies = ["attrs>=23", "sphinx>=7"]\n'
    found = look(write("project", {**CONF, "docs/conf.py": conf, "pyproject.toml": pyproject}))
    assert (found.install, found.requirements) == (Install((".",)), ())
    assert str(found.allowed["sphinx"]) == ">=7"
    assert found.notices[-1].startswith("the package in . is built from the project itself")
    assert (found.needed, found.needed_python) == (("attrs>=23",), (">=3.9",))


def test_a_requirements_file_that_names_the_project_itself_has_its_package_built(write: Write) -> None:
    files = {**CONF, "docs/requirements.txt": "-e ..\n", "setup.py": "from setuptools import setup\n"}
    assert look(write("project", files)).install == Install((".",))


def test_a_project_whose_code_no_document_reads_has_no_package_built(write: Write) -> None:
    assert look(write("project", {**CONF, "pyproject.toml": '[project]\nname = "x"\n'})).install == Install()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README": "x"}, "no documentation found"),
        ({**CONF, "doc/conf.py": ""}, "conf.py is in doc and in docs"),
        ({**CONF, "pyproject.toml": "["}, "is not TOML"),
        ({**CONF, ".readthedocs.yaml": "a: [\n"}, "is not YAML"),
        ({**CONF, ".readthedocs.yaml": "python: {install: [{requirements: no.txt}]}\n"}, "no.txt: cannot be read"),
        (
            {**CONF, "pyproject.toml": '[dependency-groups]\ndocs = [{include-group = "docs"}]\n'},
            "dependency-groups.docs",
        ),
    ],
)
def test_what_cannot_be_read_is_named(write: Write, files: Mapping[str, str], said: str) -> None:
    with pytest.raises(InputError, match=r"(?s).*" + said.replace(".", r"\.").replace("[", r"\[")):
        look(write("project", files))


def test_many_versions_in_one_build_are_refused_and_one_of_them_can_be_asked_for(write: Write) -> None:
    folder = write("project", {"docs/conf.py": "extensions = ['sphinx_multiversion']\n"})
    with pytest.raises(InputError, match=r"each branch and tag by itself.*: docs-matrix init --source docs"):
        look(folder)
    assert look(folder, source="docs").requirements == ("sphinx-multiversion",)


@pytest.mark.parametrize(
    "hosted", ["python: 3\nsphinx: []\n", "- a\n", "python: {install: {a: b}}\n", "", "python: {install: [3]}\n"]
)
def test_a_read_the_docs_file_of_another_shape_is_passed_over(write: Write, hosted: str) -> None:
    assert look(write("project", {**CONF, ".readthedocs.yaml": hosted})).recipe.source == "docs"


def test_a_requirements_file_out_of_the_project_is_not_read(write: Write, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret\n")
    found = look(write("project", {**CONF, "docs/requirements.txt": "-r ../../secret.txt\n-r /etc/passwd\nfuro\n"}))
    assert found.requirements == ("furo",)


def test_what_read_the_docs_runs_before_the_build_is_taken_over_and_what_it_installs_is_said(write: Write) -> None:
    hosted = "version: 2\nbuild: {jobs: {pre_build: [pip install furo, doxygen]}}\n"
    found = look(write("project", {**CONF, ".readthedocs.yaml": hosted}))
    assert found.setup == ("doxygen",)
    assert ".readthedocs.yaml: not run before the build: pip install furo" in found.notices


def test_the_user_adds_commands_and_names_the_packages(write: Write) -> None:
    folder = write("project", {**CONF, "pyproject.toml": '[project]\nname = "mine"\n'})
    found = look(folder, install=Install(release=True), setup=["make generated"])
    assert (found.install, found.setup, found.named_install) == (Install(release=True), ("make generated",), True)


def test_what_is_not_executed_is_said(write: Write) -> None:
    conf = {**CONF, "docs/conf.py": "extensions = ['nbsphinx']\n"}
    assert (
        "no notebook and no gallery is executed: the recipe has -D nbsphinx_execute=never"
        in look(write("p", conf)).notices
    )
