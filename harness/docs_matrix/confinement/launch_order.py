"""What the launcher is asked for, as a value that goes through a command line.

The standard library alone, and of it what is imported in a moment: no dataclasses, no JSON.
"""

from __future__ import annotations

import marshal

__all__ = ["LaunchOrder", "from_text"]


class LaunchOrder:
    """How a command is to be confined.

    `read` and `write` are the paths that it may use. `landlock` and `filtered` say whether Landlock and the filter are used,
    `apart` whether the command has processes and mounts of its own already. `memory`, `disk` and `largest` are bytes: what all
    its processes may take, what they may write on the disk of `folder`, and the size of a file. `report` is the number of an
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
    """Return the order that `LaunchOrder.text` wrote."""
    return LaunchOrder(**marshal.loads(bytes.fromhex(text)))  # noqa: S302 (the harness wrote it)
