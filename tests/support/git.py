"""git, run as a user with a name."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["git"]


def git(folder: Path, *arguments: str | Path) -> str:
    """Run git in `folder` as a user with a name."""
    settings = ("user.name=t", "user.email=t@example.org", "commit.gpgsign=false", "init.defaultBranch=main")
    words = ["git", *(word for setting in settings for word in ("-c", setting)), *map(str, arguments)]
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout
