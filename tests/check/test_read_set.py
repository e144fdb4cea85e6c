"""The read set of a change, and which of its documents are tried alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docs_matrix.check.confirm import read_alone_first
from docs_matrix.check.read_set import ReadSet, choose
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.notes import Note
from docs_matrix.trees import Tree, Trees

Choose = Callable[..., ReadSet]

FILES = {
    "docs/conf.py": "",
    "docs/a.rst": "A\n=\n\nText of the document a, long enough to be known again.\n",
    "docs/sub/b.rst": "B\n=\n",
    "drivers/x.c": "int x;\n",
    "docs/kernel.rst": "K\n=\n\n.. kernel-doc:: drivers/x.c\n   :internal:\n",
    "docs/mention.rst": "M\n=\n\nSee docs/a.rst and drivers/x.c.\n",
    "docs/part.inc": "Part\n",
    "docs/table.csv": "1,2\n",
    "docs/include.rst": "I\n=\n\n.. include:: part.inc\n",
    "docs/myst.md": "# M\n\n```{include} part.inc\n```\n",
    "docs/csv.rst": "C\n=\n\n.. csv-table:: T\n   :file: table.csv\n",
    "docs/definer.rst": ".. _there:\n\nD\n=\n\n.. c:function:: int there_is(void)\n",
    "docs/terms.rst": "T\n=\n\n.. glossary::\n\n   A  thing\n      What it is.\n",
    "docs/toc.rst": "T\n=\n\n.. toctree::\n\n   a thing\n   there\n",
    "docs/fragment.txt": ".. _fragment:\n\nText.\n",
    "docs/fragments.rst": "F\n=\n\n.. include:: fragment.txt\n",
    "docs/naming.rst": "N\n=\n\nSee docs/fragment.txt and docs/definer.rst.\n",
    "docs/labels.inc": ".. _included:\n\nText.\n",
    "docs/labels.rst": "L\n=\n\n.. include:: labels.inc\n",
}


@pytest.fixture
def chosen(tmp_path: Path) -> Choose:
    """What is read of a project after a change: `changed` is path to text, or to None where a file goes."""
    trees = Trees(tmp_path / "store")

    def chosen(changed: Mapping[str, str | None], *docs: str, source: str = "docs") -> ReadSet:
        base = _tree(trees, tmp_path / "base", FILES)
        head = _tree(trees, tmp_path / "head", {**FILES, **changed})
        return choose(docs, base, head, Recipe("sphinx", source, source), trees)

    return chosen


def _tree(trees: Trees, folder: Path, files: Mapping[str, str | None]) -> Tree:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    return trees.open(folder)


def test_a_folder_is_a_folder_in_both_versions(chosen: Choose) -> None:
    found = chosen({"docs/sub/b.rst": "B\n=\n\nMore.\n"}, "docs/sub", "a")
    assert (found.base, found.head) == (("sub/", "a.rst"), ("sub/", "a.rst"))
    assert found.try_alone == {"a.rst"}


@pytest.mark.parametrize(("source", "prefix"), [("docs", ""), (".", "docs/")])
def test_a_document_that_was_renamed_is_read_under_both_names(chosen: Choose, source: str, prefix: str) -> None:
    found = chosen({"docs/a.rst": None, "docs/new.rst": FILES["docs/a.rst"]}, "docs/new.rst", source=source)
    assert (found.base, found.head) == ((f"{prefix}a.rst",), (f"{prefix}new.rst",))
    assert found.try_alone == {f"{prefix}a.rst", f"{prefix}new.rst"}


@pytest.mark.parametrize(
    ("changed", "read", "apart"),
    [
        ("docs/a.rst", {"a.rst", "mention.rst"}, {"a.rst"}),
        ("drivers/x.c", {"kernel.rst", "mention.rst"}, {"kernel.rst"}),
        ("docs/part.inc", {"include.rst", "myst.md"}, {"include.rst", "myst.md"}),
        ("docs/table.csv", {"csv.rst"}, {"csv.rst"}),
    ],
)
def test_of_the_documents_concerned_those_are_tried_alone_that_read_what_changed(
    chosen: Choose, changed: str, read: set[str], apart: set[str]
) -> None:
    found = chosen({changed: FILES[changed] + "More.\n"}, "affected")
    assert (set(found.head or ()), set(found.try_alone)) == (read, apart)
    assert found.base == found.head


def test_what_is_named_beside_the_affected_is_read_once_and_tried_alone(chosen: Choose) -> None:
    found = chosen({"docs/a.rst": "A\n=\n\nMore.\n"}, "affected", "a", "csv")
    assert found.head == ("a.rst", "mention.rst", "csv.rst")
    assert found.try_alone == {"a.rst", "csv.rst"}


def names(count: int) -> tuple[str, ...]:
    return tuple(f"{number}.rst" for number in range(count))


@pytest.mark.parametrize(
    ("base", "head", "tried"),
    [
        (names(16), names(16), (16, 16)),
        (names(16), names(17), (0, 0)),
        (names(17), names(16), (0, 0)),
        (names(1), names(2), (0, 2)),
        (names(1), names(1), (0, 0)),
        (None, names(3), (0, 3)),
        (None, None, (0, 0)),
    ],
)
def test_documents_are_tried_alone_in_both_versions_or_in_none(
    base: tuple[str, ...] | None, head: tuple[str, ...] | None, tried: tuple[int, int]
) -> None:
    readings = read_alone_first((base, head), frozenset(names(20)))
    assert tuple(len(reading.trials) if reading else 0 for reading in readings) == tried


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("See :ref:`D <There>`.\n", {"definer.rst"}),
        ("See :c:func:`there_is()`.\n", {"definer.rst"}),
        ("See :ref:`included`.\n", {"labels.rst"}),
        ("See :ref:`fragment`.\n", {"fragment.txt", "fragments.rst"}),
        ("See :term:`a Thing`.\n", {"terms.rst"}),
        ("See :ref:`there`" + "".join(f", :ref:`none{at}`" for at in range(1_100)) + ".\n", {"definer.rst"}),
        ("See :ref:`nowhere`.\n", set()),
        (".. _a\0b:\n\nSee :ref:`a\0b` and :ref:`(*)[`.\n", set()),
        (".. _a\\\\E(:\n\nSee :ref:`a\\\\E(*`.\n", set()),
    ],
)
@pytest.mark.parametrize("comes", [True, False])
def test_what_defines_what_changed_text_refers_to_is_read(
    chosen: Choose, monkeypatch: pytest.MonkeyPatch, text: str, read: set[str], comes: bool
) -> None:
    before, after = "B\n=\n", "B\n=\n\n" + text
    monkeypatch.setitem(FILES, "docs/sub/b.rst", before if comes else after)
    found = chosen({"docs/sub/b.rst": after if comes else before}, "affected")
    assert set(found.base or ()) == set(found.head or ()) == read | {"sub/b.rst"}
    assert found.try_alone == {"sub/b.rst"}


@pytest.mark.parametrize(
    ("changed", "text", "read"),
    [
        ("docs/sub/b.rst", "B\n=\n\n.. _Three Words Here:\n\nText.\n", {"sub/b.rst", "referring.rst"}),
        ("docs/sub/b.rst", "B\n=\n\n.. glossary::\n\n   Some Term\n      Text.\n", {"sub/b.rst", "referring.rst"}),
        ("docs/sub/b.rst", "B\n=\n\n.. option:: --opt\n", {"sub/b.rst", "referring.rst"}),
        ("docs/sub/b.rst", "B\n=\n\n.. c:function:: void *There_Is(int x)\n", {"sub/b.rst", "definer.rst"}),
        ("docs/sub/b.rst", "B\n=\n\n.. figure:: x.png\n   :name: There\n", {"sub/b.rst", "definer.rst", "toc.rst"}),
        ("docs/sub/b.rst", "B\n=\n\n.. c:function:: void *here_is(int x)\n", {"sub/b.rst"}),
        (
            "docs/part.inc",
            FILES["docs/part.inc"] + "\n.. _three words here:\n",
            {"part.inc", "include.rst", "myst.md", "referring.rst"},
        ),
        (
            "drivers/x.c",
            "/**\n * there_is() - Is it there?\n */\n" + FILES["drivers/x.c"],
            {"kernel.rst", "mention.rst", "definer.rst"},
        ),
        (
            "drivers/x.c",
            "/**\n * DOC: X\n *\n * .. _three words here:\n */\n" + FILES["drivers/x.c"],
            {"kernel.rst", "mention.rst", "referring.rst"},
        ),
    ],
)
@pytest.mark.parametrize("comes", [True, False])
def test_what_names_what_a_change_defines_is_read(
    chosen: Choose, monkeypatch: pytest.MonkeyPatch, changed: str, text: str, read: set[str], comes: bool
) -> None:
    referring = "R\n=\n\nOf :ref:`three words\nhere`, a :term:`some term`, :option:`--opt`.\n"
    monkeypatch.setitem(FILES, "docs/referring.rst", referring)
    before, after = FILES[changed], text
    monkeypatch.setitem(FILES, changed, before if comes else after)
    found = chosen({changed: after if comes else before}, "affected")
    assert set(found.base or ()) == set(found.head or ()) == read - {"part.inc"}


def test_what_includes_a_definition_by_itself_is_tried_alone_as_ever(
    chosen: Choose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "docs/include.rst", ".. _here:\n\n" + FILES["docs/include.rst"])
    found = chosen({"docs/part.inc": "Part :ref:`here`.\n"}, "affected")
    assert found.try_alone == {"include.rst", "myst.md"}


@pytest.mark.parametrize("name", ["\\E", "\\", "a\\Eb.rst", "x [y] (z*.rst"])
def test_a_file_may_have_any_name(chosen: Choose, name: str) -> None:
    assert set(chosen({f"docs/{name}.rst": "Text.\n"}, "affected").head or ()) == {f"{name}.rst"}


def test_a_label_may_be_long(chosen: Choose) -> None:
    found = chosen({"docs/a.rst": FILES["docs/a.rst"] + f"\n.. _{'x' * 50_000}:\n"}, "affected")
    assert "a.rst" in (found.head or ())


@pytest.mark.parametrize("path", ["docs/_templates/autosummary/module.rst", "docs/parts/sub/one.md"])
def test_a_template_concerns_all_documents_whatever_its_suffix(
    chosen: Choose, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(FILES, "docs/conf.py", "templates_path = ['_templates']\ntemplates_path += ['./parts']\n")
    monkeypatch.setitem(FILES, path, "{{ name }}\n")
    assert chosen({path: "{{ other }}\n"}, "affected").head is None


@pytest.mark.parametrize("path", ["schema/part.json", "MAINTAINERS"])
def test_a_file_that_no_document_names_is_reported(chosen: Choose, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setitem(FILES, path, "text\n")
    monkeypatch.setitem(FILES, "docs/a.rst", FILES["docs/a.rst"] + "Ask the MAINTAINERS.\n")
    found = chosen({path: "other\n"}, "affected")
    assert found.head == ()
    assert Note("unnamed", (path,)) in found.notes


def test_a_file_in_the_root_is_named_by_a_directive(chosen: Choose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "LICENSE", "text\n")
    monkeypatch.setitem(FILES, "docs/sub/b.rst", FILES["docs/sub/b.rst"] + ".. literalinclude:: ../LICENSE\n")
    found = chosen({"LICENSE": "other\n"}, "affected")
    assert (found.head, len(found.notes)) == (("sub/b.rst",), 1)


@pytest.mark.parametrize("path", ["matrix.yaml", "docs/.buildinfo", ".github/workflows/docs.yml"])
def test_files_that_no_document_reads_concern_none(chosen: Choose, path: str) -> None:
    found = chosen({path: "text\n"}, "affected")
    assert (found.head, len(found.notes)) == ((), 1)
