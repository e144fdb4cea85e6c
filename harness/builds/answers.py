"""Runs inside a cell, beside the probe: what a kernel's own programs say, kept by content for all cells.

What the Perl kernel-doc prints depends on its own text, its arguments and the files that these name, and on Sphinx's release
only through "below 3 or not". A kernel's documentation asks it some two thousand times, and each cell would ask the same again.

    python answers.py FOLDER PYTHON PROGRAM ARGUMENTS…

is the python3 of such a build's makefile for the program that makes documents of netlink's specifications, one in each call.
What it makes depends on its own text, on that specification and on PyYAML; whether it runs at all, on Python: each minor release
must have made one document by itself before it is given those that others made.
"""

import functools
import glob
import hashlib
import io
import json
import os
import subprocess
import sys
from typing import Any, Dict, List, Optional  # noqa: F401 (used in comments)

__all__ = ["GENERATORS", "install"]

PROGRAM = "scripts/kernel-doc"
GENERATORS = ("tools/net/ynl/ynl-gen-rst.py", "tools/net/ynl/pyynl/ynl_gen_rst.py")
"""Where Linux 6.12 has it, and where 7.2 has it, whose makefile does not ask it any more: an extension reads them there."""
VARIABLES = ("KBUILD_BUILD_TIMESTAMP", "KBUILD_VERBOSE", "KCFLAGS", "KDOC_WERROR", "KERNELVERSION", "SRCTREE")
"""What the program takes from its environment."""


def install(folder: str, ear: Any = None) -> None:
    """Have calls of kernel-doc answered from `folder`, and new answers kept there; `ear` hears of each."""
    original = subprocess.Popen

    class Popen(original):  # type: ignore[misc, valid-type]
        """A call that may have been answered before; anything else is started as it would be."""

        def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
            self.kept = None  # type: Optional[str]
            self.known = None  # type: Any
            if not rest and _asks(args, options):
                self.kept = os.path.join(folder, _key(args))
                self.known = _read(self.kept)
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
                _write(self.kept, self.returncode, out, err)
            return out, err

        def wait(self, *rest: Any, **options: Any) -> Any:
            return self.returncode if self.known is not None else original.wait(self, *rest, **options)

        def poll(self) -> Any:
            return self.returncode if self.known is not None else original.poll(self)

    setattr(subprocess, "Popen", functools.wraps(original, updated=())(Popen))  # noqa: B010


def _asks(args: Any, options: Any) -> bool:
    """Whether this is a call of a Perl kernel-doc whose both streams are taken as bytes."""
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


def _write(path: str, status: int, out: bytes, err: bytes) -> None:
    """Keep an answer, whole or not at all; where that cannot be, it is asked again."""
    made = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with io.open(made, "w", encoding="ascii") as stream:
            json.dump({"status": status, "out": out.decode("latin-1"), "err": err.decode("latin-1")}, stream)
        os.replace(made, path)
    except OSError:
        return


def generate(folder: str, python: str, program: str, arguments: List[str]) -> int:
    """Be `program`, or take from `folder` the document that it made of the same; the exit status."""
    options = {name: arguments[place * 2 + 1] for place, name in enumerate(arguments[:-1:2])}
    if len(arguments) != 4 or set(options) != {"-i", "-o"} or not os.path.isfile(options["-i"]):
        return subprocess.call([python, program, *arguments])
    kept = os.path.join(folder, _made_from(python, program, options["-i"]))
    runs = os.path.join(folder, "%s-%d.%d" % (_made_from(python, program, program), *sys.version_info[:2]))
    known = _read(kept) if os.path.exists(runs) else None
    if known is not None:
        with io.open(options["-o"], "wb") as stream:
            stream.write(known["out"].encode("latin-1"))
        return 0
    done = subprocess.Popen([python, program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = done.communicate()
    if done.returncode == 0 and not out and not err:
        with io.open(options["-o"], "rb") as made:
            _write(kept, 0, made.read(), b"")
        _write(runs, 0, b"", b"")
    sys.stdout.buffer.write(out)
    sys.stderr.buffer.write(err)
    return done.returncode


def _made_from(python: str, program: str, source: str) -> str:
    """A digest of the program with all modules beside it, of what it reads, and of the releases of PyYAML."""
    total = hashlib.sha256(os.path.basename(source).encode("utf-8", "surrogateescape"))
    beside = os.path.join(os.path.dirname(program), "**", "*.py")
    for path in [source, *sorted(glob.glob(beside, recursive=True))]:
        with io.open(path, "rb") as stream:
            total.update(hashlib.sha256(stream.read()).digest())
    libraries = os.path.join(os.path.dirname(os.path.dirname(python)), "lib", "*", "site-packages", "[Pp]y[Yy][Aa][Mm][Ll]-*")
    for path in sorted(glob.glob(libraries)):
        total.update(os.path.basename(path).encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:40]


if __name__ == "__main__":
    sys.exit(generate(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
