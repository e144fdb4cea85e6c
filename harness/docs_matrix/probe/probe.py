"""Runs inside a cell, in place of sphinx-build: records the messages of Sphinx, and can restrict the documents that it reads.

    python probe.py CONFIG.json ARGUMENTS-OF-SPHINX-BUILD…

CONFIG.json is {"records": file, "root": folder, "documents": null or [file or folder/, …], "order": null or how they are
read, "quiet": bool, "keep": folder or null, "start": folder or null, "again": [document, …], "companions": {module: argument},
"plain": bool, "git": null or the settings of git_recorder.py, "inventories": see given_inventories.py}.

Every message of Sphinx's logging with the level WARNING, ERROR or CRITICAL becomes one JSON line in the file `records`. Lines
are appended, so several calls can share the file. The messages, the standard error and the exit status of the build do not change.

Modules for keys of CONFIG.json:

- `documents`: which documents are read, and which messages of such a build are unjudged (restrict.py)
- `order`: a fixed order of reading (read_order.py)
- `quiet`: many pages are not written (no_output.py)
- `keep` and `start`: for a build that starts from another build (file_audit.py, warm_start.py)
- `companions`: a recipe's own modules beside this file; their function `extend` gets the probe and the argument
- `watch`: records the files that are opened (opened_files.py)
- `plain`: the build has no shortcut, and is only recorded

Modules for all builds:

- symbols of C are found by name (fast_c_symbols.py), and nodes by a loop (fast_node_search.py)
- docstrings.py keeps the docstrings that autodoc reads
- includes.py finds the lines of included files, and nested_lines.py those of other text that a directive had parsed
- summaries.py finds the objects of rows in tables of autosummary

This file needs only the standard library. It runs on Python 3.6 and later, with Sphinx 1.8 to 9.2, serial or parallel.

Kinds of lines, by the key `kind`:

    meta         the versions, the arguments, and `places` (see places.py); one for each call
    places       folders that are known only later: those of the output (see places.py)
    documents    `read`, the names of the documents that are read, and `documents`, the number of all documents
    diagnostic   a message: path, line, level, category, message, printed, document, via, phase, suppressed, unjudged,
                 once; `stage` and `of`: the document that was being read or resolved then, if any
    opened, variables   see opened_files.py
    said         a message of a document in some trials (read_order.py): the fields of a diagnostic, and `trials`
    early        a worker's copy of a message, written at once, because a crash of a parallel build would lose it
    crash        the end of a failed build: exception, reason (one line), document; `unwritten`: it failed after the reading, and
                 it writes no pages
    probe-error  an error of this file: traceback
    silence      `hidden`, the settings that hide warnings (silence.py)
    end          `status`, the exit status; without this line, the call did not finish; `seal`, see seal.py
    wanted       see given_inventories.py
    looked, heard, unheard, widen, cold, resumed, roles   see file_audit.py and warm_start.py
    index        see build_index.py
"""

import contextlib
import functools
import gc
import importlib
import importlib.util
import json
import logging
import os
import sys
import traceback
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

__all__ = ["Probe"]

FIRST, LAST = -10 ** 6, 10 ** 6  # priorities before and after all extensions' handlers
COPYING = ("copy_image_files", "copy_download_files", "copy_extra_files")
"""Steps of a builder that each build does for all documents, whichever were read."""


class Probe(object):
    """One call of sphinx-build under observation."""

    def __init__(self, config: Dict[str, Any]) -> None:
        self.file = os.open(config["records"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.root = os.path.abspath(config["root"])
        self.places = _companion("places").Places(config["root"], config.get("places", ()))  # type: Any
        self.messages = _companion("messages").Messages(self, _companion("places").plain)  # type: Any
        self.quiet = bool(config.get("quiet"))
        self.plain = bool(config.get("plain"))
        self.hushed = False
        self.stage: Tuple[Optional[str], Optional[str]] = (None, None)
        self.rendering = False
        self.process = os.getpid()
        self.app = None  # type: Any
        self.roles = None  # type: Any
        self.silence = None  # type: Any
        self.seal = None  # type: Any
        if config.get("sealed"):
            seal = _companion("seal")
            self.seal = seal.Seal(seal.key_from_input())
        self.silenced = None  # type: Optional[str]
        self.restriction = _companion("restrict").Restriction(self, config["documents"])  # type: Any
        self.names = {}  # type: Dict[str, Any]
        self.docstrings = _companion("docstrings").Docstrings()
        self.includes = _companion("includes").Includes()
        self.summaries = _companion("summaries").Summaries()
        self.nested = _companion("nested_lines").NestedLines()
        given = config.get("inventories")
        self.inventories = None if given is None else _companion("given_inventories").GivenInventories(self, given)  # type: Any
        looks, start = _companion("file_audit"), config.get("start")
        keep = config.get("keep") if looks.available() else None
        self.keeper = looks.Keeper(self, keep, _companion("modules")) if keep else None  # type: Any
        self.start = None  # type: Any
        if start:
            again = config.get("again", ())
            self.start = _companion("warm_start").Start(
                self, looks, _companion("modules"), _companion("known_values"), start, again
            )
        for name, argument in sorted(config.get("companions", {}).items()):
            _companion(name).extend(self, argument, _companion)
        order = config.get("order")
        self.order = _companion("read_order").Ordered(self, order) if order else None  # type: Any
        self.git = config.get("git")  # type: Optional[Dict[str, Any]]
        self.recorder = _companion("git_recorder")  # type: Any
        if self.git:
            self.recorder.watch(self.git)
        if config.get("watch"):
            _companion("opened_files").watch(self, looks, config["root"])

    # ---- writing records

    def put(self, kind: str, **values: Any) -> None:
        """Append a record by one write, so that several workers can do it at the same time."""
        values["kind"] = kind
        mine = os.getpid() == self.process
        if self.seal:
            values["by"] = self.process if mine else 0
            if kind == "end":
                values["seal"] = self.seal.text()
        data = (json.dumps(values, sort_keys=True, default=repr) + "\n").encode("ascii")
        if self.seal and mine:
            self.seal.add(data)
        while data:
            data = data[os.write(self.file, data):]

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Record an exception inside this context, and do not let it reach the build."""
        try:
            yield
        except Exception:
            with contextlib.suppress(Exception):
                self.put("probe-error", traceback=traceback.format_exc())

    # ---- hooks into Sphinx's logging

    def observe(self, app: Any) -> None:
        """Note the folders of this call, and watch its messages."""
        self.app = self.places.app = app
        folders = ((str(app.outdir), "<output>"), (str(app.doctreedir), "<doctrees>"))
        more = [pair for pair in folders if os.path.isabs(self.places.relocate(pair[0]))]
        self.places.pairs.extend(more)
        self.put("places", places=more)
        module = _sphinx("util.logging")
        handlers = logging.getLogger(module.NAMESPACE).handlers
        warnings = [handler for handler in handlers if isinstance(handler, module.WarningStreamHandler)]
        self.silence = _companion("silence").Silence(module.NAMESPACE, warnings)
        self.messages.observe()

    # ---- reading

    def on_builder_inited(self, app: Any) -> None:
        """Connect after the extensions, which are all loaded by now."""
        if not self.plain:
            _companion("fast_c_symbols").install(getattr(_sphinx("domains.c"), "Symbol", None))
            _companion("fast_node_search").install(importlib.import_module("docutils.nodes").Node)
        self.silenced = self.silenced or self.silence.broken()
        self.connect("env-before-read-docs", self.on_before_read)
        if self.keeper:
            self.connect("env-updated", lambda app, env: self.keeper.reading_over(), FIRST)
        if self.keeper and hasattr(app.builder, "templates"):
            app.builder.templates.render = self.rendered(app.builder.templates.render)
        for name in COPYING if self.keeper else ():
            if hasattr(app.builder, name):
                setattr(app.builder, name, functools.partial(self.keeper.ear.closed, getattr(app.builder, name)))
        self.docstrings.connect(self)
        self.summaries.connect(self)
        if self.keeper or self.start:
            self.roles = _companion("local_roles").install(lambda: self.stage[1] if self.stage[0] == "reading" else None)
        for name in ("write_doc_serialized", "write_doc"):
            setattr(app.builder, name, self.staged("writing", getattr(app.builder, name)))
        if self.start:
            self.connect("env-updated", lambda app, env: self.soundly(self.start.judge, env, self.messages.said))
            self.connect("env-get-updated", lambda app, env: self.soundly(self.start.choose, env) or [])
            app.builder.load_indexer = lambda documents: None  # there is no index: its words are not kept
            for name in ("_write_serial", "_write_parallel"):
                setattr(app.builder, name, self.only_resolved(getattr(app.builder, name)))
            if hasattr(app.builder, "copy_image_files"):
                copy = app.builder.copy_image_files
                app.builder.copy_image_files = lambda: (self.soundly(self.start.add_images, app), copy())
        self.restriction.connect()

    def connect(self, event: str, handler: Callable[..., Any], priority: int = LAST) -> None:
        def guarded(*arguments: Any) -> Any:
            with self.guarded():
                return handler(*arguments)

        try:
            self.app.connect(event, guarded, priority=priority)
        except TypeError:  # Sphinx below 3 calls them in the order of connecting
            self.app.connect(event, guarded)

    def on_before_read(self, app: Any, env: Any, names: List[str]) -> None:
        if self.inventories and self.inventories.wanted:
            self.put("wanted", urls=sorted(self.inventories.wanted))
            raise _companion("warm_start").Stopped(1)
        self.restriction.cut(app, env, names)
        if self.start:
            self.put("resumed", read=list(names))
            self.soundly(self.start.purge, app, env, names)
        if self.order:
            self.order.arrange(app, env, names)
        read = sorted(env.found_docs) if self.start else [name for name in names if name != self.restriction.stub]
        self.put("documents", read=read, documents=len(env.found_docs))
        no_output = _companion("no_output")
        self.hushed = self.quiet and len(read) > no_output.FEW and no_output.hush(app.builder, self)

    def source(self, name: str) -> str:
        """Return the path of a document, relative to the source folder."""
        return os.path.relpath(str(self.app.env.doc2path(name)), str(self.app.srcdir)).replace(os.sep, "/")

    # ---- documents one by one, and a start from another build

    def staged(self, stage: str, original: Callable[..., Any], place: int = 0) -> Callable[..., Any]:
        """Return `original` with a note, as long as it runs, of the document that its argument at `place` names."""

        @functools.wraps(original)
        def wrapped(*arguments: Any, **options: Any) -> Any:
            if self.keeper:
                with self.guarded():
                    self.keeper.gather(self.stage[1])
            self.silenced = self.silenced or (self.silence and self.silence.disabled())
            before, self.stage = self.stage, (stage, arguments[place])
            try:
                return original(*arguments, **options)
            finally:
                if self.keeper:
                    with self.guarded():
                        self.keeper.done(self.app.env, arguments[place])
                self.stage = before
                for cache in () if self.plain else ("_pickled_doctree_cache", "_write_doc_doctree_cache"):
                    getattr(self.app.env, cache, {}).clear()  # Sphinx 7.3 to 9.2 keep all documents that were read in memory

        return wrapped

    def rendered(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `original` with a note, as long as it runs, that files that are looked at count for all pages."""

        def wrapped(*arguments: Any, **options: Any) -> Any:
            before, self.rendering = self.rendering, True
            try:
                return original(*arguments, **options)
            finally:
                self.rendering = before

        return wrapped

    def soundly(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function of the warm start. If it fails, the build does not start from the warm state."""
        try:
            return self.keeper.ear.closed(function, *arguments) if self.keeper else function(*arguments)
        except Exception as error:
            self.start.stop("%s: %s" % (type(error).__name__, error))

    def only_resolved(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return the builder's loop over documents, limited to the documents that are resolved again."""

        def wrapped(names: Any, *rest: Any, **options: Any) -> Any:
            wanted = sorted(self.start.resolved & set(self.app.env.found_docs))
            return original(wanted, *rest, **options) if wanted else None

        return wrapped

    def hear(self, text: str) -> None:
        """Note that `text` was written to standard error, but not through Sphinx's logging."""
        if self.stage[1] is not None and not self.messages.printing:
            self.put("heard", text=text, stage=self.stage[0], of=self.stage[1])

    def install_stages(self) -> None:
        """Keep track of the document that is being read or resolved."""
        builder, environment = _sphinx("builders").Builder, _sphinx("environment").BuildEnvironment
        builder.read_doc = self.staged("reading", builder.read_doc, 1)
        resolve = self.staged("writing", environment.get_and_resolve_doctree, 1)
        environment.get_and_resolve_doctree = resolve
        if self.keeper:
            sys.stderr = Overheard(sys.stderr, self.hear)
            discover = environment.find_files
            environment.find_files = lambda *arguments: self.keeper.ear.closed(discover, *arguments)  # always called again
        if self.start:
            _before(environment, "setup", lambda env, app: self.start.set_up(env, app))
            environment.get_outdated_files = lambda env, changed: self.soundly(self.start.outdated, env, changed)
            doctree = environment.get_doctree
            environment.get_doctree = lambda env, name: self.start.doctree(doctree, env, name)

    # ---- the call

    def install(self) -> None:
        """Install hooks in Sphinx's modules, with functions that all its versions have."""
        self.install_stages()
        self.nested.install()
        log = _sphinx("util.logging")
        _before(log.MemoryHandler, "emit", lambda handler, record: self.messages.describe(record))
        _after(log, "setup", lambda app, *rest, **options: self.observe(app), self.guarded)
        settings = _sphinx("config").Config
        settings.read = self.configured(settings.read)
        if self.keeper:
            _companion("noted_settings").watch(settings, self.keeper.shown)
        application = _sphinx("application").Sphinx
        _after(application, "preload_builder", lambda app, *rest: self.connect_first(app), self.guarded)
        if self.restriction.documents is not None:
            collector = _sphinx("environment.collectors.toctree").TocTreeCollector
            _before(collector, "process_doc", self.before_collecting)
        for name in ("cmd.build", "_cli.util.errors"):
            with contextlib.suppress(ImportError, AttributeError):
                _before(_sphinx(name), "handle_exception", self.on_exception)

    def settings(self) -> Dict[str, str]:
        """Return the settings that change with each commit."""
        return _companion("noted_settings").values(self.app.config)  # type: ignore[no-any-return]

    def conf_code(self, app: Any) -> Tuple[str, Optional[str]]:
        """Return the name of conf.py, and a digest of its code; None if it has none."""
        path = os.path.join(os.path.abspath(str(app.confdir or app.srcdir)), "conf.py")
        code = _companion("conf_values").code(path, _companion("noted_settings").NAMES)
        return str(self.places.tidy(path)), code

    def setting(self, name: str) -> Any:
        """Return one of these settings, without a note that it was read."""
        return _companion("noted_settings").value(self.app.config, name)

    def index(self, env: Any) -> Dict[str, Any]:
        """Return what the environment knows of its documents, as the record `index`."""
        defined = _companion("known_values").names(env)
        return _companion("build_index").index_of(  # type: ignore[no-any-return]
            env, defined, lambda document: self.places.tidy(str(env.doc2path(document)))
        )

    def configured(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return `original`, which reads conf.py, with a note of the values that conf.py made from git's answers."""

        def wrapped(*arguments: Any, **options: Any) -> Any:
            config = original(*arguments, **options)
            self.silenced = self.silenced or (self.silence and self.silence.disabled())
            with self.guarded():
                self.names = config._raw_config
                if self.keeper:
                    self.keeper.configured(_companion("conf_values").values(self.names))
            return config

        return wrapped

    def check_silence(self) -> None:
        """Record the settings that hide warnings. If warnings were switched off without a setting, the build is a failed one."""
        if self.app is None or self.silence is None:
            return
        with self.guarded():
            found = _companion("silence").settings(self.app) + self.silence.filters()
            self.put("silence", hidden=found)
        reason = self.silenced or self.silence.broken()
        if reason and not (self.order and self.order.ended):
            self.put("crash", exception="Silence", reason=reason, document=None, unwritten=False)

    def connect_first(self, app: Any) -> None:
        def inited(app: Any) -> None:
            with self.guarded():
                self.on_builder_inited(app)

        app.connect("builder-inited", inited)
        self.nested.install_markdown()
        if self.inventories:
            self.inventories.install()
        if self.keeper:
            self.keeper.modules.connect(app)
        if self.start:
            self.soundly(self.start.begin, app, _companion("conf_values"))

    def before_collecting(self, collector: Any, app: Any, doctree: Any) -> None:
        with self.guarded():
            self.restriction.strip_toctrees(doctree)

    def on_exception(self, *arguments: Any, **options: Any) -> None:
        with self.guarded():
            self.crash(next(value for value in arguments if isinstance(value, BaseException)))

    def crash(self, error: BaseException, everywhere: bool = False) -> None:
        if os.getpid() != self.process and not everywhere:
            return  # a child that conf.py forked, or a worker of Sphinx: the main process reports why it ended
        while isinstance(error, KeyError) and error.__context__ is not None:
            error = error.__context__  # the end of Sphinx's parallel tasks raises a KeyError, which hides the reason
        lines = [" ".join(line.split()) for line in _companion("places").plain(str(error)).splitlines() if line.strip()]
        if any(line.startswith("Traceback (most recent call last)") for line in lines):
            lines = [lines[0] + " " + lines[-1]]
        if any(line.startswith("Reason: ") for line in lines[1:]):  # Sphinx reports an error of a template so
            lines = [lines[0] + " " + next(line for line in lines[1:] if line.startswith("Reason: "))]
        reason = type(error).__name__ + (": " + self.places.relocate(lines[0])[:1000] if lines else "")
        document, phase = self.messages.moment()
        unwritten = self.hushed and phase not in (None, "initialization", "reading")
        self.put("crash", exception=type(error).__name__, reason=reason, document=document, unwritten=unwritten)

    def run(self, arguments: List[str]) -> int:
        """Build, and return the exit status."""
        status = 1  # type: int
        if not self.plain:
            gc.set_threshold(200000, 20, 100)  # by default the search for cycles takes a third of the time of resolving
        try:
            docutils = importlib.import_module("docutils")
            self.put(
                "meta",
                python="%d.%d.%d" % sys.version_info[:3],
                docutils=docutils.__version__,
                sphinx=importlib.import_module("sphinx").__version__,
                arguments=arguments,
                places=self.places.pairs,
            )
            build = _sphinx("cmd.build")
            self.install()
            status = int(build.main(arguments) or 0)
            self.check_silence()
            if self.start and status == 0:
                self.soundly(self.start.repeat, self.app.env, self.messages.said)
                if self.keeper:
                    self.soundly(self.start.hand_on, self.app, self.app.env)
            if self.keeper:
                self.keeper.finish(self.app, status)
        except _companion("warm_start").Stopped:
            raise
        except SystemExit as error:
            status = 0 if error.code is None else error.code if isinstance(error.code, int) else 1
            if self.app is not None and not (self.order and self.order.ended):
                self.crash(RuntimeError("sys.exit(%r) was called in the middle of the build" % (error.code,)))
            raise
        except BaseException as error:
            self.crash(error)
            raise
        finally:
            with self.guarded():
                self.put("end", status=status)
            if hasattr(gc, "freeze") and not self.plain:
                # At its end Python searches for cycles once more; with a kernel's environment this takes ten seconds.
                # Objects in a cycle are not finalized now, and the system frees their memory.
                gc.freeze()
        return status


class Overheard(object):
    """A stream whose text is also given to a function."""

    def __init__(self, stream: Any, hear: Callable[[str], None]) -> None:
        self.stream = stream
        self.hear = hear

    def write(self, text: str) -> Any:
        self.hear(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@functools.lru_cache(maxsize=None)
def _companion(name: str) -> Any:
    """Return the module `name` beside this file, under a name that no module of a project has."""
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("docs_matrix_" + name, place)  # type: Any
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _sphinx(name: str) -> Any:
    return importlib.import_module("sphinx." + name)


def _before(owner: Any, name: str, hook: Callable[..., Any]) -> None:
    """Call `hook`, which raises nothing, with the same arguments before each call of `owner.name`."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        hook(*arguments, **options)
        return original(*arguments, **options)

    setattr(owner, name, wrapped)


def _after(owner: Any, name: str, hook: Callable[..., Any], guarded: Callable[[], Any]) -> None:
    """Call `hook` with the same arguments after each call of `owner.name`."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        answer = original(*arguments, **options)
        with guarded():
            hook(*arguments, **options)
        return answer

    setattr(owner, name, wrapped)




def main() -> None:
    """Take the place of the sphinx-build beside this interpreter: look like it, then run as it does."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    scripts = os.path.dirname(sys.executable)
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == here:
        sys.path[0] = scripts
    probe = Probe(config)
    arguments = sys.argv[2:]
    sys.argv = [os.path.join(scripts, "sphinx-build"), *arguments]
    sys.exit(probe.run(arguments))


if __name__ == "__main__":
    main()
