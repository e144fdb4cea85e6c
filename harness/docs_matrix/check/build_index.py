"""What a kept build knows about the documents of a tree: which of them are affected if a file or a name changes.

Each kept build of all documents stores such an index, in any cell. The index hardly differs between cells, so one build serves
all cells.
"""

from __future__ import annotations

import functools
import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from docs_matrix.builds.build_output import RECORDS
from docs_matrix.check.references import PARTS, Target
from docs_matrix.check.workbench import Workbench
from docs_matrix.config.matrix import Recipe
from docs_matrix.trees import Tree

__all__ = ["BuildIndex", "index_of", "near"]

LABELS = frozenset(("anonlabels", "citations", "eq", "equation", "label", "labels"))
TERMS = frozenset(("term", "terms"))


@dataclass(frozen=True)
class BuildIndex:
    """What one build knows. In a set of documents, None stands for all documents.

    - `sources` maps a document to the path of its source in the tree; `documents` is the reverse.
    - `files` maps a file to the documents that looked at it. `folders` maps a folder to the documents that listed it. `below`
      maps a folder to the documents that may have read any file below it.
    - `toctrees` maps a document to the entries of its toctrees. `patterns` are the documents whose toctrees have a pattern.
    - `defined` maps a target to the documents that define it. `described` maps a document to the objects that it describes.
    - `messages` maps a document to the text of its messages.
    - `doctrees` is the folder of the doctrees that the build wrote.
    - `changed_since` are the files in which the tree of the build differs from the base in question.
    """

    sources: Mapping[str, str]
    files: Mapping[str, frozenset[str | None]]
    folders: Mapping[str, frozenset[str | None]]
    below: Mapping[str, frozenset[str | None]]
    toctrees: Mapping[str, tuple[str, ...]]
    patterns: frozenset[str]
    defined: Mapping[Target, frozenset[str]]
    described: Mapping[str, frozenset[str]]
    messages: Mapping[str, str]
    doctrees: Path
    changed_since: frozenset[str] = frozenset()
    documents: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "documents", {path: name for name, path in self.sources.items()})

    @property
    def suffixes(self) -> frozenset[str]:
        """The suffixes of the documents' sources."""
        return frozenset(posixpath.splitext(path)[1] for path in self.documents)

    def affected_by(self, path: str, *, comes_or_goes: bool) -> frozenset[str | None]:
        """Return the documents that looked at the file `path`.

        If the file was added or removed (`comes_or_goes`), also those that listed its folder.
        """
        found = set(self.files.get(path, ()))
        if path in self.documents:
            found.add(self.documents[path])
        if comes_or_goes:
            found |= self.folders.get(posixpath.dirname(path) or ".", frozenset())
        for folder, documents in self.below.items():
            if folder == "." or path.startswith(f"{folder}/"):
                found |= documents
        return frozenset(found)

    def describing(self, path: str) -> frozenset[str]:
        """Return the documents that describe an object of the Python module whose source is `path`."""
        if not path.endswith(".py"):
            return frozenset()
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        modules = {".".join(parts[at:]) for at in range(len(parts))}
        return frozenset(
            document
            for document, names in self.described.items()
            if any(not modules.isdisjoint(_prefixes(name)) for name in names)
        )

    def naming_document(self, name: str) -> frozenset[str]:
        """Return the documents that have the document `name` in a toctree, or a message that holds the last part of `name`."""
        last = name.rpartition("/")[2]
        return frozenset(
            [parent for parent, entries in self.toctrees.items() if name in entries]
            + [document for document, text in self.messages.items() if last in text]
        )

    def defining(self, targets: Iterable[Target]) -> frozenset[str]:
        """Return the documents that define one of `targets`."""
        return frozenset(document for target in targets for document in self.defined.get(target, ()))

    def holding(self, words: Collection[str]) -> frozenset[str]:
        """Return the documents whose doctree holds one of `words`; upper and lower case are the same."""
        wanted = sorted({word.encode("utf-8").lower() for word in words if word})
        if not wanted:
            return frozenset()
        pattern = re.compile(b"|".join(map(re.escape, wanted)))
        return frozenset(document for document in self.sources if pattern.search(self._doctree(document)))

    def _doctree(self, document: str) -> bytes:
        try:
            return (self.doctrees / f"{document}.doctree").read_bytes().lower()
        except OSError:
            return b""


def near(base: Tree, recipe: Recipe, bench: Workbench) -> BuildIndex | None:
    """Return the index of the kept build that is nearest to `base` in its lineage, in any cell; None if there is none."""
    state = bench.runner.nearest(base, [cell.name for cell in bench.matrix.cells], recipe)
    if state is None:
        return None
    built = replace(base, object_id=state.object_id)
    changed = bench.trees.changed_paths(built, base)
    paths = frozenset(path for change in changed for path in (change.base_path, change.head_path) if path)
    index = _kept(state.folder)
    return replace(index, changed_since=paths) if index else None


@functools.lru_cache(maxsize=2)
def _kept(folder: Path) -> BuildIndex | None:
    """Return the index of the build that is kept in `folder`; None if it cannot be read.

    The files in such a folder never change, so the result is cached.
    """
    try:
        with (folder / RECORDS).open(encoding="ascii") as records:
            return index_of(records, folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def index_of(records: Iterable[str], doctrees: Path) -> BuildIndex | None:
    """Return the index of the build that wrote `records` and `doctrees`; None if it recorded no index.

    Raises `ValueError`, `KeyError` or `TypeError` if the records were not written by the probe.
    """
    index: dict[str, Any] | None = None
    looked: dict[str, defaultdict[str, set[str | None]]] = {
        kind: defaultdict(set) for kind in ("files", "folders", "below")
    }
    described: dict[str, frozenset[str]] = {}
    messages: defaultdict[str, list[str]] = defaultdict(list)
    for line in records:
        record = json.loads(line)
        match record["kind"]:
            case "index":
                index = record
            case "looked":
                for kind, found in looked.items():
                    for name in record[kind]:
                        found[posixpath.normpath(name)].add(record["of"])
            case "objects":
                described[record["of"]] = frozenset(record["names"])
            case "diagnostic" if record["document"]:
                messages[record["document"]].append(record["message"])
    if index is None:
        return None
    files, folders, below = ({name: frozenset(of) for name, of in found.items()} for found in looked.values())
    return BuildIndex(
        sources={name: posixpath.normpath(path) for name, path in index["sources"].items()},
        files=files,
        folders=folders,
        below=below,
        toctrees={name: tuple(entries) for name, entries in index["toctrees"].items()},
        patterns=frozenset(index["patterns"]),
        defined=_by_target(index["defined"]),
        described=described,
        messages={name: "\n".join(texts) for name, texts in messages.items()},
        doctrees=doctrees,
    )


def _by_target(defined: Mapping[str, Iterable[tuple[str, str]]]) -> Mapping[Target, frozenset[str]]:
    found: defaultdict[Target, set[str]] = defaultdict(set)
    for document, names in defined.items():
        for kind, name in names:
            for target in _targets(kind, name.lower()):
                found[target].add(document)
    return {target: frozenset(documents) for target, documents in found.items()}


def _targets(kind: str, name: str) -> Iterator[Target]:
    """Yield the target by which a reference may name an object: `py:function` `pkg.mod.run` is the object `run`."""
    if kind in LABELS:
        yield Target(name, "label")
    elif kind in TERMS:
        yield Target(name, "term")
    elif kind == "cmdoption":
        yield Target(name[name.find("-") :] if "-" in name else name.rpartition(".")[2], "option")
    else:
        yield Target(PARTS.split(name.partition("(")[0])[-1].strip(), "object")


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))
