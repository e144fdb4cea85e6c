"""A change between two versions of files, made of their texts, for tests of what stands on `Changes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

__all__ = ["Edits"]


@dataclass(frozen=True)
class Edits:
    """The change from the files `base` to the files `head` (texts by path); `renamed` maps base paths to head paths."""

    base: Mapping[str, str]
    head: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)

    def head_path(self, base_path: str) -> str | None:
        if base_path in self.renamed:
            return self.renamed[base_path]
        return base_path if base_path in self.head or base_path not in self.base else None

    def base_path(self, head_path: str) -> str | None:
        back = {new: old for old, new in self.renamed.items()}
        if head_path in back:
            return back[head_path]
        return head_path if head_path in self.base or head_path not in self.head else None

    def head_line(self, base_path: str, line: int) -> int | None:
        for tag, low, high, start, _ in self._blocks(base_path, self.head_path(base_path)):
            if tag == "equal" and low < line <= high:
                return line - low + start
        return None

    def base_line(self, head_path: str, line: int) -> int | None:
        for tag, start, _, low, high in self._blocks(self.base_path(head_path), head_path):
            if tag == "equal" and low < line <= high:
                return line - low + start
        return None

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
        return old is None or old != head_path or self.base.get(old) != self.head.get(head_path)

    def _blocks(self, base_path: str | None, head_path: str | None) -> Sequence[tuple[str, int, int, int, int]]:
        old = self.base.get(base_path or "", "").splitlines()
        new = self.head.get(head_path or "", "").splitlines()
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
