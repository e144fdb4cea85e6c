"""What the text of documents refers to and what it defines, read off without building: labels, terms and objects.

A role is `:domain:role:`Title <target>``, in MyST `{role}`…``. What an extension makes of other text (the kernel's automatic
references to functions, sections by their titles, Markdown's links) is not seen, nor is a name with a NUL in it, which git does
not look for. Names are held without case and with single spaces.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Target", "Wanted", "labels", "references"]

LABEL = re.compile(
    r"^[ \t]*(?:\.\. _(?:`([^`\n\0]+)`|((?:[^:`\n\0]|:(?=\S))+)):|\(([^()\n\0]+)\)=)[ \t\r]*$", re.MULTILINE
)
"""What defines a label, in reStructuredText and in MyST."""
OPTION = re.compile(r"^[ \t]*:(?:name|label):[ \t]*(\S[^\n\0]*)$", re.MULTILINE)
"""An option of a directive (a figure, an equation) that defines one."""
ROLE = re.compile(r"(?::([A-Za-z][\w.+:-]{0,80}):|\{([A-Za-z][\w.+:-]{0,80})\})`([^`\0]{1,200})`")
TITLED = re.compile(r"(?<!\\)<([^<>]*)>$")
OF_LABELS = frozenset(("any", "eq", "keyword", "numref", "ref", "term"))
"""Roles whose target is a label or a term; by the last part of their names."""
OBJECTS = (
    "attribute|class|classmethod|cmdoption|concept|confval|data|decorator|decoratormethod|describe|directive|enum|enum-class|"
    "enum-struct|enumerator|envvar|exception|function|macro|member|method|module|namespace|object|option|property|role|"
    "setting|staticmethod|struct|type|union|var"
)
"""Directives that describe objects, of Sphinx's own domains and by a usual name; by the last part of their names."""
OF_OBJECTS = re.compile(f"{OBJECTS}|any|attr|const|deco|dir|exc|expr|func|meth|mod|obj")
"""Roles whose target is an object."""
DESCRIBED = re.compile(
    rf"^[ \t]*(?:\.\. |[`:]{{3,}}\{{)(?:\w+:){{0,2}}(?:{OBJECTS}|auto\w+)(?:::|\}})(.*(?:\n[ \t]+[^\s:].*)*)",
    re.MULTILINE,
)
"""Such a directive, with the lines of its signatures."""
COMMAND_OPTION = re.compile(r"(?:^|\s)(-{1,2}\w[\w-]*)")
WORD = re.compile(r"-{0,2}\w[\w-]*")
PLAIN = re.compile(r"[^\W_]+")
PARTS = re.compile(r"[.:]+|\s+(?=\w+$)")
"""What stands between the parts of an object's name: `module.function`, `program option`, `struct name`."""


@dataclass(frozen=True)
class Target:
    """What a role refers to: a label or term, by its whole name, or an object, by the last part of it."""

    name: str
    is_object: bool


def labels(text: str) -> set[str]:
    """The labels that `text` defines by themselves, as they are written, but for backslashes."""
    found = (match[1] or match[2] or match[3] for match in LABEL.finditer(text))
    return {_unescaped(label) for label in found}


def references(text: str) -> Counter[Target]:
    """What the roles of `text` refer to, and how often.

    "See :ref:`the table <A Table>` and :c:func:`~lib.f()`." gives the label `a table` and the object `f`.
    """
    found: Counter[Target] = Counter()
    for match in ROLE.finditer(text):
        role, content = (match[1] or match[2]).rpartition(":")[2].lower(), match[3].strip()
        titled = TITLED.search(content)
        whole = _normal(_unescaped(titled[1] if titled else content))
        if role in OF_LABELS and whole and not content.startswith("!"):
            found[Target(whole, False)] += 1
        if OF_OBJECTS.fullmatch(role):
            option = COMMAND_OPTION.search(whole) if role in ("option", "cmdoption") else None
            if last := option[1] if option else PARTS.split(whole.partition("(")[0].lstrip("!~."))[-1].strip():
                found[Target(last, True)] += 1
    return found


@dataclass(frozen=True)
class Wanted:
    """Targets of which the definers are wanted."""

    targets: frozenset[Target]

    @cached_property
    def words(self) -> frozenset[str]:
        """Of these, in any case, at least one stands in each text that defines one of the targets."""
        return frozenset(max(PLAIN.findall(target.name) or target.name.split(), key=len) for target in self.targets)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(target.name for target in self.targets if not target.is_object)

    @cached_property
    def _objects(self) -> frozenset[str]:
        return frozenset(target.name for target in self.targets if target.is_object)

    def are_defined_in(self, text: str) -> bool:
        """Whether `text` may define one of them. That of an object's name is said elsewhere which is before its last part."""
        return not self._names.isdisjoint(map(_normal, _names_of(text) if self._names else ())) or (
            bool(self._objects)
            and any(not self._objects.isdisjoint(WORD.findall(it[1].lower())) for it in DESCRIBED.finditer(text))
        )


def _names_of(text: str) -> set[str]:
    """Labels, those of options too, and, in a text with a glossary, each line, which may be a term."""
    found = labels(text) | {match[1] for match in OPTION.finditer(text)}
    if "glossary" in text:
        found |= {_unescaped(line.partition(" : ")[0]) for line in text.splitlines()}
    return found


def _normal(name: str) -> str:
    return " ".join(name.lower().split())


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
