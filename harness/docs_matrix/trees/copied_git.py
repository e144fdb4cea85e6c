"""The `.git` of a private copy: git answers there as in a clone of the user's, and reaches nothing of the user's to write.

It leans on the objects of the user's repository. The configuration is ours: no hook, no filter, no remote, no transport.
The next build in the slot does not find it: it is not a file of the tree, so it is removed as all else that is none.
"""

from __future__ import annotations

import contextlib
import shutil
from functools import partial
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.trees.git import Repository, quoted
from docs_matrix.trees.tree import GitHistory, Tree

__all__ = ["make"]

CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogAllRefUpdates = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[protocol]
\tallow = never
"""

MOST_FOLDERS = 20
ALTERNATES_LIMIT = 1 << 20
"""Folders of objects that lean one on the other, and bytes of a file that names some."""


UNBORN = GitHistory("", "", "refs/heads/main", "")
"""The history of a repository without a commit."""


def make(
    repository: Repository, index: Path, top: Path, root: Path, tree: Tree, *, always: bool = False
) -> tuple[Path, ...]:
    """Write `top/.git` if `tree` has a history, or `always`. `root` holds exactly the tree, as `index` says.

    The copy stands on the commit of the history; what differs from it is an uncommitted change. Without a history it stands on
    no commit, and git knows the files. If `root` lies below `top`, git takes the files elsewhere for unchanged. Returns the
    folders of objects that git reads there.
    """
    history = tree.history or (UNBORN if always else None)
    if history is None:
        return ()
    objects = [folder for folder in (tree.objects, repository.folder / "objects") if folder]
    lines = [line for line in history.refs.splitlines() if not line.endswith(f" {history.branch}")]
    if history.branch and history.commit:
        lines.append(f"{history.commit} {history.branch}")
    texts = {
        "HEAD": f"ref: {history.branch}\n" if history.branch else f"{history.commit}\n",
        "config": CONFIG + history.remotes,
        "objects/info/alternates": "".join(f"{quoted(str(folder))}\n" for folder in objects),
        "packed-refs": "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.partition(" ")[2])),
        **({"shallow": history.shallow} if history.shallow else {}),
    }
    with nofollow.folder(top) as top_fd, nofollow.made_folder(".git", dir_fd=top_fd) as git_fd:
        for name, text in texts.items():
            nofollow.write(name, text.encode("utf-8", "surrogateescape"), dir_fd=git_fd)
        with nofollow.made_folder("refs", dir_fd=git_fd):
            pass
    private = top / ".git" / "index"
    if root != top:
        _index_of_all(repository, private, top, tree, history)
        return _with_alternates(objects)
    shutil.copyfile(index, private)
    if (
        history.commit and tree.object_id != history.contents
    ):  # files that are as in the commit stay known by their times
        repository.attempt("read-tree", "-m", history.contents, index=private, work_tree=root, objects=(tree.objects,))
    return _with_alternates(objects)


def _with_alternates(objects: list[Path]) -> tuple[Path, ...]:
    """Return these folders of objects, and those that they use themselves."""
    found: dict[Path, None] = {}
    todo = list(objects)
    while todo and len(found) < MOST_FOLDERS:
        folder = todo.pop()
        if folder not in found:
            found[folder] = None
            with contextlib.suppress(OSError, ValueError):
                text = nofollow.read(folder / "info" / "alternates", ALTERNATES_LIMIT).decode(
                    "utf-8", "surrogateescape"
                )
                todo.extend(folder / line for line in text.splitlines() if line and line[0] not in '#"')
    return tuple(found)


def _index_of_all(repository: Repository, index: Path, top: Path, tree: Tree, history: GitHistory) -> None:
    """Write the index of the whole repository, of which the folder `history.prefix` alone is there."""
    run = partial(repository.run, index=index, work_tree=top, objects=(tree.objects,))
    run("read-tree", history.contents)
    names = run("ls-files", "-z").stdout.split(b"\0")[:-1]
    inside = f"{history.prefix}/".encode("utf-8", "surrogateescape")
    elsewhere = b"".join(name + b"\0" for name in names if not name.startswith(inside))
    run("update-index", "-z", "--skip-worktree", "--stdin", stdin=elsewhere)
    repository.attempt(
        "update-index", "-q", "--refresh", index=index, work_tree=top, objects=(tree.objects,)
    )  # it fails if a file has changed
