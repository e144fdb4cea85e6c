"""`reproduce.sh`: a script that shows a run's new diagnostics to anyone.

It needs uv (or python3 and pip), git, and the programs of the recipe.
"""

from __future__ import annotations

from docs_matrix.check.rerun import Rerun
from docs_matrix.reports.escaping import visible
from docs_matrix.reports.rendering import TEMPLATES, shell
from docs_matrix.reports.templates.new_lines import LINE

__all__ = ["NAME", "script"]

NAME = "reproduce.sh"


def script(rerun: Rerun) -> bytes:
    """Return the script of `rerun`: `sh reproduce.sh TREE` prints the new lines, and does not change TREE.

    A line of the report that does not have the form of a message cannot be found in a log. The script counts it as missing.
    """
    made = shell(
        "reproduce.sh.j2",
        minor=".".join(rerun.python.split(".")[:2]),
        docutils=rerun.docutils,
        sphinx=rerun.sphinx,
        tools=rerun.build.tools,
        blobs=rerun.blobs,
        words=rerun.build.words,
        folder=rerun.build.folder,
        packages=rerun.packages,
        environment=rerun.environment,
        setup=rerun.setup,
        requirements=rerun.requirements,
        patch=rerun.patch.decode("utf-8", "surrogateescape"),
        expected="".join(f"{line}\n" for line in rerun.expected if line == visible(line) and LINE.fullmatch(line)),
        total=len(rerun.expected),
        program=TEMPLATES.joinpath("new_lines.py").read_text("utf-8"),
    )
    return made.encode("utf-8", "surrogateescape")
