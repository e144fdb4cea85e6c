"""Runs inside a cell, beside the probe: notes which files a build looks at, by content, and leaves its warm state.

A kept build leaves a folder, its *warm state*, from which another build can start. It has the doctrees and the environment as
Sphinx pickles them, and a line for each document. The line says what was looked at while the document was read and resolved.
Files outside of the tree and of the build's own output belong to the cell and do not count. What was looked at between
documents (conf.py, extensions, imported modules) counts for all documents.

Only the standard library, Python 3.8 and later (`sys.addaudithook` reports what a process looks at).
"""

import contextlib
import hashlib
import io
import json
import os
import re
import sys
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

__all__ = ["Ear", "Keeper", "available", "content", "everything", "listing"]

FOREIGN = ("/", "site-packages/", "stdlib/", "<home>", "<tmp>", "<doctrees>", "<scratch>")
"""Names of files that belong to the cell or to the machine, or that do not matter, begin with one of these."""
OURS = ("__pycache__", ".git")
"""Folders that do not belong to the tree: those of Python and git."""


METADATA_MODULES = re.compile(r"[\\/]importlib[._\\/]metadata([\\/]__init__)?\.py$")
"""The modules that search for metadata of packages in each folder of sys.path. They open the metadata that they find."""


VERSIONED = re.compile(r"^((?:<packages>/)?[^/-]+)-[^/]*\.dist-info(?=/|$)")
"""The folder of a package's metadata. Its name contains the version, which alone is no reason to read a document again."""
ANY_VERSION = r"\1-*.dist-info"
METADATA = re.compile(r"^<packages>/[^/]+\.dist-info/METADATA$")
"""What conf.py reads of this file counts by the values that conf.py makes from it, in the same way as git's answers."""


def available() -> bool:
    """Return whether this interpreter can report what it looks at."""
    return hasattr(sys, "addaudithook")


class Looked(object):
    """What was looked at: files, folders that were listed, and folders of which all files may have been read."""

    def __init__(self) -> None:
        self.files = set()  # type: Set[str]
        self.folders = set()  # type: Set[str]
        self.below = set()  # type: Set[str]
        self.asked = {}  # type: Dict[str, Any]
        self.settings = set()  # type: Set[str]


class Ear(object):
    """Hears what this process, and each process forked from it, looks at from now on.

    It calls `hear` with a kind and a path. The kinds are `files`, `folders` (their names were listed), `below` (all files of a
    folder may have been read) and `written` (files). Files of imported modules are reported only with `imports`.
    """

    def __init__(self, hear: Callable[[str, str], None], imports: bool = False) -> None:
        self.hear = hear
        self.imports = imports
        self.deaf = False
        sys.addaudithook(self.hook)

    def hook(self, event: str, arguments: Tuple[Any, ...]) -> None:
        """Note the files and commands of an audit event. The interpreter calls this method, and it raises nothing."""
        if self.deaf or event not in ("open", "os.listdir", "os.scandir", "subprocess.Popen"):
            return
        self.deaf = True
        try:
            if event == "open":
                path, mode, flags = arguments
                if isinstance(path, (str, bytes)):
                    reads = not (mode or "r").strip("rbtU") and not (flags or 0) & 3
                    module = os.fsdecode(path).endswith((".py", ".pyc")) and _is_import(sys._getframe(1))
                    if reads and module and not self.imports:
                        return  # modules are noted at the end
                    self.hear("files" if reads else "written", os.path.abspath(os.fsdecode(path)))
            elif event == "subprocess.Popen":
                self.started(arguments[1] or (), arguments[2])
            elif isinstance(arguments[0], (str, bytes)) and not _is_import(sys._getframe(1)):
                self.hear("folders", os.path.abspath(os.fsdecode(arguments[0] or ".")))
        except Exception:
            pass
        finally:
            self.deaf = False

    def started(self, words: Any, folder: Any = None) -> None:
        """Note that a command was started, or that its answer was taken from a store.

        The files that its words name count as looked at. Questions to git and their answers are recorded in another place,
        where git is called.
        """
        if not isinstance(words, (str, bytes)) and os.path.basename(os.fsdecode(next(iter(words), ""))) == "git":
            return
        for word in [words] if isinstance(words, (str, bytes)) else words:
            for part in {os.fsdecode(word), os.fsdecode(word).partition("=")[2]} - {""}:
                path = os.path.abspath(os.path.join(os.fsdecode(folder or "."), part))
                if os.path.isdir(path):
                    self.hear("below", path)
                elif os.path.isfile(path):
                    self.hear("files", path)

    def closed(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function without hearing what it looks at."""
        before, self.deaf = self.deaf, True
        try:
            return function(*arguments)
        finally:
            self.deaf = before


class Keeper(object):
    """Notes what a build looks at, and leaves its warm state in `folder`."""

    def __init__(self, probe: Any, folder: str, modules: Any) -> None:
        """`modules` is the module `modules`."""
        self.probe = probe
        self.folder = folder
        self.looked = {}  # type: Dict[Optional[str], Looked]
        self.digests = {}  # type: Dict[str, Optional[str]]
        self.own = set()  # type: Set[str]
        self.questions = 0
        self.all_read = False
        self.conf = {}  # type: Dict[str, Any]
        self.templates = Looked()
        """The files that a worker looked at while it rendered pages."""
        self.roots = tuple(place + os.sep for place, name in probe.places.pairs if name in ("", "<output>", "<packages>"))
        self.ear = Ear(self.hear)
        self.modules = modules.Modules(probe, self)

    def hear(self, kind: str, path: str) -> None:
        """Note that `path` was looked at for the document that is read or resolved now.

        Files that the build itself wrote between documents, such as copies of static files, do not count, and neither do files
        in its output. A template counts for all pages.
        """
        document = None if self.probe.rendering else self.probe.stage[1]
        if self.probe.rendering and kind != "written" and os.getpid() != self.probe.process:
            if not _is_in(path, self.probe.app.outdir):
                self.add(getattr(self.templates, kind), path)
        elif kind == "written":
            self.own.update([path] if document is None else [])
        elif document is not None or not (path in self.own or _is_in(path, getattr(self.probe.app, "outdir", None))):
            self.add(getattr(self.looked.setdefault(document, Looked()), kind), path)

    def add(self, names: Set[str], path: str) -> None:
        own = str(getattr(self.probe.app, "doctreedir", None)) + os.sep
        if (path + os.sep).startswith(self.roots) and not path.startswith(own) and "/__pycache__/" not in path:
            names.add(path)

    def gather(self, document: Optional[str]) -> None:
        """Note that the questions to git since the last call were asked for `document`."""
        if self.probe.git is None:
            return
        lines, self.questions = self.ear.closed(self.probe.recorder.lines_of, self.probe.git["asked"], self.questions)
        if document is None and self.all_read:
            return  # any build asks again what is asked after the reading, when all documents are known
        for line in lines:
            asked = self.looked.setdefault(document, Looked()).asked
            asked[json.dumps(line and line[0], sort_keys=True)] = line and line[1]

    def shown(self, name: str, by_sphinx: bool) -> None:
        """Note that a setting was read.

        If Sphinx itself reads it between documents, or anyone reads it after all documents, no document shows it.
        """
        document = self.probe.stage[1]
        if document is not None or not (by_sphinx or self.all_read):
            self.looked.setdefault(document, Looked()).settings.add(name)

    def configured(self, names: Dict[str, Any]) -> None:
        """Note the values that conf.py made from git's answers: they count in place of the answers."""
        self.gather(None)
        seen = self.looked.setdefault(None, Looked())
        self.conf = {"asked": dict(seen.asked), "values": names}
        seen.asked.clear()
        seen.files = {path for path in seen.files if not METADATA.match(self.name(path))}

    def is_inside(self, path: str) -> bool:
        """Return whether a file belongs to the tree or to the output, and counts."""
        names = set()  # type: Set[str]
        self.add(names, path)
        return bool(names) and not self.name(path).startswith(FOREIGN)

    def note(self, document: str, path: str) -> None:
        """Note that the file at `path` was looked at for `document`."""
        self.add(self.looked.setdefault(document, Looked()).files, path)

    def flush(self, document: Optional[str], **more: Any) -> None:
        """Write down what was looked at for `document`; None stands for all documents."""
        seen = self.looked.pop(document, None)
        if seen is None:
            return
        settings = {name: self.probe.settings()[name] for name in seen.settings}
        if document is None:  # a catalog that this build compiled counts by its new content, for the documents that it translates
            compiled = {path[:-3] + ".po" for path in self.own if path.endswith(".mo")}
            seen.files -= compiled
        found = self.ear.closed(self.contents, seen)
        self.probe.put("looked", of=document, asked=seen.asked, settings=settings, **dict(found, **more))

    def contents(self, seen: Looked) -> Dict[str, Dict[str, Any]]:
        """Return what was looked at, by name, with digests."""
        values = {  # type: Dict[str, Dict[str, Any]]
            "files": {self.name(path): self.digest(path) for path in seen.files},
            "folders": {self.name(path): listing(path) for path in seen.folders},
            "below": {self.name(path): everything(path) for path in seen.below},
        }
        return {
            kind: {name: value for name, value in found.items() if not name.startswith(FOREIGN)}
            for kind, found in values.items()
        }

    def done(self, env: Any, document: str) -> None:
        """End a stage of `document`. After reading, its own source and the files that it depends on count as looked at."""
        if self.probe.stage[0] == "reading":
            seen = self.looked.setdefault(document, Looked())
            for path in [str(env.doc2path(document)), *map(str, env.dependencies.get(document, ()))]:
                seen.files.add(os.path.abspath(os.path.join(str(env.srcdir), path)))
            seen.files.update(_catalogs(self.probe.app, document))
            self.modules.done(document)
            defined, used = self.probe.roles.defined.get(document), self.probe.roles.used.get(document)
            if defined or used:
                self.probe.put("roles", of=document, defined=sorted(defined or ()), used=used or {})
        self.gather(document)
        self.flush(document)
        if self.templates.files or self.templates.folders or self.templates.below:
            self.probe.put("looked", of=None, **self.ear.closed(self.contents, self.templates))
            self.templates = Looked()

    def reading_over(self) -> None:
        """Note that all documents were read. Questions to git between documents change no reading from now on."""
        self.gather(None)
        self.all_read = True

    def name(self, path: str) -> str:
        return VERSIONED.sub(ANY_VERSION, str(self.probe.places.tidy(path)))

    def digest(self, path: str) -> Optional[str]:
        if path not in self.digests:
            self.digests[path] = content(path)
        return self.digests[path]

    def finish(self, app: Any, status: int) -> None:
        """Leave the warm state, after a build that came to its end."""
        if status or os.path.isdir(self.folder):
            return
        described = {}  # type: Dict[str, Optional[str]]
        for path, is_described in self.ear.closed(list, self.modules.sorted_out(app)):
            if is_described:
                described[self.name(path)] = self.ear.closed(self.digest, path)
            else:
                self.add(self.looked.setdefault(None, Looked()).files, path)
        self.probe.put("modules", files=described)
        for folder in (*app.config.templates_path, *getattr(app.config, "html_theme_path", ())):
            self.add(self.looked.setdefault(None, Looked()).below, os.path.abspath(os.path.join(str(app.confdir), folder)))
        self.gather(None)
        path, code = self.probe.conf_code(app)
        self.flush(None, conf=dict(self.conf, settings=self.probe.settings(), path=path, code=code))
        self.ear.deaf = True
        self.probe.put("images", paths=sorted(getattr(app.builder, "images", ())))
        with contextlib.suppress(Exception):  # a domain may not list its objects; then the text of the tree is used
            self.probe.put("index", **self.probe.index(app.env))
        os.rename(str(app.doctreedir), self.folder)


# ---- what a place holds


def _is_import(frame: Any) -> bool:
    """Return whether an import lists the folder (it notes its file itself), or a search for metadata of packages."""
    if METADATA_MODULES.search(str(frame.f_code.co_filename)):
        return True
    return str(frame.f_back.f_code.co_filename).startswith("<frozen importlib") if frame.f_back else False


def _catalogs(app: Any, document: str) -> List[str]:
    """Return the compiled catalogs that translate a document."""
    config = app.config
    if not config.language:
        return []
    compact = config.gettext_compact
    domain = compact if isinstance(compact, str) else document.split("/")[0] if compact else document
    places = [os.path.join(str(app.srcdir), folder, config.language, "LC_MESSAGES") for folder in config.locale_dirs]
    paths = [os.path.abspath(os.path.join(place, domain + ".mo")) for place in places]
    return [path for path in paths if os.path.exists(path)]


def _is_in(path: str, folder: Any) -> bool:
    return folder is not None and (path + os.sep).startswith(str(folder) + os.sep)


def content(path: str) -> Optional[str]:
    """Return the digest of a file; None if there is none."""
    try:
        with io.open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()[:32]
    except OSError:
        return None


def listing(path: str) -> Optional[str]:
    """Return the digest of the names in a folder, without the files of Python and git and the catalogs that Sphinx compiles."""
    try:
        every = set(os.listdir(path))
    except OSError:
        return None
    kept = (name for name in every - set(OURS) if not (name.endswith(".mo") and name[:-3] + ".po" in every))
    names_in = sorted(VERSIONED.sub(ANY_VERSION, name) for name in kept)
    return hashlib.sha256("\0".join(names_in).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def everything(path: str) -> str:
    """Return the digest of all files below a folder."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in OURS)
        for name in sorted(files):
            place = os.path.join(folder, name)
            total.update(
                ("%s\0%s\0" % (os.path.relpath(place, path), content(place))).encode("utf-8", "surrogateescape")
            )
    return total.hexdigest()[:32]
