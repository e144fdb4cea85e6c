from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
from docs_matrix.diagnostics.findings import Judged, Run, Verdict
from docs_matrix.reports.junit import junit
from hypothesis import HealthCheck, given, settings
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, diagnostic, example, fixed, known, new, run, runs


def suites(made: Run) -> list[TestSuite]:
    """The report of `made`, read by another library."""
    return list(JUnitXml.fromstring(junit(made).encode()))


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 our own text


def cases(made: Run) -> list[TestCase]:
    return [case for suite in suites(made) for case in suite]


def outcomes(made: Run) -> Counter[Any]:
    return Counter(type(case.result[0]) if case.result else type(None) for case in cases(made))


def names(made: Run) -> list[tuple[str, str]]:
    return [(case.classname, case.name) for case in cases(made)]


def test_every_new_diagnostic_of_every_cell_is_a_failure() -> None:
    assert outcomes(example()) == {Failure: 14, Skipped: 2, type(None): 2}
    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in suites(example())] == [
        (OLD, 9, 7, 0, 1),
        (NEW, 9, 7, 0, 1),
    ]


def test_a_suite_has_its_toolchain_and_what_it_built_as_properties() -> None:
    made = cell(OLD, notices=("Python 3.9.18 instead of 3.9.2",), read=3, documents=9)
    properties = {item.name: item.value for item in suites(run(made))[0].properties()}  # type: ignore[no-untyped-call]
    assert properties["python"] == "3.9"
    assert properties["docutils"] == "0.16"
    assert properties["sphinx"] == "3.4.3"
    assert properties["lock"] == "1f" * 32
    assert properties["tree"] == "examples/kernel-like"
    assert properties["tree.identity"] == "a" * 40
    assert properties["base.identity"] == "b" * 40
    assert properties["status"] == "ok"
    assert properties["notices"] == "Python 3.9.18 instead of 3.9.2"
    assert (properties["read"], properties["documents"]) == ("3", "9")
    assert suites(run(made))[0].time == 2.5


def test_a_case_says_its_place_both_ways() -> None:
    [case] = [
        case for case in cases(example()) if "Malformed" in case.name and case.result[0].text.startswith(VFIO + ":392")
    ]
    assert case.classname == "Documentation/driver-api/vfio_rst"
    assert (case._elem.get("file"), case._elem.get("line")) == (VFIO, "392")
    body = case.result[0].text.splitlines()
    assert body[0] == f"{VFIO}:392: ERROR: Malformed table."
    assert body[1] == "Right border not aligned or missing."
    assert "| a | b|" in body
    assert "in: all 2 cells" in body
    assert "differs: line 391 in 1 cell, 392 in 1" in body


def test_a_known_diagnostic_says_since_when() -> None:
    [skipped] = [case.result[0] for case in cases(run(cell(NEW, known("a", 3)))) if case.result]
    assert skipped.message == "known since baselines/example.json"


@pytest.mark.parametrize("verdict", ["changed", "moved", "flaky", "unjudged"])
def test_what_is_neither_new_nor_known_is_skipped_with_its_word(verdict: str) -> None:
    base = diagnostic("as it was", 77)
    [skipped] = [
        case.result[0] for case in cases(run(cell(NEW, Judged(Verdict(verdict), diagnostic(), base)))) if case.result
    ]
    assert skipped.message.startswith(verdict)
    assert (f"{VFIO}:77: WARNING: as it was" in skipped.message) == (verdict in ("changed", "moved"))


def test_a_fixed_diagnostic_passes() -> None:
    made = run(cell(NEW, fixed("gone")))
    assert outcomes(made) == {type(None): 2}
    assert ("Documentation/driver-api/vfio_rst", "docutils: gone (1)") in names(made)


def test_a_build_that_failed_is_an_error_with_the_end_of_its_log() -> None:
    log = "\n".join(f"step {number}" for number in range(100))
    made = run(cell(OLD, status="failed", reason="conf.py raised ZeroDivisionError", log=log), cell(NEW))
    [error] = [case.result[0] for case in cases(made) if case.result]
    assert isinstance(error, Error)
    assert error.message == "failed: conf.py raised ZeroDivisionError"
    assert "step 99" in error.text
    assert "step 49\n" not in error.text


def test_a_skipped_cell_is_a_skipped_build() -> None:
    [case] = cases(run(cell(OLD, status="skipped", reason="no Python 3.9 was found")))
    assert (case.name, type(case.result[0]), case.result[0].message) == ("build", Skipped, "no Python 3.9 was found")


def test_names_stay_when_lines_move() -> None:
    before = run(cell(NEW, known("a", 3), known("b", 5)))
    after = run(cell(NEW, known("a", 103, base_line=3), known("b", 105, base_line=5)))
    assert names(before) == names(after)


def test_a_mistake_that_cells_word_otherwise_has_one_name() -> None:
    made = run(
        cell(OLD, new("undefined label: x (if the link has no caption)")), cell(NEW, new("undefined label: 'x'"))
    )
    builds, mistakes = names(made)[::2], names(made)[1::2]
    assert (len(set(builds)), len(mistakes), len(set(mistakes))) == (1, 2, 1)


def test_names_do_not_depend_on_the_order_of_the_diagnostics() -> None:
    made = example()
    backwards = tuple(replace(result, judged=result.judged[::-1]) for result in made.cells)
    assert junit(replace(made, cells=backwards)) == junit(made)


def test_a_new_diagnostic_does_not_take_the_name_of_a_known_one_behind_it() -> None:
    alone = run(cell(NEW, known("equal", 50)))
    both = run(cell(NEW, new("equal", 10), known("equal", 50)))
    [(_, name)] = names(alone)[1:]
    assert {case.name: type(case.result[0]) for case in cases(both)[1:]} == {
        name: Skipped,
        name.replace("(1)", "(2)"): Failure,
    }


def test_a_name_has_no_line_number_in_it() -> None:
    one = run(cell(NEW, new("duplicate label a, other instance in b.rst:12", 3)))
    other = run(cell(NEW, new("duplicate label a, other instance in b.rst:99", 3)))
    assert names(one) == names(other)


def test_long_messages_that_differ_at_their_ends_keep_different_names() -> None:
    made = run(cell(NEW, new("x" * 300 + "a"), new("x" * 300 + "b")))
    assert all(name.endswith("(1)") and len(name) < 240 for _, name in names(made)[1:])
    assert len(set(names(made))) == 3


@pytest.mark.parametrize("path", [None, "", "Makefile", "a.b/c.rst"])
def test_a_class_name_has_no_dot_at_its_end(path: str | None) -> None:
    [_, (classname, _)] = names(run(cell(NEW, new("m", path=path))))
    assert classname == {None: "no-path", "": "no-path", "Makefile": "Makefile", "a.b/c.rst": "a.b/c_rst"}[path]


def test_line_zero_is_not_lost() -> None:
    [_, case] = cases(run(cell(NEW, new("m", 0))))
    assert case._elem.get("line") == "0"


@pytest.mark.parametrize("message", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_message_reads_back_to_the_same_counts(message: str) -> None:
    made = run(cell(OLD, new(message), new(message), known(message, 3)), cell(NEW, fixed(message), new(message)))
    assert outcomes(made) == {Failure: 3, Skipped: 1, type(None): 3}


def test_what_xml_cannot_hold_is_shown_as_its_escape() -> None:
    [_, case] = cases(run(cell(NEW, new("a\x00\udc80\ufffeb\r"))))
    assert case.result[0].text.splitlines()[0].endswith("WARNING: a\\x00\\udc80\\ufffeb\\x0d")


def test_a_message_of_a_million_characters_is_all_there() -> None:
    [_, case] = cases(run(cell(NEW, new("z" * 1_000_000)), findings=()))
    assert case.result[0].text.count("z") == 1_000_000


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(runs())
def test_any_run_reads_back_to_its_own_counts(made: Run) -> None:
    meant: Counter[Any] = Counter()
    for result in made.cells:
        meant[{"ok": type(None), "skipped": Skipped}.get(result.status, Error)] += 1
        for judged in result.judged:
            meant[{Verdict.NEW: Failure, Verdict.FIXED: type(None)}.get(judged.verdict, Skipped)] += 1
    assert outcomes(made) == meant
    assert Jenkins.problems(parsed(junit(made, strict=True))) == []


class Jenkins:
    """What junit-10.xsd of Jenkins' xUnit plugin allows, as far as it concerns the elements that we write."""

    TIME = re.compile(r"[0-9]*(\.[0-9]*)?")
    CHILDREN: ClassVar = {
        "testsuites": {"testsuite"},
        "testsuite": {"testsuite", "properties", "testcase", "system-out", "system-err"},
        "properties": {"property"},
        "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
    }
    REQUIRED: ClassVar = {
        "testsuite": {"name", "tests", "failures", "errors"},
        "property": {"name", "value"},
        "testcase": {"name"},
    }
    OPTIONAL: ClassVar = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        "testcase": {"time", "classname", "group"},
        "skipped": {"type", "message"},
        "error": {"type", "message"},
        "failure": {"type", "message"},
    }

    @classmethod
    def problems(cls, element: ET.Element) -> list[str]:
        tag = element.tag
        required = cls.REQUIRED.get(tag, set())
        found = [f"{tag} lacks {name}" for name in required - set(element.attrib)]
        found += [f"{tag} has {name}" for name in set(element.attrib) - required - cls.OPTIONAL.get(tag, set())]
        if tag != "testcase" and not cls.TIME.fullmatch(element.get("time", "")):
            found.append(f"{tag} took {element.get('time')}")
        for child in element:
            if child.tag not in cls.CHILDREN.get(tag, set()):
                found.append(f"{tag} holds {child.tag}")
            found += cls.problems(child)
        return found


def test_the_strict_flavour_has_nothing_that_jenkins_does_not_know() -> None:
    made = run(*example().cells, cell("py3.12-docutils0.20.1-sphinx7.2.6", seconds=1e-05, status="failed"))
    assert Jenkins.problems(parsed(junit(made, strict=True))) == []
    assert Jenkins.problems(parsed(junit(made))) != []
    strict = list(JUnitXml.fromstring(junit(made, strict=True).encode()))
    assert [suite.failures for suite in strict] == [suite.failures for suite in suites(made)]
