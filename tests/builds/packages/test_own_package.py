"""What the packages of a tree require in an environment that never holds themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.builds.packages.own_package import OwnPackage, requirements
from docs_matrix.errors import InputError

ABSENT = 'box; python_version < "0"'


def _package(*requires: str, name: str = "box", extras: tuple[str, ...] = ()) -> OwnPackage:
    return OwnPackage(name, "1", requires, "", ("src",), "digest", Path("archive"), extras)


def test_dependencies_are_added_with_their_markers_and_the_package_is_absent() -> None:
    package = _package("attrs>=21", 'tomli; python_version < "3.11"', 'furo; extra == "docs"')
    wanted = ("attrs>=21", ABSENT, "myst-parser", 'tomli; python_version < "3.11"')
    assert requirements(("myst-parser",), [package], "3.13.5") == wanted


def test_a_dependency_of_an_extra_has_its_marker_looked_at_for_the_interpreter() -> None:
    package = _package('furo; extra == "docs" and python_version < "3.11"', extras=("docs",))
    assert requirements((), [package], "3.13.5") == (ABSENT,)
    assert requirements((), [package], "3.9.1") == (ABSENT, "furo")


def test_an_extra_brings_its_dependencies_and_those_of_the_extras_that_it_names() -> None:
    requires = ('furo; extra == "docs"', 'box[theme]; extra == "all"', 'alabaster; extra == "theme"', "attrs")
    assert requirements((), [_package(*requires, extras=("docs",))], "3.13.5") == ("attrs", ABSENT, "furo")
    assert requirements((), [_package(*requires, extras=("all",))], "3.13.5") == ("alabaster", "attrs", ABSENT)


def test_extras_that_name_each_other_come_to_an_end() -> None:
    package = _package('box[b]; extra == "a"', 'box[a]; extra == "b"', extras=("a",))
    assert requirements((), [package], "3.13.5") == (ABSENT,)


def test_the_package_is_taken_out_of_the_requirements_that_the_tree_names() -> None:
    assert requirements(("Box>=1", "furo"), [_package()], "3.13.5") == (ABSENT, "furo")


def test_packages_of_one_tree_that_need_each_other_are_all_absent() -> None:
    lid = _package("box", "attrs", name="lid")
    assert requirements((), [_package(), lid], "3.13.5") == ("attrs", ABSENT, 'lid; python_version < "0"')


def test_a_dependency_at_an_address_is_refused() -> None:
    with pytest.raises(InputError, match="names an address"):
        requirements((), [_package("other @ https://example.org/other.whl")], "3.13.5")


def test_a_tree_without_packages_needs_what_it_names() -> None:
    assert requirements(("furo",), [], "3.13.5") == ("furo",)
