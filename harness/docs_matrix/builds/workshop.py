"""The workshop: builds many variants of a small project quickly, in forks of one process that has Sphinx loaded.

Here each variant has a process of its own, but all of them share HOME, TMPDIR and the modules that are loaded. So a
result from here must be confirmed by a build of `docs_matrix.builds.runner`.
"""

from __future__ import annotations

import json
import math
import os
import select
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path

from docs_matrix import nofollow, process
from docs_matrix.builds import recipes
from docs_matrix.builds.build_output import RECORDS, RECORDS_LIMIT
from docs_matrix.builds.reach import reach
from docs_matrix.builds.scratch_folder import variables
from docs_matrix.capture import records as capture
from docs_matrix.confinement.confinement import Confinement
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.errors import MachineError
from docs_matrix.probe import fork_server
from docs_matrix.toolchains.environments import Environment

__all__ = ["Workshop", "workshop"]

SECONDS = 60
"""The seconds of CPU that the first variant may take. Later ones may take a few times as long as the quickest good one: a
variant that hangs is of no use."""
EXECUTED = "executed"
"""The name of the file with the lines that a build executed."""
EXECUTED_LIMIT = 100_000_000
"""The most bytes of this file."""
BYTES = 4_000_000_000
"""The bytes of memory that a variant may take."""


class Workshop:
    """Builds variants one after the other, in the folder `place`."""

    def __init__(
        self, place: Path, place_fd: int, requests: int, answers: int, ended: Future[process.Finished]
    ) -> None:
        self._place = place
        self._place_fd = place_fd
        self._requests = requests
        self._answers = answers
        self._ended = ended
        self._seconds = SECONDS
        self.builds = 0

    def said(
        self,
        files: Mapping[str, bytes],
        folders: tuple[str, str],
        trials: Sequence[Sequence[str]],
        *,
        executed: Path | None = None,
    ) -> tuple[tuple[Diagnostic, ...], ...] | None:
        """Return the messages of the last document of each of `trials` in the project of `files`; None if its build fails.

        `folders` are the folder of the documents and that of conf.py, `trials` as in `docs_matrix.builds.order.Reading`.
        The lines that are executed are written into the file `executed`. Raises `MachineError` if the workshop's process has ended.
        """
        self.builds += 1
        self._bring(files)
        root, output = self._place / "tree", self._place / "output"
        source, config = folders
        order = {"ordered": False, "readers": None, "trials": [list(trial) for trial in trials], "only": True}
        documents = sorted({name for trial in trials for name in trial})
        settings = {"records": str(self._place / RECORDS), "root": str(root), "documents": documents, "order": order}
        nofollow.write("probe.json", json.dumps(settings).encode("ascii"), dir_fd=self._place_fd)
        words = ["-q", "-b", "dummy", "-E", "-d", output / "doctrees", "-c", root / config, root / source, output]
        request = {
            "words": [str(self._place / "probe.json"), *map(str, words)],
            "folder": str(root),
            "log": str(self._place / "log"),
            "seconds": self._seconds,
            "bytes": BYTES,
            "executed": None if executed is None else str(executed),
        }
        os.write(self._requests, json.dumps(request).encode() + b"\n")
        status, used = self._answer().split()
        try:
            records = nofollow.read(RECORDS, RECORDS_LIMIT, dir_fd=self._place_fd)
        except OSError:
            return None
        captured = capture.read(records, b"", root=root)
        if int(status) or captured.crash or not captured.finished:
            return None
        self._seconds = min(self._seconds, 2 + 4 * math.ceil(float(used)))
        return tuple(tuple(said for said, numbers in captured.said if at in numbers) for at in range(len(trials)))

    def executed(
        self, files: Mapping[str, bytes], folders: tuple[str, str], trials: Sequence[Sequence[str]]
    ) -> Mapping[str, frozenset[int]]:
        """Return the numbers of the executed lines in the same build, by the path of the source in the project."""
        self.said(files, folders, trials, executed=self._place / EXECUTED)
        try:
            said = nofollow.read(EXECUTED, EXECUTED_LIMIT, dir_fd=self._place_fd).decode("utf-8", "surrogateescape")
        except OSError:
            return {}
        found: dict[str, set[int]] = defaultdict(set)
        for number, _, path in (line.partition(" ") for line in said.splitlines()):
            if number.isdecimal():
                found[os.path.relpath(os.path.normpath(path), self._place / "tree")].add(int(number))
        return {path: frozenset(numbers) for path, numbers in found.items()}

    def _answer(self) -> bytes:
        """Return a line from the process."""
        while not select.select([self._answers], [], [], 1.0)[0] and not self._ended.done():
            pass
        answer = os.read(self._answers, 100)
        if not answer:
            self._ended.result()  # raises what kept the process from starting
            raise MachineError("the process that builds variants has ended")
        return answer

    def _bring(self, files: Mapping[str, bytes]) -> None:
        """Replace the tree by `files`, and remove the output of the variant before."""
        for name in ("tree", "output", "log", RECORDS, EXECUTED):
            nofollow.remove(name, dir_fd=self._place_fd)
        with nofollow.made_folder("tree", dir_fd=self._place_fd) as root:
            for name, content in files.items():
                nofollow.write(name, content, dir_fd=root)


@contextmanager
def workshop(environment: Environment, confinement: Confinement, *, limit: float) -> Iterator[Workshop]:
    """Yield a workshop in a cell's environment. It ends with the `with` statement, or after `limit` seconds."""
    place = Path(tempfile.mkdtemp(prefix="docs-matrix-")).resolve()
    with ExitStack() as opened:
        opened.callback(nofollow.remove, place)
        place_fd = opened.enter_context(nofollow.folder(place))
        for name in ("tree", "home", "tmp"):
            (place / name).mkdir()
        requests, answers = place / "requests", place / "answers"
        os.mkfifo(requests)
        os.mkfifo(answers)
        where = recipes.BuildFolders(place / "tree", place, place / "bin" / "sphinx-build")
        given = {**variables(environment, where), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [environment.python, Path(fork_server.__file__), requests, answers]
        pool = opened.enter_context(ThreadPoolExecutor(1))
        ended = pool.submit(confinement.run, command, reach(environment, place), timeout=limit, cwd=place, env=given)
        out = os.open(requests, os.O_RDWR)  # opened so, it does not wait for the other side
        back = os.open(answers, os.O_RDONLY | os.O_NONBLOCK)
        try:
            yield Workshop(place, place_fd, out, back, ended)
        finally:
            os.close(out)  # the process reads no further line, and ends
            wait([ended])
            os.close(back)
