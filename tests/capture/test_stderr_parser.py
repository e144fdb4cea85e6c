from __future__ import annotations

import pytest
from docs_matrix.capture.stderr_parser import blocks, place_of
from docs_matrix.diagnostics.diagnostic import Diagnostic
from hypothesis import given
from hypothesis import strategies as st

from tests.support.effort import calls, patience


def one(*lines: str) -> Diagnostic:
    """The diagnostic that all of `lines` are."""
    (block,) = blocks(lines)
    assert block.lines == lines
    assert block.diagnostic is not None
    assert block.diagnostic.origin == "stderr"
    assert block.diagnostic.printed == "\n".join(lines)
    return block.diagnostic


def unclassified(*lines: str) -> list[str]:
    return [line for block in blocks(lines) if block.diagnostic is None for line in block.lines]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Documentation/a.rst:12: WARNING: text", ("Documentation/a.rst", 12, "WARNING", None, "text", None)),
        ("a.rst:12: ERROR: text [docutils]", ("a.rst", 12, "ERROR", "docutils", "text", None)),
        (
            "a.rst: WARNING: in no toctree [toc.not_included]",
            ("a.rst", None, "WARNING", "toc.not_included", "in no toctree", None),
        ),
        (
            "<string>:3: (ERROR/3) Unexpected indentation.",
            ("<string>", 3, "ERROR", None, "Unexpected indentation.", None),
        ),
        ("a.rst:3: (SEVERE/4) Title level", ("a.rst", 3, "CRITICAL", None, "Title level", None)),
        (
            "./include/net/sock.h:515: warning: 'a' not described",
            ("include/net/sock.h", 515, "WARNING", None, "'a' not described", None),
        ),
        ("a.c:7:31: error: expected ';'", ("a.c", 7, "ERROR", None, "expected ';'", None)),
        ("my docs/a.rst:7: WARNING: text", ("my docs/a.rst", 7, "WARNING", None, "text", None)),
        (
            "a.yaml:50:11: [error] quoted (quoted-strings)",
            ("a.yaml", 50, "ERROR", None, "quoted (quoted-strings)", None),
        ),
        (
            "gpu/display-manager:47: ./drivers/a.h:210: WARNING: text",
            ("drivers/a.h", 210, "WARNING", None, "text", "gpu/display-manager:47"),
        ),
        (
            "WARNING: ./a/virtio.h:188 struct member 'map'",
            ("a/virtio.h", 188, "WARNING", None, "struct member 'map'", None),
        ),
        (
            "Warning: MAINTAINERS references a file that doesn't exist: Documentation/a.txt",
            (
                "MAINTAINERS",
                None,
                "WARNING",
                None,
                "MAINTAINERS references a file that doesn't exist: Documentation/a.txt",
                None,
            ),
        ),
        (
            "Warning: /sys/a is defined 2 times:  ./ABI/a:28  ./ABI/b:37",
            ("ABI/a", 28, "WARNING", None, "/sys/a is defined 2 times:  ./ABI/a:28  ./ABI/b:37", None),
        ),
        (
            "ERROR: Cannot find file ./include/linux/mutex.h",
            ("include/linux/mutex.h", None, "ERROR", None, "Cannot find file ./include/linux/mutex.h", None),
        ),
        (
            "make[2]: *** [Documentation/Makefile:121: htmldocs] Error 255",
            ("Documentation/Makefile", 121, "ERROR", None, "*** [htmldocs] Error 255", None),
        ),
        (
            "make: *** No rule to make target 'x'.  Stop.",
            (None, None, "ERROR", None, "*** No rule to make target 'x'.  Stop.", None),
        ),
        (
            "Makefile:3: *** missing separator.  Stop.",
            ("Makefile", 3, "ERROR", None, "*** missing separator.  Stop.", None),
        ),
    ],
)
def test_a_level_word_with_a_place_makes_a_diagnostic(
    line: str, said: tuple[str | None, int | None, str, str | None, str, str | None]
) -> None:
    found = one(line)
    assert (found.path, found.line, found.level, found.category, found.message, found.via) == said


@pytest.mark.parametrize(
    "line",
    [
        "Using alabaster theme",
        "WARNING: dot(1) not found, for better output quality install graphviz from https://www.graphviz.org",
        "Warning: The Sphinx 'sphinx_rtd_theme' HTML theme was not found.",
        "perl: warning: Setting locale failed.",
        "sphinx-build: error: the following arguments are required: sourcedir",
        "https://example.org/a: error: 404",
        "2 warnings as Errors",
        "make[1]: Entering directory '/a'",
        "::error file=a.rst,line=1::text",
        "/x/y.py:3: DeprecationWarning: text",
        "site-packages/x.py:3: DeprecationWarning: text in site-packages/y.py",
    ],
)
def test_a_line_without_level_or_place_is_unclassified(line: str) -> None:
    assert unclassified(line) == [line]


def test_a_warning_of_pythons_stands_in_the_code_that_gives_it() -> None:
    found = one("src/pkg/a.py:3: UserWarning: text", "  warn('text')")
    assert (found.path, found.line, found.level) == ("src/pkg/a.py", 3, "WARNING")
    assert found.message == "UserWarning: text"


def test_a_warning_of_pythons_in_a_package_stands_in_the_file_of_the_tree_that_it_names() -> None:
    text = "UserWarning: Unknown section Note in the docstring of f in src/pkg/a.py."
    found = one(f"site-packages/numpydoc/docscrape.py:455: {text}", "  warn(msg)")
    assert (found.path, found.line, found.message) == ("src/pkg/a.py", None, text)


def test_a_text_on_the_next_line_belongs_to_the_warning_above() -> None:
    found = one("Warning: file ABI/testing/sysfs-a#18:", "\tWhat has no description. Line", "\t\tWhat: /sys/a")
    assert (found.path, found.line) == ("ABI/testing/sysfs-a", 18)
    assert found.message == "What has no description. Line\n\t\tWhat: /sys/a"


def test_indented_lines_belong_to_the_warning_above_and_others_do_not() -> None:
    lines = ["a.c:9: warning: not a kernel-doc comment", " * Get the value.", "Using alabaster theme"]
    first, second = blocks(lines)
    assert first.lines == tuple(lines[:2])
    assert (second.start, second.diagnostic) == (2, None)


def test_a_message_reaches_to_the_line_that_ends_with_its_category() -> None:
    found = one("a.rst:3: ERROR: Malformed table.", "No right border.", "", "+--+", "+--+ [docutils]")
    assert found.category == "docutils"
    assert found.message == "Malformed table.\nNo right border.\n\n+--+\n+--+"


def test_the_source_text_that_docutils_shows_behind_an_empty_line_is_kept() -> None:
    lines = ["<string>:3: (WARNING/2) Title underline too short.", "", "Title", "===", "", "make: note"]
    first, second = blocks(lines)
    assert first.diagnostic is not None
    assert first.diagnostic.message == "Title underline too short.\n\nTitle\n==="
    assert second.lines == ("make: note",)


def test_a_message_does_not_swallow_the_next_one() -> None:
    lines = ["a.rst:3: WARNING: first", "b.rst:4: WARNING: second [docutils]"]
    assert [block.lines for block in blocks(lines)] == [(lines[0],), (lines[1],)]


def test_a_traceback_with_the_one_it_was_caused_by_is_one_diagnostic() -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "/a/conf.py", line 3, in <module>',
        "    import nothing",
        "ModuleNotFoundError: No module named 'nothing'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        '  File "./ext.py", line 7, in setup',
        "    fail()",
        "    ~~~~^^",
        "ValueError: no",
        "  way",
    ]
    (first, last) = blocks([*lines, "done"])
    assert first.traceback
    assert first.lines == tuple(lines)
    assert first.diagnostic is not None
    assert (first.diagnostic.path, first.diagnostic.line) == ("ext.py", 7)
    assert (first.diagnostic.level, first.diagnostic.message) == ("CRITICAL", "ValueError: no\nway")
    assert last.lines == ("done",)


@pytest.mark.parametrize("end", range(1, 5))
def test_a_traceback_that_breaks_off_is_still_one_diagnostic(end: int) -> None:
    lines = ["  Traceback (most recent call last):", '    File "a.py", line 3, in f', "      f()", "  KeyError: 1"][
        :end
    ]
    (block,) = blocks(lines)
    assert block.traceback
    assert block.diagnostic is not None
    assert block.diagnostic.message


def test_a_text_that_names_no_place_has_none() -> None:
    assert place_of("term not in glossary: a") is None


LINES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [
                "",
                " ",
                "a.rst:1: WARNING: x",
                "a.rst:1: WARNING:",
                "y [docutils]",
                "  z",
                "Traceback (most recent call last):",
                '  File "a", line 1',
                "The above exception was the direct cause of the following exception:",
                "Warning: file a#1:",
                "make: *** x",
            ]
        ),
    ),
    max_size=30,
)


@given(LINES)
def test_every_line_that_is_not_empty_is_in_exactly_one_block(lines: list[str]) -> None:
    end = 0
    for block in blocks(lines):
        assert not any(line.strip() for line in lines[end : block.start])
        assert list(block.lines) == lines[block.start : block.start + len(block.lines)]
        assert block.lines[-1].strip()
        end = block.start + len(block.lines)
    assert not any(line.strip() for line in lines[end:])


@pytest.mark.parametrize(
    "piece",
    [
        ": ",
        "a:1",
        ": a.c:1",
        "1:",
        " [a",
        "[",
        "WARNING: ",
        ": WARNING:",
        "file /",
        "Warning: ",
        " is defined 2 times: ",
    ],
)
def test_a_hostile_line_of_a_million_characters_is_one_line(piece: str) -> None:
    line = piece * (1_000_000 // len(piece))
    with patience():
        assert sum(len(block.lines) for block in blocks([line, line, "a.c:1: warning: " + line])) == 3


@pytest.mark.parametrize(
    "line",
    ["a.rst:1: WARNING: x", "  a", "Traceback (most recent call last):", "Warning: file a#1:", "", "y [docutils]"],
)
def test_ten_times_as_many_lines_take_ten_times_as_much(line: str) -> None:
    def takes(count: int) -> int:
        return calls(lambda: list(blocks([line] * count)))

    assert takes(10_000) < 11 * takes(1_000)
    assert sum(len(block.lines) for block in blocks([line] * 20_000)) == (20_000 if line else 0)
