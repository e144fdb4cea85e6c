"""Identify what was built, as CI services do: by a commit and a digest of patches."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from docs_matrix.check.subject import Subject
from docs_matrix.diagnostics.findings import Checkout
from docs_matrix.trees import patches

__all__ = ["checkout"]

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_HEAD = 1 << 16
"""How many bytes at the start of a mail are searched for its message-id."""


def checkout(subject: Subject) -> Checkout:
    """Return the commit of the head of `subject`; with patches, the commit of the base and the digest of the patches."""
    files = [Path(name) for name in (*subject.asked.before, *subject.asked.patches)]
    if not files or subject.base is None:
        return Checkout(subject.head.commit.id if subject.head.commit else None)
    texts = [patch.text for file in files for patch in patches.read(file)]
    hashes = "".join(f"{hashlib.sha256(text).hexdigest()}\n" for text in texts)
    found = _MESSAGE_ID.search(Path(subject.asked.patches[0]).read_bytes()[:_HEAD])
    return Checkout(
        subject.base.commit.id if subject.base.commit and not subject.asked.before else None,
        hashlib.sha256(hashes.encode()).hexdigest(),
        found[1].decode("utf-8", "replace") if found else None,
    )
