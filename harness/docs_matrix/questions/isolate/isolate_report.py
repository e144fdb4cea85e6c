"""The answer of `isolate` as plain lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from docs_matrix.diagnostics.flaky import DEPENDS
from docs_matrix.questions.isolate.isolation import Isolation, Proof
from docs_matrix.reports.escaping import cut, one_line, plural, visible

__all__ = ["lines"]

_LONGEST = 2_000
"""Characters of the message."""


def lines(answer: Isolation) -> Iterator[str]:
    """Yield the answer in plain lines."""
    document = one_line(answer.document)
    if answer.message:
        yield from cut(visible(answer.message.printed), _LONGEST).splitlines()
        yield ""
    if answer.verdict == "absent":
        yield f"{document} does not give it, alone or after any other documents of the tree, in {answer.cell}"
    elif answer.verdict == "independent":
        yield f"it does not depend on what was read before: {document} gives it alone"
    else:
        yield f"it {DEPENDS}; {document} gives it after {plural(len(answer.before), 'document')}:"
        for name in answer.before:
            yield f"  {one_line(name)}"
        if not answer.smallest:
            yield "fewer documents may be enough: the search stopped at its limit of builds"
        yield ""
        for proof in answer.proofs:
            yield f"{one_line(proof.cell)}: {_proof(proof, 'it' if len(answer.before) == 1 else 'them')}"
    yield f"found in {plural(answer.builds, 'build')}"
    if answer.verdict == "depends":
        yield f"with it:    {one_line(answer.shows)}"
        yield f"without it: {one_line(answer.hides)}"
    elif answer.verdict == "independent":
        yield f"again: {one_line(answer.hides)}"


def _proof(proof: Proof, them: str) -> str:
    if proof.reason is not None:
        return f"not built: {cut(one_line(proof.reason), 300)}"
    if proof.holds:
        return f"proven: the message appears with {them}, and not without {them}"
    if not proof.shown:
        return f"the message does not appear with {them}"
    if proof.alone:
        return f"the message appears without {them} as well"
    return "the message appears without some of them as well"
