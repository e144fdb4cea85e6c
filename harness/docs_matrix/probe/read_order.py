"""Runs inside a cell, beside the probe: reads documents in a given order, in given processes.

`config` is {"ordered": bool, "readers": null, number or "each", "trials": [[file, …], …], "only": bool}.

`ordered` reads in the order of the probe's `documents`. `readers` is the number of processes that read. "each" reads every
document in a process of its own, one after the other. Such a process has only what Sphinx's environment knows of the documents
before. `only` ends the call after the reading.

`trials` are sequences of documents. Each sequence is read, in its order, in a process of its own. A line `said` of the records has
a message of the last document, and the numbers of the sequences that gave it (`trials`). The common beginning of several
sequences is read once: the process forks at the place where they differ. So to try a hundred sequences costs little more than to
read the longest one. Without `only`, the build follows as if there had been no trials: a trial prints nothing, and if it
fails, nothing else fails.
"""

import os
import sys
from typing import Any, Dict, List, Tuple

__all__ = ["Ordered"]

Trial = Tuple[int, List[str]]


class Ordered(object):
    """The way in which one call of sphinx-build reads its documents."""

    def __init__(self, probe: Any, config: Dict[str, Any]) -> None:
        self.probe = probe
        self.ordered = config["ordered"]
        self.readers = config["readers"]
        self.trials = config["trials"]  # type: List[List[str]]
        self.only = config["only"]
        self.ended = False
        self.trying = []  # type: List[int]

    def arrange(self, app: Any, env: Any, names: List[str]) -> None:
        """Put `names`, the documents to read, in order, and replace the builder's own reading."""
        found = {self.probe.source(name): name for name in env.found_docs}
        if self.ordered:
            wanted = self.probe.restriction.documents
            place = {found[path]: at for at, path in enumerate(wanted) if path in found}
            names.sort(key=lambda name: place.get(name, len(place)))
        builder = app.builder
        serial, parallel = builder._read_serial, builder._read_parallel

        def read(names: List[str], nproc: int = 1) -> None:
            if self.trials:
                trials = [(at, trial) for at, trial in enumerate(self.trials) if self.only or trial[-1] in found]
                self.follow(builder, [(at, _among(found, trial)) for at, trial in trials])
                if self.only:
                    self.end()
            if self.readers == "each":
                for name in names:
                    parallel([name], 1)
            elif self.readers and self.readers > 1:
                parallel(names, self.readers)
            elif self.readers or nproc == 1:
                serial(names)
            else:
                parallel(names, nproc)
            if self.only:
                self.end()

        builder._read_serial = builder._read_parallel = read

    def end(self) -> None:
        """End the call here, with success."""
        self.ended = True
        sys.exit(0)

    def heard(self, seen: Dict[str, Any]) -> None:
        """Take a message. It belongs to the trials whose last document is being read."""
        if not (seen["dropped"] or seen["suppressed"]):
            self.probe.put("said", trials=self.trying, **seen)

    def follow(self, builder: Any, trials: List[Trial]) -> None:
        """Read each of `trials` in a process of its own. Only the process that was there before returns."""
        parts = _parted(trials, 0)
        child = _fork_into(parts, len(parts))
        depth = 0
        if child and not self.only:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(nowhere, stream)
        while child:
            trials = parts[0]
            self.read(builder, trials[0][1][depth], [at for at, trial in trials if len(trial) == depth + 1])
            depth += 1
            parts = _parted(trials, depth)
            if not parts:
                _leave(0)
            _fork_into(parts, len(parts) - 1)

    def read(self, builder: Any, name: str, trying: List[int]) -> None:
        """Read one document, the last document of the trials `trying`. An exception ends the process."""
        self.trying = trying
        try:
            builder.events.emit("env-purge-doc", builder.env, name)
            builder.env.clear_doc(name)
            builder.read_doc(name)
        except BaseException as error:
            if self.only:
                self.probe.crash(error, everywhere=True)
            _leave(1)
        self.trying = []


def _among(found: Dict[str, str], trial: List[str]) -> List[str]:
    """Return the names of the documents of a trial. Files before the last one that are not documents are left out."""
    return [found[path] for path in trial[:-1] if path in found] + [found[trial[-1]]]


def _parted(trials: List[Trial], depth: int) -> List[List[Trial]]:
    """Return the `trials` with more than `depth` documents, grouped by the document at `depth`; the longest in the last group."""
    parts = {}  # type: Dict[str, List[Trial]]
    for at, trial in trials:
        if len(trial) > depth:
            parts.setdefault(trial[depth], []).append((at, trial))
    return sorted(parts.values(), key=lambda part: max(len(trial) for _, trial in part))


def _fork_into(parts: List[List[Trial]], count: int) -> bool:
    """Fork for each of the first `count` of `parts`, one after the other. A child keeps only its part, the parent keeps the rest.

    Return True in a child.
    """
    for part in parts[:count]:
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process == 0:
            parts[:] = [part]
            return True
        os.waitpid(process, 0)
        parts.remove(part)
    return False


def _leave(status: int) -> None:
    """End a forked process, without the work that Sphinx does at its end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
