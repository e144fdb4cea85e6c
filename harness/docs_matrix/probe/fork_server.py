"""Runs inside a cell: builds many small projects, each in a process forked from this one, which has Sphinx loaded.

    python fork_server.py REQUESTS ANSWERS

Both are pipes. A line of REQUESTS is {"words": arguments of the probe, "folder": where to work, "log": file, "seconds":
limit of CPU time, "bytes": limit of memory, "executed": file for the lines that are executed, or null}. For each request, a
line of ANSWERS says how the process ended and how much CPU time it took.
"""

import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import logging
import os
import resource
import signal
import sys
import warnings
from typing import Any, Dict, Tuple

__all__ = ["main"]

Codes = Dict[Tuple[str, bytes], Any]
"""Compiled code, by path and source."""


def load() -> None:
    """Import the modules that every build imports, and compile what docutils compiles for its first document.

    So no fork has to do it.
    """
    application = importlib.import_module("sphinx.application")
    more = ("sphinx.cmd.build", "sphinx.builders.dummy", "docutils.parsers.rst.states", "multiprocessing")
    for name in (*application.builtin_extensions, *more):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    logging.disable(logging.DEBUG)  # Sphinx logs hundreds of messages at each start that nobody reads
    importlib.import_module("docutils.core").publish_doctree("text", settings_overrides={"_disable_config": True})


def companion(name: str) -> Any:
    """Return the module `name` beside this file."""
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("docs_matrix_" + name, place)  # type: Any
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(folder: str, known: Codes) -> Codes:
    """Return the code of all Python files below `folder`. Files whose code is in `known` are not compiled again."""
    codes = {}  # type: Codes
    paths = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    for path in (path for path in paths if path.endswith(".py") and os.path.isfile(path)):
        with contextlib.suppress(Exception), warnings.catch_warnings(), open(path, "rb") as opened:
            warnings.simplefilter("ignore")
            source = opened.read()
            key = (path, source)
            codes[key] = known.get(key) or compile(source, path, "exec", dont_inherit=True)
    return codes


def use(codes: Codes) -> None:
    """Make imports take the code of a source from `codes`, if it is there."""
    loader = importlib.machinery.SourceFileLoader  # type: Any
    plain = loader.source_to_code

    def source_to_code(self: Any, data: bytes, path: str, **options: Any) -> Any:
        return codes.get((os.path.normpath(path), bytes(data))) or plain(self, data, path, **options)

    loader.source_to_code = source_to_code


def record_lines(place: str, root: str) -> None:
    """Append to the file `place` each line of the sources below `root` that this process or a fork of it executes.

    A line of the file has the number and the path. A process writes each line only the first time.
    """
    out = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seen = set()  # type: Any

    def inside(frame: Any, event: str, _: Any) -> Any:
        key = (frame.f_lineno, frame.f_code.co_filename)
        if event == "line" and key not in seen:
            seen.add(key)
            os.write(out, ("%d %s\n" % key).encode("utf-8", "surrogateescape"))
        return inside

    def trace(frame: Any, event: str, _: Any) -> Any:
        return inside if frame.f_code.co_filename.startswith(root) else None

    sys.settrace(trace)


def build(probe: Any, request: Dict[str, Any], codes: Codes) -> None:
    """Run the probe in this process, and end the process with it."""
    use(codes)
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"], request["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (request["bytes"], request["bytes"]))
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(request["folder"])
    if request["executed"] is not None:
        record_lines(request["executed"], os.path.join(request["folder"], ""))
    status = 1
    try:
        sys.argv = ["probe.py", *request["words"]]
        probe.main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Answer requests on standard input until it ends."""
    del sys.path[0]  # the folder of this file: a project must not import its modules
    probe = companion("probe")
    load()
    for name in sorted(os.listdir(os.path.dirname(os.path.abspath(__file__)))):
        if name.endswith(".py") and name not in ("__init__.py", "probe.py", os.path.basename(__file__)):
            probe._companion(name[:-3])  # compiled once here, and not again by each build
    gc.collect()
    gc.freeze()  # existing objects are not searched for cycles again, and stay shared with the forks
    with open(sys.argv[1], encoding="utf-8") as requests, open(sys.argv[2], "w", encoding="utf-8") as answers:
        codes = {}  # type: Codes
        for line in requests:
            request = json.loads(line)
            codes = compiled(request["folder"], codes)
            process = os.fork()
            if process == 0:
                build(probe, request, codes)
            _, status, used = os.wait4(process, 0)
            with contextlib.suppress(OSError):
                os.killpg(process, signal.SIGKILL)  # processes that it forked and left behind
            answers.write("%d %.3f\n" % (status, used.ru_utime + used.ru_stime))
            answers.flush()


if __name__ == "__main__":
    main()
