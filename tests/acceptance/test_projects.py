"""A project that is not the kernel: Sphinx's own documentation, from its source distribution, built with its own conf.py."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Command

pytestmark = pytest.mark.acceptance

CELLS = ("py3.13-docutils0.21.2-sphinx8.1.3", "py3.13-docutils0.21.2-sphinx8.2.3")


def test_sphinx_s_own_documentation_is_built_and_a_mistake_in_it_is_found(
    docs_matrix: Command, sphinx_archive: Path, tmp_path: Path
) -> None:
    subprocess.run(["tar", "-xf", sphinx_archive], cwd=tmp_path, check=True)
    tree = tmp_path / "sphinx-8.1.3"
    named = [word for cell in CELLS for word in ("--cell", cell)]
    faq = tree / "doc" / "faq.rst"
    patch = tmp_path / "faq.patch"
    before = faq.read_text()
    faq.write_text(before + "\nA *mistake.\n")
    words: list[str | Path] = [
        "git",
        "diff",
        "--no-index",
        "--no-prefix",
        "--output",
        patch,
        "a/doc/faq.rst",
        "b/doc/faq.rst",
    ]
    for side, text in (("a", before), ("b", faq.read_text())):
        path = tmp_path / side / "doc" / "faq.rst"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    faq.write_text(before)
    subprocess.run(words, cwd=tmp_path, check=False)
    answer = docs_matrix("check", "--tree", sphinx_archive, "--patch", patch, "--docs", "all", *named)
    assert answer.status == 1, answer.stderr
    line = len(before.splitlines()) + 2
    assert answer.places("new") == [("doc/faq.rst", line)]
    assert answer.of("fixed") == []
    assert all(cell["status"] == "ok" and cell["documents"] > 70 for cell in answer.findings["cells"].values())
