"""Finds the smallest Sphinx project that still gives a message, by builds in a cell."""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path

from docs_matrix import files
from docs_matrix.builds.order import Order, Reading
from docs_matrix.builds.result import Build
from docs_matrix.builds.workshop import Workshop, workshop
from docs_matrix.check.progress import Progress
from docs_matrix.check.selector import Wanted
from docs_matrix.check.subject import Subject, equip
from docs_matrix.check.workbench import Prepared, Workbench
from docs_matrix.config.matrix import Recipe
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.diagnostic import Diagnostic
from docs_matrix.errors import InputError, MachineError
from docs_matrix.questions.isolate import isolate
from docs_matrix.questions.shrink.shrunk import Shrunk
from docs_matrix.questions.shrink.source_files import Project, reduced
from docs_matrix.questions.shrink.variants import Variants
from docs_matrix.reports.commands import command
from docs_matrix.toolchains.environments import Environment

__all__ = ["shrink"]

AT_ONCE = min(2, os.cpu_count() or 1)
"""At most this many variants are built at once. The next variant is needed if this one fails the test."""
LONGEST = 24 * 3600.0
"""The most seconds that a question may take."""
OF_THE_BUILD = re.compile(
    r"(PATH|HOME|TMPDIR|LC_ALL|PYTHON\w*|VIRTUAL_ENV|GIT_\w+|\w*MAKE\w*|MFLAGS|(OLD)?PWD|SHLVL|_)$"
)
"""Variables that do not matter for the project."""
NAMED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\S*[/.]\w\S*|\d+")
"""A quoted text, a path, or a number."""
PLAIN = Recipe("sphinx", ".", ".", builder="dummy")
PLAIN_COMMAND = "sphinx-build -b dummy . output"


def shrink(
    question: isolate.IsolateQuestion, subject: Subject, bench: Workbench, *, out: Path, progress: Progress
) -> Shrunk:
    """Take away what the message does not need, of the documents that it depends on and of all that they open.

    `out` is where the project will be, for the command that shows the message there.
    Interrupted, it answers with the best so far. Raises `InputError` where nothing of the tree says the message,
    `MachineError` where it cannot be had outside of the tree.
    """
    found = isolate.isolate(question, subject, bench, progress=progress)
    if found.verdict == "absent":
        raise InputError(
            f"{found.document} does not give this message, alone or after any other documents, in {found.cell}"
        )
    provided = equip(subject, bench, question.cell, subject.head)
    environment = provided.environment
    project = _taken_out(found.before, found.document, subject, provided, bench)
    gist = _gist(found.message) if found.message else ""
    finished = False
    with ExitStack() as opened:
        places = [opened.enter_context(workshop(environment, bench.confinement, limit=LONGEST)) for _ in range(AT_ONCE)]
        variants = Variants(project, partial(_says, question.wanted, gist), places, progress)
        opened.callback(variants.end)
        if not variants.holds(project):
            raise MachineError(
                f"outside of its tree, {found.document} does not give this message, "
                "even with all files that it opened in the tree"
            )
        try:
            variants.best = reduced(project, variants.holds, variants.executed)
            finished = True
        except KeyboardInterrupt:
            progress.done("interrupted", "the best so far is kept")
    best, message, plain = _shown(variants.best, question.wanted, environment, question.cell.name, bench)
    again = Asked(
        str(out.absolute()),
        docs=best.documents,
        in_order=True,
        cells=(question.cell.name,),
        requirements=subject.requirements,
        matrix=subject.asked.matrix,
        folder=subject.asked.folder,
    )
    return Shrunk(
        cell=question.cell.name,
        files=best.files,
        documents=best.documents,
        message=message,
        command=PLAIN_COMMAND if plain else command(again),
        plain=plain,
        tried=variants.tried,
        finished=finished,
        started=project.lines,
        requirements=(*question.cell.pins, *subject.requirements),
    )


def _taken_out(
    before: tuple[str, ...], document: str, subject: Subject, provided: Prepared, bench: Workbench
) -> Project:
    """Return the documents and all that they open, with what the recipe gives to Sphinx written into conf.py."""
    recipe = subject.recipe
    source = posixpath.normpath(recipe.source)
    trial = tuple(posixpath.relpath(path, source) for path in (*before, document))
    reading = Reading(trials=(trial,), only=True, watched=True)
    documents, packages, tree = tuple(sorted(trial)), provided.packages, provided.tree
    order = Order(provided.environment, tree, recipe, documents, reading, packages=packages)
    build = bench.runner.build(order).build
    if build.status != "ok":
        raise MachineError(f"the documents cannot be read: {build.reason}")
    conf = posixpath.normpath(posixpath.join(recipe.config, "conf.py"))
    known = set(bench.trees.paths(tree))
    wanted = {path for path in (*build.opened, *before, document, conf) if path in known}
    taken = {path: bench.trees.read(tree, path) or b"" for path in sorted(wanted)}
    taken[conf] = _prelude(build).encode() + taken[conf] + _settings(build).encode()
    return Project(taken, source, posixpath.normpath(recipe.config), trial[:-1], trial[-1])


def _prelude(build: Build) -> str:
    given = {name: value for name, value in build.variables.items() if not OF_THE_BUILD.match(name)}
    lines = [f"os.environ.setdefault({name!r}, {value!r})\n" for name, value in sorted(given.items())]
    return "".join(["import os\n", *lines]) if lines else ""


def _settings(build: Build) -> str:
    """Return the settings that `-D name=value` gives to Sphinx, as lines of conf.py."""
    words = [*build.arguments, ""]
    given = [
        after if word == "-D" else word.removeprefix("-D") for word, after in pairwise(words) if word.startswith("-D")
    ]
    pairs = [setting.partition("=")[::2] for setting in given]
    return "".join(f"\n{name} = {value!r}\n" for name, value in pairs if name.isidentifier())


def _says(wanted: Wanted, gist: str, place: Workshop, project: Project) -> bool:
    """Return whether the message appears after the documents before, in the same words, and not if any of them is left out."""
    before = project.before
    fewer = [(*before[:at], *before[at + 1 :]) for at in range(len(before))]
    fewer += [()] if len(before) > 1 else []
    trials = [(*names, project.document) for names in (before, *fewer)]
    said = place.said(project.files, (project.source, project.config), trials)
    if said is None or any(wanted.of(one) for one in said[1:]):
        return False
    return any(_gist(one) == gist for one in wanted.of(said[0]))


def _gist(said: Diagnostic) -> str:
    """Return the first paragraph of a message without quoted texts and names: this part stays however small the project gets."""
    return NAMED.sub("", said.message.strip().partition("\n\n")[0])


def _shown(
    project: Project, wanted: Wanted, environment: Environment, cell: str, bench: Workbench
) -> tuple[Project, Diagnostic, bool]:
    """Return the project, its message in a build of the runner, and whether sphinx-build alone shows the message.

    If sphinx-build does not read the documents in the right order, conf.py gets the name of the document to begin with.
    """
    recipe = Recipe("sphinx", project.source, project.config, builder="dummy")
    name = posixpath.splitext(project.document)[0]
    if name != "index":
        project = project.with_file(project.conf, project.files[project.conf] + f"\nmaster_doc = {name!r}\n".encode())
    with tempfile.TemporaryDirectory(prefix="docs-matrix-") as folder:
        for path, content in project.files.items():
            files.write_whole(Path(folder) / path, content)
        tree = bench.trees.open(folder)

        def built(order: Order) -> Diagnostic | None:
            build = bench.runner.build(order).build
            said = wanted.of(build.diagnostics) if build.status == "ok" else ()
            return next((one for one in said), None)

        if recipe == PLAIN:
            message = built(Order(environment, tree, recipe))
            if message:
                return project, message, True
        documents = (*project.before, project.document)
        ordered = Reading(ordered=True, readers=1)
        message = built(Order(environment, tree, recipe, documents, ordered))
        if message is None:
            raise MachineError(
                f"the project gives the message in the short builds of the search, but not in a normal build of {cell}"
            )
    return project, message, False
