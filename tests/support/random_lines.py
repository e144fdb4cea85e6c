"""A change between two versions of files, made of their texts, for tests of what stands on `Changes` and `Sources`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from types import SimpleNamespace
from typing import Any

__all__ = ["Edits"]

Block = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Edits:
    """The change from the files `base_files` to the files `head_files` (texts by path); `renamed` maps base paths to head
    paths. It is its own `Sources`."""

    base_files: Mapping[str, str]
    head_files: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[tuple[str, str], Sequence[Block]] = field(default_factory=dict)

    def swapped(self) -> Edits:
        """The same change seen from the other side: the very same lines stay."""
        turned = {
            (new, old): [(tag, c, d, a, b) for tag, a, b, c, d in self._blocks(old, new)]
            for old in self.base_files
            if (new := self.head_path(old)) is not None
        }
        return Edits(self.head_files, self.base_files, {new: old for old, new in self.renamed.items()}, turned)

    def base(self, path: str) -> str | None:
        return self.base_files.get(path)

    def head(self, path: str) -> str | None:
        return self.head_files.get(path)

    @cached_property
    def files(self) -> Sequence[Any]:
        paths: list[tuple[str | None, str | None]] = [(path, self.head_path(path)) for path in self.base_files]
        paths += [(None, path) for path in self.head_files if self.base_path(path) is None]
        return [
            SimpleNamespace(base_path=old, head_path=new)
            for old, new in sorted(paths, key=lambda pair: pair[1] or pair[0] or "")
            if new is None or self.touched(new)
        ]

    def head_path(self, base_path: str) -> str | None:
        if base_path in self.renamed:
            return self.renamed[base_path]
        return base_path if base_path in self.head_files or base_path not in self.base_files else None

    def base_path(self, head_path: str) -> str | None:
        back = {new: old for old, new in self.renamed.items()}
        if head_path in back:
            return back[head_path]
        return head_path if head_path in self.base_files or head_path not in self.head_files else None

    def head_line(self, base_path: str, line: int) -> int | None:
        for tag, low, high, start, _ in self._blocks(base_path, self.head_path(base_path)):
            if tag == "equal" and low < line <= high:
                return line - low + start
        return self._behind(line, self.base(base_path), self.head(self.head_path(base_path) or ""))

    def base_line(self, head_path: str, line: int) -> int | None:
        for tag, start, _, low, high in self._blocks(self.base_path(head_path), head_path):
            if tag == "equal" and low < line <= high:
                return line - low + start
        return self._behind(line, self.head(head_path), self.base(self.base_path(head_path) or ""))

    def _behind(self, line: int, ours: str | None, theirs: str | None) -> int | None:
        """The other side's line for one behind the end of the text."""
        if ours is None:
            return line
        beyond = line - len(ours.split("\n"))
        return len(theirs.split("\n")) + beyond if theirs is not None and beyond > 0 else None

    def base_hunk(self, base_path: str, line: int) -> int | None:
        blocks = self._blocks(base_path, self.head_path(base_path))
        return next(
            (i for i, (tag, low, high, _, _) in enumerate(blocks) if tag != "equal" and low < line <= high), None
        )

    def head_hunk(self, head_path: str, line: int) -> int | None:
        blocks = self._blocks(self.base_path(head_path), head_path)
        return next(
            (i for i, (tag, _, _, low, high) in enumerate(blocks) if tag != "equal" and low < line <= high), None
        )

    def touched(self, head_path: str) -> bool:
        old = self.base_path(head_path)
        return old is None or old != head_path or self.base_files.get(old) != self.head_files.get(head_path)

    @cached_property
    def _found(self) -> dict[tuple[str, str], Sequence[Block]]:
        return dict(self.known)

    def _blocks(self, base_path: str | None, head_path: str | None) -> Sequence[Block]:
        pair = (base_path or "", head_path or "")
        if pair not in self._found:
            old = self.base_files.get(pair[0], "").split("\n")
            new = self.head_files.get(pair[1], "").split("\n")
            self._found[pair] = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        return self._found[pair]
