"""Runs inside a cell, beside the probe: keeps the answers of a kernel's Perl kernel-doc by content, for all cells.

Its output depends on its own text, its arguments and the files that these name. It depends on Sphinx's release only by "below 3
or not". A kernel's documentation calls it some two thousand times, and each cell would make the same calls again.
"""

import functools
import hashlib
import io
import json
import os
import subprocess
from typing import Any, Callable, Optional, Sequence  # noqa: F401 (used in comments)

__all__ = ["extend", "install"]

PROGRAM = "scripts/kernel-doc"
VARIABLES = ("KBUILD_BUILD_TIMESTAMP", "KBUILD_VERBOSE", "KCFLAGS", "KDOC_WERROR", "KERNELVERSION", "SRCTREE")
"""The environment variables that the program uses."""


def extend(probe: Any, folders: Sequence[str], companion: Callable[[str], Any]) -> None:
    """Install the cache for a build that `probe` observes; `companion` returns a module beside this file by its name."""
    install(folders, companion("netlink_cache").keep, probe.keeper and probe.keeper.ear)


def install(folders: Sequence[str], keep: Callable[[str, bytes], None], ear: Any = None) -> None:
    """Answer calls of kernel-doc from `folders`. `keep` stores new answers, in the last folder. `ear` hears of each call."""
    original = subprocess.Popen

    class Popen(original):  # type: ignore[misc, valid-type]
        """A call that may have a kept answer. Any other program is started as usual."""

        def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
            self.kept = None  # type: Optional[str]
            self.known = None  # type: Any
            if not rest and _asks(args, options):
                key = _key(args)
                self.kept = os.path.join(folders[-1], key)
                self.known = next(filter(None, (_read(os.path.join(folder, key)) for folder in folders)), None)
            if self.known is None:
                original.__init__(self, args, *rest, **options)
                return
            if ear is not None:
                ear.started(args)
            self.args, self.returncode = args, self.known["status"]
            self.stdin = self.stdout = self.stderr = None
            self.pid = os.getpid()
            self._child_created = False

        def communicate(self, *rest: Any, **options: Any) -> Any:
            if self.known is not None:
                return self.known["out"].encode("latin-1"), self.known["err"].encode("latin-1")
            out, err = original.communicate(self, *rest, **options)
            if self.kept is not None and self.returncode is not None:
                answer = {"status": self.returncode, "out": out.decode("latin-1"), "err": err.decode("latin-1")}
                keep(self.kept, json.dumps(answer).encode("ascii"))
            return out, err

        def wait(self, *rest: Any, **options: Any) -> Any:
            return self.returncode if self.known is not None else original.wait(self, *rest, **options)

        def poll(self) -> Any:
            return self.returncode if self.known is not None else original.poll(self)

    setattr(subprocess, "Popen", functools.wraps(original, updated=())(Popen))  # noqa: B010


def _asks(args: Any, options: Any) -> bool:
    """Return whether this is a call of a Perl kernel-doc whose two output streams are read as bytes."""
    if not isinstance(args, (list, tuple)) or not args or set(options) != {"stdout", "stderr"}:
        return False
    if options["stdout"] != subprocess.PIPE or options["stderr"] != subprocess.PIPE:
        return False
    program = os.fsdecode(args[0])
    if not program.endswith(PROGRAM) or not all(isinstance(word, str) for word in args):
        return False
    try:
        with io.open(program, "rb") as stream:
            return b"perl" in stream.readline()
    except OSError:
        return False


def _key(args: Any) -> str:
    total = hashlib.sha256()
    words = list(args)
    for place, word in enumerate(words):
        if place and words[place - 1] == "-sphinx-version":
            word = "below 3" if word.split(".")[0] in ("0", "1", "2") else "3"
        held = b""
        if os.path.isfile(word):
            with io.open(word, "rb") as stream:
                held = hashlib.sha256(stream.read()).digest()
        total.update(b"%d:%s%s" % (len(word), word.encode("utf-8", "surrogateescape"), held))
    for name in VARIABLES:
        total.update(b"%s=%s\n" % (name.encode(), os.environ.get(name, "").encode("utf-8", "surrogateescape")))
    return total.hexdigest()[:40]


def _read(path: str) -> Any:
    try:
        with io.open(path, encoding="ascii") as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None
