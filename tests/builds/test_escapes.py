"""Attempts to get out of a build, with each layer; without a layer they work, or they would show nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import docs_matrix
import pytest
from docs_matrix.confinement.confinement import Confinement, Layer, Reach, choose, lacks
from docs_matrix.errors import InputError
from docs_matrix.process import Finished

from tests.conftest import ROOT
from tests.support.machine import lacks as lacking

pytestmark = pytest.mark.builds

ATTEMPTS = Path(__file__).parent / "escape_attempts.py"
NAMES = tuple(re.findall(r'^@?attempt\("([^"]+)"\)', ATTEMPTS.read_text("utf-8"), re.MULTILINE))
LAYERS: tuple[Layer, ...] = ("bubblewrap", "landlock")
OPEN: Mapping[Layer, frozenset[str]] = {
    "bubblewrap": frozenset(),
    "landlock": frozenset({"see a file of the home folder"}),
    "none": frozenset(NAMES),
}
"""What a layer leaves open; the documentation says it too."""
HARMLESS_ALONE = frozenset(
    {
        "ask the kernel by netlink",
        "change the root folder",
        "connect by IPv6",
        "handle page faults",
        "set up io_uring",
        "list the root of the store's disk",
        "load a program into the kernel",
        "make a device",
        "make a user namespace",
        "mount",
        "read the log of the kernel",
        "read the passwords of the system",
        "send from a pair of sockets to a path",
        "set an attribute outside",
        "talk to a virtual machine's host",
        "trace the harness",
        "use the keys of the user",
        "watch by performance counters",
        "write into the harness",
        "write into the interpreter",
    }
)
"""What is not tried without a layer: it needs more than every machine allows, or would change the machine."""


@dataclass(frozen=True)
class Place:
    """Where attempts are made from, and what they try to reach."""

    home: Path
    outside: Path
    work: Path
    process: int
    words: tuple[str, ...]

    def run(self, layer: Layer, *command: str | Path, memory: int = 1 << 30, timeout: float = 60.0) -> Finished:
        """Run `command` in the folder `work`, which alone it may write."""
        return Confinement(layer).run(
            command,
            Reach((self.work,), (Path(sys.base_prefix),), memory),
            timeout=timeout,
            cwd=self.work,
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(self.work)},
        )

    def python(self, layer: Layer, code: str, *, memory: int = 1 << 30, timeout: float = 60.0) -> Finished:
        """Run `code` in Python."""
        return self.run(layer, PYTHON, "-I", "-S", "-c", code, memory=memory, timeout=timeout)


PYTHON = Path(sys.executable).resolve()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tmp_path = tmp_path.resolve()
    home, outside, work = (tmp_path / name for name in ("home", "outside", "work"))
    for folder in (home, outside, work, outside / "folder"):
        folder.mkdir()
    (home / "key").write_text("secret")
    for name in ("file", "to-remove", "to-rename", "to-take"):
        (outside / name).write_text("content")
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket(*kind)) for kind in KINDS]
        tcp, udp, stream, datagram, abstract = sockets
        helper = subprocess.Popen(["/bin/sleep", "600"], env={"SECRET": "x"})
        opened.callback(helper.wait)
        opened.callback(helper.kill)
        for one, address in ((tcp, ("127.0.0.1", 0)), (udp, ("127.0.0.1", 0))):
            one.bind(address)
        stream.bind(str(outside / "stream"))
        datagram.bind(str(outside / "datagram"))
        abstract.bind(f"\0escape-{helper.pid}")
        for one in (tcp, stream, abstract):
            one.listen()
        shared = opened.enter_context(tempfile.NamedTemporaryFile(prefix="escaped-")).name
        package = str(Path(docs_matrix.__file__).resolve().parent)
        ports = (str(one.getsockname()[1]) for one in (tcp, udp))
        words = (str(home), str(outside), str(helper.pid), *ports, shared, package)
        yield Place(home, outside, work, helper.pid, words)


KINDS = (
    (socket.AF_INET, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_DGRAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
    (socket.AF_UNIX, socket.SOCK_DGRAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
)


def needed(layer: Layer) -> None:
    """Skip where this machine has no such layer, and fail where it must have one."""
    if (reason := lacks(layer)) is not None:
        lacking(f"{layer}: {reason}")


def tried(place: Place, layer: Layer, left_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """What became of each attempt."""
    script = place.work / "attempts.py"
    script.write_text(ATTEMPTS.read_text("utf-8"), "utf-8")
    ended = place.run(layer, PYTHON, "-I", "-S", script, *place.words, *sorted(left_out))
    assert ended.returncode == 0, ended.error_text
    return dict(json.loads(line) for line in ended.text.splitlines())


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_gets_out_but_what_the_documentation_names(place: Place, layer: Layer) -> None:
    needed(layer)
    before = {path.name: (path.stat().st_mode, path.stat().st_mtime_ns) for path in place.outside.iterdir()}
    found = tried(place, layer)
    assert set(found) == set(NAMES)
    assert {name for name, said in found.items() if said == "ESCAPED"} <= OPEN[layer]
    after = {path.name: (path.stat().st_mode, path.stat().st_mtime_ns) for path in place.outside.iterdir()}
    assert after == before
    assert (place.outside / "file").read_text() == "content"


def test_without_a_layer_the_attempts_work(place: Place) -> None:
    found = tried(place, "none", HARMLESS_ALONE)
    assert {name: said for name, said in found.items() if said != "ESCAPED"} == {}
    assert len(found) == len(NAMES) - len(HARMLESS_ALONE)


def test_the_table_of_the_documentation_is_that_of_the_tests() -> None:
    text = (ROOT / "docs" / "confinement.rst").read_text("utf-8")
    rows = dict(re.findall(r"^   (\S.*?)  +stopped +(stopped|open)$", text, re.MULTILINE))
    assert rows.keys() >= set(NAMES)
    assert {name for name in NAMES if rows[name] == "open"} == OPEN["landlock"]


# ---- what is left when a command has ended

FORKS = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "600.{token}"])
    os._exit(0)
time.sleep(0.3)
"""


def token_of(number: int) -> str:
    """Digits that no other process has in its words."""
    return f"{os.getpid()}{number}{time.monotonic_ns()}"


def alive(token: str) -> int:
    count = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += token.encode() in path.read_bytes()
        except OSError:
            continue
    return count


@pytest.mark.parametrize("layer", LAYERS)
def test_no_process_outlives_a_build(place: Place, layer: Layer) -> None:
    needed(layer)
    token = token_of(1)
    assert place.python(layer, FORKS.format(token=token)).returncode == 0
    assert alive(f"600.{token}") == 0


def test_without_a_layer_one_does(place: Place) -> None:
    token = token_of(0)
    assert place.python("none", FORKS.format(token=token)).returncode == 0
    left = [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if token.encode() in path.read_bytes()]
    for process in left:
        os.kill(int(process), signal.SIGKILL)
    assert len(left) == 1


@pytest.mark.parametrize("layer", LAYERS)
def test_no_process_outlives_a_build_that_takes_too_long(place: Place, layer: Layer) -> None:
    needed(layer)
    token = token_of(2)
    ended = place.python(layer, FORKS.format(token=token) + "time.sleep(600)", timeout=1.5)
    assert ended.timed_out
    for _ in range(50):
        if alive(f"600.{token}") == 0:
            break
        time.sleep(0.1)
    assert alive(f"600.{token}") == 0


@pytest.mark.parametrize("layer", LAYERS)
def test_no_process_outlives_a_harness_that_is_killed(place: Place, layer: Layer) -> None:
    needed(layer)
    token = token_of(3)
    code = (
        "import sys; from pathlib import Path; from docs_matrix.confinement.confinement import *\n"
        f"Confinement({layer!r}).run([{str(PYTHON)!r}, '-I', '-S', '-c', {FORKS.format(token=token) + 'time.sleep(600)'!r}],"
        f" Reach((Path({str(place.work)!r}),), (Path({sys.base_prefix!r}),)), timeout=600, cwd=Path({str(place.work)!r}), env={{}})"
    )
    harness = subprocess.Popen([sys.executable, "-c", code])
    for _ in range(300):
        if alive(f"sleep\x00600.{token}"):
            break
        time.sleep(0.1)
    assert alive(f"sleep\x00600.{token}") == 1
    harness.kill()
    harness.wait()
    for _ in range(100):
        if alive(f"600.{token}") == 0:
            break
        time.sleep(0.1)
    assert alive(f"600.{token}") == 0


# ---- what a build may take


@pytest.mark.parametrize("layer", LAYERS)
def test_a_process_gets_no_more_memory_than_is_allowed(place: Place, layer: Layer) -> None:
    needed(layer)
    ended = place.python(layer, "x = bytearray(300 << 20)", memory=256 << 20)
    assert "MemoryError" in ended.error_text


@pytest.mark.parametrize("layer", LAYERS)
def test_several_processes_get_no_more_memory_than_is_allowed(place: Place, layer: Layer) -> None:
    needed(layer)
    code = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        x = bytearray(b'x' * (90 << 20))
        time.sleep(60)
time.sleep(60)
"""
    ended = place.python(layer, code, memory=256 << 20)
    assert ended.stopped == "it took more than 0.2 GiB of memory"
    assert ended.seconds < 50


@pytest.mark.parametrize("layer", LAYERS)
def test_there_are_no_more_processes_than_are_allowed(place: Place, layer: Layer) -> None:
    needed(layer)
    code = """
import os, time
for n in range(300):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError:
        break
time.sleep(30)
"""
    ended = place.python(layer, code)
    assert "processes" in (ended.stopped or "")


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_writes_more_to_the_disk_than_is_allowed(
    place: Place, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others write to the same disk meanwhile is not the build's; a removed file that it holds open is."""
    needed(layer)
    monkeypatch.setattr("docs_matrix.confinement.confinement.DISK", 64 << 20)
    code = "import os, time; f = open('large', 'wb'); {}; f.flush(); os.remove('large'); time.sleep({})"
    other = place.work.parent / "other"
    other.write_bytes(b"")
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(place.python, layer, code.format("f.write(bytes(1 << 20))", 6))
        time.sleep(2)
        other.write_bytes(bytes(128 << 20))
        assert not ended.result().stopped
    ended_itself = place.python(layer, code.format("f.write(bytes(128 << 20))", 30))
    assert ended_itself.stopped == "it wrote more than 0 GiB"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_file_grows_no_larger_than_is_allowed(place: Place, layer: Layer) -> None:
    needed(layer)
    code = (
        "import os\nwith open('large', 'wb') as stream: stream.seek((4 << 30) + 1); stream.write(b'x'); stream.flush()"
    )
    ended = place.python(layer, code)
    assert ended.returncode != 0
    assert (place.work / "large").stat().st_size <= 4 << 30


# ---- what a build must be able to do

USUAL = """
import os, socket, subprocess, tempfile, time
with open("made", "w") as stream: stream.write("x")
os.chmod("made", 0o755)
assert os.stat("made").st_mode & 0o777 == 0o755
os.utime("made", (1000, 2000)); assert os.stat("made").st_mtime == 2000
os.utime("made", ns=(5, 7)); assert os.stat("made").st_mtime_ns == 7
fd = os.open("made", os.O_RDWR); os.fchmod(fd, 0o600); os.utime(fd); assert os.fstat(fd).st_mode & 0o777 == 0o600
folder = os.open(".", os.O_PATH); os.chmod("made", 0o640, dir_fd=folder); os.utime("made", dir_fd=folder)
os.mkdir("folder"); os.chmod("folder", 0o700); os.rename("made", "folder/made"); os.link("folder/made", "linked")
os.symlink("linked", "link"); os.utime("link", (1, 1), follow_symlinks=False); os.truncate("linked", 0)
child = subprocess.Popen(["/bin/sleep", "60"]); child.terminate(); assert child.wait() == -15
assert subprocess.run(["/bin/sh", "-c", "echo $((6 * 7)) | cat"], stdout=subprocess.PIPE).stdout == b"42\\n"
one, other = socket.socketpair(); one.send(b"x"); assert other.recv(1) == b"x"
with tempfile.TemporaryFile() as stream: stream.write(b"x")
assert open("/dev/null").read() == ""; assert len(open("/dev/urandom", "rb").read(4)) == 4
os.kill(os.getpid(), 0); os.nice(1)
print("well", flush=True)
os._exit(3)
"""


@pytest.mark.parametrize("layer", LAYERS)
def test_a_build_can_do_what_builds_do(place: Place, layer: Layer) -> None:
    needed(layer)
    ended = place.python(layer, USUAL)
    assert (ended.returncode, ended.text, ended.error_text, ended.stopped) == (3, "well\n", "", "")
    assert ended.cpu_seconds > 0
    assert ended.peak_bytes > 1 << 20


@pytest.mark.parametrize("layer", LAYERS)
def test_how_a_command_ended_is_reported(place: Place, layer: Layer) -> None:
    needed(layer)
    assert place.python(layer, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)").returncode == -11
    with pytest.raises(Exception, match="cannot be started"):
        place.run(layer, "/no/such/program")


def test_the_strongest_layer_is_taken_and_a_named_one_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "docs_matrix.confinement.confinement.lacks"
    monkeypatch.setattr(name, lambda layer: None)
    assert choose().layer == "bubblewrap"
    monkeypatch.setattr(name, lambda layer: "no bwrap" if layer == "bubblewrap" else None)
    assert choose().layer == "landlock"
    with pytest.raises(InputError, match="--confine bubblewrap: no bwrap"):
        choose("bubblewrap")
    monkeypatch.setattr(name, lambda layer: "nothing" if layer != "none" else None)
    assert (choose().layer, choose("none").layer) == ("none", "none")
