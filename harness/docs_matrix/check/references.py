"""What the text of documents refers to and what it defines, read off without building: labels, terms, options and objects.

A role is `:domain:role:`Title <target>``, in MyST `{role}`…``; what kernel-doc describes in a comment of C is an object. What
an extension makes of other text (the kernel's automatic references to functions, sections by their titles) is not seen, nor is
a name with a NUL in it, which git does not look for. Names are held without case and with single spaces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

__all__ = ["ROLE", "Target", "Targets", "definitions", "moved", "referred"]

LABEL = re.compile(
    r"^[ \t]*(?:(?:[*+-]|[\w#]{1,3}[.)])[ \t]+){0,3}"
    r"(?:\.\.[ \t]+_(?!_:)(?:`([^`\n\0]+)`|((?:[^:`\n\0]|:(?=\S))+)):(?:[ \t]+[^\n\0]*_)?|\(([^()\n\0]+)\)=)[ \t\r]*$",
    re.MULTILINE,
)
"""What defines a label, in reStructuredText and in MyST; an item may begin with it, and a line of a comment in C."""
TITLE = re.compile(r"\s*+(?:[^\n]+\n)?[ \t]*([^\w\s])\1*[ \t\r]*$", re.MULTILINE)
"""The title of a section, or its beginning, behind a label."""
OPTION = re.compile(r"^[ \t]*:(?:name|label):[ \t]*(\S[^\n\0]*)$|\{#([\w:.-]+)", re.MULTILINE)
"""An option of a directive (a figure, an equation) that defines a label, or an attribute of MyST's that does."""
ROLE = re.compile(r"(?::([A-Za-z][\w.+:-]{0,80}):|\{([A-Za-z][\w.+:-]{0,80})\})`([^`\0]{1,200})`")
QUOTED = re.compile(r"`([^`\0]{1,200})`")
BETWEEN = re.compile(r"[\s`<>()\[\]{}\"'|,]+")
TITLED = re.compile(r"(?<!\\)<([^<>]*)>$")
GLOSSARY = re.compile(r"\.\.[ \t]+glossary::|(?<![`:])[`:]{3,}+\{glossary\}")
TERM = re.compile(r"^[ \t]*+(?!\.\.[ \t]|[`:]{3}|:[\w-]{1,80}:\s)(?=[^\n]*[^\W_])([^\s\0][^\n\0]*)$", re.MULTILINE)
"""Any line that may be one: no directive, no option, and with something to look for."""
OF_LABELS = frozenset(("any", "eq", "keyword", "numref", "ref"))
"""Roles whose target is a label; by the last part of their names."""
OF_TERMS = frozenset(("any", "term"))
OF_OPTIONS = frozenset(("any", "cmdoption", "option"))
SCOPES = frozenset(("currentmodule", "module", "namespace", "program"))
"""Directives that say what the objects behind them belong to."""
OBJECTS = (
    "attribute|class|classmethod|concept|confval|data|decorator|decoratormethod|describe|directive|enum|enum-class|"
    "enum-struct|enumerator|envvar|exception|function|macro|member|method|module|object|property|role|"
    "setting|staticmethod|struct|type|union|var"
)
"""Directives that describe objects, of Sphinx's own domains and by a usual name; by the last part of their names."""
OF_OBJECTS = re.compile(f"{OBJECTS}|any|attr|const|deco|dir|exc|expr|func|meth|mod|namespace|obj")
"""Roles whose target is an object."""
DESCRIBED = re.compile(
    rf"^[ \t]*(?:[*-][ \t]+)?(?:\.\.[ \t]+|[`:]{{3,}}\{{)"
    rf"((?:\w+:){{0,2}}(?:{OBJECTS}|{'|'.join(sorted(SCOPES - {'module'}))}|cmdoption|option|auto\w+))"
    r"(?:::|\})(.*(?:\n[ \t]+[^\s:].*)*)",
    re.MULTILINE,
)
"""Such a directive, with the lines of its signatures."""
KERNEL_DOC = re.compile(
    r"/\*\*[ \t]*+\r?\n[ \t]*+\*[ \t]*+(?!DOC:)(?>(?:\w++[ \t*]++(?=\w)){0,4})(\w++)[ \t]*+"
    r"(?>(?:\([^\n]*\)[ \t]*+)?)\r?(?:[-:]|$)",
    re.MULTILINE,
)
"""The first line of a comment that kernel-doc takes, which names what it describes.

Groups are atomic instead of possessive: before Python 3.11.5, a possessive group that backtracks inside does not match.
"""
COMMAND_OPTION = re.compile(r"(?:^|\s)(-{1,2}\w[\w-]*)")
ARGUMENTS = re.compile(r"<[^<>]*>")
SIGNED = re.compile(
    r"\(\s*\*+\s*(\w+)\s*\)\s*\(|(?<![\w-])(\w[\w-]*)\s*(?:\((?!\s*\*+\s*\w+\s*\)\s*\(|\()|[=[;]|(?:final\s*)?(?::(?!:)|$))"
)
"""The name in a signature: `int (*name)(void)`, `struct name`, `package.name(*arguments)`, `name = 1`, `name[2]`, `name : base`."""
WORD = re.compile(r"-{0,2}\w[\w-]*")
PLAIN = re.compile(r"[^\W_]+")
PARTS = re.compile(r"[.:]+|\s+(?=\w+$)")
"""What stands between the parts of an object's name: `module.function`, `program option`, `struct name`."""


@dataclass(frozen=True)
class Target:
    """What is defined and referred to: a label or a term, by its whole name, or an option or object, by the last part of it."""

    name: str
    kind: Literal["label", "term", "option", "object"]


def moved(before: str, after: str) -> set[Target]:
    """Return what only one of two texts defines.

    Also what the other text defines as a part of something else (a module, a program) or without the title that a reference
    needs.

    Of a text with a glossary, each line may be a term.
    """
    old, new = Counter(_definitions(before)), Counter(_definitions(after))
    return {target for target, _ in (old - new) + (new - old)}


def definitions(text: str) -> frozenset[Target]:
    """Return what `text` defines."""
    return frozenset(target for target, _ in _definitions(text))


def referred(before: str, after: str) -> set[Target]:
    """Return what the roles of one of two texts refer to more often than those of the other.

    "See :ref:`the table <A Table>` and :c:func:`~lib.f()`." refers to the label `a table` and the object `f`.
    """
    old, new = Counter(_references(before)), Counter(_references(after))
    return set((old - new) + (new - old))


def _definitions(text: str) -> Iterator[tuple[Target, str]]:
    """Yield what `text` defines, and what else matters of it."""
    yield from _labels_and_terms(text)
    yield from _options_and_objects(text)


def _labels_and_terms(text: str) -> Iterator[tuple[Target, str]]:
    for match in LABEL.finditer(text):
        if name := _normal(_unescaped(match[1] or match[2] or match[3])):
            yield Target(name, "label"), "titled" if TITLE.match(text, match.end()) else ""
    for match in OPTION.finditer(text):
        if name := _normal(match[1] or match[2]):
            yield Target(name, "label"), ""
    if "glossary" in text and GLOSSARY.search(text):
        for line in TERM.findall(text):
            if name := _normal(_unescaped(line.partition(" : ")[0])):
                yield Target(name, "term"), ""


def _options_and_objects(text: str) -> Iterator[tuple[Target, str]]:
    for match in KERNEL_DOC.finditer(text):
        yield Target(match[1].lower(), "object"), ""
    scope = ""
    for match in DESCRIBED.finditer(text):
        directive, lines = match[1].rpartition(":")[2], match[2].lower().splitlines()
        if directive in SCOPES:
            scope = match[2].strip()
        # A module is an object too; a `role` without a domain is docutils's, for its own document.
        if directive not in SCOPES - {"module"} and match[1] != "role":
            for line in lines:
                yield from ((target, f"{scope} {whole}") for target, whole in _described(directive, line))


def _described(directive: str, signature: str) -> Iterator[tuple[Target, str]]:
    """Yield what a line of signatures describes, by its last part and as a whole: `-o, --option FILE` are two."""
    if directive in OF_OPTIONS:
        for one in signature.split(", "):
            if name := _normal(re.split(r"[\s=\[]", one.strip(), maxsplit=1)[0]):
                yield Target(name, "option"), name
    elif found := SIGNED.search(ARGUMENTS.sub(" ", signature).strip(" .:\t")):
        last = found[1] or found[2]
        yield Target(last, "object"), re.split(r"[\s*(]", signature.partition(last)[0])[-1]


def _references(text: str) -> Iterator[Target]:
    for match in ROLE.finditer(text):
        role, content = (match[1] or match[2]).rpartition(":")[2].lower(), match[3].strip()
        whole = _target(content)
        if whole and not content.startswith("!"):
            if role in OF_LABELS:
                yield Target(whole, "label")
            if role in OF_TERMS:
                yield Target(whole, "term")
        option = COMMAND_OPTION.search(whole)
        last = PARTS.split(whole.partition("(")[0].lstrip("!~."))[-1].strip()
        if role in OF_OPTIONS and (option or last):
            yield Target(option[1] if option else last, "option")
        if OF_OBJECTS.fullmatch(role) and last:
            yield Target(last, "object")


def _mentions(text: str) -> set[str]:
    """Return what `text` may call a label by: each word between spaces and brackets, and what stands in backquotes."""
    words = {word.strip(".:;!?#") for word in BETWEEN.split(text.lower())}
    return words | {_target(match[1].strip()) for match in QUOTED.finditer(text)}


@dataclass(frozen=True)
class Targets:
    """Some targets, of which it is asked which texts name them."""

    wanted: frozenset[Target]

    @cached_property
    def words(self) -> frozenset[str]:
        """Of these, in any case, at least one stands in each text that names one of the targets without a backslash in it."""
        long = (max(PLAIN.findall(name) or name.split(), key=len) for name in self._named("label", "term"))
        return self._objects.union(long)

    @cached_property
    def _but_options(self) -> Targets:
        return Targets(frozenset(target for target in self.wanted if target.kind != "option"))

    def _named(self, *kinds: str) -> frozenset[str]:
        return frozenset(target.name for target in self.wanted if target.kind in kinds)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return self._named("label")

    @cached_property
    def _objects(self) -> frozenset[str]:
        return self._named("object", "option")

    def are_defined_in(self, text: str) -> bool:
        """Return whether `text` may define one of them: for an object, any word of a signature."""
        return (
            bool(self._objects)
            and any(not self._objects.isdisjoint(WORD.findall(match[2].lower())) for match in DESCRIBED.finditer(text))
        ) or (
            len(self._objects) < len(self.wanted)
            and any(target in self.wanted for target, _ in _labels_and_terms(text))
        )

    def are_named_in(self, text: str) -> bool:
        """Return whether `text` defines one of them, refers to it by a role, or mentions it, if it is a label.

        Who defines an option of the same name is of no interest: it may belong to any program.
        """
        if not self.wanted:
            return False
        return (
            (bool(self._labels) and not self._labels.isdisjoint(_mentions(text)))
            or any(target in self.wanted for target in _references(text))
            or self._but_options.are_defined_in(text)
        )


def _target(content: str) -> str:
    """Return what `Title <target>` refers to, or what stands there without a title."""
    titled = TITLED.search(content)
    return _normal(_unescaped(titled[1] if titled else content))


def _normal(name: str) -> str:
    return " ".join(name.lower().split())


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
