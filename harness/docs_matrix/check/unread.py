"""Search the unread documents for targets that a restricted build did not find.

A restricted build cannot tell whether some references are broken: Sphinx reports that a label, a term or an object is not found. If
no text of the tree can define it, the message is true. If an unread document defines it, a full build would not print the message,
and it is dropped. In all other cases it stays unjudged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Literal

from docs_matrix.builds import recipes
from docs_matrix.builds.runner import Made
from docs_matrix.check.references import ROLE, Target, definitions
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.trees import Tree, Trees

__all__ = ["Unread", "missing"]

Answer = Literal["defined", "possible", "nowhere"]

MISSING = re.compile(
    r"(?:(?:'[\w.-]+'|(?P<role>[\w.:+-]+)) (?:cross-)?reference target|(?P<kind>undefined label|term|unknown option|"
    r"unknown keyword|equation|citation))(?: not found| not in glossary)?: "
    r"(?P<quote>['\"]?)(?P<name>.+?)(?P=quote)(?: \(if the link has no caption [^()]*\))?(?: \[[\w.-]+\])?$"
)
"""How Sphinx and MyST report that the target of a reference is not found."""
WORD = re.compile(r"[^\W_]+")
MOST_NAMES = 1_000
"""The most missing names for which the text is searched."""


@dataclass(frozen=True)
class _Name:
    """A missing target: its name as printed, and its kind. The name of an `object` is only its last part."""

    text: str
    kind: Literal["label", "term", "object"]

    @property
    def word(self) -> str:
        """The longest word of the name. Every text that defines the name holds it."""
        return max(WORD.findall(self.text), key=len, default="")

    def is_defined(self, found: Collection[Target]) -> bool:
        """Return whether `found`, the targets that a document defines, has this name."""
        option = Target(self.text, "option")
        return Target(self.text, self.kind) in found or (self.kind == "object" and option in found)

    def may_be_defined(self, text: str, path: str) -> bool:
        """Return whether `text`, from which references were removed, may define this name."""
        if self.kind == "object":
            document = path.endswith(recipes.SUFFIXES)
            directive = r"(?:::|\}).*" if document else ""
            return re.search(rf"{directive}(?<![\w]){re.escape(self.text)}(?![\w])", text, re.IGNORECASE) is not None
        name = r"[\W_]+".join(map(re.escape, WORD.findall(self.text)))
        return re.search(
            rf"^\W*{name}\W*$|^[ \t]*{name}[ \t]*:|[_(#\"'=]{name}(?!\w)|(?:::|\}})[ \t]*{name}(?!\w)|:[ \t]+{name}[ \t]*$",
            text,
            re.IGNORECASE | re.MULTILINE,
        ) is not None  # fmt: skip


def missing(message: str) -> _Name | None:
    """Return the target that a message reports as not found; None for another message.

    "undefined label: 'far'" gives the label `far`, "py:func reference target not found: lib.f" the object `f`.
    """
    found = MISSING.match(message)
    if not found:
        return None
    name = " ".join(found["name"].lower().split())
    if found["role"] or found["kind"] == "unknown option":
        name, kind = re.split(r"[.:\s]+", name.rstrip("()"))[-1], "object"
    else:
        kind = "term" if found["kind"] == "term" else "label"
    return _Name(name, kind) if WORD.search(name) else None  # type: ignore[arg-type]


@dataclass(frozen=True)
class Unread:
    """Searches the text that restricted builds of some trees did not read. It is safe to use from several threads."""

    trees: Trees
    recipe: Recipe
    _answers: dict[tuple[str, frozenset[str], _Name], Answer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def settled(self, made: Made, tree: Tree) -> Made:
        """Return `made`, a build of `tree`, without the messages that a full build would not print.

        Messages that a full build would print too are no longer marked as unjudged.
        """
        builds = [
            replace(build, diagnostics=self._settled(build.diagnostics, build.read, tree))
            for build in made.observations
        ]
        return replace(made, build=builds[0], again=tuple(builds[1:]))

    def _settled(self, said: Iterable[Diagnostic], read: Iterable[str], tree: Tree) -> tuple[Diagnostic, ...]:
        said = tuple(said)
        names = {name for one in said if one.unjudged and (name := missing(one.message))}
        answers = self._of(names, frozenset(read), tree) if 0 < len(names) <= MOST_NAMES else {}

        def answer(one: Diagnostic) -> Answer:
            name = missing(one.message) if one.unjudged else None
            return answers.get(name, "possible") if name else "possible"

        return tuple(
            replace(one, unjudged=False) if answer(one) == "nowhere" else one
            for one in said
            if answer(one) != "defined"
        )

    def _of(self, names: Collection[_Name], read: frozenset[str], tree: Tree) -> Mapping[_Name, Answer]:
        with self._lock:
            keys = {name: (tree.identity, read, name) for name in names}
            asked = {name for name, key in keys.items() if key not in self._answers}
            for name, answer in self._search(asked, read, tree):
                self._answers[keys[name]] = answer
            return {name: self._answers[key] for name, key in keys.items()}

    def _search(self, names: Collection[_Name], read: frozenset[str], tree: Tree) -> Iterator[tuple[_Name, Answer]]:
        left = set(names)
        possible = set[_Name]()
        paths = self.trees.naming(tree, {name.word for name in names}, ".", ignore_case=True)
        for path, whole in self.trees.texts(tree, paths):
            below = recipes.below(self.recipe, path)
            document = below if below and path.endswith(recipes.SUFFIXES) else None
            if document and posixpath.splitext(document)[0] in read:
                continue
            text = ROLE.sub(" ", whole)
            found = definitions(whole) if document else frozenset()
            here = {name for name in left if name.word in text.lower()}
            for name in [name for name in here if name.is_defined(found)]:
                left.remove(name)
                yield name, "defined"
            possible |= {name for name in here & left if name.may_be_defined(text, path)}
        yield from ((name, "possible" if name in possible else "nowhere") for name in left)
