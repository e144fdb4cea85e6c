"""Which packages of a tree are installed, where no configuration says it."""

from __future__ import annotations

import pytest
from docs_matrix.builds.packages.recognise import recognise
from docs_matrix.config.matrix import Install, Recipe

RECIPE = Recipe("sphinx", "docs", "docs")
PYPROJECT = '[project]\nname = "parcelbox"\nversion = "1"\n'


def _install(tree: dict[str, str]) -> Install:
    return recognise(RECIPE, tree, lambda path: tree[path].encode() if path in tree else None)


@pytest.mark.parametrize(
    "conf",
    [
        "extensions = ['sphinx.ext.autodoc']",
        "extensions = ['sphinx.ext.autosummary']",
        "from importlib import metadata\nrelease = metadata.version('parcelbox')",
        "from importlib.metadata import version",
        "import parcelbox",
        "from parcelbox.tools import version",
    ],
)
def test_the_package_at_the_root_is_installed_if_conf_py_runs_its_code(conf: str) -> None:
    files = {"pyproject.toml": PYPROJECT, "docs/conf.py": conf, "src/parcelbox/__init__.py": ""}
    assert _install(files) == Install((".",))


@pytest.mark.parametrize(
    "conf",
    [
        "extensions = ['autoapi.extension']",
        "import os\nimport sys",
        "project = 'autodocs'",
        "  # modules to document with autodoc",
    ],
)
def test_nothing_is_installed_if_conf_py_runs_no_code_of_the_project(conf: str) -> None:
    files = {"pyproject.toml": PYPROJECT, "docs/conf.py": conf, "src/parcelbox/__init__.py": ""}
    assert _install(files) == Install()


def test_a_flat_layout_is_seen_by_its_imported_module() -> None:
    assert _install({"setup.py": "x", "docs/conf.py": "import parcelbox", "parcelbox/__init__.py": ""}).folders == (
        ".",
    )


def test_what_read_the_docs_installs_is_installed_whatever_conf_py_says() -> None:
    hosted = "version: 2\npython:\n  install:\n    - method: pip\n      path: ./python\n    - requirements: a.txt\n"
    files = {".readthedocs.yaml": hosted, "python/pyproject.toml": PYPROJECT, "docs/conf.py": ""}
    assert _install(files) == Install(("python",))


def test_a_folder_that_read_the_docs_names_outside_of_the_tree_is_left_out() -> None:
    hosted = "python: {install: [{path: ../other}, {path: /abs}]}"
    assert _install({".readthedocs.yaml": hosted, "docs/conf.py": ""}) == Install()


def test_a_tree_without_a_package_installs_nothing() -> None:
    assert _install({"docs/conf.py": "extensions = ['sphinx.ext.autodoc']"}) == Install()
    tools_only = {"pyproject.toml": "[tool.ruff]\n", "docs/conf.py": "extensions = ['sphinx.ext.autodoc']"}
    assert _install(tools_only) == Install()


def test_sphinx_and_docutils_are_never_installed_from_their_trees() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "Sphinx"\n',
        "docs/conf.py": "import sphinx",
        "sphinx/__init__.py": "",
    }
    assert _install(files) == Install()
