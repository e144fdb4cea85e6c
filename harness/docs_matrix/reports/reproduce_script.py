"""`reproduce.sh`: a run's new diagnostics, to be seen by anyone who has uv (or python3 and pip), git, make and perl."""

from __future__ import annotations

import shlex

from docs_matrix.check.rerun_recipe import Rerun
from docs_matrix.files import digest
from docs_matrix.reports.escaping import one_line, visible

__all__ = ["NAME", "script"]

NAME = "reproduce.sh"

_PROGRAM = r"""
import collections, difflib, os, re, sys

LINE = re.compile(r"(?P<path>[^\s:][^:\n]*)(?::(?P<line>\d+))?: (?P<text>(?:WARNING|ERROR|CRITICAL|SEVERE|warning|error): .*)")
before, after, root, tree, wanted = sys.argv[1:]

def lines_of(path):
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read().split("\n")

def said(log):
    folder = os.path.join(os.path.realpath(root), "")
    for line in lines_of(log):
        line = line.replace(folder, "")
        found = LINE.match(line)
        if found:
            yield line, found["path"], int(found["line"] or 0), found["text"]

places = {}

def moved(path, line):
    # where a line of the tree is after the change; None where the change took it away
    if path not in places:
        try:
            old, new = lines_of(os.path.join(tree, path)), lines_of(os.path.join(root, path))
        except OSError:
            old = new = []
        blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks() if old != new else []
        places[path] = old == new, {a + i + 1: b + i + 1 for a, b, size in blocks for i in range(size)}
    same, lines = places[path]
    return line if same or not line else lines.get(line)

known, left = collections.Counter(), collections.Counter()
for _, path, line, text in said(before):
    known[path, moved(path, line), text] += 1
rest = []
for line, path, number, text in said(after):
    if known[path, number, text]:
        known[path, number, text] -= 1
    else:
        rest.append((line, path, text))
for (path, _, text), count in known.items():
    left[path, text] += count
expected = collections.Counter(lines_of(wanted)[:-1])
new = []
for line, path, text in sorted(rest, key=lambda one: one[0] in expected):  # what the report has not is paired first
    if left[path, text]:
        left[path, text] -= 1
    else:
        new.append(line)
for line in dict.fromkeys(line for line, _, _ in rest):
    for _ in range(new.count(line)):
        print(line)
there = sum((expected & collections.Counter(new)).values())
total = sum(expected.values())
print("%d of the %d lines of the report, %d others" % (there, total, len(new) - there), file=sys.stderr)
sys.exit(0 if there == total else 1)
"""


def script(rerun: Rerun) -> bytes:
    """The script of `rerun`: `sh reproduce.sh TREE` prints the new lines, and leaves TREE as it is."""
    mark = f"end-{digest(rerun.patch, rerun.requirements)[:16]}"
    minor = ".".join(rerun.python.split(".")[:2])
    expected = "".join(f"{line}\n" for line in rerun.expected if line == visible(line))
    head = f"""\
#!/bin/sh
# Prints what a change to a documentation tree makes new, in Python {minor}, docutils {rerun.docutils} and Sphinx {rerun.sphinx}.
# Usage: sh {NAME} TREE
# TREE is the tree without the change; it is only read. Needed: uv, or python{minor} with pip; git{_needed(rerun)}.
# Exit status: 0 all lines of the report were printed, 1 not all, 2 wrong use or another tree, 3 something is missing.
set -u
fail() {{ status=$1; shift; printf '%s\\n' "{NAME}: $*" >&2; exit "$status"; }}
[ $# -eq 1 ] && [ -d "$1" ] || fail 2 "usage: sh {NAME} TREE"
tree=$(cd -- "$1" && pwd -P) || exit 2
for tool in git tar{_tools(rerun)}; do command -v "$tool" >/dev/null || fail 3 "$tool is not installed"; done
work=$(mktemp -d "${{TMPDIR:-/tmp}}/reproduce.XXXXXX") || exit 3
work=$(cd -- "$work" && pwd -P)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT TERM HUP
export LC_ALL=C.UTF-8 GIT_CEILING_DIRECTORIES="$work" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

blob() {{ # FILE ID: whether FILE has git's ID, or is not there where ID is "none"
    if [ "$2" = none ]; then [ ! -e "$1" ]; else
        [ "$(cd -- "$work" && git hash-object --no-filters -- "$1" 2>/dev/null)" = "$2" ]; fi
}}
"""
    checks = "".join(
        _check(path, base, "$tree", "is not the file that the report was made of") for path, base, _ in rerun.blobs
    )
    after = "".join(_check(path, head, "$work/tree", "did not become what it was", 1) for path, _, head in rerun.blobs)
    environment = f"""
cat >"$work/requirements.txt" <<'{mark}'
{rerun.requirements.rstrip()}
{mark}
echo "making an environment of Python {minor}, docutils {rerun.docutils}, Sphinx {rerun.sphinx}" >&2
for python in python{minor} python3 "$HOME"/.pyenv/versions/{minor}*/bin/python3 none; do
    "$python" -c "import sys; sys.exit(sys.version_info[:2] != ({minor.replace(".", ", ")}))" 2>/dev/null && break
done
if command -v uv >/dev/null; then
    [ "$python" != none ] || python={minor}
    uv venv --quiet --no-project --python "$python" "$work/env" >&2 &&
        uv pip install --quiet --python "$work/env/bin/python" --require-hashes --only-binary :all: \\
            -r "$work/requirements.txt" >&2 || fail 3 "uv could not make the environment"
else
    [ "$python" != none ] || fail 3 "neither uv nor python{minor} is installed"
    "$python" -m venv "$work/env" >&2 &&
        "$work/env/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \\
            -r "$work/requirements.txt" >&2 || fail 3 "pip could not make the environment"
fi
PATH="$work/env/bin:$PATH"
export PATH
unset PYTHONPATH PYTHONHOME SPHINXOPTS SPHINXDIRS 2>/dev/null

echo "copying the tree" >&2
mkdir "$work/tree" || exit 3
(cd -- "$tree" && tar -cf - --exclude=./.git .) | (cd -- "$work/tree" && tar -xf -) || fail 3 "the tree cannot be copied"
build() {{ # LOG
    (cd -- "$work/tree" && {_command(rerun)}) >"$work/out.log" 2>"$1" </dev/null || {{
        tail -n 20 "$1" >&2
        fail 3 "the build failed"
    }}
}}
echo "building the tree as it is" >&2
build "$work/base.log"
"""
    patch = f"cat >\"$work/change.patch\" <<'{mark}'\n"
    patched = f"""{mark}
(cd -- "$work/tree" && git apply --whitespace=nowarn "$work/change.patch") || fail 2 "the change does not apply"
"""
    last = f"""echo "building it with the change" >&2
build "$work/head.log"
cat >"$work/expected" <<'{mark}'
{expected}{mark}
cat >"$work/new.py" <<'{mark}'{_PROGRAM}{mark}
"$work/env/bin/python" "$work/new.py" "$work/base.log" "$work/head.log" "$work/tree" "$tree" "$work/expected"
"""
    content = (head + checks + environment + patch).encode("utf-8", "backslashreplace")
    return content + rerun.patch + (patched + after + last).encode("utf-8", "backslashreplace")


def _check(path: str, blob: str | None, folder: str, says: str, status: int = 2) -> str:
    place = f'"{folder}"/{shlex.quote(path)}'
    return f"blob {place} {blob or 'none'} || fail {status} {shlex.quote(one_line(path) + ': ' + says)}\n"


def _needed(rerun: Rerun) -> str:
    return ", make and perl" if rerun.kind == "make" else ""


def _tools(rerun: Rerun) -> str:
    return " make perl" if rerun.kind == "make" else ""


def _command(rerun: Rerun) -> str:
    """The words that build the copy, which is the working directory."""
    if rerun.kind == "make":
        given = dict(rerun.variables)
        options = given.pop("SPHINXOPTS", "")
        words = [f"SPHINXOPTS={shlex.quote(f'-jauto {options}'.strip())}", 'BUILDDIR="$work/output"']
        words += [f"{name}={shlex.quote(value)}" for name, value in given.items()]
        if rerun.folders and "SPHINXDIRS" not in given:
            words.append(f"SPHINXDIRS={shlex.quote(' '.join(rerun.folders))}")
        return f"make --no-print-directory {' '.join(words)} {shlex.quote(rerun.target)}"
    options = shlex.join(rerun.options)
    folders = f"-c {shlex.quote(rerun.config)} {options} {shlex.quote(rerun.source)}"
    return f'python -m sphinx --no-color -b {shlex.quote(rerun.builder)} -d "$work/doctrees" {folders} "$work/output"'
