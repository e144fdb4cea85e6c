"""A run as JUnit XML: a suite for each cell, a case for each diagnostic. The names stay the same from run to run.

The package junit-xml makes the file, and it trusts its input. It drops a failure without a message, removes control characters,
writes lone surrogates as malformed XML, and loses values such as 0. So all values are made safe before they go in, and the
result is read back and counted before it is returned.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import junit_xml

from docs_matrix.diagnostics import message_keys
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Finding, Judged, Run, Verdict, is_lane
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, cut_with_digest, one_line, visible

__all__ = ["junit"]

_Outcome = Literal["passed", "failure", "error", "skipped"]

_OUTCOMES: dict[Verdict, _Outcome] = {Verdict.NEW: "failure", Verdict.FIXED: "passed"}
"""Diagnostics with any other verdict are skipped cases: they neither fail nor pass."""

_NO_PATH = "no-path"
_NAME_LIMIT = 200
_KEY_LIMIT = 4_000
"""At most this many characters of a message go into the name of a case, and the name is then cut again.

Cases with equal names get numbers.
"""
_HEADLINE_LIMIT = 1_000
_BODY_LIMIT = 2_000_000
"""XML readers refuse a text of more than ten million bytes, and a character takes up to four bytes in UTF-8."""
_LOG_LINES = 50

_UNKNOWN_TO_JENKINS = {
    "testsuites": ("disabled",),
    "testsuite": ("disabled",),
    "testcase": ("file", "line"),
}
"""The attributes that we write and that junit-10.xsd of Jenkins' xUnit plugin does not allow."""


@dataclass(frozen=True)
class _Case:
    """A test case as a reader must get it; `message` and `body` are the texts of a failure, an error or a skip."""

    classname: str
    name: str
    outcome: _Outcome
    message: str = ""
    body: str = ""
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class _Suite:
    """The cases of a cell."""

    name: str
    seconds: float
    properties: dict[str, str]
    cases: tuple[_Case, ...]


def junit(run: Run, *, strict: bool = False) -> str:
    """Return `run` as JUnit XML: new diagnostics fail, fixed ones pass, and all others are skipped with the reason.

    `strict` leaves out the attributes that the schema of Jenkins' xUnit plugin does not know: `file` and `line` of a case, and
    the number of disabled cases. Raises `RuntimeError` if the XML, read back, does not have the cases that were put in.
    """
    findings = _by_look(run)
    suites = [_suite(cell, run, findings) for cell in run.cells]
    root = ET.fromstring(junit_xml.to_xml_report_string(map(_as_junit, suites), prettyprint=False))  # noqa: S314 ours
    for element, suite in zip(root, suites, strict=True):
        element.set("time", f"{suite.seconds:.3f}")  # str() may give 1e-05, which the schema does not accept as a time
    root.set("time", f"{sum(suite.seconds for suite in suites):.3f}")
    if strict:
        for tag, names in _UNKNOWN_TO_JENKINS.items():
            for element in root.iter(tag):
                for name in names:
                    element.attrib.pop(name, None)
    ET.indent(root)
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
    _check(text, suites)
    return text


def _suite(cell: CellResult, run: Run, findings: dict[object, Finding]) -> _Suite:
    properties = {
        "python": cell.python,
        "docutils": cell.docutils,
        "sphinx": cell.sphinx,
        "lock": cell.lock,
        "tree": run.tree,
        "tree.identity": run.identity,
        "base": run.base,
        "base.identity": run.base_identity or "",
        "patches": ", ".join(run.patches),
        "docs": run.docs,
        "status": cell.status,
        "reason": cell.reason or "",
        "notices": "; ".join(cell.notices),
        "confinement": cell.confined,
        "read": f"{cell.read}",
        "documents": f"{cell.documents}",
        "unclassified": f"{len(cell.unclassified)}",
        "built": f"{cell.built}",
        "cpu_seconds": f"{cell.cpu_seconds:.3f}",
    }
    return _Suite(
        name=one_line(cell.name),
        seconds=cell.seconds,
        properties={name: cut(one_line(value), 10_000) for name, value in properties.items()},
        cases=(_build_case(cell), *_cases(cell, run, findings)),
    )


def _build_case(cell: CellResult) -> _Case:
    name = "check" if is_lane(cell.name) else "build"
    if cell.status == "ok":
        return _Case("docs-matrix", name, "passed")
    reason = one_line(cell.reason or "no reason was given")
    if cell.status == "skipped":
        return _Case("docs-matrix", name, "skipped", reason, reason)
    tail = "\n".join(cell.log.splitlines()[-_LOG_LINES:])[-100_000:]
    body = f"{cell.status}: {reason}\n\nthe end of the log:\n{visible(tail)}"
    return _Case("docs-matrix", name, "error", cut(f"{cell.status}: {reason}", _HEADLINE_LIMIT), body)


def _cases(cell: CellResult, run: Run, findings: dict[object, Finding]) -> list[_Case]:
    """Return a case for each diagnostic. Cases with equal names get numbers: first those that the base has, in its order."""
    same: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for judged in cell.judged:
        same[_classname(judged.diagnostic), _stem(findings.get(_look(cell.name, judged)) or judged.diagnostic)].append(
            judged
        )
    return [
        _case(classname, f"{stem} ({ordinal})", judged, run, findings.get(_look(cell.name, judged)))
        for (classname, stem), group in sorted(same.items())
        for ordinal, judged in enumerate(sorted(group, key=_base_first), start=1)
    ]


def _case(classname: str, name: str, judged: Judged, run: Run, finding: Finding | None) -> _Case:
    seen = judged.diagnostic
    body = [visible(wording.statement(seen))]
    facts = {
        "category": seen.category,
        "through": seen.via,
        "in": wording.cells(finding.cells, run) if finding else None,
        "where": "; ".join(wording.where(finding)) if finding else None,
        "differs": "; ".join(wording.differences(finding)) if finding else None,
    }
    told = [f"{word}: {one_line(fact)}" for word, fact in facts.items() if fact]
    fate = _fate(judged)
    return _Case(
        classname=classname,
        name=name,
        outcome=_OUTCOMES.get(judged.verdict, "skipped"),
        message=cut(wording.headline(seen) if judged.verdict is Verdict.NEW else fate, _HEADLINE_LIMIT),
        body=cut("\n".join([*body, "", *told, fate]), _BODY_LIMIT),
        file=cut(one_line(seen.path), 4_096) if seen.path else None,
        line=seen.line,
    )


def _fate(judged: Judged) -> str:
    """Return the reason why a case is skipped, in words."""
    reason = wording.why(judged.reason)
    if judged.verdict is Verdict.KNOWN:
        return f"known since {reason}" if reason else "known"
    if judged.verdict in (Verdict.MOVED, Verdict.CHANGED) and judged.base:
        return f"{judged.verdict}; it was: {wording.headline(judged.base)}"
    if judged.verdict is Verdict.FLAKY:
        return f"flaky: {reason or 'builds of equal input differ in it'}"
    if judged.verdict is Verdict.UNJUDGED:
        return "unjudged: the answer lies outside of the documents that were read"
    return f"{judged.verdict}: {reason}" if reason else str(judged.verdict)


def _classname(seen: Diagnostic) -> str:
    """Return the path with an underscore for its last dot, because Jenkins takes a dot for the end of a package name."""
    if not seen.path:
        return _NO_PATH
    head, dot, tail = one_line(seen.path).rpartition(".")
    return cut_with_digest(f"{head}_{tail}" if dot else tail, 1_000)


def _stem(seen: Finding | Diagnostic) -> str:
    """Return the name of a case without its number: the category and the message.

    Parts of the message that differ from build to build or from cell to cell, such as addresses of objects, are left out.
    """
    meaning = _meaning(seen.message[:_KEY_LIMIT])
    return cut_with_digest(f"{one_line(seen.category)}: {meaning}" if seen.category else meaning, _NAME_LIMIT)


@lru_cache(maxsize=10_000)
def _meaning(message: str) -> str:
    """Return the part of the message that is equal in all cells, on one line."""
    return one_line(message_keys.shared_key(message)) or "(empty message)"


def _base_first(judged: Judged) -> tuple[bool, int, int, str, str, str]:
    seen = judged.diagnostic
    base = judged.base or (seen if judged.verdict is Verdict.FIXED else None)
    base_line = base.line or 0 if base else 0
    return (base is None, base_line, seen.line or 0, seen.level, seen.printed, str(judged.verdict))


def _by_look(run: Run) -> dict[object, Finding]:
    """Return the finding to which each diagnostic of a cell belongs; the key is the value that `_look` returns."""
    return {
        (cell, finding.path, variant.verdict, variant.line, variant.level, variant.category, variant.printed): finding
        for finding in run.findings
        for variant in finding.variants
        for cell in variant.cells
    }


def _look(cell: str, judged: Judged) -> object:
    seen = judged.diagnostic
    return (cell, seen.path, judged.verdict, seen.line, seen.level, seen.category, seen.printed)


def _as_junit(suite: _Suite) -> junit_xml.TestSuite:
    return junit_xml.TestSuite(suite.name, [_as_junit_case(case) for case in suite.cases], properties=suite.properties)


def _as_junit_case(case: _Case) -> junit_xml.TestCase:
    line = None if case.line is None else f"{case.line}"  # as text, because a number 0 is lost
    written = junit_xml.TestCase(case.name, classname=case.classname, file=case.file, line=line)
    if case.outcome == "failure":
        written.add_failure_info(message=case.message, output=case.body)
    elif case.outcome == "error":
        written.add_error_info(message=case.message, output=case.body)
    elif case.outcome == "skipped":
        written.add_skipped_info(message=case.message, output=case.body)
    return written


def _check(text: str, suites: Sequence[_Suite]) -> None:
    """Read `text` back. Raises `RuntimeError` if the cases, outcomes or totals of a suite are not those of `suites`."""
    read = [(suite.get("name"), _outcomes(suite), _totals(suite)) for suite in ET.fromstring(text)]  # noqa: S314 ours
    meant = []
    for suite in suites:
        outcomes = Counter((case.classname, case.name, case.outcome) for case in suite.cases)
        meant.append((suite.name, outcomes, _count(case.outcome for case in suite.cases)))
        if len({(case.classname, case.name) for case in suite.cases}) != len(suite.cases):
            raise RuntimeError(f"junit: two cases of {suite.name} have the same name")
    if read != meant:
        raise RuntimeError("junit: the XML, read back, does not have the cases that were meant")


def _outcomes(suite: ET.Element) -> Counter[tuple[str, str, str]]:
    return Counter(
        (case.get("classname", ""), case.get("name", ""), case[0].tag if len(case) else "passed")
        for case in suite.iter("testcase")
    )


def _totals(suite: ET.Element) -> dict[str, int]:
    return {name: int(suite.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped")}


def _count(outcomes: Iterable[str]) -> dict[str, int]:
    total = Counter(outcomes)
    return {
        "tests": total.total(),
        "failures": total["failure"],
        "errors": total["error"],
        "skipped": total["skipped"],
    }
