"""The labels, terms, options and objects that the text of a document defines or refers to, found without a build.

A role is `:domain:role:`Title <target>``, in MyST `{role}`…``. An object is also what kernel-doc describes in a comment of C.
References that an extension makes from other text are not found: the kernel's automatic references to functions, sections by their
titles. A name that holds a NUL is not found either, since git does not search for it. Names are kept in lower case, with single
spaces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

__all__ = ["ROLE", "Target", "Targets", "changed_definitions", "changed_references", "definitions"]

LABEL = re.compile(
    r"^[ \t]*(?:(?:[*+-]|[\w#]{1,3}[.)])[ \t]+){0,3}"
    r"(?:\.\.[ \t]+_(?!_:)(?:`([^`\n\0]+)`|((?:[^:`\n\0]|:(?=\S))+)):(?:[ \t]+[^\n\0]*_)?|\(([^()\n\0]+)\)=)[ \t\r]*$",
    re.MULTILINE,
)
"""The definition of a label, in reStructuredText and in MyST. It may also stand at the start of a list item, or of a line in a
comment of C."""
TITLE = re.compile(r"\s*+(?:[^\n]+\n)?[ \t]*([^\w\s])\1*[ \t\r]*$", re.MULTILINE)
"""The title of a section, or its first line, after a label."""
OPTION = re.compile(r"^[ \t]*:(?:name|label):[ \t]*(\S[^\n\0]*)$|\{#([\w:.-]+)", re.MULTILINE)
"""An option of a directive (a figure, an equation), or an attribute in MyST, that defines a label."""
ROLE = re.compile(r"(?::([A-Za-z][\w.+:-]{0,80}):|\{([A-Za-z][\w.+:-]{0,80})\})`([^`\0]{1,200})`")
QUOTED = re.compile(r"`([^`\0]{1,200})`")
BETWEEN = re.compile(r"[\s`<>()\[\]{}\"'|,]+")
TITLED = re.compile(r"(?<!\\)<([^<>]*)>$")
GLOSSARY = re.compile(r"\.\.[ \t]+glossary::|(?<![`:])[`:]{3,}+\{glossary\}")
TERM = re.compile(r"^[ \t]*+(?!\.\.[ \t]|[`:]{3}|:[\w-]{1,80}:\s)(?=[^\n]*[^\W_])([^\s\0][^\n\0]*)$", re.MULTILINE)
"""Any line that may be a term of a glossary: not a directive, not an option, and with at least one letter or digit."""
OF_LABELS = frozenset(("any", "eq", "keyword", "numref", "ref"))
"""Roles whose target is a label; by the last part of their names."""
OF_TERMS = frozenset(("any", "term"))
OF_OPTIONS = frozenset(("any", "cmdoption", "option"))
SCOPES = frozenset(("currentmodule", "module", "namespace", "program"))
"""Directives that name the module, program or namespace of the objects that follow."""
OBJECTS = (
    "attribute|class|classmethod|concept|confval|data|decorator|decoratormethod|describe|directive|enum|enum-class|"
    "enum-struct|enumerator|envvar|exception|function|macro|member|method|module|object|property|role|"
    "setting|staticmethod|struct|type|union|var"
)
"""The last parts of the names of directives that describe objects: those of Sphinx's own domains, and usual names of others."""
OF_OBJECTS = re.compile(f"{OBJECTS}|any|attr|const|deco|dir|exc|expr|func|meth|mod|namespace|obj")
"""Roles whose target is an object."""
DESCRIBED = re.compile(
    rf"^[ \t]*(?:[*-][ \t]+)?(?:\.\.[ \t]+|[`:]{{3,}}\{{)"
    rf"((?:\w+:){{0,2}}(?:{OBJECTS}|{'|'.join(sorted(SCOPES - {'module'}))}|cmdoption|option|auto\w+))"
    r"(?:::|\})(.*(?:\n[ \t]+[^\s:].*)*)",
    re.MULTILINE,
)
"""A directive that describes objects or names their scope, with the lines of its signatures."""
KERNEL_DOC = re.compile(
    r"/\*\*[ \t]*+\r?\n[ \t]*+\*[ \t]*+(?!DOC:)(?>(?:\w++[ \t*]++(?=\w)){0,4})(\w++)[ \t]*+"
    r"(?>(?:\([^\n]*\)[ \t]*+)?)\r?(?:[-:]|$)",
    re.MULTILINE,
)
"""The first line of a comment that kernel-doc reads. It names the object that the comment describes.

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
"""The separators between the parts of an object's name: `module.function`, `program option`, `struct name`."""


@dataclass(frozen=True)
class Target:
    """Something that can be defined and referred to: a label or term with its full name, an option or object with its last part."""

    name: str
    kind: Literal["label", "term", "option", "object"]


def changed_definitions(before: str, after: str) -> set[Target]:
    """Return the targets that only one of two texts defines.

    A target counts also if both texts define it, but in another module or program. A label counts also if it has a
    title in only one of them, because a reference needs the title. In a text with a glossary, each line may be a term.
    """
    old, new = Counter(_definitions(before)), Counter(_definitions(after))
    return {target for target, _ in (old - new) + (new - old)}


def definitions(text: str) -> frozenset[Target]:
    """Return the targets that `text` defines."""
    return frozenset(target for target, _ in _definitions(text))


def changed_references(before: str, after: str) -> set[Target]:
    """Return the targets to which the roles of two texts refer a different number of times.

    "See :ref:`the table <A Table>` and :c:func:`~lib.f()`." refers to the label `a table` and the object `f`.
    """
    old, new = Counter(_references(before)), Counter(_references(after))
    return set((old - new) + (new - old))


def _definitions(text: str) -> Iterator[tuple[Target, str]]:
    """Yield each target that `text` defines, with its context: the module or program, or whether a label has a title."""
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
        # A module is an object too. `role` without a domain is a directive of docutils: it describes no object.
        if directive not in SCOPES - {"module"} and match[1] != "role":
            for line in lines:
                yield from ((target, f"{scope} {whole}") for target, whole in _described(directive, line))


def _described(directive: str, signature: str) -> Iterator[tuple[Target, str]]:
    """Yield each target that a line of signatures describes, and its full name: `-o, --option FILE` are two."""
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
    """Return the words of `text` that may name a label: words between spaces and brackets, and text in backquotes."""
    words = {word.strip(".:;!?#") for word in BETWEEN.split(text.lower())}
    return words | {_target(match[1].strip()) for match in QUOTED.finditer(text)}


@dataclass(frozen=True)
class Targets:
    """A set of targets. It tells whether a text defines or names one of them."""

    wanted: frozenset[Target]

    @cached_property
    def words(self) -> frozenset[str]:
        """Search words: each text that names a target holds at least one of them, in upper or lower case.

        The exception is a text that names the target with a backslash in it.
        """
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
        """Return whether `text` may define one of the targets. For an object, any word of a signature counts."""
        return (
            bool(self._objects)
            and any(not self._objects.isdisjoint(WORD.findall(match[2].lower())) for match in DESCRIBED.finditer(text))
        ) or (
            len(self._objects) < len(self.wanted)
            and any(target in self.wanted for target, _ in _labels_and_terms(text))
        )

    def are_named_in(self, text: str) -> bool:
        """Return whether `text` defines one of the targets, refers to one by a role, or mentions a label.

        The definition of an option does not count, because it may belong to another program.
        """
        if not self.wanted:
            return False
        return (
            (bool(self._labels) and not self._labels.isdisjoint(_mentions(text)))
            or any(target in self.wanted for target in _references(text))
            or self._but_options.are_defined_in(text)
        )


def _target(content: str) -> str:
    """Return the target of `Title <target>`, or all of `content` if there is no title."""
    titled = TITLED.search(content)
    return _normal(_unescaped(titled[1] if titled else content))


def _normal(name: str) -> str:
    return " ".join(name.lower().split())


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
