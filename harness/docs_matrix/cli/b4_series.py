"""Find the series of a mail, if b4 runs us as a check and passes only that mail.

b4 passes one mail to a check: a patch, or the cover letter. If b4 tracks the series, `$B4_TRACKING_FILE` names a review branch in
the repository, with a commit for each patch. Otherwise b4 fetches the series by the mail's message-id.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from pathlib import Path

from docs_matrix.cli.patch_files import LORE, keep, of_lore
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.errors import InputError
from docs_matrix.trees import patches
from docs_matrix.trees.git import call

__all__ = ["Tracked", "after_earlier_patches", "tracked", "whole_series"]

_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_NAME = "series.mbox"


@dataclass(frozen=True)
class Tracked:
    """A series that b4 tracks in the repository at `folder`.

    `commits` are its patches in order, each with its subject. `base` is the commit before the first patch.
    """

    folder: Path
    base: str
    commits: tuple[tuple[str, str], ...]


def tracked(environment: Mapping[str, str], folder: Path) -> Tracked | None:
    """Return the series that b4 names in `environment`, from the repository at `folder`; None if there is none."""
    try:
        about = json.loads(Path(environment["B4_TRACKING_FILE"]).read_bytes())["series"]
        first, change = str(about["first-patch-commit"]), str(about["change-id"])
    except (KeyError, OSError, TypeError, ValueError):
        return None
    if not _COMMIT.fullmatch(first):
        return None
    branch = f"refs/heads/b4/review/{change}"  # its tip is b4's own commit, without a change
    words = (
        "log",
        "--reverse",
        "--no-show-signature",
        "--encoding=UTF-8",
        "--format=%H%x00%s",
        f"{first}^..{branch}~1",
    )
    listed = call(*words, "--", cwd=folder)
    before = call("rev-parse", "--verify", "--quiet", f"{first}^", cwd=folder)
    if listed.returncode or before.returncode or not listed.stdout.strip():
        return None
    commits = (line.partition("\0") for line in listed.text.splitlines())
    return Tracked(folder, before.text.strip(), tuple((commit, subject) for commit, _, subject in commits))


def after_earlier_patches(asked: Asked, store: Path) -> Asked:
    """Return `asked`, a question about the one patch of a mail, with the earlier patches of its series in the base.

    If b4 tracks the series here, the base is the commit before the patch. Otherwise b4 fetches the earlier patches. Raise
    `MachineError` if b4 cannot get them.
    """
    found = patches.read(Path(asked.patches[0]))
    if asked.onto or asked.before or len(found) != 1:
        return asked
    series = tracked(os.environ, Path.cwd())
    commits = [base for base, (_, subject) in _steps(series) if subject == found[0].subject] if series else []
    if len(commits) == 1:
        return replace(asked, onto=(commits[0],))
    number = found[0].number
    if number < 2:
        return asked
    earlier = patches.read(_fetched(Path(asked.patches[0]), store))[: number - 1]
    mails = [f"Subject: {patch.subject}\n\n".encode() + patch.text for patch in earlier]
    files = [keep(mail, f"{at}.patch", store) for at, mail in enumerate(mails, 1)]
    return replace(asked, before=tuple(map(str, files)))


def whole_series(asked: Asked, store: Path) -> Asked:
    """Return `asked` with all patches of the series that its one mail belongs to: a cover letter, or one patch of several.

    Raises `InputError` if that mail has no message-id, `MachineError` if b4 cannot get the series.
    """
    path = Path(asked.patches[0])
    if _is_series(path):
        return asked
    series = tracked(os.environ, Path.cwd())
    if series is not None:
        words = ("format-patch", "--stdout", "--no-signature", f"{series.base}..{series.commits[-1][0]}")
        text = call(*words, cwd=series.folder).stdout
        return replace(asked, patches=(str(keep(text, _NAME, store)),), onto=asked.onto or (series.base,))
    return replace(asked, patches=(str(_fetched(path, store)),))


def _fetched(path: Path, store: Path) -> Path:
    """Fetch the series of the mail in the file `path` with b4, and return the path of the series."""
    message = str(BytesHeaderParser().parsebytes(path.read_bytes()).get("Message-ID", "")).strip("<> \t\r\n")
    if not message:
        raise InputError(
            f"{path.name}: is not a series, and b4 cannot fetch one without a Message-ID; give all patches with --patch"
        )
    return keep(of_lore(f"{LORE}{message}", "am", "-o-"), _NAME, store)


def _is_series(path: Path) -> bool:
    """Return whether the file holds a series: several patches, or one that is alone in its series."""
    try:
        found = patches.read(path)
    except InputError:
        return False
    return len(found) > 1 or found[0].total == 1


def _steps(series: Tracked) -> list[tuple[str, tuple[str, str]]]:
    """Return each commit of the series, with the commit before it."""
    before = (series.base, *(commit for commit, _ in series.commits))
    return list(zip(before, series.commits, strict=False))
