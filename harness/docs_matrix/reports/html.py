"""A run as one HTML page that needs nothing else: it is read without scripts, and filtered with them.

All that a build said is text: it is escaped, what cannot be seen is made visible, and the page's own policy runs no script
but ours, which is known by its digest. What would make the page endless is cut, with a count.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from docs_matrix.diagnostics.findings import CellResult, Finding, Run, Verdict
from docs_matrix.reports import history, wording
from docs_matrix.reports.escaping import cut, one_line, plural, visible

__all__ = ["LIMIT", "command_again", "page"]

LIMIT = 1_000
"""As many findings does the page show whole, the worst first."""

_OPEN = 20
_PATHS = 60
_AROUND = 3
_HOTTEST = 4


def page(run: Run) -> str:
    """`run` as an HTML document."""
    style, script = (
        Path(__file__).with_name("templates").joinpath(name).read_text("utf-8") for name in ("page.css", "page.js")
    )
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    good = not run.count(Verdict.NEW) and all(cell.status == "ok" for cell in run.cells)
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}; form-action \'none\'">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>docs-matrix: {_text(wording.verdict(run), 200)}</title>",
            f"<style>{style}</style>\n</head>\n<body>",
            '<a class="skip" href="#findings">To the findings</a>\n<header>\n<h1>docs-matrix</h1>',
            f'<p class="verdict {"good" if good else "bad"}">{_text(wording.verdict(run), 1_000)}</p>',
            f'<p class="asked">{_asked(run)}</p>\n</header>\n<main>',
            *_matrix(run),
            *_heat(run),
            *(history.picture(run.history) if run.history else ()),
            *_findings(run),
            *_about(run),
            f"</main>\n<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def command_again(run: Run) -> str:
    """The command that asks the same again, for a shell."""
    told = ["docs-matrix", "check", "--tree", run.tree]
    if run.patches:
        told += [word for patch in run.patches for word in ("--patch", patch)]
    elif run.base_identity:
        told += ["--base", run.base]
    documents = ["all"] if run.docs in ("all", "all documents") else run.docs.split(", ")
    told += [word for name in documents for word in ("--docs", name)]
    return shlex.join(one_line(word) for word in told)


def _asked(run: Run) -> str:
    """What was asked, in a line below the verdict."""
    told = (("", run.tree), ("held against ", run.base), ("read: ", run.docs))
    return " · ".join(f"{word}<code>{_text(value, 200)}</code>" for word, value in told if value.strip())


def _matrix(run: Run) -> Iterator[str]:
    more = [verdict for verdict in wording.OTHER if any(cell.count(verdict) for cell in run.cells)]
    counted = [Verdict.NEW, *more, Verdict.KNOWN, Verdict.FIXED]
    yield '<section aria-labelledby="matrix">\n<h2 id="matrix">The matrix</h2>'
    yield _wide("The cells of the matrix")
    yield "<table><caption>What each cell said, and what it was built with.</caption><thead><tr>"
    yield '<th scope="col">cell</th><th scope="col" class="more">built with</th><th scope="col">status</th>'
    yield "".join(f'<th scope="col" class="number">{name}</th>' for name in (*counted, "read", "seconds"))
    yield "</tr></thead><tbody>"
    for cell in run.cells:
        yield _row(cell, counted)
    yield "</tbody></table></div>\n</section>"


def _row(cell: CellResult, counted: Sequence[Verdict]) -> str:
    built = cell.status == "ok"
    said = _text(cell.status, 20) + (f": {_text(cell.reason, 500)}" if cell.reason else "")
    numbers = [f"{cell.count(verdict)}" if built or cell.count(verdict) else "–" for verdict in counted]
    mark = "" if built else ' class="bad"'
    numbers += [f"{cell.read} of {cell.documents}" if built else "–", f"{cell.seconds:.1f}"]
    return (
        f'<tr><th scope="row"><code>{_text(cell.name, 200)}</code></th><td class="more">{_text(wording.toolchain(cell), 200)}</td>'
        f"<td{mark}>{said}</td>" + "".join(f'<td class="number">{number}</td>' for number in numbers) + "</tr>"
    )


def _heat(run: Run) -> Iterator[str]:
    """How many findings that are there each cell has in each file: the more, the hotter."""
    there = [finding for finding in run.findings if finding.verdict is not Verdict.FIXED]
    if not there:
        return
    paths = Counter(finding.path or "" for finding in there)
    counts = Counter((finding.path or "", cell) for finding in there for cell in finding.cells)
    shown = [path for path, _ in sorted(paths.items(), key=lambda item: (-item[1], item[0]))][:_PATHS]
    most = max(counts.values(), default=1)
    yield '<section aria-labelledby="heat">\n<h2 id="heat">Where they are</h2>'
    yield _wide("Findings by file and cell")
    yield '<table class="heat"><caption>Findings that are there, by file and cell; a stronger colour is a larger number.</caption>'
    yield '<thead><tr><th scope="col">file</th>'
    for cell in run.cells:
        yield f'<th scope="col" class="number">{_text(cell.name, 200).replace("-", "<br>", 2)}</th>'
    yield "</tr></thead><tbody>"
    for path in shown:
        yield f'<tr><th scope="row"><code>{_text(path or "(no file)", 300)}</code></th>'
        for cell in run.cells:
            count = counts[path, cell.name]
            yield f'<td class="number{_hot(count, most)}">{count if cell.status == "ok" or count else "–"}</td>'
        yield "</tr>"
    yield "</tbody></table></div>"
    if len(paths) > len(shown):
        yield f"<p>and {plural(len(paths) - len(shown), 'more file')}, in <code>findings.json</code></p>"
    yield "</section>"


def _hot(count: int, most: int) -> str:
    return f" heat-{max(1, round(_HOTTEST * count / max(most, _HOTTEST)))}" if count else ""


def _findings(run: Run) -> Iterator[str]:
    numbers = {cell.name: f"c{number}" for number, cell in enumerate(run.cells)}
    yield f'<section aria-labelledby="findings">\n<h2 id="findings">{plural(len(run.findings), "finding")}</h2>'
    if not run.findings:
        yield "<p>No cell says anything.</p>\n</section>"
        return
    yield from _filters(run, numbers)
    for number, finding in enumerate(run.findings[:LIMIT]):
        yield from _finding(finding, run, numbers, opened=number < _OPEN and finding.verdict is Verdict.NEW)
    if len(run.findings) > LIMIT:
        left = Counter(str(finding.verdict) for finding in run.findings[LIMIT:])
        counts = ", ".join(f"{count} {verdict}" for verdict, count in left.items())
        yield f"<p>and {len(run.findings) - LIMIT} more ({counts}), in <code>findings.json</code></p>"
    yield "</section>"


def _filters(run: Run, numbers: dict[str, str]) -> Iterator[str]:
    shown = run.findings[:LIMIT]
    verdicts = [(str(verdict), str(verdict)) for verdict in Verdict if run.count(verdict)]
    categories = sorted({_category(finding) for finding in shown})
    cells = [(number, name) for name, number in numbers.items()]
    yield '<form id="filters" hidden aria-label="Filter the findings">'
    for name, options in (("cell", cells), ("verdict", verdicts), ("category", [(c, c) for c in categories])):
        told = "".join(f'<option value="{_text(value, 200)}">{_text(text, 200)}</option>' for value, text in options)
        yield f'<div><label for="by-{name}">{name}</label>'
        yield f'<select id="by-{name}" name="{name}"><option value="">any</option>{told}</select></div>'
    yield '<div><label for="by-path">part of the path</label><input id="by-path" name="path" type="search"></div>'
    yield '<p id="shown" role="status"></p></form>'


def _category(finding: Finding) -> str:
    return cut(one_line(finding.category or "(none)"), 100)


def _finding(finding: Finding, run: Run, numbers: dict[str, str], *, opened: bool) -> Iterator[str]:
    cells = " ".join(numbers[name] for name in finding.cells if name in numbers)
    yield (
        f'<article class="finding" data-verdict="{finding.verdict}" data-category="{_text(_category(finding), 200)}" '
        f'data-path="{_text(finding.path or "", 500)}" data-cells="{cells}"><details{" open" if opened else ""}>'
        f'<summary><span class="badge {finding.verdict}">{finding.verdict}</span> '
        f'{_text(wording.headline(finding), 500)}</summary><div class="inside">'
    )
    told = [f"in {wording.cells(finding.cells, run)}", *wording.differences(finding), wording.why(finding.reason)]
    yield f"<p>{_text('; '.join(part for part in told if part), 2_000)}</p>"
    if finding.via:
        yield f"<p>through <code>{_text(finding.via, 500)}</code></p>"
    if "\n" in finding.message.strip():
        yield _pre(escape(visible(cut(finding.message.strip(), 3_000))), "The whole message")
    yield from _source(finding, run)
    if len(finding.variants) > 1:
        yield from _variants(finding)
    yield "</div></details></article>"


def _source(finding: Finding, run: Run) -> Iterator[str]:
    """The head's lines around the finding's, numbered, its own marked; what is fixed has its line in the base."""
    lines = run.sources.get(finding.path or "", "").splitlines()
    if not finding.line or finding.line > len(lines) or finding.verdict is Verdict.FIXED:
        return
    shown = []
    for number in range(max(1, finding.line - _AROUND), min(len(lines), finding.line + _AROUND) + 1):
        text = f'<span class="n">{number}</span>{escape(visible(cut(lines[number - 1], 300)))}'
        shown.append(f"<mark>{text}</mark>" if number == finding.line else text)
    yield _pre("\n".join(shown), "The source")


def _variants(finding: Finding) -> Iterator[str]:
    yield _wide("How the cells see it")
    yield "<table><caption>How the cells see it</caption><thead><tr>"
    yield "".join(f'<th scope="col">{name}</th>' for name in ("cells", "verdict", "line", "level", "as printed"))
    yield "</tr></thead><tbody>"
    for variant in finding.variants[:12]:
        printed = cut(one_line(variant.printed), 400)
        told = (", ".join(variant.cells), str(variant.verdict), str(variant.line or "–"), variant.level, printed)
        yield f"<tr>{''.join(f'<td>{_text(value, 1_000)}</td>' for value in told)}</tr>"
    yield "</tbody></table></div>"


def _about(run: Run) -> Iterator[str]:
    facts = [
        ("tree", f"{run.tree} ({run.identity})"),
        ("held against", f"{run.base}{f' ({run.base_identity})' if run.base_identity else ''}"),
        ("documents", run.docs),
        *(("patch", patch) for patch in run.patches),
        *(("note", note) for note in run.notes),
        *((f"lock of {cell.name}", cell.lock) for cell in run.cells if cell.lock),
        *((f"notice of {cell.name}", notice) for cell in run.cells for notice in cell.notices),
        ("time", f"{sum(cell.cpu_seconds for cell in run.cells):.1f} s of CPU in {_builds(run)}"),
    ]
    yield '<section aria-labelledby="run">\n<h2 id="run">The run</h2>\n<dl>'
    yield "".join(
        f"<dt>{_text(name, 200)}</dt><dd><code>{_text(value, 1_000)}</code></dd>" for name, value in facts[:600]
    )
    yield "</dl>\n<p>Ask the same again:</p>"
    yield _pre(escape(cut(command_again(run), 4_000)), "The command")
    yield "</section>"


def _builds(run: Run) -> str:
    return plural(sum(cell.built for cell in run.cells), "build")


def _pre(content: str, label: str) -> str:
    return f'<pre tabindex="0" role="group" aria-label="{label}">{content}</pre>'


def _wide(label: str) -> str:
    """The start of a part that is scrolled by itself, with the keyboard too."""
    return f'<div class="wide" role="group" tabindex="0" aria-label="{label}">'


def _text(text: str, limit: int) -> str:
    """`text` on one line and cut, as text of an element or of an attribute."""
    return escape(cut(one_line(text), limit))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
