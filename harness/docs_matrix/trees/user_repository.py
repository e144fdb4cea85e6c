"""A user's git repository, which is only read: its place, its revisions, and the content of its work tree."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.errors import InputError
from docs_matrix.process import Finished
from docs_matrix.trees import repository_bounds
from docs_matrix.trees.git import call, filters_of, last_line, quoted
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
    "without_credentials",
    "work_tree",
]

MOST_COMMITS = 50
"""To find the commit for which a patch was made, at most this many commits are looked at for each file."""
SHALLOW_LIMIT = 64 << 20
"""The most bytes of the list of commits at which a shallow clone ends."""
_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""The id in the index for a file of `git add --intent-to-add`. The object need not exist."""


@dataclass(frozen=True)
class UserRepository:
    """The repository that contains `folder`.

    - `bare` says that there is no work tree.
    - `prefix` is the path of the folder in the work tree, with a slash at the end; empty for the top.
    - `objects` is the folder of its objects. `format` is the kind of its ids (`sha1`).
    - `filters` are the names of the filters that its configuration defines. None of them is ever run.
    """

    folder: Path
    bare: bool
    prefix: str
    objects: Path
    format: str
    filters: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The real path of the top folder of its work tree."""
        real = self.folder.resolve()
        return str(real.parents[len(parts) - 1] if (parts := Path(self.prefix).parts) else real)

    def listed(self, path: str) -> tuple[str, ...]:
        """Return the files at or below `path` that git tracks or does not ignore; all paths are relative to `top`."""
        words = ("ls-files", "--cached", "--others", "--exclude-standard", "--full-name", "-z", "--")
        found = _records(self, *words, f":(top,literal){path}", ignore=_users_ignore_file())
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class WorkTree:
    """The files of a work tree, by path below the folder that was given.

    `clean` are the files that are equal to git's index (git's mode, id of the blob), and submodules. `others` must be read:
    changed files, files that git does not know and does not ignore, and all links. `stored` are the ids that git has.
    """

    clean: dict[str, tuple[str, str]]
    others: tuple[str, ...]
    stored: frozenset[str]


def find(folder: Path) -> UserRepository | None:
    """Return the repository that contains `folder`; None if there is none, or if the repository around it ignores the folder.

    Raises `InputError` if git cannot read it, or if it names what is no part of it (`repository_bounds`).
    """
    about = call("rev-parse", "--is-inside-work-tree", "--is-inside-git-dir", "--show-object-format", cwd=folder)
    if about.returncode and "not a git repository" in about.error_text:
        return None
    inside, within, kind = _read(folder, about).split()
    if inside == "false" and within == "false":
        return None
    prefix = (
        _read(folder, call("rev-parse", "--show-prefix", cwd=folder)).removesuffix("\n") if inside == "true" else ""
    )
    if prefix and _is_ignored(folder):
        return None
    words = ("--path-format=absolute", "--git-dir", "--git-common-dir", "--git-path", "objects")
    places = _read(folder, call("rev-parse", *words, cwd=folder)).removesuffix("\n").split("\n")
    if len(places) != 3:
        raise InputError(f"{folder}: git cannot read this repository: its path has a line break")
    own, common, objects = map(Path, places)
    found = UserRepository(folder, inside == "false", prefix, objects, kind, filters_of(folder))
    repository_bounds.check_objects(folder, own, common, objects)
    if not found.bare:
        configured = call("config", "--get", "core.worktree", cwd=folder).returncode == 0
        repository_bounds.check_work_tree(folder, Path(found.top), own, configured=configured)
    return found


def _is_ignored(folder: Path) -> bool:
    """Return whether the repository around `folder` ignores it."""
    found = call("check-ignore", "--verbose", "--non-matching", ".", cwd=folder)
    if found.returncode > 1 or not found.stdout:  # 0 and 1 are answers
        raise InputError(f"{folder}: git cannot read this repository: {last_line(found)}")
    return found.returncode == 0


def _ids(repository: UserRepository, *names: str) -> list[str | None]:
    """Return the ids of the objects that `names` name; None for a name that names no object.

    It is one call of git, which fails only if git cannot read the repository.
    """
    fit = [name for name in names if name and not name.startswith("-") and not set("\0\n") & set(name)]
    given = "".join(f"{name}\n" for name in fit).encode("utf-8", "surrogateescape")
    answer = _said(repository, "cat-file", "--batch-check=%(objectname)", stdin=given).split("\n")[:-1]
    if len(answer) != len(fit):
        raise InputError(
            f"{repository.folder}: git cannot read this repository: it answered {len(answer)} of {len(fit)}"
        )
    known = {name: line if _ID.fullmatch(line) else None for name, line in zip(fit, answer, strict=True)}
    return [known.get(name) for name in names]


def has(repository: UserRepository, commit: str) -> bool:
    """Return whether the repository has the commit with this id."""
    return _ids(repository, f"{commit}^{{commit}}") != [None]


def commit_of(repository: UserRepository, revision: str) -> Commit | None:
    """Return the commit that `revision` names; None if it names no commit (a tree can have a name, too)."""
    (commit,) = _ids(repository, f"{revision}^{{commit}}") if revision else (None,)
    if commit is None:
        return None
    words = ("log", "-1", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%cd%x00%s")
    date = "--date=format-local:%Y-%m-%dT%H:%M:%SZ"
    told = _said(repository, *words, date, commit, "--", variables={"TZ": "UTC0"}).removesuffix("\n").split("\0")
    return Commit(*told) if len(told) == 3 else None


def branch_point(repository: UserRepository) -> str | None:
    """Return the commit at which HEAD left the default branch, or HEAD itself on that branch; None if there is no commit."""
    told = _said(repository, "for-each-ref", "--format=%(symref)", "refs/remotes/origin/HEAD").strip()
    branches = (told, "origin/main", "origin/master", "main", "master", "HEAD")
    for commit in _ids(repository, *(branch and f"{branch}^{{commit}}" for branch in branches)):
        common = _said(repository, "merge-base", "HEAD", commit, fine=(0, 1)).split() if commit else []
        if common:
            return common[0]
    return None


def head_tree(repository: UserRepository) -> str | None:
    """Return the id of the tree at the repository's folder in HEAD; None if there is none."""
    return _ids(repository, "HEAD:./")[0]


def is_unchanged(repository: UserRepository) -> bool:
    """Return whether all files that git tracks below the repository's folder are equal to HEAD."""
    return not _said(repository, "diff-index", "--name-only", "-z", "HEAD", "--", ".")


def history(repository: UserRepository, revision: str) -> GitHistory | None:
    """Return the history at `revision`; None if there is no such commit.

    The user's branch is the branch of this commit: base and head do not differ by its name.
    """
    if repository.format != "sha1":
        return None
    commit, contents, head = _ids(repository, f"{revision}^{{commit}}", f"{revision}^{{tree}}", "HEAD")
    if not commit or not contents:
        return None
    words = ("rev-parse", "--symbolic-full-name", "HEAD") if head else ("symbolic-ref", "--quiet", "HEAD")
    branch = _said(repository, *words).strip().removeprefix("HEAD")
    kinds = ("refs/heads", "refs/tags", "refs/remotes", "refs/notes")
    refs = _said(repository, "for-each-ref", "--format=%(objectname) %(refname)", *kinds)
    at = _said(repository, "rev-parse", "--path-format=absolute", "--git-path", "shallow").removesuffix("\n")
    try:
        shallow = nofollow.read(at, SHALLOW_LIMIT).decode("ascii")
    except (OSError, UnicodeDecodeError):
        shallow = ""
    prefix = repository.prefix.rstrip("/")
    return GitHistory(commit, contents, branch, refs, shallow, prefix, _remotes(repository, branch))


def _remotes(repository: UserRepository, branch: str) -> str:
    """Return the configuration of the repository's remotes and of the current branch, without credentials."""
    pattern = r"^(remote\..*\.(url|fetch)|branch\..*\.(remote|merge))$"
    text = _said(repository, "config", "--local", "--null", "--get-regexp", pattern, fine=(0, 1))
    lines: list[str] = []
    for name, _, value in (record.partition("\n") for record in text.split("\0")[:-1]):
        kind, _, rest = name.partition(".")
        subject, _, key = rest.rpartition(".")
        if kind == "remote" or subject == branch.removeprefix("refs/heads/"):
            shown = without_credentials(value) if key == "url" else value
            lines.append(f"[{kind} {quoted(subject)}]\n\t{key} = {quoted(shown)}\n")
    return "".join(lines)


def without_credentials(url: str) -> str:
    """Return `url` without a password. The user's name is removed, too, if it may be a token.

    >>> without_credentials("https://x-access-token:secret@example.org/a/b"), without_credentials("ssh://git:pw@host/a")
    ('https://example.org/a/b', 'ssh://git@host/a')
    >>> without_credentials("git@example.org:a/b.git")
    'git@example.org:a/b.git'
    """
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    user, at, place = host.rpartition("@")
    if not separator or not at:
        return url
    kept = f"{user.partition(':')[0]}@" if scheme in ("ssh", "git+ssh") else ""
    return f"{scheme}://{kept}{place}{slash}{path}"


def in_order(repository: UserRepository, commits: Collection[str], tip: str | None = None) -> tuple[str, ...]:
    """Return those of `commits` that the repository has, each after its ancestors.

    With `tip`, only commits in the history of this revision. Raises `InputError` if there is no such revision.
    """
    end = commit_of(repository, tip) if tip is not None else None
    if tip is not None and end is None:
        raise InputError(f"{repository.folder}: unknown revision {tip!r}")
    known = {found for found in _ids(repository, *(f"{commit}^{{commit}}" for commit in commits)) if found} & set(
        commits
    )
    tips = sorted({*known, *((end.id,) if end else ())})
    if not known:
        return ()
    shared = _said(repository, "merge-base", "--octopus", *tips, fine=(0, 1)).split()
    limits = [*((end.id,) if end else tips), *(f"^{commit}" for commit in shared)]
    given = "".join(f"{limit}\n" for limit in limits).encode()
    walked = _said(repository, "rev-list", "--topo-order", "--reverse", "--stdin", stdin=given)
    return tuple(commit for commit in (*shared, *walked.split()) if commit in known)


def holding(repository: UserRepository, blobs: Mapping[str, str]) -> str | None:
    """Return the newest commit that has, at each path below the folder, the blob whose id begins as given.

    A commit in the history of HEAD is preferred. None if no commit has them all. The candidates are commits that brought one of
    the blobs, and the commit before each one that removed it. Children come first. Dates do not matter, because the commits of
    a series are often made in one second.
    """
    (head,) = _ids(repository, "HEAD^{commit}")
    elsewhere = None
    for path, found in zip(blobs, _ids(repository, *(f"{blob}^{{blob}}" for blob in blobs.values())), strict=True):
        if found is None:
            return None
        words = ("log", "--all", *([head] if head else ()), "--topo-order", f"--max-count={MOST_COMMITS}")
        listed = _said(repository, *words, "--format=%H%n%P", f"--find-object={found}", "--", path).split()
        for commit in dict.fromkeys(listed):
            there = _ids(repository, *(f"{commit}:{repository.prefix}{name}" for name in blobs))
            if all(blob and blob.startswith(wanted) for blob, wanted in zip(there, blobs.values(), strict=True)):
                if not head or _said(repository, "merge-base", commit, head, fine=(0, 1)).strip() == commit:
                    return commit
                elsewhere = elsewhere or commit
    return elsewhere


def tree_of(repository: UserRepository, revision: str) -> tuple[str, str]:
    """Return the ids of two trees of `revision`: the one at the repository's folder, and the one of the whole repository.

    Raises `InputError` if there is no such revision, or no such folder in it.
    """
    folder = repository.folder
    if repository.format != "sha1":
        raise InputError(
            f"{folder}: the repository has {repository.format} ids; docs-matrix reads sha1 repositories only"
        )
    (whole,) = _ids(repository, f"{revision}^{{tree}}") if revision else (None,)
    if whole is None:
        shallow = _said(repository, "rev-parse", "--is-shallow-repository").strip() == "true"
        hint = "; the clone is shallow: git fetch --unshallow" if shallow else ""
        raise InputError(f"{folder}: unknown revision {revision!r}{hint}")
    if not repository.prefix:
        return whole, whole
    listed = _said(repository, "ls-tree", "-d", "-z", "--full-tree", whole, repository.prefix.rstrip("/"))
    below = listed.split()
    if below[1:2] != ["tree"]:
        raise InputError(f"{folder}: revision {revision!r} has no folder {repository.prefix!r}")
    return below[2], whole


def work_tree(repository: UserRepository) -> WorkTree:
    """Return the content of the work tree below the repository's folder, without ignored files."""
    clean: dict[str, tuple[str, str]] = {}
    others: set[str] = set()
    stored: set[str] = set()
    for record in _records(repository, "ls-files", "--stage", "-z"):
        entry, _, path = record.partition("\t")
        mode, blob, stage = entry.split(" ")
        stored.add(blob)
        if stage != "0" or mode == LINK or repository.format != "sha1":
            others.add(path)
        else:
            clean[path] = (mode, blob)
    others.update(_records(repository, "diff-files", "--relative", "--name-only", "--ignore-submodules=all", "-z"))
    others.update(_records(repository, "ls-files", "--others", "--exclude-standard", "-z", ignore=_users_ignore_file()))
    for path in others:
        clean.pop(path, None)
    return WorkTree(clean, tuple(sorted(others)), frozenset(stored - {_EMPTY_BLOB}))


def _users_ignore_file() -> str:
    """Return the path of the user's own list of files to ignore, the only part of their configuration that affects a tree."""
    home = Path("~").expanduser()
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    for file in (home / ".gitconfig", folder / "config"):
        words = ("config", "--file", file, "--path", "--get", "core.excludesFile")
        asked = call(*words, cwd=Path("/"), variables={"HOME": str(home)})
        if asked.returncode == 0:
            return asked.text.removesuffix("\n")
    return str(folder / "ignore")


def _records(repository: UserRepository, *words: str, ignore: str | None = None) -> list[str]:
    settings = {"core.excludesFile": ignore} if ignore else None
    return _said(repository, *words, settings=settings).split("\0")[:-1]


def _said(
    repository: UserRepository,
    *words: str,
    stdin: bytes = b"",
    fine: Container[int] = (0,),
    variables: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> str:
    """Return the output of git. Raises `InputError` if its exit status is not in `fine`."""
    finished = call(
        *words,
        cwd=repository.folder,
        stdin=stdin,
        variables=variables,
        settings=settings,
        filters=repository.filters,
    )
    return _read(repository.folder, finished, fine)


def _read(folder: Path, finished: Finished, fine: Container[int] = (0,)) -> str:
    if finished.returncode not in fine or (finished.returncode and finished.stderr):
        raise InputError(f"{folder}: git cannot read this repository: {last_line(finished)}")
    return finished.text
