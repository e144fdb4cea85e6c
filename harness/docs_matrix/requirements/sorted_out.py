"""What a project's files state, sorted out: the requirements of its documentation, its exact pins, its Sphinx and docutils."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from docs_matrix.config.matrix import PINNED
from docs_matrix.requirements.stated import Gathered, Stated

__all__ = ["Sorted", "sorted_out"]


@dataclass
class Sorted:
    """What was stated, sorted out so far.

    `wanted` are requirements by name and marker, so that two places add to each other, without the exact `pins`, which are by
    name. `allowed` says which releases of Sphinx and docutils are wanted, `toolchain` are those of the two that are pinned
    exactly. `sources` says of each package which place states it first. `itself` says that the project's own package is
    installed. `notices` are lines about what is left out.
    """

    wanted: dict[tuple[str, str], Requirement] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    allowed: dict[str, SpecifierSet] = field(default_factory=lambda: {name: SpecifierSet() for name in PINNED})
    pins: dict[str, str] = field(default_factory=dict)
    toolchain: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    itself: bool = False


def sorted_out(gathered: Gathered, own: str) -> Sorted:
    """Return the requirements without docutils, Sphinx and the project itself; and which releases of the two are wanted."""
    found = Sorted()
    for stated in gathered.requirements:
        _sort(stated, own, found)
    named = {name for name, _ in found.wanted}
    others = []
    for stated in gathered.constraints:
        requirement = _requirement(stated, found)
        if requirement and canonicalize_name(requirement.name) in named | {*PINNED}:
            _sort(stated, own, found)
        elif requirement:
            others.append(requirement.name)
    if others:
        found.notices.append(f"constraints of packages that nothing names are left to the locks: {', '.join(others)}")
    return found


def _requirement(stated: Stated, found: Sorted) -> Requirement | None:
    try:
        return Requirement(stated.text)
    except InvalidRequirement:
        found.notices.append(f"{stated.source}: left out, since it is no requirement: {stated.text}")
        return None


def _sort(stated: Stated, own: str, found: Sorted) -> None:
    requirement = _requirement(stated, found)
    if requirement is None or not _may_hold(requirement):
        return
    name = requirement.name = canonicalize_name(requirement.name)
    exact = _exact(requirement)
    if name == canonicalize_name(own or "-"):
        found.itself = True
        return
    found.sources.setdefault(name, stated.source)
    if name in PINNED:
        if exact:
            found.toolchain[name] = exact
        else:
            found.allowed[name] &= requirement.specifier
        return
    if requirement.url:
        found.notices.append(
            f"{name}: the package index's is taken, since only that can be locked, not {requirement.url} ({stated.source})"
        )
        requirement.url = None
    if exact:
        found.pins[name] = str(requirement)
        requirement.specifier = SpecifierSet()
    before = found.wanted.setdefault((name, str(requirement.marker or "")), requirement)
    before.specifier &= requirement.specifier
    before.extras |= requirement.extras


def _exact(requirement: Requirement) -> str:
    """Return the release that `requirement` pins exactly; empty if it pins none."""
    parts = list(requirement.specifier)
    exact = len(parts) == 1 and parts[0].operator == "==" and not parts[0].version.endswith(".*")
    return parts[0].version if exact else ""


def _may_hold(requirement: Requirement) -> bool:
    """Return whether the marker of `requirement` holds on Linux in some Python that a cell may have."""
    marker = requirement.marker
    pythons = [f"3.{minor}" for minor in range(6, 20)]
    return marker is None or any(
        marker.evaluate(
            {
                "python_version": python,
                "python_full_version": f"{python}.0",
                "sys_platform": "linux",
                "platform_system": "Linux",
                "os_name": "posix",
            }
        )
        for python in pythons
    )
