"""Where a project states what its documentation requires, and that each requirement has its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from docs_matrix.errors import InputError
from docs_matrix.requirements.gather import gather
from docs_matrix.requirements.stated import Gathered


def gathered(files: Mapping[str, str], hosted: Mapping[str, Any] | None = None) -> Gathered:
    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else None

    return gather(read, list(files), "docs", hosted or {})


def stated(files: Mapping[str, str], hosted: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    return [(one.text, one.source) for one in gathered(files, hosted).requirements]


def test_a_requirements_file_names_the_line_of_each_requirement_and_that_of_the_files_it_names() -> None:
    files = {
        "docs/requirements.txt": "#\n-r ../more.in\nfuro[dev] ==2024.8.6 \\\n  --hash=sha256:00\n\npyyaml ; python_version>'3'",
        "more.in": "numpydoc\n",
    }
    assert stated(files) == [
        ("numpydoc", "more.in:1"),
        ("furo[dev] ==2024.8.6", "docs/requirements.txt:3"),
        ("pyyaml ; python_version>'3'", "docs/requirements.txt:6"),
    ]


def test_a_constraints_file_constrains_and_requires_nothing() -> None:
    found = gathered({"docs/requirements.txt": "-c pins.txt\nfuro\n", "docs/pins.txt": "furo==2024.8.6\n"})
    assert [one.text for one in found.requirements] == ["furo"]
    assert [(one.text, one.source) for one in found.constraints] == [("furo==2024.8.6", "docs/pins.txt:1")]


def test_a_file_that_is_not_there_or_lies_outside_of_the_project_is_said() -> None:
    found = gathered({"docs/requirements.txt": "-r no.txt\n-r ../../secret.txt\n-r requirements.txt\n"})
    assert found.requirements == []
    assert [notice.partition(": ")[0] for notice in found.notices] == [f"docs/requirements.txt:{n}" for n in (1, 2, 3)]


def test_the_project_itself_with_extras_means_its_optional_dependencies_also_those_they_name() -> None:
    pyproject = """
[project]
name = "Mine"
[project.optional-dependencies]
docs = ["furo", "mine[typing]"]
typing = ["sphinx-autodoc-typehints"]
"""
    found = gathered({"docs/requirements.txt": "-e .[docs]\n", "pyproject.toml": pyproject})
    assert found.itself
    assert [one.text for one in found.requirements] == ["furo", "sphinx-autodoc-typehints", "mine[typing]"]
    assert found.requirements[1].source == "pyproject.toml: optional dependencies typing"


def test_a_dependency_group_includes_groups() -> None:
    text = '[dependency-groups]\nbase = ["furo"]\ndocs = [{include-group = "base"}, "pyyaml"]\n'
    source = "pyproject.toml: dependency group docs"
    assert stated({"pyproject.toml": text}) == [("furo", source), ("pyyaml", source)]


def test_the_environment_of_tox_is_taken() -> None:
    tox = """
[base]
deps = furo
[testenv:docs]
deps =
    {[base]deps}
    -r{toxinidir}/docs/needs.txt
    py39: old
"""
    found = gathered({"tox.ini": tox, "docs/needs.txt": "numpydoc\n"})
    assert [(one.text, one.source) for one in found.requirements] == [
        ("furo", "tox.ini: [testenv:docs]"),
        ("numpydoc", "docs/needs.txt:1"),
    ]
    assert found.notices == ["tox.ini: [testenv:docs]: left out: py39: old"]


def test_the_session_of_nox_is_read_and_never_run() -> None:
    noxfile = """
raise SystemExit("never run")
import nox
@nox.session
def docs(session):
    session.install("-r", "docs/needs.txt", "-q", "furo>=2024", variable)
    session.install("-e", ".")
@nox.session
def tests(session):
    session.install("pytest")
"""
    found = gathered({"noxfile.py": noxfile, "docs/needs.txt": "numpydoc\n"})
    assert [(one.text, one.source) for one in found.requirements] == [
        ("numpydoc", "docs/needs.txt:1"),
        ("furo>=2024", "noxfile.py:6"),
    ]
    assert found.itself


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"hatch.toml": '[envs.docs]\ndependencies = ["furo"]\n'}, "hatch.toml: environment docs"),
        (
            {"pyproject.toml": '[tool.hatch.envs.docs]\nextra-dependencies = ["furo"]\n'},
            "pyproject.toml: tool.hatch: environment docs",
        ),
        ({"setup.cfg": "[options.extras_require]\ndocs =\n    furo\n"}, "setup.cfg: optional dependencies docs"),
    ],
)
def test_hatch_and_setuptools_have_places_for_it(files: Mapping[str, str], source: str) -> None:
    assert stated(files) == [("furo", source)]


def test_of_conda_what_pip_installs_is_taken_and_what_is_known_in_the_package_index() -> None:
    text = "dependencies:\n  - python=3.12\n  - sphinx_rtd_theme>=2\n  - numpydoc=1.8\n  - gdal\n  - pip:\n    - furo\n"
    found = gathered({"environment.yml": text})
    assert [one.text for one in found.requirements] == ["sphinx-rtd-theme>=2", "numpydoc==1.8.*", "furo"]
    assert "gdal" in found.notices[0]


@pytest.mark.parametrize(
    "hosted",
    [
        {"python": {"install": [{"requirements": "needs.txt"}]}},
        {"build": {"jobs": {"install": ["pip install -r needs.txt"]}}},
        {"build": {"commands": ["uv sync --group docs", "make"]}},
        {"python": {"install": [{"method": "pip", "path": ".", "extra_requirements": ["all"]}]}},
    ],
)
def test_what_read_the_docs_installs_comes_first(hosted: Mapping[str, Any]) -> None:
    pyproject = (
        '[project]\nname="m"\n[project.optional-dependencies]\nall = ["furo"]\n[dependency-groups]\ndocs = ["furo"]\n'
    )
    files = {"needs.txt": "furo\n", "docs/requirements.txt": "other\n", "pyproject.toml": pyproject}
    assert [text for text, _ in stated(files, hosted)] == ["furo"]


def test_a_file_that_read_the_docs_names_has_to_be_there() -> None:
    with pytest.raises(InputError, match=r"no\.txt: cannot be read"):
        gathered({}, {"python": {"install": [{"requirements": "no.txt"}]}})


def test_a_theme_and_an_extension_that_nothing_lists_are_taken_from_the_reviewed_table_and_said() -> None:
    conf = "extensions = ['sphinx.ext.autodoc', 'myst_parser', 'local', 'numpydoc']\nhtml_theme = 'furo'\n"
    files = {"docs/conf.py": conf, "docs/local.py": "", "docs/requirements.txt": "numpydoc>=1\n"}
    found = gathered(files)
    assert [(one.text, one.source) for one in found.requirements[1:]] == [
        ("myst-parser", "docs/conf.py names myst_parser"),
        ("furo", "docs/conf.py names furo"),
    ]
    assert len(found.notices) == 2


def test_an_extension_of_nobody_known_is_never_taken() -> None:
    found = gathered({"docs/conf.py": "extensions = ['foo.bar']\n", "docs/requirements.txt": "furo\n"})
    assert [one.text for one in found.requirements] == ["furo"]
    assert "names foo.bar" in found.notices[0]


def test_what_conf_py_imports_is_taken_from_any_extra_or_group_that_states_it() -> None:
    pyproject = """
[project]
name = "mine"
optional-dependencies = {dev = ["Intersphinx-Registry>=1", "hypothesis"], lite = ["some-lite-sphinx"]}
[dependency-groups]
docs = ["furo"]
"""
    conf = "import os\nfrom intersphinx_registry import get\nimport mine, unknown\nextensions = ['some_lite_sphinx']\n"
    found = gathered({"docs/conf.py": conf, "pyproject.toml": pyproject, "mine/__init__.py": ""})
    assert [one.text for one in found.requirements] == ["furo", "Intersphinx-Registry>=1", "some-lite-sphinx"]
    assert found.notices == [
        "docs/conf.py imports intersphinx_registry, which pyproject.toml: optional dependencies dev states: "
        "Intersphinx-Registry>=1 is taken",
        "docs/conf.py names some_lite_sphinx, which pyproject.toml: optional dependencies lite states: some-lite-sphinx is taken",
    ]


def test_that_sphinx_alone_is_installed_is_said_only_if_nothing_is_taken() -> None:
    assert gathered({"docs/conf.py": ""}).notices == [
        "the project names no requirements of its documentation; Sphinx alone is installed"
    ]
    assert gathered({"docs/conf.py": "extensions = ['myst_nb']\n"}).notices == [
        "docs/conf.py names myst_nb, and no requirement lists it: myst-nb is taken"
    ]
