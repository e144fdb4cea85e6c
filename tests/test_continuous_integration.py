"""What the workflows and the action install: all of it pinned by hash, as pyproject.toml asks for it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PINNED = (ROOT / ".github" / "requirements.txt").read_text()
FILES = [ROOT / "action.yml", *(ROOT / ".github" / "workflows").glob("*.yml")]


def test_every_requirement_is_pinned_by_hash_and_names_no_index() -> None:
    versions = dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", PINNED, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    for text in (*project["project"]["dependencies"], *extras["nox"], *project["build-system"]["requires"]):
        wanted = Requirement(text)
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)]), f"{text}: make the file again"
    entries = [line for line in PINNED.splitlines() if line and not line.startswith((" ", "#"))]
    assert all(
        re.search(rf"^{re.escape(entry)}\n    --hash=sha256:[0-9a-f]{{64}}", PINNED, re.MULTILINE) for entry in entries
    )
    assert "http" not in PINNED


def test_nothing_is_installed_without_a_hash_and_no_action_without_a_commit() -> None:
    for path in FILES:
        text = path.read_text()
        for line in text.splitlines():
            if "pip install" in line or re.match(r"\s+install --", line):
                assert any(word in line for word in ("--require-hashes", "--no-deps --no-build-isolation", '"$@"')), (
                    line
                )
            if match := re.search(r"uses: (\S+)", line):
                assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", match[1]), line


def test_no_job_that_runs_a_change_has_a_token_that_can_write() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text()
        assert "pull_request_target" not in text
        assert "workflow_run" not in text
        assert "secrets." not in text
        assert re.search(r"^permissions: \{\}$", text, re.MULTILINE)


@pytest.mark.parametrize("session", ["docs-matrix", "tests"])
def test_the_readme_has_each_command_that_ci_runs_from_it_on_one_line(session: str) -> None:
    pattern = f"^python3 -m venv .*-s {session}"
    assert f"sed -n '/{pattern}/p' README.md" in (ROOT / ".ci/run").read_text()
    assert len(re.findall(pattern, (ROOT / "README.md").read_text(), re.MULTILINE)) == 1
