"""What `--verify` finds between two builds of one version: whatever they print differently."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docs_matrix.builds.result import Build
from docs_matrix.check.verify import print_differences
from docs_matrix.diagnostics.diagnostic import Diagnostic

ONE = Diagnostic("a.rst", 3, "WARNING", "docutils", "Open.", "a.rst:3: WARNING: Open. [docutils]")
OTHER = replace(ONE, line=9, printed="a.rst:9: WARNING: Open. [docutils]")
HERE = Diagnostic(
    "a.rst", 1, "WARNING", None, "duplicate label here, other instance in b.rst", "a.rst:1: here, b.rst", "a"
)
THERE = Diagnostic(
    "b.rst", 1, "WARNING", None, "duplicate label here, other instance in a.rst", "b.rst:1: here, a.rst", "b"
)


def built(*said: Diagnostic, unclassified: tuple[str, ...] = ()) -> Build:
    return Build(
        status="ok",
        reason=None,
        python="3.13.0",
        docutils="0.22",
        sphinx="9.0.0",
        diagnostics=said,
        suppressed=(),
        unclassified=unclassified,
        stderr_lines=0,
        read=("a", "b"),
        documents=2,
        seconds=1.0,
        cpu_seconds=1.0,
        peak_bytes=1,
    )


@pytest.mark.parametrize(
    ("ours", "plain", "lines"),
    [
        (built(ONE, OTHER), built(OTHER, ONE), ()),
        (built(ONE), built(ONE, ONE), (f"printed only when built plainly: {ONE.printed}",)),
        (built(ONE, OTHER), built(ONE), (f"not printed when built plainly: {OTHER.printed}",)),
        (built(unclassified=("a", "b")), built(unclassified=("b",)), ("not printed when built plainly: a",)),
        (built(HERE), built(THERE), ()),
        (
            built(ONE),
            built(replace(ONE, printed="a.rst:3: WARNING: Open.")),
            (f"printed as a.rst:3: WARNING: Open. when built plainly, else as {ONE.printed}",),
        ),
    ],
    ids=["another order", "once more", "less", "another line of the log", "the ends of a duplicate", "another form"],
)
def test_every_printed_message_is_compared(ours: Build, plain: Build, lines: tuple[str, ...]) -> None:
    assert print_differences(ours, plain) == lines
