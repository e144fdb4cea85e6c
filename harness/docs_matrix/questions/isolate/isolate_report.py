"""The answer of `isolate` as plain lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from docs_matrix.diagnostics.flaky import DEPENDS
from docs_matrix.questions.isolate.isolation import Isolation, Proof
from docs_matrix.reports.escaping import cut, one_line, plural, visible

__all__ = ["lines"]

_LONGEST = 2_000
"""How many characters of the message are shown."""


def lines(answer: Isolation) -> Iterator[str]:
    """Yield the answer in plain lines."""
    document = one_line(answer.document)
    if answer.message:
        yield from cut(visible(answer.message.printed), _LONGEST).splitlines()
        yield ""
    if answer.verdict == "absent":
        yield f"{document} does not give the message, alone or after any other documents of the tree, in {answer.cell}"
    elif answer.verdict == "independent":
        yield f"the message does not depend on what was read before: {document} gives it alone"
    else:
        yield f"the message {DEPENDS}; {document} gives it after {plural(len(answer.before), 'document')}:"
        for name in answer.before:
            yield f"  {one_line(name)}"
        if not answer.smallest:
            yield "fewer documents may be enough: the search stopped at its limit of builds"
        yield ""
        for proof in answer.proofs:
            yield f"{one_line(proof.cell)}: {_proof(proof, several=len(answer.before) > 1)}"
    yield f"found in {plural(answer.builds, 'build')}"
    if answer.verdict == "depends":
        yield f"with it:    {one_line(answer.shows)}"
        yield f"without it: {one_line(answer.hides)}"
    elif answer.verdict == "independent":
        yield f"again: {one_line(answer.hides)}"


def _proof(proof: Proof, *, several: bool) -> str:
    if proof.reason is not None:
        return f"not built: {cut(one_line(proof.reason), 300)}"
    these = "these documents" if several else "this document"
    if proof.holds:
        without = "if one of them is left out" if several else "without it"
        return f"proven: the message appears after {these}, and not {without}"
    if not proof.shown:
        return "not proven: the message does not appear"
    if proof.alone:
        return f"not proven: the message also appears without {these}"
    return "not proven: the message also appears without some of these documents"
