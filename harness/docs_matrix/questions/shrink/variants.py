"""Tries versions of a project: each once, and the next ones while the one before is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from docs_matrix import files
from docs_matrix.builds.workshop import Workshop
from docs_matrix.check.progress import Progress
from docs_matrix.questions.shrink.source_files import Project

__all__ = ["Variants"]

Answer = TypeVar("Answer")


class Variants:
    """Tries versions in the workshops `places`, as many at once; `best` is the smallest version that gave the message."""

    def __init__(
        self,
        project: Project,
        says: Callable[[Workshop, Project], bool],
        places: Sequence[Workshop],
        progress: Progress,
    ) -> None:
        self.best = project
        self._says = says
        self._places = places
        self._progress = progress
        self._known: dict[str, Future[bool]] = {}
        self._pool = ThreadPoolExecutor(len(places))
        self._free: SimpleQueue[Workshop] = SimpleQueue()
        for place in places:
            self._free.put(place)

    @property
    def tried(self) -> int:
        """The number of versions that were built."""
        return sum(place.builds for place in self._places)

    def holds(self, version: Project, /, *ahead: Project) -> bool:
        """Return whether `version` gives the message. `ahead` are begun, if there is a free workshop."""
        asked, *begun = map(self._begin, (version, *ahead))
        said = asked.result()
        if said:
            for one in begun:
                one.cancel()  # another version comes next now
        if said and version.lines < self.best.lines:
            self.best = version
            self._progress.done(f"variant {self.tried}", f"{version.lines} lines in {len(version.files)} files")
        return said

    def executed(self, project: Project) -> Mapping[str, frozenset[int]]:
        """Return the lines that are executed when the project's documents are read, by path."""
        return self._in_place(
            lambda place: place.executed(
                project.files, (project.source, project.config), [(*project.before, project.document)]
            )
        )

    def end(self) -> None:
        """Stop trying."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, version: Project) -> Future[bool]:
        key = files.digest(*(part for path, content in sorted(version.files.items()) for part in (path, content)))
        if key not in self._known or self._known[key].cancelled():
            self._known[key] = self._pool.submit(self._in_place, lambda place: self._says(place, version))
        return self._known[key]

    def _in_place(self, build: Callable[[Workshop], Answer]) -> Answer:
        place = self._free.get()
        try:
            return build(place)
        finally:
            self._free.put(place)
