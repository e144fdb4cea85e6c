"""What was built, as services of continuous integration name it: a commit, and patches."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from docs_matrix.check.subject import Subject
from docs_matrix.diagnostics.findings import SourceCode
from docs_matrix.trees import patches

__all__ = ["source_code"]

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_HEAD = 1 << 16
"""Bytes of a mail in which its message-id is looked for."""


def source_code(subject: Subject) -> SourceCode:
    """Return the commit that the head of `subject` stands on, and the patches that were applied to it."""
    files = [Path(name) for name in (*subject.asked.before, *subject.asked.patches)]
    if not files or subject.base is None:
        return SourceCode(subject.head.commit.id if subject.head.commit else None)
    texts = [patch.text for file in files for patch in patches.read(file)]
    hashes = "".join(f"{hashlib.sha256(text).hexdigest()}\n" for text in texts)
    found = _MESSAGE_ID.search(Path(subject.asked.patches[0]).read_bytes()[:_HEAD])
    return SourceCode(
        subject.base.commit.id if subject.base.commit and not subject.asked.before else None,
        hashlib.sha256(hashes.encode()).hexdigest(),
        found[1].decode("utf-8", "replace") if found else None,
    )
