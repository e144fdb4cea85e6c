"""What is said of a build while it runs."""

from __future__ import annotations

from docs_matrix.builds.live_output import Stages, stage


def test_the_number_of_documents_is_known_from_what_sphinx_printed_before() -> None:
    words, total = stage(b"updating environment: [new config] 40 added, 2 changed, 1 removed\n", 0)
    assert (words, total) == ("", 42)
    assert (
        stage(b"reading sources... [ 50%] a\nreading sources... [100%] b\n", total)[0] == "reading 42 of 42 documents"
    )
    assert stage(b"writing output... [  7%] a\n", total)[0] == "writing, 7 %"


def test_without_that_number_and_of_other_text_nothing_is_made_up() -> None:
    assert stage(b"reading sources... [ 50%] a\n", 0)[0] == "reading, 50 %"
    assert stage(b"copying images... [ 50%] a\nloading translations\n", 3) == ("", 3)


def test_what_is_printed_in_parts_is_heard_once() -> None:
    heard: list[str] = []
    stages = Stages(heard.append)
    for part in (
        b"updating environment: 4 added, 0 chan",
        b"ged, 0 removed\nreading sources... [ 2",
        b"5%] a\n",
        b"x\n",
    ):
        stages(part)
    assert heard == ["reading 1 of 4 documents"]
