"""How a tree that nothing names is recognised, and the commands that recipes give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from docs_matrix.builds import recipes
from docs_matrix.builds.recipes import Rooms, recognise
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import InputError

KERNEL = {
    "Kbuild": b"",
    "Documentation/Makefile": b"",
    "Documentation/conf.py": b"",
    "Documentation/sphinx/requirements.txt": b"# it needs\nalabaster\nSphinx\nsphinx-rtd-theme\npyyaml # yaml\n-r a.txt\n",
}
ROOMS = Rooms(Path("/t"), Path("/s"), Path("/s/bin/sphinx-build"))


def known(files: Mapping[str, bytes]) -> recipes.Recognised:
    return recognise("tree", files.keys(), files.get)


def test_a_kernel_is_built_by_make_and_names_its_requirements() -> None:
    found = known(KERNEL)
    assert (found.recipe.kind, found.recipe.target, found.recipe.source) == ("make", "htmldocs", "Documentation")
    assert found.requirements == ("alabaster", "sphinx-rtd-theme", "pyyaml")


@pytest.mark.parametrize("folder", ["doc", "docs", "Documentation", "docs/source"])
def test_a_project_is_known_by_the_folder_of_its_conf_py(folder: str) -> None:
    found = known({f"{folder}/conf.py": b"", "setup.py": b""})
    assert (found.recipe.kind, found.recipe.source) == ("sphinx", folder)


def test_a_conf_py_at_the_root_is_found() -> None:
    assert known({"conf.py": b""}).recipe.source == "."


def test_two_candidates_are_an_error_that_names_both() -> None:
    with pytest.raises(InputError, match=r"conf.py is in doc and in docs"):
        known({"doc/conf.py": b"", "docs/conf.py": b""})


def test_a_tree_without_documentation_is_an_error() -> None:
    with pytest.raises(InputError, match="tree: no documentation found"):
        known({"README": b""})


def test_sphinx_build_gets_folders_builder_and_options() -> None:
    recipe = Recipe("sphinx", "docs/source", "docs", builder="dummy", options=("-t", "extra"), jobs=2)
    words = recipes.KINDS["sphinx"].command(recipe, ROOMS).words
    assert words[0] == "/s/bin/sphinx-build"
    assert words[-2:] == ("/t/docs/source", "/s/output")
    assert " ".join(words[1:-2]) == "-b dummy -j 2 -d /s/doctrees -c /t/docs --no-color -t extra"


def test_make_points_at_the_probe_and_builds_outside_of_the_tree() -> None:
    recipe = Recipe("make", "Documentation", "Documentation", variables={"SPHINXDIRS": "driver-api"})
    command = recipes.KINDS["make"].command(recipe, ROOMS)
    assert command.cwd == Path("/t")
    assert "SPHINXBUILD=/s/bin/sphinx-build" in command.words
    assert "BUILDDIR=/s/output" in command.words
    assert "SPHINXDIRS=driver-api" in command.words
    assert command.words[-1] == "htmldocs"
