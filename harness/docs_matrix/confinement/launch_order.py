"""The order for the launcher, as a value that fits into a command line.

This module imports only modules of the standard library that are imported quickly: no dataclasses, no JSON.
"""

from __future__ import annotations

import marshal

__all__ = ["LaunchOrder", "from_text"]


class LaunchOrder:
    """How a command is confined.

    `read` and `write` are the paths that it may use. `landlock` and `filtered`: Landlock and the filter are used. `apart`:
    bubblewrap has already given the command its own processes and mounts. `memory`, `disk` and `largest` are in bytes: the memory
    of all its processes, the space that they may use on the disk of `folder`, and the size of a file. `report` is the number of an
    open file.
    """

    def __init__(
        self,
        *,
        report: int,
        read: tuple[str, ...],
        write: tuple[str, ...],
        landlock: bool,
        filtered: bool,
        apart: bool,
        network: bool,
        memory: int,
        processes: int,
        disk: int,
        largest: int,
        folder: str,
    ) -> None:
        self.report = report
        self.read = read
        self.write = write
        self.landlock = landlock
        self.filtered = filtered
        self.apart = apart
        self.network = network
        self.memory = memory
        self.processes = processes
        self.disk = disk
        self.largest = largest
        self.folder = folder

    def text(self) -> str:
        """Return the order as one word of a command line."""
        return marshal.dumps(vars(self)).hex()


def from_text(text: str) -> LaunchOrder:
    """Return the order from the result of `LaunchOrder.text`."""
    return LaunchOrder(**marshal.loads(bytes.fromhex(text)))  # noqa: S302 (the harness wrote it)
