"""Notes in words: one sentence for each kind of note. Only this module turns a note into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docs_matrix.diagnostics.notes import Note, NoteKind

__all__ = ["words"]


def words(note: Note) -> str:
    """Return `note` as a line of text. It can contain text of a user or a build, so make it safe before you print it.

    >>> words(Note("no baseline", ("docs.yaml",)))
    'docs.yaml does not exist yet: nothing is accepted (docs-matrix baseline write creates it)'
    """
    return _WORDS[note.kind](*note.facts)


def _patched(base: str, head: str, base_blob: str, head_blob: str, stated_base: str, stated_head: str) -> str:
    """Return what a patch did to a file, and whether the blobs are those that the patch names.

    A blob is "" if that side has no such file.
    """
    path = f"{base} -> {head}" if base and head and base != head else head or base
    before = _blob("base blob", base_blob, stated_base) if base_blob else "new file"
    after = _blob("result", head_blob, stated_head) if head_blob else "deleted"
    return f"{path}: {before}; {after}"


def _blob(what: str, blob: str, stated: str) -> str:
    if not stated:
        return f"{what} {blob[:12]}"
    same = blob.startswith(stated)
    return f"{what} {blob[:12]}{' as the patch says' if same else f', where the patch says {stated[:12]}'}"


def _applies(rev: str, how: str, *paths: str) -> str:
    """Return the note that a patch applies to the revision `rev`.

    `how` is `exact` (the patch was made for these files), `other` (it was made for other versions of the files `paths`), or
    `unstated` (the patch does not say).
    """
    told = {
        "exact": "; the blobs are those that the patch was made for",
        "other": f"; made for another {', '.join(paths)}",
        "unstated": "; the patch names no blobs",
    }
    return f"onto {rev}: applies{told[how]}"


def _applied_to(rev: str, why: str) -> str:
    """Return the note that the patch is applied to `rev`, and not to the tree.

    `why` is `names` (the mail names this commit) or `has` (this commit has the files that the patch was made for).
    """
    told = {"names": "the commit that the mail names", "has": "which has the files that the patch was made for"}
    return f"the patch is applied to {rev}, {told[why]}, because the files of the tree are different"


def _read_all(why: str, path: str = "") -> str:
    told = {"touches": path, "many": "too many files", "unnamed": "a file below the sources that no document names"}
    return f"all documents are read: the change touches {told[why]}"


def _unnamed(*paths: str) -> str:
    return f"no document names {_first(paths)}: only --docs all shows whether a document reads it"


def _all_takes(seconds: str) -> str:
    count = int(seconds)
    long = f"{count / 60:.0f} minutes" if count >= 90 else f"{count} seconds"
    return f"--docs all reads all documents and takes some {long}"


def _project(documentation: str, since: str, cells: str) -> str:
    what = f"what changed since {since}" if since else "all of it, because there is no baseline"
    return (
        f"no matrix.yaml here or above: checked {documentation}, {what}, in {cells} (docs-matrix init makes a matrix)"
    )


def _left_out(path: str, why: str) -> str:
    told = {
        "submodule": "a submodule",
        "repository": "a repository of its own",
        "leads out": "a link that leads out of the repository",
        "leads to nothing": "a link that leads out of the tree, to a file that does not exist",
        "leads around": "a link to a folder that contains the link",
        "special": "neither a file nor a folder nor a link",
        "large": "a file with more than 256 MiB",
    }
    return f"{path}: {told[why]}, left out"


def _first(paths: tuple[str, ...]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def _as_it_is(text: str) -> str:
    return text


_WORDS: Mapping[NoteKind, Callable[..., str]] = {
    "project": _project,
    "cell left out": "{} is left out, because it cannot build this project: {}".format,
    "left out": _left_out,
    "empty": "{}: a link that leads out of the tree, to {}; the target is not read, and the build sees it empty".format,
    "patched": _patched,
    "before": lambda *subjects: f"applied to both sides first: {', '.join(subjects)}",
    "applied to": _applied_to,
    "applies": _applies,
    "does not apply": "onto {}: does not apply: {}".format,
    "no baseline": "{} does not exist yet: nothing is accepted (docs-matrix baseline write creates it)".format,
    "read affected": lambda: (
        "only the documents that the change can affect are read; they were found by searching the text of the documents"
    ),
    "read meant": lambda: "only the documents that the change can affect are read; a kept build shows which these are",
    "read all": _read_all,
    "unnamed": _unnamed,
    "all takes": _all_takes,
    "verified": "verified against plain builds of all documents: {} differences".format,
    "differs": _as_it_is,
    "patch of series": "patch {} of {} of a series".format,
    "repaired later": "{} is fixed by patch {} of the series".format,
    "repairs": lambda count: f"this patch fixes {count} {'diagnostic' if count == '1' else 'diagnostics'}",
    "range": "searching from {} to {} ({})".format,
    "reads more": "reading only {} does not show the message at the first or last candidate; more documents are read".format,
    "no history": "the history of {} {} {}".format,
    "header without docutils": lambda: "the report's header names no docutils",
    "header without releases": "docutils {} on Python {}: the header names versions that are no releases".format,
    "header not resolved": "docutils {} on Python {}, as the header says, cannot be resolved: {}".format,
    "cell of header": "no cell of the matrix has docutils {} on Python {}, so one was made, with Sphinx {}".format,
    "other interpreter": "the header names Python {}, which is not on this machine: another Python {} is used".format,
    "nothing built": lambda: "nothing was built: no message of the report is about a document of the tree",
    "not built": "{}: the documents that the patch does not affect could not be built: {}".format,
    "not run": "{} could not run: {}".format,
    "not told apart": _as_it_is,
    "release does not fit": "{} {} cannot be put into {}: {}".format,
    "no package alone": lambda: "no single package causes the difference between the two cells",
    "confined": "builds: {}".format,
    "silences": lambda *settings: f"the change hides warnings: {', '.join(settings)}",
    "requirements changed": lambda *texts: (
        f"the head states {', '.join(texts)}, and is built with it; put this into matrix.yaml, for the versions after it"
    ),
    "requirements by hand": lambda *texts: (
        f"base and head state other requirements; {', '.join(texts)} of matrix.yaml counts, since neither of them states that"
    ),
    "toolchain wanted": lambda *texts: f"the head wants {', '.join(texts)}; each cell has its own, as matrix.yaml says",
    "brings code": lambda *paths: f"the change brings code into the build: {_first(paths)}",
}
