"""A change of C code that no document of a kernel reads: the checks of the source run, and no document is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.check.test_lanes import KERNEL_DOC
from tests.conftest import NEWEST, Answer, Command
from tests.support.git import git

pytestmark = pytest.mark.builds

Write = Callable[[str, Mapping[str, str]], Path]

MAKEFILE = """\
htmldocs:
\t@$(SPHINXBUILD) $(SPHINXOPTS) -b html $(CURDIR)/Documentation $(BUILDDIR)
"""
FILES = {
    "Kbuild": "",
    "Makefile": "htmldocs:\n\t@$(MAKE) -f Documentation/Makefile htmldocs\n",
    "Documentation/Makefile": MAKEFILE,
    "Documentation/conf.py": "project = 'k'\n",
    "Documentation/index.rst": "Index\n=====\n\n.. literalinclude:: ../fs/read.c\n",
    "fs/read.c": "good\n",
    "fs/other.c": "good\n",
    "scripts/kernel-doc": KERNEL_DOC,
}


def checked(docs_matrix: Command, folder: Path, path: str) -> Answer:
    (folder / path).write_text("good\nbad\n")
    answer = docs_matrix(
        "check", "--tree", folder, "--base", "HEAD", "--cell", NEWEST, "--requirement", "sphinx", cwd=folder
    )
    git(folder, "checkout", "-q", ".")
    return answer


def test_the_cells_read_no_document_and_kernel_doc_reads_the_code(docs_matrix: Command, write: Write) -> None:
    folder = write("kernel", FILES)
    (folder / "scripts/kernel-doc").chmod(0o755)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    first = checked(docs_matrix, folder, "fs/read.c")
    assert (first.status, first.findings["cells"][NEWEST]["read"]) == (1, 1), first.stderr
    answer = checked(docs_matrix, folder, "fs/other.c")
    cell = answer.findings["cells"][NEWEST]
    assert (cell["status"], cell["read"], cell["documents"], cell["built"]) == ("ok", 0, 1, 0), answer.stderr
    assert (answer.status, answer.places("new")) == (1, [("fs/other.c", 2)])
