"""The releases of a package, as the configured index has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from docs_matrix.errors import InputError
from docs_matrix.toolchains import releases

from tests.support.machine import needs_index

pytestmark = pytest.mark.builds


@pytest.fixture(autouse=True)
def _needs_the_index() -> None:
    needs_index()


def test_releases_come_in_order_with_the_time_of_their_upload() -> None:
    found = releases.between("Docutils", "0.21", "0.22.1")
    assert [release.version for release in found] == ["0.21", "0.21.1", "0.21.2", "0.22", "0.22.1"]
    dates = [release.date for release in found if release.date]
    assert len(dates) == len(found)
    assert dates == sorted(dates)
    assert f"{dates[-1]:%Y-%m-%d}" == "2025-09-17"
    assert dates[0].tzinfo == UTC
    assert dates[0] < datetime.now(UTC)


def test_pre_releases_are_left_out_unless_they_are_asked_for() -> None:
    plain = [release.version for release in releases.between("docutils", "0.22", "0.22.1")]
    every = [release.version for release in releases.between("docutils", "0.22", "0.22.1", prereleases=True)]
    assert plain == ["0.22", "0.22.1"]
    assert "0.22.1rc1" in every


def test_a_pre_release_takes_part_where_it_is_an_end() -> None:
    found = releases.between("docutils", "0.22.1rc1", "0.22.2")
    assert [release.version for release in found] == ["0.22.1rc1", "0.22.1", "0.22.2"]


def test_a_range_of_one_release_holds_that() -> None:
    assert [release.version for release in releases.between("docutils", "0.22", "0.22")] == ["0.22"]


def test_a_release_that_does_not_exist_is_named_with_those_next_to_it() -> None:
    with pytest.raises(InputError, match=r"docutils 0\.21\.7: .* no such release .* near it are 0\.21\.2 and 0\.22"):
        releases.between("docutils", "0.21.7", "0.22")


def test_an_unknown_package_is_named() -> None:
    with pytest.raises(
        InputError,
        match="docs-matrix-no-such-package: the package index has no package of this name, or none with a wheel",
    ):
        releases.between("docs-matrix-no-such-package", None, None)


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(InputError, match="docutils 'newest': is not a version"):
        releases.one("docutils", "newest")
