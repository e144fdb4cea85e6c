from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from docs_matrix.trees.symlinks import leaves, leaving
from hypothesis import given, settings
from hypothesis import strategies as st

_NAMES = st.sampled_from(["a", "b", "c"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_TARGETS = st.lists(st.sampled_from(["a", "b", "c", ".."]), min_size=1, max_size=4).map("/".join)


def test_a_link_chain_leads_out_where_any_of_its_links_does() -> None:
    links = {"a": "b", "b": "/etc", "c": "d/e", "d": "f"}
    assert leaving(links) == ("a", "b")


def test_links_that_lead_to_themselves_stay_inside() -> None:
    assert not leaves("a", {"a": "b", "b": "a"})


@settings(deadline=None)
@given(st.dictionaries(_PATHS, _TARGETS, max_size=5))
def test_through_no_link_that_is_said_to_stay_does_the_system_get_out(links: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        outside = Path(name).resolve() / "1/2/3/4/5"
        root = outside / "root"
        root.mkdir(parents=True)
        made = {}
        for path, target in links.items():
            with contextlib.suppress(OSError):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                if (root / path).parent.resolve() == (root / path).parent:
                    (root / path).symlink_to(target)
                    made[path] = target
        for path in set(made) - set(leaving(made)):
            with contextlib.suppress(OSError):
                (root / path).open("w").close()
            with contextlib.suppress(OSError, RuntimeError):  # a loop; Python before 3.13 says RuntimeError
                assert (root / path).resolve(strict=True).is_relative_to(root)
        assert [
            place for place in Path(name).resolve().rglob("*") if place.is_file() and root not in place.parents
        ] == []
