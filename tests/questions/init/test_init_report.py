"""What `init` says of what it found and did; nothing is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from docs_matrix.baselines.baseline_file import Entry
from docs_matrix.questions.init.init_report import (
    IMPORT,
    NETWORK,
    ONE_CELL,
    ORDINARY,
    UNRESOLVED,
    found_lines,
    kinds_of,
    loosened_lines,
)
from docs_matrix.questions.init.project_facts import look

Write = Callable[[str, Mapping[str, str]], Path]


def entry(message: str, category: str | None = None, cells: tuple[str, ...] | None = None) -> Entry:
    return Entry("docs/index.rst", "WARNING", category, message, cells)


OUTAGE = entry("failed to reach any of the inventories with the following issues: ...")
REFERENCE = entry("py:class reference target not found: int", "ref.class")


def test_what_an_outage_gave_is_counted_by_itself_with_the_references_that_miss_the_inventory() -> None:
    assert kinds_of([OUTAGE, REFERENCE, entry("Title underline too short.")], 2) == {
        NETWORK: 1,
        UNRESOLVED: 1,
        ORDINARY: 1,
    }


def test_without_an_outage_a_missing_reference_is_the_documents_own() -> None:
    assert kinds_of([REFERENCE], 2) == {ORDINARY: 1}


def test_a_failed_import_and_what_one_cell_of_several_says_are_counted_by_themselves() -> None:
    entries = [
        entry("autodoc: failed to import module 'x'"),
        entry("odd", cells=("a",)),
        entry("odd", cells=("a", "b")),
    ]
    assert kinds_of(entries, 3) == {IMPORT: 1, ONE_CELL: 1, ORDINARY: 1}
    assert kinds_of(entries[1:2], 1) == {ORDINARY: 1}


def test_what_was_found_is_said_with_its_source(write: Write) -> None:
    files = {"docs/conf.py": "", "docs/requirements.txt": "furo==2024.8.6\nsphinx==8.1.3\n"}
    folder = write("project", files)
    assert found_lines(folder, look(folder)) == [
        f"documentation: {folder}/docs",
        "package of the project: none is needed",
        "requirements (docs/requirements.txt): furo, sphinx==8.1.3",
    ]


def test_a_pin_that_is_loosened_for_one_reason_in_several_cells_is_one_line_and_many_pins_are_counted() -> None:
    assert loosened_lines({"a": {"furo==1": "too new"}, "b": {"furo==1": "too new"}}) == [
        "furo==1: loosened in a, b: too new"
    ]
    assert loosened_lines({"a": {f"p{n}==1": "too new" for n in range(20)}})[-1] == "and 8 pins more (--json names all)"
