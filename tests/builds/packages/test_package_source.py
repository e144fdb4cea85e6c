"""What the files of a package say before anything of it is run."""

from __future__ import annotations

import pytest
from docs_matrix.builds.packages.package_source import PackageSource, find
from docs_matrix.errors import InputError


def _found(folder: str = ".", **texts: str) -> PackageSource | None:
    files = {name.replace("_", ".", 1): text for name, text in texts.items()}
    prefix = "" if folder == "." else f"{folder}/"
    return find(
        folder, lambda path: files[path.removeprefix(prefix)].encode() if path.removeprefix(prefix) in files else None
    )


def test_the_backend_and_its_requirements_come_from_pyproject() -> None:
    text = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\nbackend-path = ["tools"]\n'
    text += '[project]\nname = "Parcel_Box"\nrequires-python = ">=3.9"\n'
    found = _found("python", pyproject_toml=text)
    assert found == PackageSource(
        "python", "parcel-box", ("flit_core",), "flit_core.buildapi", ("python/tools",), ">=3.9"
    )


def test_a_package_without_a_build_system_is_built_by_setuptools() -> None:
    found = _found(setup_py="from setuptools import setup\nsetup()\n")
    assert found
    assert (found.requires, found.backend) == (("setuptools",), "setuptools.build_meta:__legacy__")


def test_the_name_may_stand_in_setup_cfg_or_be_poetry_s() -> None:
    in_setup = _found(setup_cfg="[metadata]\nname = parcelbox\n")
    of_poetry = _found(pyproject_toml='[build-system]\nrequires = []\n[tool.poetry]\nname = "parcelbox"\n')
    assert in_setup
    assert of_poetry
    assert in_setup.name == of_poetry.name == "parcelbox"


def test_settings_of_tools_alone_make_no_package() -> None:
    assert _found(pyproject_toml="[tool.ruff]\nline-length = 100\n") is None
    assert _found() is None


def test_a_pyproject_that_is_not_toml_is_an_error_with_its_name() -> None:
    with pytest.raises(InputError, match=r"python/pyproject\.toml: is not TOML"):
        _found("python", pyproject_toml="[project\n")
