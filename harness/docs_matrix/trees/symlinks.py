"""Finds out where the symbolic links of a tree lead, without a file system."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["leaves", "leaving"]

_HOPS = 40
"""Linux follows at most this many links for one path."""


def leaving(links: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of the `links` (path to target) of a tree that lead out of it, sorted."""
    return tuple(path for path in sorted(links) if leaves(path, links))


def leaves(path: str, links: Mapping[str, str]) -> bool:
    """Return whether `path` leads out of the tree, through any of its `links` (path to target).

    >>> leaves("a/b", {"a/b": "../c"}), leaves("a/b", {"a/b": "../../c"})
    (False, True)
    """
    done: list[str] = []
    todo = path.split("/")[::-1]
    hops = 0
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not done:
                return True
            done.pop()
            continue
        done.append(part)
        target = links.get("/".join(done))
        if target is None:
            continue
        hops += 1
        if target.startswith("/"):
            return True
        if hops > _HOPS:
            return False
        done.pop()
        todo.extend(target.split("/")[::-1])
    return False
