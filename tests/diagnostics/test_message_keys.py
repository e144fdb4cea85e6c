"""What a message says, apart from where and when it was said; and that no message takes long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from docs_matrix.comparison.duplicates import duplicate
from docs_matrix.diagnostics import message_keys

from tests.support.effort import patience


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\x1b[91mbroken\x1b[39;49;00m", "broken"),
        ("<function f at 0x7f12ab34cd56> failed", "<function f at 0x55aa00112233> failed"),
        ("see /tmp/sphinx-err-ab12cd.log", "see /tmp/sphinx-err-zz99xx.log"),
        ("see <output>/sphinx-err-ab12cd.log", "see <output>/sphinx-err-zz99xx.log"),
        ("other instance in a/b.rst:12", "other instance in a/b.rst:90"),
        ("also defined at driver-api/dev:10.", "also defined at driver-api/dev:12."),
        ("unexpected indentation at line 3", "unexpected indentation at line 30"),
        ("two  words\n", "two words"),
    ],
)
def test_what_changes_by_itself_does_not_count(one: str, other: str) -> None:
    assert message_keys.key(one) == message_keys.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("undefined label: 'foo'", "undefined label: 'bar'"),
        ("other instance in a/b.rst", "other instance in a/c.rst"),
        ("unknown option: 3", "unknown option: 4"),
        ("time is 12:30", "time is 12:31"),
    ],
)
def test_what_is_named_counts(one: str, other: str) -> None:
    assert message_keys.key(one) != message_keys.key(other)


def test_quoted_source_is_no_part_of_the_statement() -> None:
    table = "Malformed table.\nText in column margin in table line {}.\n\n+---+\n| {} |\n+---+"
    assert message_keys.statement(table.format(3, "a")) == message_keys.statement(table.format(4, "b"))
    lexing = "Lexing literal_block {!r} as \"python\" resulted in an error at token: '?'."
    assert message_keys.statement(lexing.format("a = ?")) == message_keys.statement(lexing.format("b 'x'\nc = ?"))


def test_releases_that_quote_a_name_and_those_that_do_not_have_the_same_gist() -> None:
    assert message_keys.gist("undefined label: foo") == message_keys.gist("undefined label: 'foo'")
    assert message_keys.gist("term not in glossary: 'A b'") == message_keys.gist("term not in glossary: A b")
    assert message_keys.gist("undefined label: foo") != message_keys.gist("undefined label: bar")


@pytest.mark.parametrize(
    "repeated",
    [
        "a",
        " ",
        ".",
        "'",
        "'\"`",
        "at ",
        ":1",
        "a:1 ",
        "\x1b[",
        "0x",
        "/tmp/",
        "\n   ",
        "literal_block '",
        "line 1",
        " (",
        "/var",
    ],
)
@pytest.mark.parametrize(
    "function",
    [
        message_keys.key,
        message_keys.statement,
        message_keys.headline,
        message_keys.gist,
        message_keys.quoted_names,
        duplicate,
    ],
)
def test_a_million_characters_are_gone_through_at_once(function: Callable[[str], object], repeated: str) -> None:
    with patience():
        function(repeated * (1_000_000 // len(repeated)))
        function("duplicate label " + repeated * (1_000_000 // len(repeated)))
