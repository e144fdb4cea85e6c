"""Run b4's review checks without its screen: `python b4_review.py REPOSITORY MBOX [untracked]` prints their results.

The steps are those of `b4 review`, each by b4's own function: read the mails, apply them, make the review branch with its
tracking data, then run the check commands that the repository's configuration names.
"""

from __future__ import annotations

import io
import json
import os
import sys
from email.message import EmailMessage
from pathlib import Path

import b4
import liblore.utils  # type: ignore[import-untyped, unused-ignore]
from b4.review import _review, checks

CHANGE = "20261129-listing-0123456789ab"


def main(repository: str, mbox: str, tracked: bool) -> None:
    """Print each mail's results by its subject, and those of the series."""
    os.chdir(repository)
    b4._setup_main_config()
    messages = liblore.utils.split_mbox(Path(mbox).read_bytes())
    environment = _tracking(repository, messages) if tracked else {}
    perpatch, series = checks.load_check_cmds()
    cover, *patches = [(message["Message-Id"].strip("<> "), message) for message in messages]
    by_id = checks.run_perpatch_checks(patches, perpatch, repository, extra_env=environment)
    told = {str(message["Subject"]): by_id[name] for name, message in patches}
    whole = checks.run_series_checks(cover, series, repository, extra_env=environment)
    print(json.dumps({"patches": told, "series": whole}))


def _tracking(repository: str, messages: list[EmailMessage]) -> dict[str, str]:
    """Make the review branch, and return the environment that b4 gives to its checks."""
    found = _review._get_lore_series(messages)
    stream = io.BytesIO()
    b4.save_mboxrd_mbox(found.get_am_ready(noaddtrailers=True), stream)
    b4.git_fetch_am_into_repo(repository, ambytes=stream.getvalue(), at_base="main", origin="x")
    branch = f"b4/review/{CHANGE}"
    _review.create_review_branch(repository, branch, "main", found, "https://x.example/%s", "https://x.example/%s")
    b4.git_run_command(repository, ["checkout", "-q", "main"])
    _, tracking = _review.load_tracking(repository, branch)
    file = Path(repository).parent / "tracking.json"
    file.write_text(json.dumps(tracking))
    return {"B4_TRACKING_FILE": str(file)}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], tracked=sys.argv[3:] != ["untracked"])
