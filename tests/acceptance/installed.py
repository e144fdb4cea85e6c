"""The wheel in an empty prefix checks a project, with uv and without: python -m tests.acceptance.installed WHEEL."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CELL = "py3.13-docutils0.23-sphinx9.2.0"  # its lock is in the wheel
SAYS = {True: "1 new diagnostic", False: "uv is not installed: venv and pip made the environment"}


def main(wheel: Path) -> None:
    """Install `wheel`, and check a project with one mistake in it; then again without uv and isal."""
    with tempfile.TemporaryDirectory() as scratch:
        prefix, project = Path(scratch, "prefix"), Path(scratch, "project")
        (project / "docs").mkdir(parents=True)
        (project / "docs" / "conf.py").write_text("")
        (project / "docs" / "index.rst").write_text("Top\n===\n\nAn *open one.\n")
        venv.create(prefix, with_pip=True)
        pip: list[str | Path] = [prefix / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", wheel], check=True)
        for with_uv in (True, False):
            if not with_uv:
                subprocess.run([*pip, "uninstall", "--yes", "uv", "isal"], check=True)
            answer = _check(prefix, project, Path(scratch, f"store-{with_uv}"))
            if answer.returncode != 1 or "1 new diagnostic" not in answer.stdout or SAYS[with_uv] not in answer.stdout:
                sys.exit(f"with uv: {with_uv}; status {answer.returncode}, not 1:\n{answer.stdout}{answer.stderr}")
            sys.stdout.write(answer.stdout)


def _check(prefix: Path, project: Path, store: Path) -> subprocess.CompletedProcess[str]:
    folders = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if not Path(folder, "uv").exists())
    return subprocess.run(
        [prefix / "bin" / "docs-matrix", "check", "--cell", CELL],
        cwd=project,
        env={**os.environ, "PATH": path, "DOCS_MATRIX_STORE": str(store)},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
