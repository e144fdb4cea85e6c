from __future__ import annotations

import gzip
import io
import os
import resource
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docs_matrix.errors import InputError
from docs_matrix.trees import Trees

from tests.trees.conftest import write


def packed(archive: Path, *members: tarfile.TarInfo | tuple[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(archive, mode) as tar:  # type: ignore[call-overload]
        for member in members:
            info, content = member if isinstance(member, tuple) else (member, b"")
            info = tarfile.TarInfo(info) if isinstance(info, str) else info
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return archive


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_an_archive_has_the_identity_of_the_folder_that_it_was_made_of(trees: Trees, tmp_path: Path, kind: str) -> None:
    root = write(tmp_path / "linux-6.12", {"docs/index.rst": "i", "run.sh": "#!", "l\u00fc.rst": "x"})
    (root / "docs/_static").mkdir()
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("docs/index.rst")
    archive = tmp_path / f"linux.{kind}"
    subprocess.run(["tar", "-caf", archive, root.name], cwd=tmp_path, check=True)
    assert trees.open(archive).identity == trees.open(root).identity
    assert trees.open(archive).empty_folders == ("docs/_static",)


def test_a_zip_keeps_links_programs_and_empty_folders(trees: Trees, tmp_path: Path) -> None:
    root = write(tmp_path / "project", {"docs/index.rst": "i", "run.sh": "#!"})
    (root / "docs/_static").mkdir()
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("docs/index.rst")
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.write(root / "docs/index.rst", "project/docs/index.rst")
        archive.write(root / "run.sh", "project/run.sh")
        archive.mkdir("project/docs/_static")
        link = zipfile.ZipInfo("project/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "docs/index.rst")
    assert trees.open(tmp_path / "project.zip").identity == trees.open(root).identity


def test_an_archive_is_unpacked_once(trees: Trees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = packed(tmp_path / "a.tar", ("a.rst", b"a"))
    first = trees.open(archive)
    monkeypatch.setattr("docs_matrix.trees.importing.import_archive", lambda *_: pytest.fail("it was unpacked again"))
    assert trees.open(archive) == first


def test_a_top_folder_is_taken_off_only_where_it_is_alone(trees: Trees, tmp_path: Path) -> None:
    alone = packed(tmp_path / "alone.tar", ("./top/a.rst", b"a"), ("./top/b/c.rst", b"c"))
    two = packed(tmp_path / "two.tar", ("top/a.rst", b"a"), ("b.rst", b"b"))
    file = packed(tmp_path / "file.tar", ("a.rst", b"a"))
    assert [trees.paths(trees.open(archive)) for archive in (alone, two, file)] == [
        ("a.rst", "b/c.rst"),
        ("b.rst", "top/a.rst"),
        ("a.rst",),
    ]


def test_a_hard_link_is_the_file_it_names_and_a_later_member_wins(trees: Trees, tmp_path: Path) -> None:
    archive = packed(
        tmp_path / "a.tar", ("a.rst", b"a"), special("b.rst", tarfile.LNKTYPE, "a.rst"), ("a.rst", b"later")
    )
    tree = trees.open(archive)
    assert (trees.read(tree, "a.rst"), trees.read(tree, "b.rst")) == (b"later", b"a")


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (("../a.rst", b"x"), r"'\.\./a\.rst' leads out of the archive"),
        (("/etc/passwd", b"x"), r"'/etc/passwd' leads out of the archive"),
        (special("a/link", tarfile.SYMTYPE, "../../x"), r"'a/link' is a link that leads out of the archive"),
        (special("link", tarfile.SYMTYPE, "/etc/passwd"), r"'link' is a link that leads out of the archive"),
        (special("null", tarfile.CHRTYPE), r"'null' is neither a file nor a folder nor a link"),
        (
            special("hard", tarfile.LNKTYPE, "missing"),
            r"a hard link to 'missing', but the archive has no such file before the link",
        ),
        (("b.rst/below", b"x"), r"'b\.rst/below' is in 'b\.rst', which is not a folder"),
    ],
)
def test_a_member_that_reaches_out_is_refused(
    trees: Trees, tmp_path: Path, member: tarfile.TarInfo | tuple[str, bytes], why: str
) -> None:
    archive = packed(tmp_path / "bad.tar", ("b.rst", b"x"), member)
    with pytest.raises(InputError, match=rf"bad\.tar: {why}"):
        trees.open(archive)


def test_writing_through_a_link_of_the_archive_is_refused(trees: Trees, tmp_path: Path) -> None:
    archive = packed(tmp_path / "bad.tar", ("x", b""), special("etc", tarfile.SYMTYPE, "x"), ("etc/passwd", b"root"))
    with pytest.raises(InputError, match=r"'etc/passwd' is in 'etc', which is not a folder"):
        trees.open(archive)


@pytest.mark.parametrize("kind", ["gz", "xz", "bz2"])
@pytest.mark.parametrize(
    "harm",
    [
        lambda whole: whole[:2_500_000],
        lambda whole: whole[:-20],
        lambda whole: whole[:2_500_000] + b"\0\0\0\0" + whole[2_500_004:],
    ],
    ids=["half", "without its end", "changed"],
)
def test_a_damaged_archive_is_named_and_leaves_the_store_sound(
    trees: Trees, tmp_path: Path, kind: str, harm: Callable[[bytes], bytes]
) -> None:
    noise = os.urandom(3 << 20)
    archive = packed(tmp_path / f"a.tar.{kind}", ("a.rst", noise), ("b.rst", b"b"), mode=f"w:{kind}")
    whole = archive.read_bytes()
    archive.write_bytes(harm(whole))
    with pytest.raises(InputError, match=rf"a\.tar\.{kind}: cannot be unpacked"):
        trees.open(archive)
    archive.write_bytes(whole)
    assert trees.paths(trees.open(archive)) == ("a.rst", "b.rst")


def test_an_empty_archive_is_named(trees: Trees, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"empty\.tar: holds no files"):
        trees.open(packed(tmp_path / "empty.tar"))


def bomb(archive: Path, sizes: list[int], mode: str) -> Path:
    with tarfile.open(archive, mode) as tar:  # type: ignore[call-overload]
        for number, size in enumerate(sizes):
            info = tarfile.TarInfo(f"{number}.rst")
            info.size = size
            tar.addfile(info, io.BufferedReader(_Zeros(size)))
    return archive


class _Zeros(io.RawIOBase):
    """So many zeros."""

    def __init__(self, left: int) -> None:
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = min(self._left, len(view))
        view[:count] = bytes(count)
        self._left -= count
        return count


def test_a_member_without_bounds_is_refused_by_its_header(trees: Trees, tmp_path: Path) -> None:
    sparse = tmp_path / "in" / "big"
    sparse.parent.mkdir()
    with sparse.open("wb") as stream:
        stream.truncate(1 << 40)
    subprocess.run(["tar", "-S", "-cf", "sparse.tar", "in"], cwd=tmp_path, check=True)
    one = bomb(tmp_path / "one.tar.gz", [300 << 20], "w:gz")
    with (
        zipfile.ZipFile(tmp_path / "one.zip", "w", zipfile.ZIP_DEFLATED) as packed_,
        packed_.open("big.rst", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    for archive in (tmp_path / "sparse.tar", one, tmp_path / "one.zip"):
        with limit_of_memory(), pytest.raises(InputError, match=r"more than 256 MiB"):
            trees.open(archive)


def test_an_archive_that_unpacks_without_end_is_refused(trees: Trees, tmp_path: Path) -> None:
    many = bomb(tmp_path / "many.tar.xz", [100 << 20] * 6, "w:xz")
    with gzip.open(tmp_path / "after.tar.gz", "wb", 1) as stream:
        stream.write(bomb(tmp_path / "small.tar", [1], "w").read_bytes())
        for _ in range(600):
            stream.write(bytes(1 << 20))
    for archive in (many, tmp_path / "after.tar.gz"):
        with limit_of_memory(), pytest.raises(InputError, match="unpacks to far more than documentation does"):
            trees.open(archive)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, b"Z"])
def test_a_header_without_bounds_is_refused(trees: Trees, tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, 1 << 40
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    with limit_of_memory(), pytest.raises(InputError):
        trees.open(tmp_path / "a.tar")


def test_headers_in_headers_come_to_an_end(trees: Trees, tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1
    (tmp_path / "a.tar").write_bytes((info.tobuf(tarfile.GNU_FORMAT) + b"y".ljust(512, b"\0")) * 20_000)
    with pytest.raises(InputError):
        trees.open(tmp_path / "a.tar")


@pytest.mark.parametrize("name", [".GIT", ".Git", "git~1", ".git ", ".git.", ".git::$INDEX_ALLOCATION", ".gi\u200ct"])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_gits_own_folder_in_any_spelling_is_refused(trees: Trees, tmp_path: Path, name: str, kind: str) -> None:
    archive = tmp_path / f"a.{kind}"
    if kind == "tar":
        packed(archive, ("p/a.rst", b"a"), (f"p/{name}/config", b"x"))
    else:
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("p/a.rst", "a")
            made.writestr(f"p/{name}/config", "x")
    with pytest.raises(InputError, match="git's own folder"):
        trees.open(archive)


@contextmanager
def limit_of_memory() -> Iterator[None]:
    """No more than another GiB of memory inside."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
