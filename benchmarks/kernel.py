"""docs-matrix against `make htmldocs` and against the kernel's own script, on a kernel: `nox -s bench -- ARCHIVE PATCH PART …`.

ARCHIVE is a `linux-source-*.tar.xz`, PATCH a patch to its documentation. The parts:

    whole      one cell, all documents: cold, and again after the patch
    messages   the messages of that cold build, against those of make with one reader, as ours has
    folder     `driver-api` in every cell, base and head, against as many runs of make, one after the other
    script     `driver-api` in some Sphinx releases, against `tools/docs/test_doc_build.py -b` with the same releases
    concerned  the patch in every cell, the documents concerned, from an unpacked kernel and an empty store

CPU seconds are user and system time of a command and all its children, as the operating system counts them; ours have what
the harness itself takes, to bring the tree and to keep the result. Memory is what all processes of a command hold at once
(Pss, looked at each second). Everything is built again in a scratch store.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_matrix import process
from docs_matrix.builds.order import Order
from docs_matrix.builds.result import Build
from docs_matrix.builds.runner import Made
from docs_matrix.capture.stderr_parser import blocks
from docs_matrix.check.subject import Subject, resolve
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Cell
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.toolchains import interpreters

ROOT = Path(__file__).parents[1]
CELL = "py3.13-docutils0.22.4-sphinx9.0.4"
FOLDER = "driver-api"
LIMIT = 3 * 3600.0
LEVEL = re.compile(r"(^|: )(WARNING|ERROR|CRITICAL): ")
OF_THE_SCRIPT = ("5.3.0", "7.2.6", "8.2.3")
"""Sphinx releases that the script installs and the matrix has."""


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: seconds of wall and CPU time, and the most bytes that it held at once."""

    wall: float
    cpu: float
    held: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.held, other.held))


@dataclass
class Held:
    """The most that the processes below this one held at once."""

    most: int = 0


@contextlib.contextmanager
def watched() -> Iterator[Held]:
    """Look each second at what the processes below this one hold."""
    held, over = Held(), threading.Event()

    def look() -> None:
        while not over.wait(1.0):
            held.most = max(held.most, sum(_pss(pid) for pid in _below(os.getpid())))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        over.set()
        thread.join()


def _below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            after = entry.read_text().rpartition(")")[2].split()
            parents.setdefault(int(after[1]), []).append(int(entry.parent.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def _children() -> float:
    """Return the CPU seconds of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    return 0


class Kernel:
    """A kernel with and without a patch, for make and for docs-matrix."""

    def __init__(self, archive: Path, patch: Path, scratch: Path, named: Sequence[str] = ()) -> None:
        """`named` are the cells for `folder`; all of the matrix where there are none."""
        self.archive, self.patch, self.scratch, self.named = archive, patch, scratch, named
        subprocess.run(["tar", "-C", scratch, "-xf", archive], check=True)
        self.tree = next(scratch.glob("linux-source-*"))
        self.bench = Workbench(matrix.load(ROOT / "matrix.yaml"), scratch / "store")
        self.subject: Subject = resolve(Asked(str(self.tree), patches=(str(patch),), docs=("all",)), self.bench)

    def order(self, cell: Cell, *, head: bool, variables: Mapping[str, str] | None = None) -> Order:
        """Return what to build in `cell`: the head from the base's build, or the base, to be kept."""
        environment = self.bench.provide(cell, self.subject.requirements).environment
        recipe = replace(self.subject.recipe, variables={**(self.subject.recipe.variables or {}), **(variables or {})})
        assert self.subject.base is not None
        if head:
            return Order(environment, self.subject.head, recipe, warm=True)
        return Order(environment, self.subject.base, recipe, keep=True)

    def build(self, cell: Cell, *, head: bool, variables: Mapping[str, str] | None = None) -> tuple[Cost, Build]:
        """Build it now, by the harness."""
        order = self.order(cell, head=head, variables=variables)
        started, before = time.monotonic(), _children()
        with watched() as held:
            made, own = self.timed(order)
        return Cost(time.monotonic() - started, own + _children() - before, held.most), made.build

    def timed(self, order: Order) -> tuple[Made, float]:
        """Return what `order` gives, and the CPU seconds of this thread for it; a build that is not what was asked for ends all."""
        before = time.thread_time()
        made = self.bench.runner.build(order)
        if not made.fresh or made.build.status != "ok" or (order.warm and made.build.resumed is None):
            cell = order.environment.lock.cell
            raise SystemExit(f"{cell}: {made.build.status}: {made.build.reason or made.build.cold}")
        return made, time.thread_time() - before

    def make(self, cell: Cell, variables: Mapping[str, str] | None = None) -> tuple[Cost, list[str]]:
        """Return what a user would do: make htmldocs in the tree, as many jobs as the kernel chooses. Its lines on stderr."""
        environment = self.bench.provide(cell, self.subject.requirements).environment
        given = {**os.environ, "PATH": f"{environment.bin}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        words = ["make", "htmldocs", *(f"{name}={value}" for name, value in (variables or {}).items())]
        with watched() as held:
            done = process.run(words, timeout=LIMIT, cwd=self.tree, env=given)
        if done.returncode:
            raise SystemExit(f"make htmldocs: {done.error_text[-500:]}")
        return Cost(done.seconds, done.cpu_seconds, held.most), done.error_text.splitlines()

    def clean(self) -> None:
        process.run(["make", "cleandocs"], timeout=LIMIT, cwd=self.tree)

    def apply(self, *, back: bool = False) -> None:
        """Patch the tree that make builds in."""
        subprocess.run(["git", "apply", *(["-R"] if back else []), self.patch], cwd=self.tree, check=True)

    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.bench.matrix.cells if not self.named or cell.name in self.named)


def whole(kernel: Kernel) -> None:
    """One cell, the whole kernel."""
    cell = next(cell for cell in kernel.bench.matrix.cells if cell.name == CELL)
    kernel.clean()
    cold_make, _ = kernel.make(cell)
    cold, base = kernel.build(cell, head=False)
    tell("whole, cold", cold, cold_make)
    kernel.apply()
    warm_make, _ = kernel.make(cell)
    kernel.apply(back=True)
    warm, head = kernel.build(cell, head=True)
    tell("whole, after the patch", warm, warm_make)
    print(f"  {len(base.diagnostics)} diagnostics, {len(head.diagnostics)} after; read {len(head.resumed or ())} again")


def messages(kernel: Kernel) -> None:
    """One cell, the whole kernel: what make says with one reader.

    With several it reads in another order, and some messages depend on that: what a document leaves behind in its
    process is for those that this process reads after it.
    """
    cell = next(cell for cell in kernel.bench.matrix.cells if cell.name == CELL)
    kernel.clean()
    _, lines = kernel.make(cell, {"SPHINXOPTS": "-j1"})
    build = kernel.bench.runner.build(kernel.order(cell, head=False)).build
    if build.status != "ok":
        raise SystemExit(f"{cell.name}: {build.status}: {build.reason}")
    compare(build, lines, kernel.tree)


def compare(build: Build, lines: Sequence[str], tree: Path) -> None:
    """Whether the build has the messages that make printed, as a multiset: by place, level and first line."""
    ours = Counter(_first_line(one) for one in build.diagnostics)
    found = blocks([line.replace(f"{tree}/", "") for line in lines])
    theirs = Counter(_first_line(block.diagnostic) if block.diagnostic else block.lines[0] for block in found)
    theirs = Counter({text: number for text, number in theirs.items() if text in ours or LEVEL.search(text)})
    print(f"messages: {ours.total()}, otherwise {theirs.total()}; {(ours & theirs).total()} are the same")
    for name, some in (("docs-matrix", ours - theirs), ("otherwise", theirs - ours)):
        for message in sorted(some.elements()):
            print(f"    only {name}: {message}", flush=True)


def _first_line(one: Diagnostic) -> str:
    place = "".join(f"{part}:" for part in (one.path, one.line) if part is not None)
    return f"{place}{' ' * bool(place)}{one.level}: {one.message.partition(chr(10))[0]}"


def folder(kernel: Kernel) -> None:
    """`driver-api`, every cell, base and head."""
    variables = {"SPHINXDIRS": FOLDER}
    orders = [kernel.order(cell, head=False, variables=variables) for cell in kernel.cells()]
    heads = [kernel.order(cell, head=True, variables=variables) for cell in kernel.cells()]
    started, before = time.monotonic(), _children()
    with watched() as held, process.workers(os.cpu_count() or 1) as pool:
        made = [
            future.result() for one in (orders, heads) for future in [pool.submit(kernel.timed, order) for order in one]
        ]
    own = sum(seconds for _, seconds in made)
    ours = Cost(time.monotonic() - started, own + _children() - before, held.most)
    theirs = Cost(0.0, 0.0, 0)
    for cell in kernel.cells():
        for patched in (False, True):
            kernel.clean()
            if patched:
                kernel.apply()
            theirs += kernel.make(cell, variables)[0]
            if patched:
                kernel.apply(back=True)
    tell(f"{FOLDER}, {len(orders)} cells, base and head", ours, theirs)


def script(kernel: Kernel) -> None:
    """`driver-api`, against the kernel's own script with the same Sphinx releases."""
    path = kernel.tree / "tools/docs/test_doc_build.py"
    if not path.exists():
        print("script: this kernel has no tools/docs/test_doc_build.py")
        return
    cells = [cell for cell in kernel.bench.matrix.cells if cell.sphinx in OF_THE_SCRIPT]
    with tempfile.TemporaryDirectory() as scratch:
        named = [word for cell in cells for word in ("--cell", cell.name)]
        ours, _ = check(kernel, [*named, "--docs", FOLDER], Path(scratch))
    versions = [cell.sphinx for cell in cells]
    words = [sys.executable, str(path), "-b", "-V", *versions, "-a", f"SPHINXDIRS={FOLDER}"]
    # It takes python3.9 and others by name from the path, where pyenv has programs that stand for an interpreter or for none.
    found = (str(one.path.parent) for one in interpreters.installed())
    given = {**os.environ, "PATH": os.pathsep.join((*dict.fromkeys(found), os.environ["PATH"]))}
    with watched() as held:
        done = process.run(words, timeout=LIMIT, cwd=kernel.tree, env=given)
    if done.returncode:
        raise SystemExit(f"test_doc_build.py: {done.error_text[-500:]}")
    tell(
        f"{FOLDER}, Sphinx {', '.join(versions)}, environments included",
        ours,
        Cost(done.seconds, done.cpu_seconds, held.most),
    )


def check(kernel: Kernel, more: Sequence[str], scratch: Path) -> tuple[Cost, dict[str, float]]:
    """Return what `docs-matrix check` of the patch takes, with its store and its reports in `scratch`.

    The second are the seconds after which it began with each part, as it says itself: environment, base, head, confirming.
    """
    words = [
        sys.executable,
        "-m",
        "docs_matrix",
        "check",
        "--tree",
        str(kernel.tree),
        "--patch",
        str(kernel.patch),
        *more,
    ]
    words += ["--out", str(scratch / "report")]
    given = {**os.environ, "DOCS_MATRIX_STORE": str(scratch / "store")}
    begun: dict[str, float] = {}
    started, before, said = time.monotonic(), _children(), ""
    with (
        watched() as held,
        subprocess.Popen(
            words, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as run,
    ):
        for said in run.stderr or ():
            part = said.rstrip().rpartition(": ")[2].partition(",")[0]
            begun.setdefault(part, time.monotonic() - started)
    if run.returncode not in (0, 1):
        raise SystemExit(f"docs-matrix check: {said}")
    return Cost(time.monotonic() - started, _children() - before, held.most), begun


def concerned(kernel: Kernel) -> None:
    """The patch in every cell, from nothing but warm package downloads."""
    with tempfile.TemporaryDirectory() as scratch:
        first, begun = check(kernel, [], Path(scratch))
        answer = json.loads((Path(scratch) / "report" / "findings.json").read_text("utf-8"))
        again, _ = check(kernel, [], Path(scratch))
    cells = answer["cells"].values()
    print(f"the documents concerned, {len(cells)} cells: {first.wall:.0f} s, {first.cpu:.0f} s CPU, {_mib(first.held)}")
    ends = (begun["environment"], begun["base"], begun["head"], first.wall)
    for name, start, end in zip(
        ("tree", "environments", "bases", "heads and the rest"), (0.0, *ends), ends, strict=False
    ):
        print(f"  {name:19} {end - start:6.1f} s")
    print(f"  again               {again.wall:6.1f} s")
    print(f"  in the cells' own builds: {sum(cell['seconds'] for cell in cells):.0f} s")


def tell(what: str, ours: Cost, theirs: Cost) -> None:
    """A row: both, and the ratios of ours to theirs."""
    print(f"{what}:")
    for name, cost in (("docs-matrix", ours), ("otherwise", theirs)):
        print(f"  {name:12} {cost.wall:7.0f} s wall {cost.cpu:7.0f} s CPU {_mib(cost.held)}")
    print(
        f"  {'ratio':12} {ours.wall / theirs.wall:7.2f}        {ours.cpu / theirs.cpu:7.2f}       {ours.held / theirs.held:7.2f}",
        flush=True,
    )


def _mib(size: int) -> str:
    return f"{size / 2**20:6.0f} MiB"


PARTS = {"whole": whole, "messages": messages, "folder": folder, "script": script, "concerned": concerned}


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description="Measure docs-matrix on a kernel.")
    parser.add_argument("archive", type=Path, help="linux-source-*.tar.xz")
    parser.add_argument("patch", type=Path, help="a patch to its documentation")
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help=f"{', '.join(PARTS)}; default: all")
    cells = [cell.name for cell in matrix.load(ROOT / "matrix.yaml").cells]
    parser.add_argument(
        "--cell", action="append", choices=cells, default=[], help="a cell of the folder's; default: all"
    )
    options = parser.parse_args(words)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {options.archive.name}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="docs-matrix-bench-", ignore_cleanup_errors=True) as scratch:
        kernel = Kernel(options.archive.absolute(), options.patch.absolute(), Path(scratch), options.cell)
        for part in options.part or PARTS:
            PARTS[part](kernel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
