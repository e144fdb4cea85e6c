"""Runs for the tests of the reports: the example's, and any that hypothesis thinks of."""

from __future__ import annotations

import re
from dataclasses import replace

from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Run, Verdict
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.notes import Note
from hypothesis import strategies as st

VFIO = "Documentation/driver-api/vfio.rst"
OLD = "py3.9-docutils0.16-sphinx3.4.3"
NEW = "py3.13-docutils0.23-sphinx9.2.0"
TABLE = "+---+---+\n| a | b|\n+---+---+"


def diagnostic(
    message: str = "Title overline too short.",
    line: int | None = 1,
    *,
    path: str | None = VFIO,
    level: str = "WARNING",
    category: str | None = "docutils",
) -> Diagnostic:
    printed = f"{path}:{line}: {level}: {message}"
    return Diagnostic(path=path, line=line, level=level, category=category, message=message, printed=printed)


def new(message: str, line: int | None = 1, *, path: str | None = VFIO, level: str = "WARNING") -> Judged:
    return Judged(Verdict.NEW, diagnostic(message, line, path=path, level=level), reason="line")


def known(message: str, line: int | None, *, base_line: int | None = None, path: str | None = VFIO) -> Judged:
    seen = diagnostic(message, line, path=path)
    return Judged(Verdict.KNOWN, seen, replace(seen, line=base_line or line), "place", "baselines/example.json")


def fixed(message: str, line: int | None = 1) -> Judged:
    return Judged(Verdict.FIXED, diagnostic(message, line))


def cell(name: str = NEW, *judged: Judged, **changed: object) -> CellResult:
    python, docutils, sphinx = re.findall(r"[\d.]+", name)[:3]
    made = CellResult(
        name, python, docutils, sphinx, "ok", lock="1f" * 32, judged=judged, read=7, documents=7, seconds=2.5
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def run(*cells: CellResult, **changed: object) -> Run:
    made = Run(
        tree="examples/kernel-like",
        identity="a" * 40,
        base="the tree without the patches",
        base_identity="b" * 40,
        cells=cells,
        findings=(),
        patches=("noiommu.patch",),
        asked=Asked("examples/kernel-like", ("noiommu.patch",), folder="/home/me"),
    )
    made = replace(made, findings=merge(cells)) if "findings" not in changed else made
    return replace(made, **changed)  # type: ignore[arg-type]


def example() -> Run:
    """Two cells with the seven new diagnostics of the example's patch and one known one behind them."""
    ends = "Bullet list ends without a blank line; unexpected unindent."
    text = "Inline interpreted text or phrase reference start-string without end-string."

    def seen(table: Judged) -> tuple[Judged, ...]:
        return (
            new("Inline substitution_reference start-string without end-string.", 382),
            new(text, 382),
            new(text, 382),
            new("Inline emphasis start-string without end-string.", 382),
            table,
            new("Blank line required after table.", 400),
            new(ends, 405),
            known(ends, 446, base_line=406),
        )

    older = new(f"Malformed table.\n\n{TABLE}", 391, level="ERROR")
    newer = new(f"Malformed table.\nRight border not aligned or missing.\n\n{TABLE}", 392, level="ERROR")
    source = "\n".join(f"line {number}" for number in range(1, 461))
    return run(cell(OLD, *seen(older)), cell(NEW, *seen(newer)), sources={VFIO: source})


HOSTILE = {
    "control characters": "a\x00\x1b[31m\x7f\x85\x9f\rb",
    "lone surrogates": "a\udc80\ud800b",
    "the end of a CDATA section": "a]]>b<c>&amp;",
    "a hundred thousand characters": "word " * 20_000,
    "nothing": "",
    "blanks alone": " \n\t ",
    "no characters at all": "\ufffe\uffff\ufdd0\U0010ffff",
    "a workflow command": "a\n::error file=b::c\n##[add-mask]d",
    "an old workflow command": "::set-env name=A::b %0A::error::c",
    "the end of a table's cell": "</td></table><script>alert(1)</script> | `a` ``b``",
    "what turns the direction of reading": "\u202egnp.exe \u2066a\u2069",
    "a line of a megabyte": "x" * 1_000_000,
    "markup": "</pre></details>|`*[x](http://y)*`\n\n# head\n- [ ] <b>[red]bold[/red]",
}
"""Messages that break what trusts them, by what they hold."""

texts = st.one_of(
    st.text(st.characters(exclude_categories=())), st.sampled_from([*list(HOSTILE.values())[:3], "", "a.rst"])
)
lines = st.none() | st.integers(0, 10**9)
diagnostics = st.builds(
    Diagnostic,
    path=st.none() | texts,
    line=lines,
    level=st.sampled_from(["WARNING", "ERROR", "CRITICAL"]),
    category=st.none() | texts,
    message=texts,
    printed=texts,
    via=st.none() | texts,
)
judgements = st.builds(
    Judged, st.sampled_from(Verdict), diagnostics, base=st.none() | diagnostics, how=texts, reason=texts
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any run: hostile words everywhere, equal diagnostics, cells that ended in any way."""
    made = [
        CellResult(
            name=f"{draw(texts)}{number}",
            python=draw(texts),
            docutils=draw(texts),
            sphinx=draw(texts),
            status=draw(st.sampled_from(["ok", "failed", "timeout", "skipped"])),
            reason=draw(st.none() | texts),
            notices=tuple(draw(st.lists(texts, max_size=2))),
            judged=tuple(draw(st.lists(judgements, max_size=5))) * draw(st.integers(1, 2)),
            seconds=draw(st.floats(0, 1e6)),
            log=draw(texts),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return Run(
        tree=draw(texts),
        identity=draw(texts),
        base=draw(texts),
        cells=tuple(made),
        findings=merge(made),
        patches=tuple(draw(st.lists(texts, max_size=2))),
        notes=tuple(draw(st.lists(st.builds(lambda text: Note("not told apart", (text,)), texts), max_size=2))),
        sources=draw(st.dictionaries(texts, texts, max_size=2)),
        asked=Asked(
            draw(texts), tuple(draw(st.lists(texts, max_size=2))), docs=tuple(draw(st.lists(texts, max_size=2)))
        ),
    )
