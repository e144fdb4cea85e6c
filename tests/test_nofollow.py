from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from docs_matrix import nofollow


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    folder = tmp_path / "victim"
    (folder / "sub").mkdir(parents=True)
    (folder / "thesis").write_text("years")
    return folder


def test_a_folder_is_removed_with_read_only_folders_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "f").write_text("x")
    inner.chmod(0o500)
    nofollow.remove(tmp_path / "a")
    nofollow.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_user_removes_folders_that_nobody_may_read_or_write(tmp_path: Path) -> None:
    made = tmp_path / "made"
    deep = made / "/".join(["d"] * (nofollow.DEEPEST + 3))
    deep.mkdir(parents=True)
    (deep / "f").write_text("x")
    user = os.getuid() or 65534  # root may read and write everything
    places = [Path(folder) for folder, _, _ in os.walk(made)]
    for place in reversed(places):
        place.chmod(0)
        os.chown(place, user, -1)
    tmp_path.chmod(0o777)
    code = f"from docs_matrix import nofollow; import os; os.setuid({user}); nofollow.remove('made')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert not made.exists()


def test_what_a_link_leads_to_stays_when_the_link_is_removed(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/link").symlink_to(victim)
    (tmp_path / "link").symlink_to(victim)
    nofollow.remove(tmp_path / "a")
    nofollow.remove(tmp_path / "link")
    assert sorted(tmp_path.iterdir()) == [victim]
    assert (victim / "thesis").read_text() == "years"


def test_folders_nested_deeper_than_a_path_can_name_are_removed(tmp_path: Path) -> None:
    code = 'import os\nfor _ in range(1200): os.mkdir("d" * 200); os.chdir("d" * 200)'
    (tmp_path / "a").mkdir()
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "a", check=True)
    nofollow.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_folder_is_emptied_except_for_names_to_keep(tmp_path: Path) -> None:
    for name in ("kept", "other"):
        (tmp_path / name / "sub").mkdir(parents=True)
    with nofollow.folder(tmp_path) as descriptor:
        nofollow.empty(descriptor, keep=("kept",))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept/sub").is_dir()


def test_a_link_in_the_place_of_a_folder_is_replaced_by_a_folder(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "link").symlink_to(victim)
    with pytest.raises(OSError, match=r"Not a directory|symbolic link"), nofollow.folder(tmp_path / "link"):
        pass
    with nofollow.made_folder(tmp_path / "link") as descriptor:
        assert nofollow.contents(descriptor, 100) == {}
    assert (victim / "thesis").exists()


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("12345")
    with nofollow.folder(tmp_path) as descriptor:
        assert nofollow.read("f", 5, dir_fd=descriptor) == b"12345"
        with pytest.raises(OSError, match="more than 4 bytes"):
            nofollow.read("f", 4, dir_fd=descriptor)


@pytest.mark.parametrize("kind", ["link", "FIFO", "folder", "device", "link to a device"])
def test_what_is_no_regular_file_is_not_read_and_nobody_waits(tmp_path: Path, victim: Path, kind: str) -> None:
    place = tmp_path / "f"
    if kind == "link":
        place.symlink_to(victim / "thesis")
    elif kind == "FIFO":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "device":
        place = Path("/dev/zero")
    else:
        place.symlink_to("/dev/zero")
    with pytest.raises(OSError, match=r"no regular file|symbolic link"):
        nofollow.read(place, 100)


def test_a_file_is_written_in_the_place_of_links(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "a").symlink_to(victim)
    (tmp_path / "f").symlink_to(victim / "thesis")
    with nofollow.folder(tmp_path) as descriptor:
        nofollow.write("a/thesis", b"new", dir_fd=descriptor)
        nofollow.write("f", b"new", dir_fd=descriptor)
    assert (victim / "thesis").read_text() == "years"
    assert [(tmp_path / name).read_text() for name in ("a/thesis", "f")] == ["new", "new"]


def test_the_contents_of_a_folder_have_size_and_digest(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/f").write_bytes(b"")
    with nofollow.folder(tmp_path) as descriptor:
        assert nofollow.contents(descriptor, 100) == {
            "a/b/f": (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        }
        (tmp_path / "a/link").symlink_to("b/f")
        with pytest.raises(OSError, match="symbolic link"):
            nofollow.contents(descriptor, 100)
