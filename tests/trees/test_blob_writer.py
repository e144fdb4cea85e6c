from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from docs_matrix.errors import InputError, MachineError
from docs_matrix.trees import Trees, packfile
from docs_matrix.trees.blob_writer import BlobWriter
from docs_matrix.trees.git import Repository


@pytest.fixture
def repository(trees: Trees, tmp_path: Path) -> Repository:
    return Repository(tmp_path / "store" / "trees.git")


def packed(repository: Repository) -> list[Path]:
    return sorted(repository.folder.glob("objects/pack/*.pack"))


@pytest.mark.parametrize("count", [1, 99, 100, 400])
def test_git_finds_a_pack_sound_and_every_content_in_it(repository: Repository, count: int) -> None:
    contents = [b"%d " % number * (number * number % 5000) for number in range(count)] + [b"", os.urandom(1 << 21)]
    with BlobWriter(repository) as blobs:
        given = [blobs.add(content) for content in contents]
    names = [blob.name for blob in given]
    assert len(packed(repository)) == (count + 2 >= 100)
    for pack in packed(repository):
        repository.run("verify-pack", pack)
    repository.run("fsck", "--strict", "--full")
    asked = repository.run("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode()).stdout
    assert asked == b"".join(
        b"%b blob %d\n%b\n" % (name.encode(), len(content), content)
        for name, content in zip(names, contents, strict=True)
    )


def test_our_index_is_the_one_that_git_makes(repository: Repository, tmp_path: Path) -> None:
    with BlobWriter(repository) as blobs:
        for number in range(500):
            blobs.add(b"content %d" % number)
    [pack] = packed(repository)
    repository.run("index-pack", "-o", tmp_path / "git.idx", pack)
    assert pack.with_suffix(".idx").read_bytes() == (tmp_path / "git.idx").read_bytes()


def test_an_offset_beyond_two_gigabytes_goes_into_the_second_table(tmp_path: Path) -> None:
    near, far = packfile.PackedBlob(12, 7), packfile.PackedBlob((1 << 31) + 5, 9)
    (tmp_path / "a.idx").write_bytes(packfile.index({b"\1" * 20: far, b"\0" * 20: near}, bytes(20)))
    with (tmp_path / "a.idx").open("rb") as stream:
        shown = subprocess.run(["git", "show-index"], stdin=stream, capture_output=True, text=True, check=True).stdout
    assert shown == f"12 {'00' * 20} (00000007)\n{(1 << 31) + 5} {'01' * 20} (00000009)\n"


def test_what_is_in_the_store_is_not_written_again(repository: Repository) -> None:
    for _ in range(2):
        with BlobWriter(repository) as blobs:
            for number in range(200):
                blobs.add(b"content %d" % number)
    assert len(packed(repository)) == 1


def test_an_import_that_fails_leaves_nothing(repository: Repository) -> None:
    def fail() -> None:
        with BlobWriter(repository) as blobs:
            blobs.add(bytes(1 << 20))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(repository.folder.glob("objects/*/*")) == []


def test_a_full_disk_is_a_machines_error(repository: Repository) -> None:
    def fill() -> None:
        with BlobWriter(repository) as blobs:
            blobs.add(bytes(1 << 20))
            assert blobs._pack
            full = os.open("/dev/full", os.O_RDWR)
            os.dup2(full, blobs._pack.fileno())
            os.close(full)

    with pytest.raises(MachineError, match="no space left on the disk"):
        fill()
    assert list(repository.folder.glob("objects/*/*")) == []


def test_the_unfinished_pack_of_a_killed_import_is_removed_later(repository: Repository) -> None:
    folder = repository.folder / "objects/pack"
    (folder / "tmp_pack_old").write_text("x")
    os.utime(folder / "tmp_pack_old", (0, 0))
    (folder / "tmp_pack_young").write_text("x")
    with BlobWriter(repository) as blobs:
        blobs.add(b"x")
    assert [path.name for path in folder.glob("tmp_*")] == ["tmp_pack_young"]


def test_a_file_that_cannot_be_read_ends_the_import_and_leaves_nothing(repository: Repository) -> None:
    def read() -> bytes:
        raise InputError("a.rst: cannot be read")

    def bring() -> None:
        with BlobWriter(repository) as blobs:
            for number in range(500):
                blobs.add(b"content %d" % number)
            blobs.add_file(read, 1)

    with pytest.raises(InputError, match=r"a\.rst: cannot be read"):
        bring()
    assert list(repository.folder.glob("objects/*/*")) == []
