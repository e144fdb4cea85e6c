"""Where the files of `--patch` come from: standard input, a Maildir, and what is printed for tools that read the answer."""

from __future__ import annotations

import gzip
import http.server
import io
import json
import mailbox
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import NEWEST, ROOT, Answer, Command
from tests.support.git import git

pytestmark = pytest.mark.usefixtures("fake_sphinx")

BUSES = "Documentation/driver-api/buses.rst"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the example as a git repository, whose last commit breaks a title."""
    folder = tmp_path / "tree"
    shutil.copytree(ROOT / "examples" / "kernel-like", folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    (folder / BUSES).write_text((folder / BUSES).read_text() + "\nListing\n====\n\nText.\n")
    git(folder, "commit", "-qam", "docs: listing")
    return folder


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What standard input holds."""
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    return stream


def given(stdin: io.BytesIO, text: str) -> None:
    stdin.write(text.encode())
    stdin.seek(0)


def check(docs_matrix: Command, tree: Path, *words: str | Path) -> Answer:
    return docs_matrix("check", "--tree", tree, "--cell", NEWEST, *words)


def test_a_patch_on_standard_input_is_judged_where_it_was_made(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO
) -> None:
    given(stdin, git(tree, "format-patch", "--stdout", "-1"))  # the work tree has it already, as b4's branches do
    answer = check(docs_matrix, tree, "--patch", "-", "--format", "terse")
    assert answer.status == 1
    assert answer.stdout.splitlines() == [f"{BUSES}:38: WARNING: Title underline too short. [docutils]"]
    assert answer.stderr == ""


def test_what_came_through_standard_input_is_named_by_a_file_in_printed_commands(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO, tmp_path: Path
) -> None:
    given(stdin, git(tree, "format-patch", "--stdout", "-1"))
    answer = check(docs_matrix, tree, "--patch", "-")
    (kept,) = (tmp_path / "store" / "mails").glob("*/standard-input.mbox")
    assert str(kept) in (answer.out / "report.html").read_text()
    assert check(docs_matrix, tree, "--patch", kept).findings["findings"] == answer.findings["findings"]


def test_a_maildir_is_a_series(docs_matrix: Command, tree: Path, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(git(tree, "format-patch", "--stdout", "-1").encode())
    assert check(docs_matrix, tree, "--patch", tmp_path / "box").places("new") == [(BUSES, 38)]


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (("--patch", "-"), "", "standard input is empty"),
        (("--patch", "-", "--patch", "-"), "x", "standard input can be read once only"),
        (("--patch", "-"), "no patch", "holds no patch"),
        (("--patch", "lore:"), "", "a message-id is missing"),
    ],
)
def test_what_cannot_be_a_patch_is_one_clear_line(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO, words: tuple[str, ...], text: str, said: str
) -> None:
    given(stdin, text)
    answer = check(docs_matrix, tree, *words, "--format", "b4")
    assert (answer.status, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    assert said in answer.stderr


def test_a_missing_b4_is_named_with_how_to_install_it(
    docs_matrix: Command, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_alone = tree.parent / "bin"
    git_alone.mkdir()
    (git_alone / "git").symlink_to(str(shutil.which("git")))
    answer = docs_matrix("check", "--tree", tree, "--patch", "lore:a@example.org", PATH=str(git_alone))
    assert answer.status == 3
    assert "pip install b4" in answer.stderr


@pytest.fixture
def archive(tmp_path: Path, tree: Path) -> Iterator[dict[str, str]]:
    """A server that has one thread, as an archive of a mailing list; the variables with which b4 asks it and no other."""
    (tree / BUSES).write_text((tree / BUSES).read_text() + "\nMore text.\n")
    git(tree, "commit", "-qam", "docs: more")
    thread = git(tree, "format-patch", "--stdout", "--cover-letter", "--thread=shallow", "-2")
    packed = gzip.compress(thread.encode())

    class Archive(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path.endswith("/t.mbox.gz")
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(packed if known else b"")

        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Archive) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield {
            **{name: str(tmp_path / name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "b4.midmask",
            "GIT_CONFIG_VALUE_0": f"{url}/%s",
            "GIT_CONFIG_KEY_1": "b4.searchmask",
            "GIT_CONFIG_VALUE_1": f"{url}/?q=%s",
        }
        server.shutdown()


def mails(tree: Path) -> list[str]:
    """The cover letter and the two patches of the thread."""
    text = git(tree, "format-patch", "--stdout", "--cover-letter", "--thread=shallow", "-2")
    return [f"From {mail}" for mail in re.split(r"^From (?=[0-9a-f]{40} )", text, flags=re.MULTILINE)[1:]]


def message_id(mail: str) -> str:
    found = re.search(r"^Message-Id: <(.+)>$", mail, re.MULTILINE | re.IGNORECASE)
    assert found
    return found[1]


def test_a_message_id_is_what_b4_fetches_for_it(docs_matrix: Command, tree: Path, archive: dict[str, str]) -> None:
    words = ("--tree", tree, "--onto", "HEAD~2", "--cell", NEWEST)
    cover = message_id(mails(tree)[0])
    answer = docs_matrix("check", "--patch", f"lore:<{cover}>", *words, **archive)
    assert answer.status == 1, answer.stderr
    assert answer.places("new") == [(BUSES, 38)]
    assert answer.findings["patches"] == [f"{cover}.mbox"]


def test_b4s_check_of_a_patch_judges_it_after_those_before_it(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO, archive: dict[str, str]
) -> None:
    given(stdin, mails(tree)[2])
    git(tree, "checkout", "-q", "HEAD~2")
    words = ("--tree", tree, "--cell", NEWEST, "--patch", "-", "--format", "b4")
    answer = docs_matrix("check", *words, **archive)
    assert [one["status"] for one in json.loads(answer.stdout)] == ["pass"], answer.stderr
    assert "applied to both sides first: docs: listing" in answer.findings["notes"]


def test_b4s_check_of_a_series_has_all_its_patches(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO, archive: dict[str, str]
) -> None:
    given(stdin, mails(tree)[0])
    git(tree, "checkout", "-q", "HEAD~2")
    words = ("--tree", tree, "--cell", NEWEST, "--patch", "-", "--format", "b4")
    (told,) = json.loads(docs_matrix("series", *words, **archive).stdout)
    assert told["status"] == "warn"
    assert told["summary"].startswith("2 patches in 1 cell: 1 new")


def test_a_thread_that_cannot_be_fetched_is_no_answer(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO, archive: dict[str, str]
) -> None:
    given(stdin, mails(tree)[2])
    dead = {**archive, "GIT_CONFIG_VALUE_0": "http://127.0.0.1:1/%s"}
    answer = docs_matrix("check", "--tree", tree, "--cell", NEWEST, "--patch", "-", "--format", "b4", **dead)
    assert (answer.status, answer.stdout) == (3, "")
    assert "b4 am failed" in answer.stderr


def test_a_report_that_is_named_by_its_message_id_is_read_from_its_thread(
    docs_matrix: Command, tree: Path, archive: dict[str, str]
) -> None:
    name = f"lore:{message_id(mails(tree)[0])}"
    answer = docs_matrix("read", name, **archive)
    assert (answer.status, answer.stdout) == (2, ""), answer.stderr
    assert f"{name}: holds no report of the 0-day robot" in answer.stderr


def test_patches_that_come_before_are_on_both_sides(docs_matrix: Command, tree: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.patch"
    first.write_text(git(tree, "format-patch", "--stdout", "-1"))
    (tree / BUSES).write_text((tree / BUSES).read_text() + "\nMore\n====\n")
    git(tree, "commit", "-qam", "docs: more")
    second = tmp_path / "second.patch"
    second.write_text(git(tree, "format-patch", "--stdout", "-1"))
    git(tree, "checkout", "-q", "HEAD~2")
    assert "does not apply" in check(docs_matrix, tree, "--patch", second, "--onto", "HEAD").stderr
    answer = check(docs_matrix, tree, "--patch", second, "--before", first)
    assert (answer.places("new"), answer.places("known")) == ([(BUSES, 43)], [(BUSES, 38)])
    assert f"--before {first}" in (answer.out / "report.html").read_text()


def test_a_failed_cell_is_never_silent_and_never_passes(docs_matrix: Command, tree: Path, stdin: io.BytesIO) -> None:
    (tree / "Documentation/conf.py").write_text("raise SystemExit(1)\n")
    git(tree, "commit", "-qam", "conf")
    for form in ("terse", "b4", "ktap"):
        stdin.seek(0)
        stdin.truncate()
        given(stdin, git(tree, "format-patch", "--stdout", "-1"))
        answer = check(docs_matrix, tree, "--patch", "-", "--format", form)
        assert answer.status == 3
        if form == "b4":
            assert [one["status"] for one in json.loads(answer.stdout)] == ["fail"]
        else:
            assert "not ok 1 " in answer.stdout if form == "ktap" else "ERROR: " in answer.stdout


def test_merge_prints_the_forms_too(docs_matrix: Command, tree: Path, stdin: io.BytesIO, tmp_path: Path) -> None:
    given(stdin, git(tree, "format-patch", "--stdout", "-1"))
    left = check(docs_matrix, tree, "--patch", "-", "--exit-zero")
    assert left.status == 0
    answer = docs_matrix("merge", left.out, "--format", "b4", "--url", "https://ci.example/7", out="merged")
    (told,) = json.loads(answer.stdout)
    assert json.loads((answer.out / "patchwork-check.json").read_text())["state"] == "warning"
    assert (answer.status, told["status"], told["url"]) == (1, "warn", "https://ci.example/7")


def test_kcidb_gets_the_commit_and_the_mail_of_the_patch(docs_matrix: Command, tree: Path, stdin: io.BytesIO) -> None:
    mail = git(tree, "format-patch", "--stdout", "--thread", "--cover-letter", "-1").split("\nFrom ")[1]
    given(stdin, f"From {mail}")
    answer = check(docs_matrix, tree, "--patch", "-", "--kcidb", "docs", "--onto", "HEAD~1")
    (checkout,) = json.loads((answer.out / "kcidb.json").read_text())["checkouts"]
    assert checkout["git_commit_hash"] == git(tree, "rev-parse", "HEAD~1").strip()
    assert checkout["message_id"] == message_id(mail)
    assert len(checkout["patchset_hash"]) == 64


def test_an_origin_that_kcidb_does_not_take_is_refused(docs_matrix: Command, tree: Path) -> None:
    assert "only a-z, 0-9 and _" in check(docs_matrix, tree, "--kcidb", "Docs").stderr


def test_a_series_is_one_result_with_the_patch_of_each_message(
    docs_matrix: Command, tree: Path, stdin: io.BytesIO
) -> None:
    git(tree, "commit", "--allow-empty", "-qm", "nothing")
    (tree / BUSES).write_text((tree / BUSES).read_text() + "\nMore text.\n")
    git(tree, "commit", "-qam", "docs: more")
    given(stdin, git(tree, "format-patch", "--stdout", "-3"))
    words = ("--tree", tree, "--cell", NEWEST, "--patch", "-", "--onto", "HEAD~3", "--format", "b4")
    answer = docs_matrix("series", *words)
    assert answer.stderr == ""
    (told,) = json.loads(answer.stdout)
    assert (answer.status, told["status"]) == (1, "warn")
    assert told["details"].endswith("(patch 1 of 2)")
