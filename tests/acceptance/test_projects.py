"""A project that is not the kernel: Sphinx's own documentation, from its source distribution, built with its own conf.py."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import uv

from tests.conftest import Command

pytestmark = pytest.mark.acceptance

CELLS = ("py3.13-docutils0.21.2-sphinx8.1.3", "py3.13-docutils0.21.2-sphinx8.2.3")


@pytest.fixture(scope="session")
def sphinx_8_1_3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution as it is on the package index."""
    folder = tmp_path_factory.mktemp("sdist")
    words = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "sphinx==8.1.3"]
    done = subprocess.run(
        [uv.find_uv_bin(), "tool", "run", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"Sphinx's source distribution cannot be had: {done.stderr.strip().splitlines()[-1:]}")
    return next(folder.glob("*.tar.gz"))


def test_sphinx_s_own_documentation_is_built_and_a_mistake_in_it_is_found(
    docs_matrix: Command, sphinx_8_1_3: Path, tmp_path: Path
) -> None:
    subprocess.run(["tar", "-xf", sphinx_8_1_3], cwd=tmp_path, check=True)
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
    answer = docs_matrix("check", "--tree", sphinx_8_1_3, "--patch", patch, "--docs", "all", *named)
    assert answer.status == 1, answer.stderr
    line = len(before.splitlines()) + 2
    assert answer.places("new") == [("doc/faq.rst", line)]
    assert answer.of("fixed") == []
    assert all(cell["status"] == "ok" and cell["read"] > 70 for cell in answer.findings["cells"].values())
