"""What `init` found and did, in lines for the terminal."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from docs_matrix.baselines.baseline_file import Entry
from docs_matrix.questions.init.init import Begun
from docs_matrix.questions.init.project_facts import ProjectFacts
from docs_matrix.questions.init.short_reason import short_reason
from docs_matrix.reports.escaping import plural

__all__ = ["done_lines", "found_lines", "kind_of", "kinds_of", "loosened_lines"]

MOST_PINS = 12
"""How many lines about loosened pins are printed."""

ORDINARY = "of the documents"
IMPORT = "an import that failed (what it lacks: --requirement NAME)"
NETWORK = "an inventory that could not be reached"
UNRESOLVED = "a reference that an inventory could have resolved, and one could not be reached"
ONE_CELL = "said by one cell alone"


def found_lines(folder: Path, project: ProjectFacts) -> list[str]:
    """Return what was found: the documentation, the package, the requirements, each with its source."""
    place = os.path.normpath(folder / project.recipe.source)
    packages = ", ".join(project.install.folders) or "none is needed"
    lines = [f"documentation: {place}", f"package of the project: {packages}"]
    lines += [f"runs before the build: {text.strip().splitlines()[0]}" for text in project.setup]
    named: dict[str, list[str]] = {}
    for text in project.requirements:
        named.setdefault(_place(project.sources.get(Requirement(text).name, "")), []).append(text)
    for name in sorted({"docutils", "sphinx"} & set(project.sources)):
        wanted = f"=={project.toolchain[name]}" if name in project.toolchain else str(project.allowed[name])
        named.setdefault(_place(project.sources[name]), []).append(f"{name}{wanted}")
    return lines + [f"requirements ({source}): {', '.join(texts)}" for source, texts in named.items()]


def _place(source: str) -> str:
    return re.sub(r":\d+$", "", source)


def loosened_lines(loosened: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return a line for each pin that is loosened somewhere, and why."""
    cells: dict[tuple[str, str], list[str]] = {}
    for cell, reasons in loosened.items():
        for pin, why in reasons.items():
            cells.setdefault((pin, why), []).append(cell)
    lines = [f"{pin}: loosened in {', '.join(names)}: {why}" for (pin, why), names in sorted(cells.items())]
    more = len(lines) - MOST_PINS
    return [*lines[:MOST_PINS], f"and {more} pins more (--json names all)"] if more > 0 else lines


def kinds_of(entries: Sequence[Entry], cells: int) -> Mapping[str, int]:
    """Return how many of the accepted `entries` are of each kind; `cells` is how many cells there are."""
    outage = any(_network(entry) for entry in entries)
    return Counter(kind_of(entry, cells, outage=outage) for entry in entries)


def kind_of(entry: Entry, cells: int, *, outage: bool) -> str:
    """Return the kind of an accepted entry; `outage` says that an inventory could not be reached."""
    if _network(entry):
        return NETWORK
    if re.search(r"failed to import|No module named|ModuleNotFoundError", entry.message):
        return IMPORT
    if outage and (entry.category or "").startswith("ref."):
        return UNRESOLVED
    if entry.cells is not None and len(entry.cells) == 1 and cells > 1:
        return ONE_CELL
    return ORDINARY


def _network(entry: Entry) -> bool:
    return "failed to reach any of the inventories" in entry.message


def done_lines(folder: Path, begun: Begun, tried: int, entries: Sequence[Entry]) -> list[str]:
    """Return which cells build it, what is accepted by kind, what is written, and what to do next."""
    lines = [f"{name}: left out: {short_reason(why)}" for name, why in begun.left.items()]
    lines.append(
        f"{len(begun.kept)} of {tried} cells build it; {plural(begun.accepted, 'diagnostic')} of today accepted"
    )
    kinds = kinds_of(entries, len(begun.kept))
    if set(kinds) - {ORDINARY}:
        lines += [f"of these {count}: {kind}" for kind, count in sorted(kinds.items())]
    if begun.of_network:
        lines.append(
            f"not accepted: {plural(begun.of_network, 'message')} of today, since an inventory of another project could not be "
            "fetched (no such message fails a check)"
        )
    locks = [name for name in begun.written if name.startswith("locks/")]
    lines.append(f"{os.path.normpath(folder / 'locks')}: {len(locks)} locks written")
    lines += [f"{os.path.normpath(folder / name)}: written" for name in begun.written if name not in locks]
    lines += [f"{os.path.normpath(folder / name)}: exists already, and is not changed" for name in begun.untouched]
    return lines
