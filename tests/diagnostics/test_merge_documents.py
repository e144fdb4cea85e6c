"""A mistake in an included file is one, whichever documents report it."""

from __future__ import annotations

from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.diagnostics.findings import CellResult, Judged, Verdict
from docs_matrix.diagnostics.merge_cells import merge
from docs_matrix.diagnostics.merge_documents import merge_documents


def said(document: str | None, line: int = 9, verdict: Verdict = Verdict.NEW, path: str | None = "part.rst") -> Judged:
    return Judged(verdict, Diagnostic(path, line, "WARNING", "docutils", "x", "x", document=document))


def test_what_several_documents_say_of_one_place_is_one_mistake() -> None:
    (one,) = merge_documents([said("b"), said("a"), said("c")])
    assert (one.documents, one.diagnostic.document) == (("a", "b", "c"), "b")


def test_what_one_document_says_twice_is_two_mistakes() -> None:
    assert [one.documents for one in merge_documents([said("a"), said("a"), said("b")])] == [("a", "b"), ()]


def test_a_new_inclusion_of_a_known_mistake_is_new() -> None:
    merged = merge_documents([said("a", verdict=Verdict.KNOWN), said("b", verdict=Verdict.KNOWN), said("c")])
    assert [(one.verdict, one.all_documents) for one in merged] == [("known", ("a", "b")), ("new", ("c",))]


def test_what_has_no_place_or_no_document_is_not_merged() -> None:
    assert len(merge_documents([said("a", path=None), said("b", path=None)])) == 2
    assert len(merge_documents([said(None), said(None)])) == 2


def test_the_row_of_a_docstring_is_the_mistake_of_the_docstring() -> None:
    def at(path: str, line: int, place: str, document: str, verdict: Verdict = Verdict.NEW) -> Judged:
        return Judged(verdict, Diagnostic(path, line, "WARNING", "docutils", "x", "x", document=document, place=place))

    docstring = at("m.py", 5, "docstring of m.f, line 1", "api")
    row = at("list.rst", 10, "<autosummary> of m.f", "list")
    (one,) = merge_documents([row, docstring])
    assert (one.diagnostic.path, one.documents) == ("m.py", ("api", "list"))
    other = at("list.rst", 10, "<autosummary> of m.g", "list")
    fixed = at("list.rst", 10, "<autosummary> of m.f", "list", Verdict.FIXED)
    assert len(merge_documents([row, row, docstring])) == 2
    assert len(merge_documents([other, docstring])) == len(merge_documents([fixed, docstring])) == 2


def test_a_finding_has_the_documents_of_all_cells() -> None:
    cells = [
        CellResult(name, "3.13", "0.21", sphinx, "ok", judged=merge_documents(judged))
        for name, sphinx, judged in (("old", "3.4.3", [said("a"), said("b")]), ("new", "9.2.0", [said("c")]))
    ]
    (finding,) = merge(cells)
    assert finding.documents == ("a", "b", "c")
