"""The subject of a question: which versions of which tree are built, how, and what they are compared with.

Every question makes its subject first: this reads the user's tree, patches and revisions, before anything is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

from docs_matrix.builds import recipes
from docs_matrix.builds.order import Reading
from docs_matrix.builds.packages import recognise
from docs_matrix.builds.packages.package_source import SIGNS
from docs_matrix.builds.packages.package_source import find as source_of
from docs_matrix.builds.recipes import read_the_docs
from docs_matrix.check import build_index, patch_base, read_set
from docs_matrix.check.read_set import ReadSet
from docs_matrix.check.stated_requirements import StatedRequirements, stated_requirements
from docs_matrix.check.workbench import Prepared, Workbench
from docs_matrix.config.matrix import Cell, Install, Matrix, NamedTree, Recipe
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.notes import Note
from docs_matrix.errors import InputError
from docs_matrix.suggestions import did_you_mean
from docs_matrix.trees import Patched, PatchedFile, Tree, Trees, patches

__all__ = ["HERE", "Subject", "equip", "named_in", "patch_notes", "resolve", "source_path", "supported"]

HERE = "."
"""The name of the tree in the current folder, if no matrix.yaml names it."""


@dataclass(frozen=True)
class Subject:
    """The versions to build, and what they are compared with, for the question `asked`.

    `base` is None if only the head is built. Then `baseline` is the file of accepted diagnostics, or None if no diagnostic is
    accepted. `against` says in words what the head is compared with. `read` is the read set of each version; `reading` is how the
    documents are read, if the user chose it, else None. `cells` are the names of the cells that the tree supports, None for all.

    `tested` has the outcome for each revision that the user named for the patches: `auto` (it is the base), `also` (they apply
    there too) or `cannot`. `patched` says what the patches did to each file. `checks` are the tree checks; those named in
    `checked_whole` read all their files, also if few have changed.
    """

    name: str
    head: Tree
    base: Tree | None
    against: str
    baseline: Path | None
    recipe: Recipe
    requirements: tuple[str, ...]
    read: ReadSet
    cells: tuple[str, ...] | None
    patches: tuple[str, ...]
    notes: tuple[Note, ...]
    asked: Asked
    tested: tuple[tuple[str, str], ...] = ()
    reading: Reading | None = None
    patched: tuple[PatchedFile, ...] = ()
    install: Install = field(default_factory=Install)
    checks: tuple[TreeCheck, ...] = ()
    stated: StatedRequirements = field(default_factory=StatedRequirements)
    checked_whole: frozenset[str] = frozenset()


def resolve(asked: Asked, bench: Workbench) -> Subject:
    """Read the tree, apply the patches, choose the recipe and the read set, and return the subject.

    Raise `InputError` with the place of a mistake.
    """
    _refuse_contradictions(asked)
    named = _named(asked.tree, bench)
    trees = bench.trees
    head, base, notes, chosen = _versions(asked, source_path(asked.tree, bench), trees)
    recipe, requirements = _recipe(asked, named, head, trees)
    recipe = replace(recipe, environment=_environment(named, head, trees), setup=_setup(named, head, trees))
    given = Path(asked.baseline) if asked.baseline else None
    baseline = None if base else given or (named.baseline if named else None)
    if baseline and not given and not baseline.exists():
        notes = (*notes, Note("no baseline", (baseline.name,)))
        baseline = None
    read = read_set.choose(asked.docs, base, head, recipe, trees, partial(build_index.near, recipe=recipe, bench=bench))
    if asked.in_order and any(name.endswith("/") for name in read.head or ("/",)):
        raise InputError("--in-order reads documents in the order of --docs; name each of them, and no folder")
    stated = stated_requirements(base, head, recipe, requirements, trees)
    return Subject(
        name=asked.tree,
        head=head,
        base=base,
        against=_against(asked, base, _shown(baseline, bench.matrix.folder.absolute()), chosen),
        baseline=baseline,
        recipe=recipe,
        requirements=requirements,
        read=read,
        cells=named.cells if named else None,
        patches=tuple(Path(path).name for path in asked.patches),
        notes=(*notes, *stated.notes, *read.notes),
        asked=_again(asked, requirements, bench),
        tested=chosen.tested if chosen else (),
        reading=_reading(asked),
        patched=chosen.patched.files if chosen else (),
        install=_install(named, head, recipe, trees),
        checks=_checks(named, head, recipe, trees),
        stated=stated,
        checked_whole=frozenset({"kernel-doc"} if asked.kernel_doc == "all" else ()),
    )


def equip(subject: Subject, bench: Workbench, cell: Cell, tree: Tree) -> Prepared:
    """Return what the version `tree` of `subject` is built with in `cell`; raises as `Workbench.equip` does.

    A pin that only this version states is loosened if the cell cannot have it; a notice says so.
    """
    wanted = subject.stated.of(tree, cell, subject.requirements)
    try:
        return bench.equip(wanted.cell, tree, subject.install, subject.recipe, wanted.requirements)
    except InputError:
        if wanted.loosened is None:
            raise
        found = bench.equip(wanted.loosened, tree, subject.install, subject.recipe, wanted.requirements)
        notice = f"{', '.join(wanted.pins)}: loosened, since this cell cannot have it"
        return replace(found, notices=(*found.notices, notice))


def _again(asked: Asked, requirements: tuple[str, ...], bench: Workbench) -> Asked:
    """Return `asked` in a form that is valid in every folder.

    In another folder the name `HERE` means another tree, so the requirements are written out.
    """
    named = named_in(bench.matrix, asked.tree)
    if named and named.name == HERE:
        return replace(asked, named=False, requirements=requirements)
    return asked


def _reading(asked: Asked) -> Reading | None:
    """Return how documents are read, if the user chose it; else None.

    With `--in-order` and without `--readers`, one process reads them.
    """
    if not asked.in_order and asked.readers is None:
        return None
    readers: int | Literal["each"] = "each" if asked.readers == "each" else int(asked.readers or 1)
    return Reading(asked.in_order, readers)


def supported(tree: str, bench: Workbench) -> tuple[str, ...] | None:
    """Return the names of the cells that `tree`, as the user names it, supports; None for all."""
    named = _named(tree, bench)
    return named.cells if named else None


def source_path(tree: str, bench: Workbench) -> Path:
    """Return the path of `tree`, as the user names it. Raise `InputError` if there is no such tree."""
    named = _named(tree, bench)
    return named.path if named else Path(tree)


def _refuse_contradictions(asked: Asked) -> None:
    given = [
        name
        for name, value in (("--patch", asked.patches or None), ("--base", asked.base), ("--baseline", asked.baseline))
        if value is not None
    ]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} both name what the head is compared with; give only one")
    if asked.head is not None and asked.base is None:
        raise InputError("--head needs --base")
    if asked.before and not asked.patches:
        raise InputError("--before needs --patch")
    if asked.onto and not asked.patches:
        raise InputError("--onto needs --patch")


def _named(tree: str, bench: Workbench) -> NamedTree | None:
    """Return the tree of matrix.yaml that has the name or the path `tree`; None if matrix.yaml has none."""
    if not Path(tree).exists() and tree not in bench.matrix.trees:
        meant = did_you_mean(tree, bench.matrix.trees)
        raise InputError(
            f"--tree {tree}: no such file or folder, and {bench.matrix.path.name} names no such tree{meant}"
        )
    return named_in(bench.matrix, tree)


def named_in(matrix: Matrix, tree: str) -> NamedTree | None:
    """Return the tree of `matrix` that has this name or this path; None if there is none."""
    if tree in matrix.trees:
        return matrix.trees[tree]
    path = Path(tree).resolve()
    return next((named for named in matrix.trees.values() if named.path.resolve() == path), None)


def _versions(
    asked: Asked, source: Path, trees: Trees
) -> tuple[Tree, Tree | None, tuple[Note, ...], patch_base.Chosen | None]:
    """Return the head, the base if one is built, notes on the patches, and what the patches were applied to."""
    if asked.base is not None:
        base = trees.revision(source, asked.base)
        head = trees.open(source) if asked.head is None else trees.revision(source, asked.head)
        return head, base, tuple(dict.fromkeys((*base.notes, *head.notes))), None
    if asked.patches:
        paths = [Path(path) for path in (*asked.before, *asked.patches)]
        before, read = (
            [patch for name in names for patch in patches.read(Path(name))] for names in (asked.before, asked.patches)
        )
        chosen = patch_base.choose(source, paths, [*before, *read], asked.onto, asked.commit, trees)
        notes = (*chosen.base.notes, *chosen.notes)
        if before:
            base = trees.patched(chosen.base, before).tree
            chosen = replace(chosen, base=base, patched=trees.patched(base, read))
            notes = (*notes, Note("before", tuple(patch.subject or patch.name for patch in before)))
        notes = (*notes, *patch_notes(chosen.patched))
        return chosen.patched.tree, chosen.base, notes, chosen
    head = trees.open(source)
    return head, None, head.notes, None


def patch_notes(patched: Patched) -> tuple[Note, ...]:
    """Return a note for each file that the patches change: its blobs before and after, and those that the patch states."""
    return tuple(
        Note(
            "patched",
            tuple(
                fact or ""
                for fact in (
                    file.base_path, file.head_path, file.base_blob, file.head_blob, file.stated_base, file.stated_head
                )
            ),
        )
        for file in patched.files
    )  # fmt: skip


def _recipe(asked: Asked, named: NamedTree | None, head: Tree, trees: Trees) -> tuple[Recipe, tuple[str, ...]]:
    requirements = asked.requirements
    if requirements is None and named:
        requirements = named.requirements
    paths = trees.paths(head)
    if named and named.recipe:
        _refuse_recipe(named.recipe, named.name, paths)
        if requirements is not None:
            return named.recipe, requirements
    recognised = recipes.recognise(asked.tree, paths, lambda path: trees.read(head, path))
    recipe = named.recipe if named and named.recipe else recognised.recipe
    return recipe, recognised.requirements if requirements is None else requirements


def _environment(named: NamedTree | None, head: Tree, trees: Trees) -> Mapping[str, str] | None:
    """Return the variables of the builds: those of Read the Docs, if the tree is built there, and those of matrix.yaml."""
    return {**read_the_docs.variables(trees.paths(head)), **(named.environment if named else {})} or None


def _setup(named: NamedTree | None, head: Tree, trees: Trees) -> tuple[str, ...]:
    """Return the commands that make a part of the tree: those of matrix.yaml, else those of the head's Read the Docs file."""
    if named and named.setup is not None:
        return named.setup
    return read_the_docs.setup(trees.paths(head), partial(trees.read, head)).commands


def _install(named: NamedTree | None, head: Tree, recipe: Recipe, trees: Trees) -> Install:
    """Return the packages of the tree that are installed: those that matrix.yaml names, else those that the head's files name.

    Raise `InputError` if matrix.yaml names a folder that holds no package in the head.
    """
    read = partial(trees.read, head)
    if named is None or named.install is None:
        return recognise.recognise(recipe, trees.paths(head), read)
    for folder in named.install.folders:
        if source_of(folder.partition("[")[0] or ".", read) is None:
            raise InputError(
                f"trees.{named.name}.install: {folder} has no package: there is no {', '.join(SIGNS)} in it"
            )
    return named.install


def _checks(named: NamedTree | None, head: Tree, recipe: Recipe, trees: Trees) -> tuple[TreeCheck, ...]:
    """Return the checks of matrix.yaml, and the tree's own checks whose names matrix.yaml does not use."""
    stated = named.checks if named else ()
    own = recipes.KINDS[recipe.kind].checks(trees.entries(head))
    return (*stated, *(check for check in own if check.name not in {one.name for one in stated}))


def _refuse_recipe(recipe: Recipe, name: str, paths: Sequence[str]) -> None:
    if not any(recipes.below(recipe, path) for path in paths):
        raise InputError(f"trees.{name}.recipe: source: the tree has no folder {recipe.source}")
    refused = [option for option in recipe.options if option in ("-W", "--fail-on-warning", "-Q", "-w")]
    if refused:
        raise InputError(f"trees.{name}.recipe: options: {refused[0]} hides warnings or stops at them; leave it out")


def _against(asked: Asked, base: Tree | None, accepted: str, chosen: patch_base.Chosen | None) -> str:
    if asked.base is not None:
        return asked.base
    if base:
        tree = chosen.rev if chosen and chosen.rev else "the tree"
        return f"{tree} without the patch" if len(asked.patches) == 1 else f"{tree} without the patches"
    return accepted or "nothing (no diagnostic is accepted)"


def _shown(path: Path | None, folder: Path) -> str:
    """Return `path`, relative to the folder of matrix.yaml if it lies there; empty for None."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path) if path else ""
