"""What the text of documents refers to and what it defines, read off without building: labels, objects, terms.

A role is `:domain:role:`Title <target>``, in MyST `{role}`…``. What an extension makes of other text (the kernel's automatic
references to functions, sections by their titles) is not seen, nor is a name with a NUL in it, which git does not look for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

__all__ = ["definition", "labels", "references", "words"]

LABEL = re.compile(r"^[ \t]*\.\. _([^:`\n\0]+):[ \t]*$|^\(([^()\n\0]+)\)=[ \t]*$", re.MULTILINE)
"""What defines a label, in reStructuredText and in MyST."""
ROLE = re.compile(r"(?::([A-Za-z][\w.+:-]*):|\{([A-Za-z][\w.+:-]*)\})`([^`\0]{1,200})`")
ELSEWHERE = frozenset(
    ("doc", "download", "external", "abbr", "kbd", "math", "code", "samp", "rfc", "pep", "file", "guilabel")
)
"""Roles whose target no document defines, or whose answer does not need it read; by the last part of their names."""
PARTS = re.compile(r"[.:]+|\s+(?=-)")
"""What stands between the parts of an object's name: `module.function`, `program --option`."""


def labels(text: str) -> set[str]:
    """The labels that `text` defines by themselves, as they are written."""
    return {match[1] or match[2] for match in LABEL.finditer(text)}


def references(text: str) -> Counter[str]:
    """What the roles of `text` refer to, and how often: their targets, in lower case, with single spaces.

    "See :ref:`the table <A Table>` and :c:func:`~f()`." gives `a table` and `f`.
    """
    found: Counter[str] = Counter()
    for match in ROLE.finditer(text):
        if (match[1] or match[2]).rpartition(":")[2].lower() not in ELSEWHERE:
            _, titled, target = match[3].rstrip().rpartition("<")
            whole = target.removesuffix(">") if titled and target.endswith(">") else match[3]
            if name := " ".join(whole.strip().lstrip("!~.").removesuffix("()").lower().split()):
                found[name] += 1
    return found


def words(targets: Collection[str]) -> set[str]:
    """What a line that defines one of `targets` has in it, in any case."""
    return {max(target.split(), key=len) for target in targets} | _last(targets)


def definition(targets: Collection[str]) -> re.Pattern[str]:
    """What matches a line that may define one of `targets`: a label, what a directive describes, or, as the group `term`, a
    term of a glossary.

    Labels and terms stand by themselves. Of the object that a directive describes the last part of the name is enough, since
    what is before it can be said elsewhere; so more may be found than defines one.
    """
    named, last = _one_of(targets), _one_of(_last(targets))
    directive = r"\s*(?:\.\. |[`:]{3,}\{)[a-z][\w:.+-]*(?:::|\})"
    return re.compile(
        rf"\s*\.\. _`?{named}`?:\s*$|\({named}\)=\s*$|{directive}(?:.*[^\w-])?{last}(?![\w-])|(?P<term>\s+{named}(?:\s+:\s.*)?$)",
        re.IGNORECASE,
    )


def _last(targets: Collection[str]) -> set[str]:
    """The last parts of the names that objects have."""
    return {PARTS.split(target)[-1] for target in targets} - {""}


def _one_of(names: Collection[str]) -> str:
    """An expression for any of `names`, however wide its spaces; for none, one that matches nothing."""
    each = (r"\s+".join(map(re.escape, name.split())) for name in sorted(names))
    return f"(?:{'|'.join(each) or '(?!)'})"
