"""Runs inside a cell, beside the probe: describes messages of Sphinx's logging, when they are made and when they are printed."""

import contextlib
import functools
import importlib
import logging
import os
import sys
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

__all__ = ["Messages"]


class Copy(object):
    """A stream that also keeps the text that is written to it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.kept = []  # type: List[str]

    def write(self, text: str) -> Any:
        self.kept.append(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Messages(object):
    """The messages of Sphinx in one call.

    `said` are the messages of this process, and `spoken` counts them. `printing` is true while one is written.
    """

    def __init__(self, probe: Any, plain: Callable[[str], str]) -> None:
        self.probe = probe
        self.plain = plain
        self.said: List[Dict[str, Any]] = []
        self.spoken = 0
        self.printing = False
        self.once: Set[str] = set()

    @property
    def logging(self) -> Any:
        """Sphinx's own logging module; it must not be imported before Sphinx is."""
        return importlib.import_module("sphinx.util.logging")

    def describe(self, record: Any) -> Optional[Dict[str, Any]]:
        """Return a description of `record`, taken when the record is made. It travels with the record, also out of a worker."""
        if record.levelno < logging.WARNING:
            return None
        if not hasattr(record, "probe"):
            record.probe = None
            self.spoken += 1
            with self.probe.guarded():
                record.probe = self.description(record)
                if self.probe.order and self.probe.order.trying:
                    self.probe.order.heard(record.probe)
                elif os.getpid() != self.probe.process and not record.probe["dropped"]:
                    self.probe.put("early", **record.probe)
        if self.probe.start and record.probe and os.getpid() == self.probe.process and not hasattr(record, "heard"):
            record.heard = True
            self.said.append(record.probe)
        return record.probe  # type: ignore[no-any-return]

    def description(self, record: Any) -> Dict[str, Any]:
        try:
            message = self.plain(logging.LogRecord.getMessage(record))  # Sphinx's own method adds place and level
        except Exception:  # arguments that do not fit: Sphinx's own handler will print Python's complaint
            message = self.plain("%s %r" % (record.msg, record.args))
        location = getattr(record, "location", None)
        path, line, via = self.probe.places.location(location)
        document, phase = self.moment()
        if path and document in (None, self.probe.restriction.stub):
            document = self.probe.places.document_of(via.rpartition(":")[0] if via else path) or document
        if path and not via and document and self.probe.nested.included and path == self.source(document):
            path = self.probe.places.tidy(self.probe.nested.included)
        nested = self.nested(path, document) if path and not via else None
        if nested:
            via, (path, line) = "%s:%s" % (path, line), nested
        included = None
        if path and not via:
            included = self.probe.includes.line(self.probe.app, document, os.path.join(self.probe.root, path), line)
        kind, subtype = getattr(record, "type", None), getattr(record, "subtype", None)
        return {
            "path": path,
            "line": included or line,
            "part": line if included else None,
            "via": via,
            "level": "CRITICAL" if record.levelno >= 50 else "ERROR" if record.levelno >= 40 else "WARNING",
            "category": ".".join(str(part) for part in (kind, subtype) if part) if kind else None,
            "message": self.probe.places.relocate(message),
            "document": document,
            "phase": "updating" if phase == "reading" and self.probe.stage[0] != "reading" else phase,
            "suppressed": self.is_suppressed(kind, subtype),
            "unjudged": self.probe.restriction.is_unjudged(record, message),
            "dropped": self.probe.restriction.is_dropped(document, message),
            "of_network": bool(self.probe.inventories and self.probe.inventories.is_of_network(record, message)),
            "once": bool(getattr(record, "once", False)),
            "stage": self.probe.stage[0],
            "of": self.probe.stage[1],
            "docstring": self.probe.docstrings.of(location, path),
            "row": self.probe.summaries.of(location, path),
        }

    def nested(self, path: str, document: Optional[str]) -> Optional[Tuple[str, int]]:
        """Return the file of the tree and its line, if the document at `path` only had a directive parse text of that file."""
        known, places = self.probe.nested.place, self.probe.places
        if known is None or not document or not known[0].startswith(self.probe.root + os.sep):
            return None
        name = str(places.tidy(known[0]))
        return (name, known[1]) if path == self.source(document) != name else None

    def source(self, document: str) -> str:
        """Return the path of the source of `document`, as records name it."""
        return str(self.probe.places.tidy(str(self.probe.app.env.doc2path(document))))

    def moment(self) -> Tuple[Optional[str], Optional[str]]:
        """Return the document that is being read or resolved, and the phase."""
        env = getattr(self.probe.app, "env", None)  # type: Any
        phase = getattr(self.probe.app, "phase", None) or getattr(getattr(self.probe.app, "builder", None), "phase", None)
        try:
            document = env.docname or None
        except Exception:  # none: Sphinx below 8.2 raises KeyError
            document = None
        name = str(getattr(phase, "name", "")).lower() or None
        if document and name != "reading":
            name = "resolving"
        return document, name

    def is_suppressed(self, kind: Any, subtype: Any) -> bool:
        patterns = getattr(getattr(self.probe.app, "config", None), "suppress_warnings", None) or []
        return bool(self.logging.is_suppressed_warning(kind, subtype, patterns))

    def observe(self) -> None:
        """Watch the handler that prints warnings, before its filters (which rewrite records), and the text that it writes."""
        for handler in logging.getLogger(self.logging.NAMESPACE).handlers:
            if isinstance(handler, self.logging.WarningStreamHandler):
                handler.filters.insert(0, self.first_filter)
                handler.stream = Copy(handler.stream)
                handler.emit = functools.partial(self.emit, handler, handler.emit)

    def first_filter(self, record: Any) -> bool:
        seen = self.describe(record)
        if seen is None:
            return True
        if seen["dropped"]:
            return False
        if seen["suppressed"]:
            with self.probe.guarded():
                if not (getattr(record, "once", False) and seen["message"] in self.once):
                    self.once.add(seen["message"])
                    self.probe.put("diagnostic", printed="", **seen)
        return True

    def emit(self, handler: Any, original: Callable[[Any], None], record: Any) -> None:
        del handler.stream.kept[:]
        self.printing = True
        original(record)
        self.printing = False
        with self.probe.guarded():
            seen = self.describe(record)
            if seen is not None:
                text = self.plain("".join(handler.stream.kept))
                self.probe.put("diagnostic", printed=_as_written(text), **self.with_prefix(seen, record))

    def with_prefix(self, seen: Dict[str, Any], record: Any) -> Dict[str, Any]:
        """Return `seen` with the text that a filter of Sphinx has put in front of the message ("[autosummary]")."""
        with contextlib.suppress(Exception):
            message = self.probe.places.relocate(self.plain(logging.LogRecord.getMessage(record)))
            prefix, found, _ = message.partition(seen["message"])
            if found and prefix:
                return dict(seen, message=prefix + seen["message"])
        return seen


def _as_written(text: str) -> str:
    """Return `text` as it is after standard error's encoding, without the newline at its end."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding).rstrip("\n")
