"""Random edits of known truth: nothing new is missed, and nothing old is called new."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.random_edits.documents import invented_sources, sphinx_sources
from tests.random_edits.single_documents import rounds


def test_random_edits_of_invented_documents_are_judged_right(tmp_path: Path) -> None:
    total = rounds(invented_sources(30), 16, 1, tmp_path)
    assert total.edits > 120
    assert (total.judged["new"] > 20, total.judged["fixed"] > 20, total.judged["moved"] > 0) == (True, True, True)
    assert not total.wrong, "\n".join([*total.misses, str(total)])


@pytest.mark.acceptance
@pytest.mark.parametrize("seed", [2, 4, 8])
def test_a_thousand_edits_of_sphinx_s_own_documents_are_judged_right(
    sphinx_archive: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    total = rounds(sphinx_sources(sphinx_archive), 110, seed, tmp_path)
    with capsys.disabled():
        print(f"\n{total}", *total.misses, sep="\n")  # noqa: T201 (the counts are what this is run for)
    assert total.edits > 1000
    assert not total.wrong
