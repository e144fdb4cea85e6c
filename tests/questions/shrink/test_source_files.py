"""Smaller versions of projects, over plain functions."""

from __future__ import annotations

import posixpath

from docs_matrix.questions.shrink.source_files import Project, reduced

FILES = {
    "docs/conf.py": b"extensions = ['kit']\nproject = 'The needed project'\n",
    "docs/kit.py": b"LEFT = []\nimport os\nif os.sep:\n    LEFT.append(os.sep)\n",
    "docs/data.h": b"/* nothing */\nint first;\nint needed_here;\n",
    "docs/unused.h": b"",
    "docs/first.rst": b"One\n===\n\nSome text.\n",
    "docs/index.rst": b"Two\n===\n\nMore text, the needed one.\n",
}
PROJECT = Project(FILES, "docs", "docs", ("first.rst",), "index.rst")


def nothing(_: Project) -> dict[str, set[int]]:
    """Executes nothing of a project."""
    return {}


def test_files_lines_and_statements_go_and_what_is_left_lies_in_one_folder() -> None:
    words = {
        "first.rst": b"",
        "index.rst": b"needed",
        "data.h": b"_",
        "conf.py": b"project = ",
        "kit.py": b"LEFT.append",
    }

    def holds(version: Project, *_: Project) -> bool:
        files = {posixpath.basename(path): content for path, content in version.files.items()}
        files["first.rst"] = version.files[version.documents[0]]
        return all(word in files.get(name, b"") for name, word in words.items())

    assert reduced(PROJECT, holds, nothing).files == {
        "conf.py": b"project = 'The needed project'\n",
        "kit.py": b"LEFT.append(os.sep)\n",
        "data.h": b"int needed_here;\n",
        "before.rst": b"",
        "index.rst": b"More text, the needed one.\n",
    }


def test_a_file_that_another_one_names_is_named_where_it_lies_then() -> None:
    def holds(version: Project, *_: Project) -> bool:
        text = version.files[version.documents[-1]]
        path = text.decode().partition(":: ")[2].strip()
        return version.files.get(path, b"").startswith(b"/")

    small = reduced(PROJECT.with_file("docs/index.rst", b".. show:: docs/data.h\n"), holds, nothing)
    assert small.files == {
        "conf.py": b"",
        "data.h": b"/* nothing */\n",
        "before.rst": b"",
        "index.rst": b".. show:: data.h\n",
    }


def test_statements_that_are_not_executed_go_before_others_are_tried() -> None:
    tried = list[bytes]()

    def holds(version: Project, *_: Project) -> bool:
        tried.append(version.files.get("docs/kit.py", b""))
        return b"LEFT.append" in tried[-1]

    def executed(project: Project) -> dict[str, set[int]]:
        return {"docs/kit.py": {1, 2, 4}}

    source = b"LEFT = []\nif True:\n    global_one = 1\nLEFT.append(1)\n"
    small = reduced(PROJECT.with_file("docs/kit.py", source), holds, executed)
    assert b"LEFT = []\nif True:\n    pass\nLEFT.append(1)\n" in tried
    assert small.files["docs/kit.py"] == b"LEFT.append(1)\n"
