"""Runs in place of git: records the questions of a build to git, and git's answers.

    python git_recorder.py SETTINGS.json ARGUMENTS-OF-GIT…
    python git_recorder.py --answers SETTINGS.json

SETTINGS.json is {"git": the program, "program": the script in its place, "root": the tree's private copy, "top": the folder
of its repository, "variables": variables for every call, "asked": file}. Each call appends one JSON line to `asked`:
[question, answer]. A question is {"folder", "words", "variables"}, and an answer is {"status", "stdout", "stderr"} with
digests. In all of them `<root>` stands for the path of the private copy, and `<top>` for that of the repository. Some calls are not
known to be a question, such as one that writes or that reads its standard input. They have null in place of question and
answer, because their result depends on all that git knows.

The second form reads questions from its standard input, one JSON line each, and prints a line for each answer.

Only the standard library, Python 3.6 and later.
"""

import builtins
import functools
import hashlib
import io
import json
import os
import subprocess
import sys
from typing import Any, Dict, List

__all__ = ["answer", "is_question", "lines_of", "watch"]

# fmt: off
QUESTIONS = frozenset((
    "--version", "version", "blame", "cat-file", "check-attr", "check-ignore", "describe", "diff",
    "diff-files", "diff-index", "diff-tree", "for-each-ref", "grep", "log", "ls-files", "ls-tree",
    "merge-base", "name-rev", "rev-list", "rev-parse", "show", "show-ref", "status", "var",
))
# fmt: on
"""The commands of git that only read."""
LISTS = {
    "branch": ("--show-current", "--list", "-a", "--all", "-r", "--contains", "--points-at"),
    "config": ("--get", "--get-all", "--list", "-l", "get", "list"),
    "remote": ("get-url", "-v", "--verbose"),
    "tag": ("--list", "-l", "--points-at", "--contains", "--merged", "--sort"),
}
"""Commands that only read if their first argument is one of these, or if they have none."""
WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env")
"""Git's own options, before the command, that are followed by a value."""
READS_INPUT = ("--stdin", "--batch", "--batch-check", "--batch-command", "--output", "-O", "--ext-diff", "--textconv")
"""With these options a command reads its input, writes a file, or starts another program."""
TELLING = ("GIT_", "LC_", "LANG", "TZ")
"""Variables on which git's answer can depend have names that begin with these."""
ANSWERING = []  # type: List[bool]
"""This is not empty while this process itself calls git."""


def is_question(words: List[str]) -> bool:
    """Return whether git with these arguments only reads from its repository."""
    place = 0
    while place < len(words) and words[place].startswith("-") and words[place] != "--version":
        place += 2 if words[place] in WITH_VALUE else 1
    if place >= len(words):
        return True  # git prints its help
    command, rest = words[place], words[place + 1 :]
    if any(word.partition("=")[0] in READS_INPUT for word in rest):
        return False
    if command in LISTS:
        return not rest or rest[0].partition("=")[0] in LISTS[command]
    return command in QUESTIONS


def question(settings: Dict[str, Any], words: List[str]) -> Dict[str, Any]:
    """Return the question of a call with these arguments, here and now."""
    ours = settings["variables"]
    told = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(TELLING) and ours.get(name) != value
    }
    found = {"folder": os.getcwd(), "words": words, "variables": told}
    return json.loads(_masked(settings, json.dumps(found, sort_keys=True)))  # type: ignore[no-any-return]


def _masked(settings: Dict[str, Any], text: str) -> str:
    for folder, name in _places(settings):
        text = text.replace(json.dumps(folder)[1:-1], name)
    return text


def _places(settings: Dict[str, Any]) -> "List[tuple[str, str]]":
    """Return the folders whose paths are replaced by names, the inner one first."""
    names = [(settings["root"], "<root>"), (settings["top"], "<top>")]
    return [(folder, name) for place, name in names for folder in dict.fromkeys((place, os.path.realpath(place)))]


def run(settings: Dict[str, Any], asked: Dict[str, Any]) -> Any:
    """Ask the real git a question; return the finished command."""
    text = json.dumps(asked)
    for name in ("root", "top"):
        text = text.replace("<%s>" % name, json.dumps(settings[name])[1:-1])
    here = json.loads(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(TELLING)}
    return subprocess.run(
        [settings["git"], *here["words"]],
        cwd=here["folder"],
        env=dict(kept, **dict(settings["variables"], **here["variables"])),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )


def answer(settings: Dict[str, Any], asked: Dict[str, Any]) -> Dict[str, Any]:
    """Return git's answer to a question now. If the folder of the question does not exist, there is no answer."""
    ANSWERING.append(True)
    try:
        return digested(settings, run(settings, asked))
    except OSError as error:
        return {"status": str(error.strerror), "stdout": "", "stderr": ""}
    finally:
        ANSWERING.pop()


def digested(settings: Dict[str, Any], done: Any) -> Dict[str, Any]:
    """Return an answer of git in the form in which it is kept."""
    found = {"status": done.returncode}
    for name, text in (("stdout", done.stdout), ("stderr", done.stderr)):
        for folder, place in _places(settings):
            text = text.replace(os.fsencode(folder), os.fsencode(place))
        found[name] = hashlib.sha256(text).hexdigest()[:32] if text else ""
    return found


def note(settings: Dict[str, Any], line: Any) -> None:
    """Append a line by one write, so that several processes can do it at the same time."""
    data = (json.dumps(line, sort_keys=True) + "\n").encode("ascii")
    file = os.open(settings["asked"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(file, data)
    finally:
        os.close(file)


def lines_of(path: str, start: int = 0) -> "tuple[List[Any], int]":
    """Return the lines that were noted after the first `start` bytes of a file, and the length of the file."""
    try:
        with open(path, "rb") as stream:
            stream.seek(start)
            data = stream.read()
    except OSError:
        return [], start
    return [json.loads(line) for line in data.splitlines()], start + len(data)


def watch(settings: Dict[str, Any]) -> None:
    """From now on, note if this process, or a process forked from it, reads git's own files without git."""
    inside = os.path.join(settings["top"], ".git") + os.sep
    seen = []  # type: List[bool]

    def hook(event: str, arguments: Any) -> None:
        if seen or ANSWERING or event not in ("open", "subprocess.Popen", "import"):
            return
        if event == "open":
            past = isinstance(arguments[0], (str, bytes)) and os.path.abspath(
                os.fsdecode(arguments[0])
            ).startswith(inside)
        elif event == "import":
            past = arguments[0] in ("pygit2", "_pygit2")  # it opens files without an audit event
        else:
            past = _is_other_git(settings["program"], arguments[0], arguments[3])
        if past:
            seen.append(True)
            note(settings, None)

    if hasattr(sys, "addaudithook"):
        sys.addaudithook(hook)
    else:
        modules = [builtins, io, os]  # type: List[Any]
        for module in modules:
            module.open = _told(hook, "open", module.open)

        def started(_: str, words: Any) -> None:
            program = words[2] or (words[1][0] if isinstance(words[1], (list, tuple)) and words[1] else "")
            hook("subprocess.Popen", (program, words[1], words[6], words[7]))

        popen = subprocess.Popen  # type: Any
        popen._execute_child = _told(started, "", popen._execute_child)


def _told(hook: Any, event: str, original: Any) -> Any:
    """Return a function that calls `hook` before `original`, for an interpreter that has no audit events."""

    @functools.wraps(original)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        hook(event, arguments)
        return original(*arguments, **options)

    return wrapped


def _is_other_git(ours: str, program: Any, variables: Any) -> bool:
    """Return whether a program that is started is a git, but not the script in its place."""
    path = os.fsdecode(program) if isinstance(program, (str, bytes)) else ""
    if os.path.basename(path) != "git":
        return False
    if os.path.dirname(path):
        return os.path.abspath(path) != ours
    return variables is not None and os.path.dirname(ours) not in os.get_exec_path(variables)


def main(arguments: List[str]) -> int:
    """Do what git does, or answer questions; return the exit status."""
    answers = arguments[0] == "--answers"
    with open(arguments[1 if answers else 0], encoding="ascii") as stream:
        settings = json.load(stream)
    if answers:
        for line in sys.stdin:
            print(json.dumps(answer(settings, json.loads(line))), flush=True)
        return 0
    words = arguments[1:]
    if not is_question(words):
        note(settings, None)
        os.execv(settings["git"], ["git", *words])  # noqa: S606
    asked = question(settings, words)
    done = run(settings, asked)
    note(settings, [asked, digested(settings, done)])
    sys.stdout.buffer.write(done.stdout)
    sys.stdout.buffer.flush()
    sys.stderr.buffer.write(done.stderr)
    return int(done.returncode if done.returncode >= 0 else 128 - done.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
