"""Runs in place of python3 in a kernel's makefile: keeps the documents of netlink's specifications by content, for all cells.

    python netlink_cache.py KNOWN NEW PYTHON PROGRAM ARGUMENTS…

PROGRAM makes one document in each call, from `-i specification`, as `-o document`. The document depends on the text of PROGRAM,
on the specification and on PyYAML. Whether PROGRAM can run depends on Python. So each minor release must make one document
itself before it gets documents of other releases from the folder KNOWN. A new document is left in the folder NEW.

A makefile makes such a call for each specification, in each build. So modules that a kept document does not need are not imported.
Only the standard library, Python 3.6 and later.
"""

import hashlib
import os
import sys

__all__ = ["GENERATORS", "keep"]

GENERATORS = ("tools/net/ynl/ynl-gen-rst.py", "tools/net/ynl/pyynl/ynl_gen_rst.py")
"""The place of the program in Linux 6.12, and in 7.2.

The makefile of 7.2 does not call it; there an extension reads the specifications.
"""


def keep(path: str, content: bytes) -> None:
    """Write a file, completely or not at all. If it cannot be written, the document is made again the next time."""
    made = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(made, "wb") as stream:
            stream.write(content)
        os.replace(made, path)
    except OSError:
        return


def generate(folders: "tuple[str, str]", python: str, program: str, arguments: "list[str]") -> int:
    """Run `program`, or take the document that it made from the same input from `folders`; return the exit status."""
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
    """Return a kept document; None if the machine stopped before it was completely on the disk."""
    try:
        with open(path, "rb") as stream:
            digest, content = stream.read(32), stream.read()
    except OSError:
        return None
    return content if digest == _digest(content) else None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _made_from(python: str, program: str, source: str) -> str:
    """Return a digest of the program and all modules beside it, of its input, and of the releases of PyYAML."""
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
    """Return the folders of PyYAML's metadata in an environment; their names have its release."""
    packages = [os.path.join(libraries, name, "site-packages") for name in os.listdir(libraries)]
    names = [name for folder in packages if os.path.isdir(folder) for name in os.listdir(folder)]
    return sorted(name for name in names if name.lower().startswith("pyyaml-"))


if __name__ == "__main__":
    sys.exit(generate((sys.argv[1], sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]))
