from __future__ import annotations

from pathlib import Path

import pytest
from docs_matrix.errors import InputError
from docs_matrix.trees import Trees, patches

from tests.trees.conftest import Git, commit, lines, write

DIFF = b"""\
diff --git a/docs/index.rst b/docs/index.rst
--- a/docs/index.rst
+++ b/docs/index.rst
@@ -1,3 +1,3 @@
 line 1
-line 2
+line two
 line 3
"""

MAIL = b"""\
From: Somebody <a@b.c>
Date: Mon, 2 Mar 2026 10:00:00 +0000
Subject: [PATCH 1/2] docs: say two
 in words
%s
Why.
---
 docs/index.rst | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

%s--%s
2.39.5
"""


def applied(trees: Trees, project: Path, patch: Path) -> bytes | None:
    return trees.read(trees.patched(trees.open(project), patches.read(patch)).tree, "docs/index.rst")


@pytest.mark.parametrize(
    "text",
    [
        DIFF,
        DIFF.split(b"\n", 1)[1],
        b"A page about it:\n\n" + DIFF + b"-- \n2.39.5\nRe: what a robot said\n>> docs/index.rst:2: WARNING: x\n",
        DIFF.replace(b"\n", b"\r\n"),
        MAIL % (b"", DIFF, b" "),
        (MAIL % (b"", DIFF, b" ")).replace(b"\n", b"\r\n"),
        MAIL
        % (
            b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
            DIFF.replace(b"index.rst b/", b"index.rst =\nb/").replace(b"line two", b"line=20two"),
            b"=20",
        ),
        b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" + MAIL % (b"", DIFF, b" "),
    ],
    ids=["git", "plain", "page", "crlf", "mail", "crlf mail", "quoted-printable", "mbox"],
)
def test_a_patch_is_read_however_it_came(trees: Trees, project: Path, tmp_path: Path, text: bytes) -> None:
    patch = write(tmp_path, {"a.patch": text}) / "a.patch"
    [read] = patches.read(patch)
    assert (read.name, read.path) == ("a.patch", patch)
    assert applied(trees, project, patch) == lines(10).replace("line 2", "line two").encode()


def test_an_mbox_gives_its_patches_in_order_without_the_cover_letter(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    for number in (2, 5):
        write(project, {"docs/index.rst": (project / "docs/index.rst").read_text().replace(f"line {number}\n", "x\n")})
        commit(git, project)
    git(project, "commit", "-q", "--amend", "-m", "docs: the \u00fcmlaut")
    series = git(project, "format-patch", "--stdout", "--cover-letter", "HEAD~2")
    git(project, "reset", "-q", "--hard", "HEAD~2")
    path = write(tmp_path, {"series.mbox": series}) / "series.mbox"
    read = patches.read(path)
    assert [patch.subject for patch in read] == ["a change", "docs: the \u00fcmlaut"]
    assert [patch.name for patch in read] == ["series.mbox #1 (a change)", "series.mbox #2 (docs: the \u00fcmlaut)"]
    assert applied(trees, project, path) == lines(10).replace("line 2\n", "x\n").replace("line 5\n", "x\n").encode()


def test_a_patch_for_a_file_with_carriage_returns_keeps_them(
    trees: Trees, project: Path, tmp_path: Path, git: Git
) -> None:
    write(project, {"docs/index.rst": b"one\r\ntwo\r\n"})
    commit(git, project)
    write(project, {"docs/index.rst": b"one\r\n2\r\n"})
    diff = git(project, "diff")
    commit(git, project)
    mail = git(project, "format-patch", "--stdout", "HEAD~1")
    git(project, "reset", "-q", "--hard", "HEAD~1")
    for text in (diff, mail):
        assert applied(trees, project, write(tmp_path, {"crlf.patch": text}) / "crlf.patch") == b"one\r\n2\r\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"Only some words.\n", "holds no patch"),
        (bytes(range(256)) * 20, "holds no patch"),
        (b"From: a@b.c\nSubject: hello\n\nNo diff.\n", "holds no patch"),
        (DIFF.split(b"\n", 1)[1].replace(b"+++ b", b"+++ "), "names a file by an absolute path: /docs/index.rst"),
        (DIFF[:-15], "not a patch that git understands: corrupt patch at line"),
    ],
)
def test_what_is_no_patch_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=rf"junk: {why}"):
        patches.read(write(tmp_path, {"junk": content}) / "junk")


def test_a_patch_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match=f"{path.name}: cannot be read"):
            patches.read(path)


def test_a_subject_with_control_characters_is_made_harmless(tmp_path: Path) -> None:
    mail = (MAIL % (b"", DIFF, b" ")).replace(b"say two", b"say \x1b[31mtwo\x07")
    [patch] = patches.read(write(tmp_path, {"a": mail}) / "a")
    assert patch.subject == "docs: say ?[31mtwo? in words"


def sent(subject: str, text: bytes) -> bytes:
    return (
        b"From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Somebody <a@b.c>\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n"
        b"Subject: " + subject.encode() + b"\n\nWhy.\n---\n" + text + b"-- \n2.39.5\n\n"
    )


def test_a_thread_as_an_archive_has_it_gives_the_patches_in_their_order_without_the_answers(tmp_path: Path) -> None:
    other = DIFF.replace(b"line two", b"line 2, or so")
    thread = [
        sent("[PATCH v2 2/2] docs: the second", DIFF),
        sent("Re: [PATCH v2 1/2] docs: the first", other),
        sent("[PATCH v2 0/2] docs: both", b""),
        sent("[PATCH v2 1/2] docs: the first", DIFF),
        sent("Re: [PATCH v2 1/2] docs: the first", b"".join(b"> " + line for line in DIFF.splitlines(keepends=True))),
    ]
    (tmp_path / "t.mbox").write_bytes(b"".join(thread))
    assert [patch.subject for patch in patches.read(tmp_path / "t.mbox")] == ["docs: the first", "docs: the second"]
    (tmp_path / "t.mbox").write_bytes(thread[1])
    (answer,) = patches.read(tmp_path / "t.mbox")
    assert other in answer.text


@pytest.mark.parametrize("subjects", [("[PATCH] b", "[PATCH] a"), ("[PATCH 2/3] b", "[PATCH 2/3] a")])
def test_patches_that_are_not_counted_stay_in_the_order_of_the_file(tmp_path: Path, subjects: tuple[str, ...]) -> None:
    (tmp_path / "t.mbox").write_bytes(b"".join(sent(subject, DIFF) for subject in subjects))
    assert [patch.subject for patch in patches.read(tmp_path / "t.mbox")] == ["b", "a"]


UNDONE = DIFF.replace(b"line two", b"line = two \xc3\xbc")


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n",
        b'Content-Type: multipart/mixed;\n boundary="aa"\nContent-Transfer-Encoding: 8bit\n',
    ],
    ids=["quoted-printable", "base64", "multipart"],
)
def test_a_body_that_was_decoded_behind_its_headers_is_read_as_it_is(
    trees: Trees, project: Path, tmp_path: Path, headers: bytes
) -> None:
    mail = MAIL % (headers, UNDONE, b" ")
    patch = write(tmp_path, {"a.patch": mail}) / "a.patch"
    assert (patches.read(patch)[0].number, patches.read(patch)[0].total) == (1, 2)
    assert applied(trees, project, patch) == lines(10).replace("line 2", "line = two ü").encode()
