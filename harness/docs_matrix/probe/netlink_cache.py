"""Runs in place of a kernel's makefile's python3: the documents of netlink's specifications, kept by content for all cells.

    python netlink_cache.py KNOWN NEW PYTHON PROGRAM ARGUMENTS…

PROGRAM makes one document in each call: of `-i specification`, as `-o document`. What it makes depends on its own text, on that
specification and on PyYAML; whether it runs at all, on Python: each minor release must have made one document by itself before
it is given from the folder KNOWN what others made. What is made now is left in the folder NEW.

A makefile makes such a call for each specification, in each build: what a kept document does not need is not imported.
The standard library alone, Python 3.6 and later.
"""

import hashlib
import os
import sys

__all__ = ["GENERATORS", "keep"]

GENERATORS = ("tools/net/ynl/ynl-gen-rst.py", "tools/net/ynl/pyynl/ynl_gen_rst.py")
"""Where Linux 6.12 has it, and where 7.2 has it, whose makefile does not ask it any more: an extension reads them there."""


def keep(path: str, content: bytes) -> None:
    """Write a file, whole or not at all; where that cannot be, there is none, and it is made again."""
    made = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(made, "wb") as stream:
            stream.write(content)
        os.replace(made, path)
    except OSError:
        return


def generate(folders: "tuple[str, str]", python: str, program: str, arguments: "list[str]") -> int:
    """Be `program`, or take from `folders` the document that it made of the same; the exit status."""
    options = {name: arguments[place * 2 + 1] for place, name in enumerate(arguments[:-1:2])}
    if len(arguments) != 4 or set(options) != {"-i", "-o"} or not os.path.isfile(options["-i"]):
        os.execv(python, [python, program, *arguments])  # noqa: S606
    kept = _made_from(python, program, options["-i"])
    runs = "%s-%d.%d" % (_made_from(python, program, program), *sys.version_info[:2])
    known = None
    if any(os.path.exists(os.path.join(folder, runs)) for folder in folders):
        known = next(filter(None, (_read(os.path.join(folder, kept)) for folder in folders)), None)
    if known is not None:
        with open(options["-o"], "wb") as document:
            document.write(known)
        return 0
    import subprocess

    done = subprocess.run([python, program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode == 0 and not done.stdout and not done.stderr:
        with open(options["-o"], "rb") as document:
            content = document.read()
        keep(os.path.join(folders[1], kept), _digest(content) + content)
        keep(os.path.join(folders[1], runs), b"")
    sys.stdout.buffer.write(done.stdout)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode


def _read(path: str) -> "bytes | None":
    """Return a kept document; none where the machine stopped before the disk had all of it."""
    try:
        with open(path, "rb") as stream:
            digest, content = stream.read(32), stream.read()
    except OSError:
        return None
    return content if digest == _digest(content) else None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _made_from(python: str, program: str, source: str) -> str:
    """Return a digest of the program with all modules beside it, of what it reads, and of the releases of PyYAML."""
    modules = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(os.path.dirname(program))
        for name in names
        if name.endswith(".py")
    ]
    total = hashlib.sha256(os.path.basename(source).encode("utf-8", "surrogateescape"))
    for path in [source, *sorted(modules)]:
        with open(path, "rb") as stream:
            total.update(_digest(stream.read()))
    for release in _releases(os.path.join(os.path.dirname(os.path.dirname(python)), "lib")):
        total.update(release.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:40]


def _releases(libraries: str) -> "list[str]":
    """Return the folders of PyYAML's metadata in an environment, which are named by its release."""
    packages = [os.path.join(libraries, name, "site-packages") for name in os.listdir(libraries)]
    names = [name for folder in packages if os.path.isdir(folder) for name in os.listdir(folder)]
    return sorted(name for name in names if name.lower().startswith("pyyaml-"))


if __name__ == "__main__":
    sys.exit(generate((sys.argv[1], sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]))
