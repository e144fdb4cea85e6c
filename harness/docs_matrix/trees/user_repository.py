"""A user's git repository, which is only read: where it is, what a revision is, what its work tree holds."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_matrix.errors import InputError
from docs_matrix.process import Finished
from docs_matrix.trees.git import call, last_line
from docs_matrix.trees.tree import LINK, Commit, GitHistory

__all__ = [
    "UserRepository",
    "WorkTree",
    "branch_point",
    "commit_of",
    "find",
    "has",
    "head_tree",
    "history",
    "holding",
    "in_order",
    "is_unchanged",
    "tree_of",
    "work_tree",
]

MOST_COMMITS = 50
"""Commits that are looked at for each file, to find the one that a patch was made for."""
_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""Stands in the index for a file of `git add --intent-to-add`, and need not be there."""


@dataclass(frozen=True)
class UserRepository:
    """The repository that `folder` belongs to.

    `bare` says that there is no work tree; `prefix` is the folder's path in the work tree, with its slash, or nothing;
    `objects` is where its objects lie; `format` the kind of ids (`sha1`).
    """

    folder: Path
    bare: bool
    prefix: str
    objects: Path
    format: str


@dataclass(frozen=True)
class WorkTree:
    """What git knows of a work tree, by path below the folder that was given.

    `clean` are the files that are as in git's index (git's mode, id of the blob), submodules among them; `others` are
    to be read: changed, not yet known to git but not ignored, and all links. `stored` are the ids that git has.
    """

    clean: dict[str, tuple[str, str]]
    others: tuple[str, ...]
    stored: frozenset[str]


def find(folder: Path) -> UserRepository | None:
    """The repository that `folder` belongs to; None where it belongs to none, or is ignored by the one around it."""
    about = _git(folder, "rev-parse", "--is-inside-work-tree", "--is-inside-git-dir", "--show-object-format")
    if about.returncode:
        return None
    inside, within, kind = about.text.split()
    if inside == "false" and within == "false":
        return None
    prefix = _git(folder, "rev-parse", "--show-prefix").text.removesuffix("\n") if inside == "true" else ""
    if prefix and _git(folder, "check-ignore", "--quiet", ".").returncode == 0:
        return None
    objects = _git(folder, "rev-parse", "--path-format=absolute", "--git-path", "objects").text.removesuffix("\n")
    return UserRepository(folder, inside == "false", prefix, Path(objects), kind)


def has(repository: UserRepository, commit: str) -> bool:
    """Whether the repository has the commit of this id."""
    return _git(repository.folder, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def commit_of(repository: UserRepository, revision: str) -> Commit | None:
    """The commit that `revision` names; None where it names none (a tree can have a name too)."""
    if revision.startswith("-") or "\0" in revision:
        return None
    words = ("log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%cd%x00%s")
    date = "--date=format-local:%Y-%m-%dT%H:%M:%SZ"
    found = call(*words, date, f"{revision}^{{commit}}", "--", cwd=repository.folder, variables={"TZ": "UTC0"})
    told = found.text.removesuffix("\n").split("\0")
    return Commit(*told) if found.returncode == 0 and len(told) == 3 else None


def branch_point(repository: UserRepository) -> str | None:
    """Return the commit at which HEAD left the default branch: HEAD itself on that branch; None if there is no commit."""
    told = _git(repository.folder, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").text.strip()
    for branch in (told, "origin/main", "origin/master", "main", "master", "HEAD"):
        common = _git(repository.folder, "merge-base", "HEAD", branch) if branch else None
        if common and common.returncode == 0:
            return common.text.split()[0]
    return None


def head_tree(repository: UserRepository) -> str | None:
    """The id of the tree that HEAD has at the repository's folder; None where there is none."""
    return _git(repository.folder, "rev-parse", "--verify", "--quiet", "HEAD:./").text.strip() or None


def is_unchanged(repository: UserRepository) -> bool:
    """Whether what git tracks below the repository's folder is as in HEAD."""
    return _git(repository.folder, "diff-index", "--quiet", "HEAD", "--", ".").returncode == 0


def history(repository: UserRepository, revision: str) -> GitHistory | None:
    """Return what git knows at `revision`; None if there is no such commit, or if the tree is not the repository's top.

    The user's branch is the one that the commit is on: base and head do not differ by its name.
    """
    if repository.prefix or repository.format != "sha1":
        return None
    wanted = ("rev-parse", "--verify", "--quiet")
    commit, contents = (
        _git(repository.folder, *wanted, f"{revision}^{{{kind}}}").text.strip() for kind in ("commit", "tree")
    )
    if not commit or not contents:
        return None
    branch = _git(repository.folder, "symbolic-ref", "--quiet", "HEAD").text.strip()
    kinds = ("refs/heads", "refs/tags", "refs/remotes", "refs/notes")
    refs = _git(repository.folder, "for-each-ref", "--format=%(objectname) %(refname)", *kinds).text
    at = _git(repository.folder, "rev-parse", "--path-format=absolute", "--git-path", "shallow").text.removesuffix("\n")
    try:
        shallow = Path(at).read_text("ascii")
    except OSError:
        shallow = ""
    return GitHistory(commit, contents, branch, refs, shallow)


def in_order(repository: UserRepository, commits: Collection[str], tip: str | None = None) -> tuple[str, ...]:
    """Those of `commits` that the repository has, each behind all that it was made from.

    With `tip` only those that this revision holds: itself and what came before it. Raises `InputError` where there is no
    such revision.
    """
    end = commit_of(repository, tip) if tip is not None else None
    if tip is not None and end is None:
        raise InputError(f"{repository.folder}: unknown revision {tip!r}")
    listed = "".join(f"{commit}\n" for commit in commits).encode()
    words = ("rev-list", "--no-walk", "--ignore-missing", "--stdin")
    known = set(call(*words, cwd=repository.folder, stdin=listed).text.split()) & set(commits)
    tips = sorted({*known, *((end.id,) if end else ())})
    if not known:
        return ()
    shared = _git(repository.folder, "merge-base", "--octopus", *tips).text.split()
    limits = [*((end.id,) if end else tips), *(f"^{commit}" for commit in shared)]
    walked = call(
        *("rev-list", "--topo-order", "--reverse", "--stdin"),
        cwd=repository.folder,
        stdin="".join(f"{limit}\n" for limit in limits).encode(),
    )
    return tuple(commit for commit in (*shared, *walked.text.split()) if commit in known)


def holding(repository: UserRepository, blobs: Mapping[str, str]) -> str | None:
    """The newest commit in which each path below the folder has the blob whose id begins so; None where none has all.

    Looked at are the commits that brought one of the blobs, or took it away (then the one before it).
    """
    for path, blob in blobs.items():
        named = _git(repository.folder, "rev-parse", "--verify", "--quiet", f"{blob}^{{blob}}")
        if named.returncode:
            return None
        words = (
            "log",
            "--all",
            f"--max-count={MOST_COMMITS}",
            "--format=%H%n%P",
            f"--find-object={named.text.strip()}",
        )
        listed = _git(repository.folder, *words, "--", path).text.split()
        for commit in dict.fromkeys(listed):
            if all(_blob(repository, commit, name).startswith(wanted) for name, wanted in blobs.items()):
                return commit
    return None


def _blob(repository: UserRepository, commit: str, path: str) -> str:
    found = _git(repository.folder, "rev-parse", "--verify", "--quiet", f"{commit}:{repository.prefix}{path}")
    return found.text.strip() if found.returncode == 0 else ""


def tree_of(repository: UserRepository, revision: str) -> tuple[str, str]:
    """The ids of the trees of `revision`: at the repository's folder, and of the whole repository.

    Raises `InputError` where there is no such revision, or no such folder in it.
    """
    folder = repository.folder
    if repository.format != "sha1":
        raise InputError(f"{folder}: a git repository with {repository.format} ids, of which no revision can be used")
    name = "" if revision.startswith("-") or "\0" in revision else f"{revision}^{{tree}}"
    found = _git(folder, "rev-parse", "--verify", "--quiet", name)
    if found.returncode:
        shallow = _git(folder, "rev-parse", "--is-shallow-repository").text.strip() == "true"
        hint = "; the clone is shallow: git fetch --unshallow" if shallow else ""
        raise InputError(f"{folder}: unknown revision {revision!r}{hint}")
    whole = found.text.strip()
    if not repository.prefix:
        return whole, whole
    below = _git(folder, "ls-tree", "-d", "-z", "--full-tree", whole, repository.prefix.rstrip("/")).text.split()
    if below[1:2] != ["tree"]:
        raise InputError(f"{folder}: revision {revision!r} has no folder {repository.prefix!r}")
    return below[2], whole


def work_tree(repository: UserRepository) -> WorkTree:
    """What the work tree below the repository's folder holds, ignored files left out."""
    folder = repository.folder
    clean: dict[str, tuple[str, str]] = {}
    others: set[str] = set()
    stored: set[str] = set()
    for record in _records(folder, "ls-files", "--stage", "-z"):
        entry, _, path = record.partition("\t")
        mode, blob, stage = entry.split(" ")
        stored.add(blob)
        if stage != "0" or mode == LINK or repository.format != "sha1":
            others.add(path)
        else:
            clean[path] = (mode, blob)
    others.update(_records(folder, "diff-files", "--relative", "--name-only", "--ignore-submodules=all", "-z"))
    others.update(_records(folder, "ls-files", "--others", "--exclude-standard", "-z", ignore=_users_ignore_file()))
    for path in others:
        clean.pop(path, None)
    return WorkTree(clean, tuple(sorted(others)), frozenset(stored - {_EMPTY_BLOB}))


def _users_ignore_file() -> str:
    """The user's own list of files to ignore, the one thing of their configuration that says what a tree holds."""
    home = Path("~").expanduser()
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    for file in (home / ".gitconfig", folder / "config"):
        words = ("config", "--file", file, "--path", "--get", "core.excludesFile")
        asked = call(*words, cwd=Path("/"), variables={"HOME": str(home)})
        if asked.returncode == 0:
            return asked.text.removesuffix("\n")
    return str(folder / "ignore")


def _records(folder: Path, *words: str, ignore: str | None = None) -> list[str]:
    finished = _git(folder, *words, ignore=ignore)
    if finished.returncode:
        raise InputError(f"{folder}: git cannot read this repository: {last_line(finished)}")
    return finished.text.split("\0")[:-1]


def _git(folder: Path, *words: str, ignore: str | None = None) -> Finished:
    return call(*words, cwd=folder, settings={"core.excludesFile": ignore} if ignore else None)
