"""The owner of all trees in the store: a bare git repository with every tree, version and result of a patch, by content.

Versions share their common files. Nothing in it is linked to a user's files, which are read once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError, MachineError
from docs_matrix.files import digest, locked, write_whole
from docs_matrix.store import room
from docs_matrix.trees import folders, importing, overlay, submodules, symlinks, user_repository
from docs_matrix.trees.apply import Patched, apply, stated_bases
from docs_matrix.trees.folders import FoundFiles
from docs_matrix.trees.git import Repository, last_line
from docs_matrix.trees.line_map import Change, TreeChanges
from docs_matrix.trees.overlay import Overlay
from docs_matrix.trees.patches import Patch
from docs_matrix.trees.tree import FILE, GITLINK, Commit, Contents, Tree, identity_of
from docs_matrix.trees.workspaces import Workspace, workspace

__all__ = ["Trees", "lineage"]

OWN_SETTINGS = {
    "config": "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n\tfsync = committed,loose-object\n",
    # This is stronger than any .gitattributes of a tree: files go in and out byte by byte.
    "info/attributes": "* -text -eol -ident -filter !working-tree-encoding\n",
}
"""The settings of the repository of all trees. Settings that anybody else wrote there are replaced before git sees them."""

AT_ONCE = 50
"""One call of git reads at most this many files, and this many are in memory."""


class Trees:
    """The trees in the store at `store`. Any number of processes and threads may use one store."""

    def __init__(self, store: Path) -> None:
        self._work = room(store, "work")
        self._repository = Repository(room(store, "trees.git"))
        with locked(room(store, "trees.lock")):
            for path, text in OWN_SETTINGS.items():
                place = self._repository.folder / path
                try:
                    same = nofollow.read(place, len(text)) == text.encode("ascii")
                except OSError:
                    same = False
                if not same:
                    nofollow.remove(place)
                    write_whole(place, text)
            if not (self._repository.folder / "HEAD").exists():
                self._repository.run("init", "--quiet", "--bare", "--template=", "--object-format=sha1")

    def open(self, source: str | Path) -> Tree:
        """Return the tree at `source`: a folder as it is now, a bare repository at HEAD, or an archive.

        For a folder in a git work tree, files that git ignores are left out. Raises `InputError` if `source` is none of these.
        """
        place = Path(source)
        if place.is_file():
            object_id, empty = importing.archive(self._repository, place)
            return _tree(str(source), place, object_id, empty)
        if not place.is_dir():
            raise InputError(f"{source}: there is no such folder or archive")
        repository = user_repository.find(place)
        if repository and repository.bare:
            return self.revision(source, "HEAD")
        known = user_repository.work_tree(repository) if repository else user_repository.WorkTree({}, (), frozenset())
        found = folders.listed(place, known.others) if repository else folders.scan(place)
        found = folders.with_links_followed(place, found, repository)
        objects = repository.objects if repository and repository.format == "sha1" else None
        object_id, empty = importing.folder(self._repository, lineage(place), found, known.clean, known.stored)
        tree = _tree(str(source), place, object_id, empty, objects, found.notes)
        if repository is None:
            return tree
        tree = self._with_modules(tree, place, lambda folder, _: self.open(folder))
        as_head = objects is not None and self._is_as_head(repository, tree.object_id)
        commit = user_repository.commit_of(repository, "HEAD") if as_head else None
        return replace(tree, commit=commit, history=user_repository.history(repository, "HEAD"))

    def revision(self, source: str | Path, rev: str) -> Tree:
        """Return the tree of `rev` in the git repository at `source`.

        If `source` is a folder in a repository, it is the tree of this folder. Raises `InputError` if there is no repository or
        no such revision.
        """
        place = Path(source)
        repository = user_repository.find(place) if place.is_dir() else None
        if repository is None:
            raise InputError(f"{source}: not a git repository, so it has no revision {rev!r}")
        object_id, whole = user_repository.tree_of(repository, rev)
        files = dict(self._files(object_id, repository.objects))
        notes: list[Note] = []
        targets = importing.link_targets(self._repository, files, repository.objects)
        out = symlinks.leaving(targets)
        empty: list[str] = []
        if out:
            found = self._follow_links(repository, whole, files, {path: targets[path] for path in out})
            notes, empty = notes + found.notes, found.empty
            object_id = importing.write_tree(self._repository, Contents(files))
        commit = user_repository.commit_of(repository, rev)
        tree = _tree(f"{source}@{rev}", place, object_id, tuple(sorted(empty)), repository.objects, notes, commit)
        tree = self._with_modules(tree, place, self.revision)
        return replace(tree, history=user_repository.history(repository, rev))

    def _with_modules(self, tree: Tree, place: Path, opened: submodules.Opened) -> Tree:
        """Return `tree` with the content of submodules that are checked out in `place`, and a note on each other submodule."""
        object_id, identity, empty, left = submodules.taken_in(self._repository, tree, place, opened)
        notes = (*tree.notes, *map(_left_out, left))
        return replace(tree, object_id=object_id, identity=identity, empty_folders=empty, notes=notes)

    def patched(self, tree: Tree, patches: Sequence[Patch]) -> Patched:
        """Return `tree` with `patches` applied in order, as git applies them, and their effect on each file.

        Raises `InputError` if a patch does not apply, or reaches outside of the tree.
        """
        return apply(self._repository, tree, patches)

    def written(self, workspace: Workspace, before: FoundFiles) -> Overlay:
        """Return the files that were written into `workspace` since the scan `before`, kept in the store."""
        return overlay.taken(self._repository, workspace.root, before, overlay.scan(workspace.root))

    def laid_over(self, tree: Tree, written: Overlay) -> Tree:
        """Return `tree` with the changes `written`."""
        return overlay.laid_over(self._repository, tree, written)

    def stated(self, patches: Sequence[Patch]) -> dict[str, str]:
        """Return the files that `patches` change, with the ids of the blobs for which the patches were made, if they name them."""
        return stated_bases(self._repository, patches)

    def paths(self, tree: Tree) -> tuple[str, ...]:
        """Return the paths of all files and links of `tree`, sorted."""
        files = self._files(tree.object_id, tree.objects)
        return tuple(sorted(path for path, (mode, _) in files.items() if mode != GITLINK))

    def entries(self, tree: Tree) -> Mapping[str, tuple[str, str]]:
        """Return git's mode and the id of the blob of each file and link of `tree`, by path."""
        return self._files(tree.object_id, tree.objects)

    def read(self, tree: Tree, path: str) -> bytes | None:
        """Return the content of the file at `path`; None if there is no such file. Links inside the tree are followed."""
        kind, _, content = self._object(f"{tree.object_id}:{path}", tree.objects)
        return content if kind == "blob" else None

    def naming(self, tree: Tree, texts: Collection[str], below: str, *, ignore_case: bool = False) -> tuple[str, ...]:
        """Return the text files of `tree` below the folder `below` (`.` for all) that hold one of `texts`, sorted.

        Of a long text its beginning is enough, and of one with a `\\E` a part: where git searches by Perl's expressions, it would
        end the quoting.
        """
        if not texts:
            return ()
        wanted = {max(text.split("\\E"), key=len)[:200].rstrip("\r") or "\\" for text in texts}
        with tempfile.NamedTemporaryFile() as file:
            file.write("".join(f"{text}\n" for text in sorted(wanted)).encode("utf-8", "surrogateescape"))
            file.flush()
            how = ("-i",) if ignore_case else ()
            words = ("grep", "-l", "-z", "-I", "-F", *how, "--full-name", "-f", file.name, tree.object_id, "--", below)
            found = self._repository.attempt(*words, objects=(tree.objects,))
        if found.returncode > 1 or (found.returncode and found.stderr):
            raise MachineError(f"git grep failed in {self._repository.folder}: {last_line(found)}")
        names = found.text.split("\0")[:-1]
        return tuple(sorted(name.removeprefix(f"{tree.object_id}:") for name in names))

    def texts(self, tree: Tree, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each of `paths` that is a file of `tree`, with its text. Links inside the tree are followed.

        A file with a NUL has no text and is left out.
        """
        every = tuple(paths)
        for some in (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE)):
            found = self._objects([f"{tree.object_id}:{path}" for path in some], tree.objects)
            for path, (kind, _, content) in zip(some, found, strict=True):
                if kind == "blob" and b"\0" not in content:
                    yield path, content.decode("utf-8", "replace")

    def changes(self, base: Tree, head: Tree) -> TreeChanges:
        """Return the change from `base` to `head`, by files and lines."""
        return TreeChanges(self._repository, base, head)

    def changed_paths(self, base: Tree, head: Tree) -> tuple[Change, ...]:
        """Return the files that differ between `base` and `head`, sorted by path. Git finds renames."""
        return self.changes(base, head).files

    def differing(self, object_id: str, tree: Tree) -> Mapping[str, str] | None:
        """Return the files that differ between the tree object `object_id` and `tree`, each with git's letter: A, D, M or T.

        None if the object does not exist any more.
        """
        words = ("diff-tree", "-r", "-z", "--name-status", "--no-renames", object_id, tree.object_id)
        found = self._repository.attempt(*words, objects=(tree.objects,))
        parts = found.text.split("\0")
        return None if found.returncode else dict(zip(parts[1::2], parts[::2], strict=False))

    def diff(self, base: Tree, head: Tree) -> bytes:
        """Return the patch from `base` to `head`, as `git apply` takes it, with full ids of blobs."""
        words = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--binary", "--full-index", "--no-renames")
        return self._repository.run(*words, base.object_id, head.object_id, objects=(base.objects, head.objects)).stdout

    def selected(self, tree: Tree, wanted: Callable[[str], bool], purpose: str) -> Tree:
        """Return `tree` with only those files whose paths are `wanted`, without a history.

        Its private copies have folders of their own for each `purpose`. So to change one to another version costs only the
        files that differ.
        """
        files = {path: entry for path, entry in self.entries(tree).items() if wanted(path)}
        object_id = importing.write_tree(self._repository, Contents(files))
        return replace(
            tree,
            identity=object_id,
            object_id=object_id,
            lineage=digest(tree.lineage, purpose),
            empty_folders=(),
            commit=None,
            history=None,
        )

    def workspace(self, tree: Tree, slot: str = "", *, git: bool = False) -> AbstractContextManager[Workspace]:
        """Provide a private, exact, writable copy of `tree`, and an empty folder, for the time of a `with` statement.

        The copy is in the slot with the name `slot`, if nobody else uses it: a build that starts from another build finds the
        same paths there. With `git`, there is a `.git` even if the tree has no history: then git knows the files, and no
        commit.
        """
        return workspace(self._repository, self._work, tree, slot, git=git)

    def _is_as_head(self, repository: user_repository.UserRepository, object_id: str) -> bool:
        """Return whether the tree `object_id` is equal to the tree that `revision` returns for HEAD."""
        head = user_repository.head_tree(repository)
        if head is None or head == object_id:
            return head == object_id
        return (
            user_repository.is_unchanged(repository) and self.revision(repository.folder, "HEAD").object_id == object_id
        )

    def _files(self, object_id: str, objects: Path | None) -> Mapping[str, tuple[str, str]]:
        return importing.contents_of(self._repository, object_id, objects)

    def _object(self, name: str, objects: Path | None) -> tuple[str, str, bytes]:
        return next(self._objects([name], objects))

    def _objects(self, names: Sequence[str], objects: Path | None) -> Iterator[tuple[str, str, bytes]]:
        """Yield the kind, the id and the content of each object that `TREE:PATH` names, links followed; "" where none does."""
        given = [name.encode("utf-8", "surrogateescape") for name in names]
        wanted = b"".join(name + b"\n" for name in given if _can_be_asked(name))
        answer = self._repository.run(
            "cat-file", "--batch", "--follow-symlinks", stdin=wanted, objects=(objects,)
        ).stdout
        at = 0
        for name in given:
            head, content = [b""], b""
            if _can_be_asked(name):
                end = answer.index(b"\n", at)
                head, at = answer[at:end].split(b" "), end + 1
                if head[-1].isdigit():  # of a link that leads nowhere too, with what it says
                    size = int(head[-1])
                    content, at = answer[at : at + size], at + size + 1
            if len(head) == 3 and head[1] in (b"blob", b"tree"):
                yield head[1].decode(), head[0].decode(), content
                continue
            tree, _, path = name.decode("utf-8", "surrogateescape").partition(":")
            if head[-1] == b"missing" and self._files(tree, objects).get(path, (GITLINK,))[0] != GITLINK:
                raise MachineError(
                    f"{path}: the repository has no content for this file; is it a partial clone, or damaged?"
                )
            yield "", "", b""

    def _follow_links(
        self,
        repository: user_repository.UserRepository,
        whole: str,
        files: dict[str, tuple[str, str]],
        out: dict[str, str],
    ) -> folders.FoundFiles:
        """Replace the links `out` of `files` by what they point to; return the notes on those that lead out of the repository.

        That is taken from the same revision. What leads out of the repository is empty.
        """
        elsewhere = {}
        notes: list[Note] = []
        for path in out:
            del files[path]
            kind, name, _ = self._object(f"{whole}:{repository.prefix}{path}", repository.objects)
            if kind == "blob":
                files[path] = (FILE, name)
            elif kind == "tree":
                below = dict(self._files(name, repository.objects))
                for lost in symlinks.leaving(importing.link_targets(self._repository, below, repository.objects)):
                    del below[lost]
                    notes.append(Note("left out", (f"{path}/{lost}", "leads out")))
                files.update({f"{path}/{inner}": entry for inner, entry in below.items()})
            elif repository.bare:
                notes.append(Note("left out", (path, "leads out")))
            else:
                elsewhere[path] = out[path]
        found = folders.FoundFiles(links=elsewhere, notes=notes)
        found = folders.with_links_followed(repository.folder, found)
        files.update(importing.found_files(self._repository, found)[0])
        return found


def lineage(place: Path) -> str:
    """Return a digest that is equal for all versions of the source at `place`."""
    return digest(str(place.resolve()))


def _tree(
    name: str,
    place: Path,
    object_id: str,
    empty: tuple[str, ...],
    objects: Path | None = None,
    notes: Iterable[Note] = (),
    commit: Commit | None = None,
) -> Tree:
    return Tree(name, identity_of(object_id, empty), object_id, lineage(place), empty, objects, tuple(notes), commit)


def _left_out(path: str) -> Note:
    return Note("left out", (path, "submodule"))


def _can_be_asked(name: bytes) -> bool:
    """Return whether git can be asked for an object with this name, on one line. A path outside of the tree would end git."""
    path = name.partition(b":")[2]
    return b"\n" not in name and b"\0" not in name and path.split(b"/")[0] not in (b".", b"..")
