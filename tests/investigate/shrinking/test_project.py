"""Smaller versions of projects, over plain functions."""

from __future__ import annotations

from harness.investigate.shrinking.project import Project, reduced

FILES = {
    "docs/conf.py": b"extensions = ['kit']\nproject = 'The needed project'\n",
    "docs/kit.py": b"LEFT = []\nimport os\nLEFT.append(os.sep)\n",
    "docs/data.h": b"/* nothing */\nint first, needed_here;\n",
    "docs/unused.h": b"",
    "docs/before.rst": b"One\n===\n\nSome text.\n",
    "docs/index.rst": b"Two\n===\n\nMore text, the needed one.\n",
}
PROJECT = Project(FILES, "docs", "docs", ("before.rst",), "index.rst")


def test_files_lines_words_characters_and_code_go_until_nothing_more_does() -> None:
    def holds(version: Project) -> bool:
        files = version.files
        words = (
            ("docs/index.rst", b"needed"),
            ("docs/data.h", b"_"),
            ("docs/conf.py", b"project = "),
            ("docs/kit.py", b"LEFT"),
        )
        return "docs/before.rst" in files and all(word in files.get(path, b"") for path, word in words)

    assert reduced(PROJECT, holds).files == {
        "docs/conf.py": b"project = None\n",
        "docs/kit.py": b"LEFT = []\n",
        "docs/data.h": b"_\n",
        "docs/before.rst": b"",
        "docs/index.rst": b"needed\n",
    }


def test_ends_of_lines_stay_where_characters_go() -> None:
    def holds(version: Project) -> bool:
        lines = version.files["docs/index.rst"].splitlines()
        return len(lines) > 1 and b"a" in lines[0] and b"b" in lines[1]

    small = reduced(PROJECT.with_file("docs/index.rst", b"an anchor\na bridge\n"), holds)
    assert small.files["docs/index.rst"] == b"a\nb\n"
