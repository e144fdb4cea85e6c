"""Runs inside a cell, beside the probe: a full build that starts from the warm state of another build.

The module file_audit explains what a warm state is and makes it.

A build that starts from a warm state reads these documents again:

  - documents that are new, and documents for which a file, a folder or a file of a subprocess has another content now;
  - documents that Sphinx adds itself (globs in toctrees, extensions);
  - documents that share a message with one of these: the two documents of a duplicate, or the documents that use a file, if its
    message was given for only one of them (the first that included it, or had kernel-doc parse it);
  - documents that lose a name to one of these, or get a name from it ("widen": the build begins again with these, too).

It resolves these documents again, and those that mention a name (a label, a term, an object, a document) that is new, removed or
changed. The messages of all other documents are repeated exactly as the kept build gave them. If the result would not be reliable,
the build stops with the reason ("cold"), and a build from nothing must take its place.

Only the standard library, Python 3.6 and later.
"""

import gc
import glob
import io
import json
import os
import posixpath
import re
import shutil
import sys
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Set, Tuple

__all__ = ["Start", "Stopped"]

PICKLE = "environment.pickle"
INTO = re.compile(r"[\w./+-]+")
"""A word in a message that can be the name or the path of a document."""
WORD = re.compile(r"[\w-]+")
ABOUT_ANOTHER = re.compile("duplicate|other instance|also|already|previous|defin|document", re.IGNORECASE)
"""A message of docutils with one of these words may name another document by a single word."""
FEW = 20
"""It is faster to search for at most this many words one after the other than for all of them at once."""
LOOKS = {"files": "content", "folders": "listing", "below": "everything"}
"""The function of `file_audit` with which each kind of thing is looked at again."""
AS_A_WHOLE = ("anonlabels", "citations", "equation", "label", "labels", "term", "terms")
"""Kinds of names that a reference must name completely. For an object, the last word can be enough."""
SILENT = ("cmdoption", "anonlabels")
"""Kinds of which Sphinx accepts a second definition without a message: options, and labels of what has no title."""


class Stopped(SystemExit):
    """Ends a build that cannot go on from a warm state. The reason is in the records."""


class Start(object):
    """A build that starts from the warm state in `folder`; `again` are documents to read in any case.

    `looks`, `described` and `known` are the modules `file_audit`, `modules` and `known_values`.
    """

    def __init__(self, probe: Any, looks: Any, described: Any, known: Any, folder: str, again: Iterable[str]) -> None:
        self.probe = probe
        self.looks = looks
        self.described = described
        self.known = known
        self.folder = folder
        self.again = set(again)
        self.read = set()  # type: Set[str]
        self.resolved = set()  # type: Set[str]
        self.said = []  # type: List[Dict[str, Any]]
        self.looked = {}  # type: Dict[Optional[str], List[Dict[str, Any]]]
        self.names = {}  # type: Dict[Any, Any]
        self.names_now = {}  # type: Dict[Any, Any]
        self.numbers = {}  # type: Dict[str, Any]
        self.extensions = {}  # type: Dict[str, Dict[Any, bytes]]
        self.digests = {}  # type: Dict[Tuple[str, str], Any]
        self.sources = {}  # type: Dict[str, str]
        self.settings = {}  # type: Dict[str, str]
        self.shown = set()  # type: Set[str]
        self.documents = set()  # type: Set[str]
        self.images = []  # type: List[str]
        self.modules = {}  # type: Dict[str, Optional[str]]
        self.objects = {}  # type: Dict[str, Dict[str, Any]]
        self.roles = {}  # type: Dict[str, Dict[str, Any]]
        self.outline = ({}, set())  # type: Any

    # ---- before anything is read

    def begin(self, app: Any, conf_values: Any) -> None:
        """Put the kept environment where Sphinx looks for it. Stop if something changed that counts for all documents."""
        conf = {}  # type: Dict[str, Any]
        with io.open(os.path.join(self.folder, "records.jsonl"), encoding="ascii") as stream:
            for line in stream:
                record = json.loads(line)
                if record["kind"] == "looked":
                    self.looked.setdefault(record["of"], []).append(record)
                    conf = record.get("conf") or conf
                elif record["kind"] in ("diagnostic", "heard") and record["of"] is not None:
                    self.said.append(record)
                elif record["kind"] == "objects":
                    self.objects[record["of"]] = record
                elif record["kind"] == "roles":
                    self.roles[record["of"]] = record
                elif record["kind"] == "modules":
                    self.modules.update(record["files"])
                elif record["kind"] == "images":
                    self.images = record["paths"]
                elif record["kind"] in ("meta", "places"):
                    self.probe.places.pairs.extend((folder, name) for folder, name in record["places"])
                    self.probe.put("places", places=record["places"])
        self.settings = self.probe.settings()
        path, code = self.probe.conf_code(app)
        same = {path} if code is not None and code == conf.get("code") else set()  # conf.py counts by its code
        changed = next((name for name in self.differing(None) if name not in same), None)
        if changed is not None:
            self.stop("%s has changed" % changed)
        before = conf.get("settings", {})
        self.shown = {text for name, text in before.items() if text != self.settings[name]} - {""}
        if conf and (before != self.settings or any(self.answered_otherwise(conf["asked"]))):
            used = conf_values.used(self.probe.names, conf["values"])
            if used:
                self.stop("a function of conf.py uses %s, which has another value" % used)
        gc.disable()  # no object of the environment goes away, so a search for cycles finds nothing
        os.makedirs(str(app.doctreedir), exist_ok=True)
        shutil.copyfile(os.path.join(self.folder, PICKLE), os.path.join(str(app.doctreedir), PICKLE))

    def set_up(self, env: Any, app: Any) -> None:
        """Prepare the environment before Sphinx checks whether it belongs to this source folder."""
        if getattr(env, "all_docs", None):
            env.srcdir = app.srcdir
            for name in self.settings:  # we know which documents show them; Sphinx would read all documents again
                setattr(env.config, name, self.probe.setting(name))

    def stop(self, reason: str) -> None:
        self.probe.put("cold", reason=reason)
        raise Stopped(1)

    def differing(self, document: Optional[str]) -> Iterator[str]:
        """Yield what was looked at for `document` and has another content now."""
        for record in self.looked.get(document, ()):
            for kind, look in LOOKS.items():
                for name, before in record[kind].items():
                    if self.now(kind, name, look) != before:
                        yield name
            for name in self.answered_otherwise(record.get("asked", {})):
                yield name
            for name, text in record.get("settings", {}).items():
                if text != self.settings[name]:
                    yield "the setting %s" % name

    def answered_otherwise(self, asked: Dict[str, Any]) -> Iterator[str]:
        """Yield the questions to git that have another answer now, in words. A call that is not a question always counts."""
        for text, before in asked.items():
            question = json.loads(text)
            if ("git", text) not in self.digests and question:
                self.digests["git", text] = self.probe.recorder.answer(self.probe.git, question) if self.probe.git else ""
            if before is None or self.digests["git", text] != before:
                yield "what git answers (git %s)" % " ".join(question["words"] if question else ("",))

    def shown_differently(self, env: Any) -> Set[str]:
        """Return the documents that show a docstring or a signature that changed with its module."""
        if all(self.now("files", name, "content") == before for name, before in self.modules.items()):
            return set()
        self.described.load(name for record in self.objects.values() for name in record["names"])
        return {
            document
            for document, record in self.objects.items()
            if any(self.described.fingerprint(name) != before for name, before in record["names"].items())
        }

    def now(self, kind: str, name: str, look: str) -> Any:
        if (kind, name) not in self.digests:
            self.digests[kind, name] = getattr(self.looks, look)(self.place(name))
        return self.digests[kind, name]

    def place(self, name: str) -> str:
        """Return the path of the file that has the name `name` in the records of `Keeper`."""
        for folder, short in self.probe.places.pairs:
            if short and (name == short or name.startswith(short + "/")):
                place = str(folder + name[len(short) :])
                found = glob.glob(place) if "-*.dist-info" in name else []
                return found[0] if len(found) == 1 else place
        return os.path.join(self.probe.root, name)

    def outdated(self, env: Any, config_changed: bool) -> Tuple[Set[str], Set[str], Set[str]]:
        """Return the new documents, the documents to read again, and the removed documents.

        This replaces Sphinx's own check, which compares times.
        """
        gc.freeze()
        gc.enable()
        if not env.all_docs:
            self.stop("its environment cannot be read")
        if config_changed:
            self.stop("the configuration has changed%s" % (getattr(env, "config_status_extra", "") or ""))
        known, found = set(env.all_docs), set(env.found_docs)
        self.documents = known | found
        added, removed = found - known, known - found
        self.names, self.numbers, self.outline = self.known.names(env), self.known.numbers(env), self.known.outline(env)
        self.extensions = {name: self.known.pickled(value) for name, value in self.known.of_extensions(env).items()}
        changed = {name for name in found & known if next(self.differing(name), None)}
        changed |= (self.again | set(env.reread_always) | self.shown_differently(env)) & found
        changed |= self.holding(self.shown, (found & known) - changed)
        changed |= {name for name, entries in env.toctree_includes.items() if removed.intersection(entries)} & found
        changed = self.closed(env, changed | added | removed) & found - added
        if not added and not changed:
            changed = {env.config.master_doc}  # if no document was read, Sphinx makes no checks at the end
        return added, changed, removed

    def closed(self, env: Any, names_of_documents: Iterable[str]) -> Set[str]:
        """Return these documents, and all documents that share a message with one of them."""
        ends = {}  # type: Dict[str, Set[str]]

        def join(members: Set[str], by: str) -> None:
            for member in members:
                ends.setdefault(member, set()).add(by)
            ends.setdefault(by, set()).update(members)

        for user, roles in self.roles.items():
            for name, owner in roles["used"].items():
                join({user, owner}, "role " + name)
        using = {}  # type: Dict[str, Set[str]]
        for document, records in self.looked.items():
            for record in records:
                for name in record["files"] if document is not None else ():
                    using.setdefault(name, set()).add(str(document))
        for number, record in enumerate(self.said):
            if record["kind"] != "diagnostic" or record["stage"] != "reading":
                continue
            others = self.mentioned(env, record)
            if others:
                join(others | {record["of"]}, "message %d" % number)
            for name in {posixpath.normpath(word) for word in [record["path"] or "", *INTO.findall(record["message"])]}:
                if len(using.get(name, ())) > 1 and name != self.source(env, record["of"]):
                    join(using[name] | {record["of"]}, "file " + name)
        reached, todo = set(), list(names_of_documents)
        while todo:
            name = todo.pop()
            if name not in reached:
                reached.add(name)
                todo.extend(ends.get(name, ()))
        return reached

    def source(self, env: Any, document: str) -> str:
        if document not in self.sources:
            self.sources[document] = str(self.probe.places.tidy(str(env.doc2path(document))))
        return self.sources[document]

    def mentioned(self, env: Any, record: Dict[str, Any]) -> Set[str]:
        """Return the documents that a message names, except for the document for which it was given."""
        prefix = str(self.probe.places.tidy(str(env.srcdir))) + "/"
        found = set()
        for word in INTO.findall(record["message"]):
            name = word[len(prefix) :] if word.startswith(prefix) else word
            stem, ending = os.path.splitext(name)
            if "/" in name or ending or record["category"] != "docutils" or ABOUT_ANOTHER.search(record["message"]):
                found.update({name, stem} & self.documents)
        return found - {record["of"]}

    def purge(self, app: Any, env: Any, documents: List[str]) -> None:
        """Remove all documents that are read again from the environment, before the first of them is read."""
        self.read = set(documents)
        for name in documents:
            app.emit("env-purge-doc", env, name)
            env.clear_doc(name)

    # ---- after the reading

    def judge(self, env: Any, said: Iterable[Dict[str, Any]]) -> None:
        """Begin again with more documents if the reading shows that they are needed."""
        now = self.names_now = self.known.names(env)
        wider = set()
        for record in said:
            if record["stage"] == "reading":
                wider |= self.mentioned(env, record)
        for name, (owner, _) in self.names.items():
            if name not in now:
                if name[1] in SILENT:
                    wider |= self.mentioning(env, [name])
            elif owner is not None and owner not in self.read and now[name][0] in self.read:
                wider.add(owner)
        wider |= self.sharing_roles(said)
        wider = (wider & set(env.found_docs)) - self.read
        if wider:
            self.probe.put("widen", documents=sorted(wider | self.again))
            raise Stopped(1)
        if self.sidebars_differ(self.known.outline(env)):
            self.stop("what tables of contents say has changed")

    def sharing_roles(self, said: Iterable[Dict[str, Any]]) -> Set[str]:
        """Return the documents that define a role that is now missing, and those that lacked a role that is now defined."""
        defining = {}  # type: Dict[str, Set[str]]
        for document, record in self.roles.items():
            for name in record["defined"]:
                defining.setdefault(name, set()).add(document)
        fresh = {name for names in self.probe.roles.defined.values() for name in names} - set(defining)
        found = set()  # type: Set[str]
        for missed in said:
            for word in WORD.findall(missed["message"].lower()) if "role" in missed["message"] else ():
                found |= defining.get(word, set())
        for record in self.said if fresh else ():
            if record["kind"] == "diagnostic" and "role" in record["message"]:
                found |= {record["of"]} if fresh.intersection(WORD.findall(record["message"].lower())) else set()
        return found

    def choose(self, env: Any) -> None:
        """Choose the documents to resolve again; by now, sections and figures have their numbers."""
        now, before = self.names_now, self.names
        changed = [name for name in set(now) | set(before) if now.get(name) != before.get(name)]
        counted = self.known.numbers(env)
        other = {document for document, number in counted.items() if number != self.numbers.get(document)}
        changed += [name for name, (owner, _) in now.items() if owner in other and name[1] in ("labels", "anonlabels")]
        self.resolved = {env.config.master_doc} | self.read | (self.mentioning(env, changed) if changed else set())
        if "sphinx.ext.todo" in self.probe.app.extensions:  # a list shows the entries of all documents
            self.resolved |= self.holding({"todolist"}, set(env.found_docs) - self.read)
        values = self.known.of_extensions(env)
        if set(values) != set(self.extensions) or any(
            self.known.differ(self.extensions[name], values[name]) for name in values
        ):
            self.resolved = set(env.found_docs)  # only the extensions know which documents use these values

    def sidebars_differ(self, now: Any) -> bool:
        """Return whether tables of contents may give other messages on the pages of documents that are not resolved again."""
        (toctrees, broken), (toctrees_now, broken_now) = self.outline, now
        if not (broken or broken_now):
            return False
        return broken != broken_now or toctrees != toctrees_now or any(parent in self.read for parent, _ in broken)

    def add_images(self, app: Any) -> None:
        """Make Sphinx also copy the images of documents that are not read again, because copying can give messages."""
        for path in self.images:
            if path in app.env.images and os.path.lexists(os.path.join(str(app.srcdir), path)):
                app.builder.images.setdefault(path, app.env.images[path][1])

    def mentioning(self, env: Any, changed: Iterable[Any]) -> Set[str]:
        """Return the unread documents whose doctrees contain one of the names `changed`.

        The last word of a name is enough, except for kinds whose references have the complete name.
        """
        words = set()
        for _, kind, name in changed:
            parts = [name] if kind in AS_A_WHOLE else WORD.findall(name)
            words.add("/".join(parts[-2:]) if parts[-1:] == ["index"] else parts[-1] if parts else "")
            if parts[-1:] == ["index"]:
                words.update(("../index", "./index"))
        if "" in words:
            return set(env.found_docs)
        return self.holding(words, set(env.found_docs) - self.read)

    def holding(self, words: Set[str], documents: Set[str]) -> Set[str]:
        """Return those of `documents` whose kept doctrees contain one of the words."""
        if not words:
            return set()
        wanted = [word.encode("utf-8").lower() for word in sorted(words)]
        several = re.compile(b"|".join(map(re.escape, wanted)))
        found = set()
        for name in documents:
            with io.open(os.path.join(self.folder, name + ".doctree"), "rb") as stream:
                content = stream.read().lower()
            if any(word in content for word in wanted) if len(wanted) < FEW else several.search(content):
                found.add(name)
        return found

    def doctree(self, original: Callable[..., Any], env: Any, document: str) -> Any:
        """Return the doctree of a document; from the warm state, if it was not read again."""
        if document in self.read:
            return original(env, document)
        mine = env.doctreedir
        env.doctreedir = type(mine)(self.folder)
        try:
            return original(env, document)
        finally:
            env.doctreedir = mine

    # ---- at the end

    def repeat(self, env: Any, said: Iterable[Dict[str, Any]]) -> None:
        """Repeat the messages of the documents that were not read again. Stop if these messages are not known."""
        here = {record["message"] for record in said}
        for record in self.said:
            again = self.read if record["stage"] == "reading" else self.resolved
            if record["of"] not in env.found_docs:
                continue
            if record["kind"] == "heard":
                if record["of"] in again:
                    self.probe.put("unheard", text=record["text"])
                else:
                    sys.stderr.write(record["text"])
                    self.probe.put(**record)
            elif record["of"] in again:
                if record["once"] and record["message"] not in here:
                    self.stop("%s was told once, of a document that is read again" % record["message"][:80])
            elif not (record["once"] and record["message"] in here):
                if record["printed"]:
                    sys.stderr.write(record["printed"] + "\n")
                self.probe.put(**record)


    def hand_on(self, app: Any, env: Any) -> None:
        """Leave the records of documents that were not read again, for a build that starts from this one."""
        self.probe.put("modules", files={name: self.now("files", name, "content") for name in self.modules})
        for document, records in self.looked.items():
            if document is None or (document in env.found_docs and document not in self.read):
                for record in records:
                    record.pop("conf", None)  # this build has its own conf.py record
                    self.probe.put(**record)
        left = sorted(set(env.found_docs) - self.read)
        for document in left:
            for kept in (self.objects, self.roles):
                if document in kept:
                    self.probe.put(**kept[document])
        # This process can write no file of the store, so it cannot make a link to one. The harness does it.
        with io.open(os.path.join(str(app.doctreedir), "handed-on.json"), "w", encoding="ascii") as stream:
            json.dump(left, stream)
