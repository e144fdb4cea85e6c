"""The `.git` of a private copy. In it, git answers as in a clone of the user's repository, but can write nothing of the user's.

It uses the objects of the user's repository. The configuration is ours: no hooks, no filters, no transport. The next build in
the slot does not find it, because it is not a file of the tree and is removed like all other such files.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from docs_matrix import nofollow
from docs_matrix.trees.git import Repository, quoted
from docs_matrix.trees.repository_bounds import borrowed
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

UNBORN = GitHistory("", "", "refs/heads/main", "")
"""The history of a repository without a commit."""


def make(
    repository: Repository, index: Path, top: Path, root: Path, tree: Tree, *, always: bool = False
) -> tuple[Path, ...]:
    """Write `top/.git` if `tree` has a history, or `always`. `root` must have exactly the files of the tree, as `index` says.

    HEAD is the commit of the history, and all differences from it are uncommitted changes. Without a history there is no
    commit, and git knows the files. If `root` is below `top`, git takes the files outside of `root` for unchanged. Returns the
    folders of objects that git reads.
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
    read = tuple(dict.fromkeys(place for folder in objects for place in (folder, *borrowed(folder))))
    if root != top:
        _index_of_all(repository, private, top, tree, history)
        return read
    shutil.copyfile(index, private)
    if (
        history.commit and tree.object_id != history.contents
    ):  # git recognises files that are equal to the commit by their times
        repository.attempt("read-tree", "-m", history.contents, index=private, work_tree=root, objects=(tree.objects,))
    return read


def _index_of_all(repository: Repository, index: Path, top: Path, tree: Tree, history: GitHistory) -> None:
    """Write the index of the whole repository, of which only the folder `history.prefix` is on the disk."""
    run = partial(repository.run, index=index, work_tree=top, objects=(tree.objects,))
    run("read-tree", history.contents)
    names = run("ls-files", "-z").stdout.split(b"\0")[:-1]
    inside = f"{history.prefix}/".encode("utf-8", "surrogateescape")
    elsewhere = b"".join(name + b"\0" for name in names if not name.startswith(inside))
    run("update-index", "-z", "--skip-worktree", "--stdin", stdin=elsewhere)
    repository.attempt(
        "update-index", "-q", "--refresh", index=index, work_tree=top, objects=(tree.objects,)
    )  # it fails if a file has changed
