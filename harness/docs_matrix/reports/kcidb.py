"""A run as a submission to KCIDB, KernelCI's database of results, in its I/O schema 5.3.

A cell is a build and a test, `docs.htmldocs.<cell>`. A tree check is a test `docs.checks.<name>`. A new finding is an issue,
with the code as its culprit. Three kinds of issues have another culprit, so that nobody blames the patch for them: network
failures, messages that only some of several equal builds have, and a cell that failed. An incident is one issue in one test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docs_matrix.diagnostics.findings import LANE, CellResult, CellStatus, Finding, Run, Verdict, is_lane
from docs_matrix.files import digest
from docs_matrix.reports import wording
from docs_matrix.reports.escaping import cut, one_line, visible
from docs_matrix.reports.fingerprints import fingerprints
from docs_matrix.reports.outcome import Outcome, cell_line, new_line

__all__ = ["kcidb"]

_EXCERPT = 16_000
"""At most this many characters of a log are sent; the schema takes 16,384."""
_SHORT = 500
_ENDS: dict[CellStatus, str] = {"ok": "PASS", "failed": "ERROR", "timeout": "ERROR", "skipped": "MISS"}
_CULPRITS = {Verdict.NEW: "code", Verdict.FLAKY: "tool", Verdict.ENVIRONMENT: "harness"}
"""The culprit of a finding, by its verdict; findings with another verdict are no issues."""


def kcidb(run: Run, outcome: Outcome, origin: str, url: str = "") -> dict[str, Any]:
    """Return `run` as the CI system `origin` submits it; `url` is the address of the report."""
    ids = _Ids(origin, run)
    found = [
        (finding, mark)
        for finding, mark in zip(run.findings, fingerprints(run.findings), strict=True)
        if finding.verdict in _CULPRITS
    ]
    lost = [cell for cell in run.cells if cell.status != "ok"]
    return {
        "version": {"major": 5, "minor": 3},
        "checkouts": [_checkout(run, ids)],
        "builds": [_build(cell, ids) for cell in run.cells],
        "tests": [_test(cell, outcome, ids, url) for cell in run.cells],
        "issues": [*(_issue(*one, ids, url) for one in found), *(_lost(cell, ids, url) for cell in lost)],
        "incidents": [*_incidents(found, ids), *(_incident(ids.lost(cell), cell.name, ids) for cell in lost)],
    }


class _Ids:
    """The ids of a run's objects. The same question gives the same ids, so that a second submission replaces the first."""

    def __init__(self, origin: str, run: Run) -> None:
        self.origin = origin
        about = (run.tree, run.identity, run.base, run.base_identity or "", run.docs)
        self.checkout = self._of("checkout", *about)

    def build(self, cell: str) -> str:
        return self._of("build", self.checkout, cell)

    def test(self, cell: str) -> str:
        return self._of("test", self.checkout, cell)

    def issue(self, mark: str, verdict: Verdict) -> str:
        return self._of("issue", mark, verdict)

    def lost(self, cell: CellResult) -> str:
        return self._of("issue", cell.name, cell.status, cell.reason or "")

    def incident(self, issue: str, cell: str) -> str:
        return self._of("incident", issue, self.test(cell))

    def _of(self, *parts: str) -> str:
        return f"{self.origin}:{digest(*parts)[:32]}"


def _checkout(run: Run, ids: _Ids) -> dict[str, Any]:
    about = {"id": ids.checkout, "origin": ids.origin, "valid": True}
    about["comment"] = one_line(f"{run.tree}, compared with {run.base}")
    if run.checkout is not None:
        about |= {"git_commit_hash": run.checkout.commit} if run.checkout.commit else {}
        about |= {"message_id": one_line(run.checkout.message_id)} if run.checkout.message_id else {}
        about["patchset_hash"] = run.checkout.patch_hash
    return about


def _build(cell: CellResult, ids: _Ids) -> dict[str, Any]:
    return {
        "id": ids.build(cell.name),
        "checkout_id": ids.checkout,
        "origin": ids.origin,
        "comment": wording.toolchain(cell),
        "config_name": one_line(cell.name),
        "duration": round(cell.seconds, 3),
        "status": _ENDS[cell.status],
    }


def _test(cell: CellResult, outcome: Outcome, ids: _Ids, url: str) -> dict[str, Any]:
    new = [judged.diagnostic for judged in cell.judged if judged.verdict is Verdict.NEW]
    excerpt = [str(new_line(one)) for one in new] if cell.status == "ok" else [*_ended(cell)]
    test = {
        "id": ids.test(cell.name),
        "build_id": ids.build(cell.name),
        "origin": ids.origin,
        "path": _path(cell.name),
        "status": "FAIL" if new and cell.status == "ok" else _ENDS[cell.status],
        "comment": cut(outcome.summary, _SHORT),
        "duration": round(cell.seconds, 3),
        "misc": {str(verdict): cell.count(verdict) for verdict in Verdict} | ({"report_url": url} if url else {}),
    }
    return test | ({"log_excerpt": cut("\n".join(excerpt), _EXCERPT)} if excerpt else {})


def _ended(cell: CellResult) -> Iterator[str]:
    yield str(cell_line(cell.name, cell.status, cell.reason))
    yield from visible(cell.log[-_EXCERPT // 2 :]).splitlines()


def _path(name: str) -> str:
    kind, bare = ("checks", name.removeprefix(LANE)) if is_lane(name) else ("htmldocs", name)
    return f"docs.{kind}.{re.sub(r'[^a-zA-Z0-9_-]', '_', bare) or '_'}"


def _issue(finding: Finding, mark: str, ids: _Ids, url: str) -> dict[str, Any]:
    return _described(ids.issue(mark, finding.verdict), str(new_line(finding)), _CULPRITS[finding.verdict], ids, url)


def _lost(cell: CellResult, ids: _Ids, url: str) -> dict[str, Any]:
    culprit = "harness" if cell.status == "skipped" else "tool"
    return _described(ids.lost(cell), str(cell_line(cell.name, cell.status, cell.reason)), culprit, ids, url)


def _described(name: str, text: str, culprit: str, ids: _Ids, url: str) -> dict[str, Any]:
    issue = {
        "id": name,
        "version": 1,
        "origin": ids.origin,
        "report_subject": text,
        "comment": text,
        "culprit": {part: part == culprit for part in ("code", "tool", "harness")},
    }
    return issue | ({"report_url": url} if url else {})


def _incidents(found: Sequence[tuple[Finding, str]], ids: _Ids) -> Iterator[dict[str, Any]]:
    for finding, mark in found:
        for cell in finding.cells:
            yield _incident(ids.issue(mark, finding.verdict), cell, ids)


def _incident(issue: str, cell: str, ids: _Ids) -> dict[str, Any]:
    return {
        "id": ids.incident(issue, cell),
        "origin": ids.origin,
        "issue_id": issue,
        "issue_version": 1,
        "build_id": ids.build(cell),
        "test_id": ids.test(cell),
        "present": True,
    }
