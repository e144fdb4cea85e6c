"""Runs inside a cell, beside the probe: which modules of the project documents describe, and which are code of the build.

If a module that autodoc or autosummary describes changes, some documents must be read again. These are the documents for which
its source was looked at, and those that show a docstring or a signature that changed. If any other imported module of the tree
changes, such as an extension or a module that it imports, all documents must be read again.

Only the standard library, Python 3.8 and later.
"""

import ast
import functools
import hashlib
import importlib
import importlib.util
import inspect
import io
import os
import re
import sys
from typing import Any, Dict, Iterable, Iterator, List, Optional, Set

__all__ = ["Modules", "fingerprint", "load"]

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
LINKS = "linkcode_resolve"
"""The only function of a conf.py that imports the project and has no influence on any message."""


class Modules(object):
    """The modules and objects that are described in a build that `keeper` keeps."""

    def __init__(self, probe: Any, keeper: Any) -> None:
        self.probe = probe
        self.keeper = keeper
        self.described = set()  # type: Set[str]
        self.objects = {}  # type: Dict[str, Dict[str, Optional[str]]]

    def connect(self, app: Any) -> None:
        """Watch which objects are described."""
        analyzer = importlib.import_module("sphinx.pycode").ModuleAnalyzer
        original = analyzer.for_module

        def for_module(name: str) -> Any:
            if name:  # sphinx.ext.viewcode asks for None if an object has no module
                with self.probe.guarded():
                    self.note(name)
            return self.keeper.ear.closed(original, name)

        analyzer.for_module = for_module
        if "sphinx.ext.autosummary" in app.extensions:  # each build makes its pages again, and they are compared by content
            generator = importlib.import_module("sphinx.ext.autosummary.generate")  # type: Any
            generate = generator.generate_autosummary_docs
            generator.generate_autosummary_docs = lambda *arguments, **options: self.keeper.ear.closed(
                functools.partial(generate, *arguments, **options)
            )
        if "autodoc-process-docstring" in app.events.events:
            self.probe.connect("autodoc-process-docstring", self.on_docstring)

    def note(self, name: str) -> None:
        """Note that the document that is read now describes the module `name`, and the modules of its classes' bases."""
        module = sys.modules.get(name)
        names = {name}
        for value in list(vars(module).values()) if module is not None else ():
            names.update(str(base.__module__) for base in (value.__mro__ if inspect.isclass(value) else ()))
        self.described.update(names)
        for one in names if self.probe.stage[0] == "reading" else ():
            path = _file(sys.modules.get(one))
            if path:
                self.keeper.note(self.probe.stage[1], path)

    def on_docstring(self, app: Any, what: str, name: str, *rest: Any) -> None:
        if self.probe.stage[0] == "reading":
            self.objects.setdefault(self.probe.stage[1], {})[name] = fingerprint(name)

    def done(self, document: str) -> None:
        """Note that a document was read."""
        found = self.objects.pop(document, None)
        if found:
            self.probe.put("objects", of=document, names=found)

    def sorted_out(self, app: Any) -> Iterator[Any]:
        """Yield each imported module of the tree: its file, and whether documents describe it.

        A document that is kept describes modules, too: they were imported for the fingerprints of its objects.
        """
        kept = self.probe.start.objects.values() if self.probe.start else ()
        described = self.described.union(*(record["names"] for record in kept))
        tops = {name.partition(".")[0] for name in described}
        code = self.code(app)
        for name, module in sorted(sys.modules.items(), key=lambda item: item[0]):
            path = _file(module)
            if path and self.keeper.is_inside(path):
                yield path, name not in code and name.partition(".")[0] in tops

    def code(self, app: Any) -> Set[str]:
        """Return the modules that influence how documents are built: extensions, handlers, directives, and their imports."""
        found = set()  # type: Set[str]
        todo = [extension.module.__name__ for extension in app.extensions.values() if extension.module]
        conf = getattr(app.config, "_raw_config", {})  # type: Dict[str, Any]
        functions = [value for name, value in conf.items() if inspect.isfunction(value) and name != LINKS]
        for handlers in app.events.listeners.values():
            for handler in handlers.values() if hasattr(handlers, "values") else handlers:
                functions.append(getattr(handler, "handler", handler))
        for name in ("directives", "roles"):
            functions.extend(getattr(importlib.import_module("docutils.parsers.rst." + name), "_" + name).values())
        for function in functions:
            todo.append(str(getattr(function, "__module__", "")))
            if getattr(function, "__globals__", None) is conf:
                todo.extend(_used(function, conf, set()))
        while todo:
            name = todo.pop()
            path = _file(sys.modules.get(name))
            if name not in found and path and self.keeper.is_inside(path):
                found.add(name)
                todo.extend(_imported(name, path))
        return found


def fingerprint(name: str) -> Optional[str]:
    """Return the digest of the docstring and the signature of the object `name`, and the names in a module or a class.

    Returns None if there is no such object. Modules in a module do not count: one may not be imported yet.
    """
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        module = sys.modules.get(".".join(parts[:count]))
        if module is not None:
            break
    else:
        return None
    value = module  # type: Any
    try:
        for part in parts[count:]:
            value = getattr(value, part)
        shown = [inspect.getdoc(value) or "", str(getattr(value, "__doc__", ""))]
    except Exception:  # the attributes of a project may run code that fails
        return None
    try:
        shown.append(str(inspect.signature(value)))
    except Exception:
        shown.append("")
    if inspect.ismodule(value) or inspect.isclass(value):
        shown.extend(sorted(part for part, member in list(vars(value).items()) if not inspect.ismodule(member)))
    return hashlib.sha256(ADDRESS.sub("", "\0".join(shown)).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def load(names: Iterable[str]) -> None:
    """Import the modules that are missing for the fingerprints of `names`; a failed import is ignored."""
    for name in names:
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            module = ".".join(parts[:count])
            if module not in sys.modules:
                try:
                    importlib.import_module(module)
                except BaseException:
                    break


def _file(module: Any) -> Optional[str]:
    path = getattr(module, "__file__", None)
    return os.path.abspath(path) if isinstance(path, str) else None


def _used(function: Any, conf: Dict[str, Any], seen: Set[str]) -> List[str]:
    """Return the modules that a function of conf.py names, also through functions of conf.py that it calls."""
    found = []  # type: List[str]
    for name in function.__code__.co_names:
        value = conf.get(name)
        if name in sys.modules:
            found.append(name)
        if inspect.ismodule(value):
            found.append(value.__name__)
        elif inspect.isfunction(value) and value.__globals__ is conf and name not in seen:
            seen.add(name)
            found.extend(_used(value, conf, seen))
        elif value is not None:
            found.append(str(getattr(value, "__module__", "")))
    return found


def _imported(name: str, path: str) -> Iterator[str]:
    """Yield the modules that the source of a module imports, anywhere in it."""
    try:
        with io.open(path, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError):
        return
    package = getattr(sys.modules.get(name), "__package__", None) or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name
        elif isinstance(node, ast.ImportFrom):
            try:
                start = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            except (ImportError, ValueError):
                continue
            yield start
            for one in node.names:
                yield start + "." + one.name
