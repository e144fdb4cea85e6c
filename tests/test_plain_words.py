"""No file that a user or a contributor reads has a phrase that is never right; there is a plain one for each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLAIN = {
    r"goe?s? along with": "is compatible with",
    r"he?o?ld against": "compared with",
    r"mend(s|ed)?": "fix",
    r"but for": "except for",
    r"afresh|anew": "again, or from scratch",
    r"comes? to an end": "finishes",
    r"the company of": "packages that had to change too",
}
"""The phrases, as expressions, and what to write in place of each."""


@pytest.mark.parametrize("phrase", PLAIN)
def test_no_text_has_a_phrase_for_which_there_is_a_plain_one(phrase: str) -> None:
    suffixes = (".py", ".rst", ".md", ".j2", ".yml", ".yaml", ".json")
    folders = ("harness", "docs", "examples", ".github")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    paths += [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "action.yml", "matrix.yaml")]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        if "_build" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if re.search(rf"\b({phrase})\b", line, re.IGNORECASE)
    ]
    assert not found, f"write {PLAIN[phrase]!r}"
