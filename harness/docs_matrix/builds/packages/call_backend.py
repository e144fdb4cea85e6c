"""Runs in the environment of a package's build requirements: calls one hook of the package's own backend (PEP 517).

    python call_backend.py JOB.json

JOB.json is {"hook": name, "backend": "module:object", "path": [folder, …], "root": folder, "output": folder or null,
"answer": file}. The current folder is the package's. The file `answer` gets {"value": the hook's result, "exists": whether the
backend has this hook, "opened": the files below `root` that were opened, or null if this interpreter does not report them,
"started": the names of the programs that were started}.

The standard library alone, Python 3.6 and later.
"""

import importlib
import importlib.util
import io
import json
import os
import sys
from typing import Any, Tuple

__all__ = ["main"]


class OpenedFiles(object):
    """The files that this process opens, and the programs that it starts."""

    def __init__(self, root: str) -> None:
        self.root = os.path.join(root, "")
        self.opened = set()  # type: set[str]
        self.started = set()  # type: set[str]
        self.complete = hasattr(sys, "addaudithook")
        if self.complete:
            sys.addaudithook(self.hook)

    def hook(self, event: str, arguments: Tuple[Any, ...]) -> None:
        """Note the file or the program of an audit event. Python calls this; it raises nothing."""
        try:
            if event == "open" and isinstance(arguments[0], (str, bytes)):
                self.note(os.path.abspath(os.fsdecode(arguments[0])))
            elif event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
                words = arguments[1]
                first = words if isinstance(words, (str, bytes)) else words[0]
                self.started.add(os.path.basename(os.fsdecode(first)))
            elif event == "os.system":
                self.started.add("sh")
        except Exception:
            self.started.add("?")

    def note(self, path: str) -> None:
        """Note that `path` was opened."""
        if path.endswith(".pyc") and "__pycache__" in path:
            path = importlib.util.source_from_cache(path)
        if path.startswith(self.root):
            self.opened.add(path[len(self.root) :].replace(os.sep, "/"))


def backend(name: str) -> Any:
    """Return the object that the text `name` of pyproject.toml names."""
    module, _, attributes = name.partition(":")
    found = importlib.import_module(module)  # type: Any
    for attribute in attributes.split(".") if attributes else ():
        found = getattr(found, attribute)
    return found


def main() -> None:
    """Call the hook that the job names, and write the answer."""
    with io.open(sys.argv[1], encoding="utf-8") as stream:
        job = json.load(stream)  # type: dict[str, Any]
    sys.argv = ["backend"]
    sys.path[0:1] = job["path"]  # in place of this script's folder
    opened = OpenedFiles(job["root"])
    hook = getattr(backend(job["backend"]), job["hook"], None)
    value = None if hook is None else hook(job["output"]) if job["output"] else hook()
    answer = {
        "value": value,
        "exists": hook is not None,
        "opened": sorted(opened.opened) if opened.complete else None,
        "started": sorted(opened.started),
    }
    with io.open(job["answer"], "w", encoding="ascii") as stream:
        stream.write(json.dumps(answer))


if __name__ == "__main__":
    main()
