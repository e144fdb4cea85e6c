"""Values as JSON: what was written is read back, and nothing else is taken for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from docs_matrix import json_values
from docs_matrix.errors import InputError
from hypothesis import given
from hypothesis import strategies as st


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    line: int | None
    text: str = ""


@dataclass(frozen=True)
class Value:
    status: Literal["ok", "failed"]
    colour: Colour
    inner: Inner | None
    many: tuple[Inner, ...]
    pairs: tuple[tuple[str, int], ...]
    counts: Mapping[str, Mapping[str, int]]
    seconds: float
    flag: bool = False
    words: tuple[str, ...] | None = None


VALUE = Value("ok", Colour.BLUE, Inner(3), (Inner(None), Inner(1, "a\udc80")), (("a", 1),), {"x": {"": 2}}, 1.5)


def written(path: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
    json_values.write(path, VALUE, sealed=False)
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    return path


texts = st.text(st.characters())
inners = st.builds(Inner, st.none() | st.integers(), texts)


@given(
    st.builds(
        Value,
        st.sampled_from(["ok", "failed"]),
        st.sampled_from(Colour),
        st.none() | inners,
        st.lists(inners).map(tuple),
        st.lists(st.tuples(texts, st.integers())).map(tuple),
        st.dictionaries(texts, st.dictionaries(texts, st.integers())),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none() | st.lists(texts).map(tuple),
    )
)
def test_what_was_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, value: Value) -> None:
    path = tmp_path_factory.mktemp("values") / "value.json"
    json_values.write(path, value)
    assert json_values.read(path, Value) == value


def test_a_plain_value_has_a_key_for_each_field_in_their_order() -> None:
    assert json_values.plain(VALUE) == {
        "status": "ok",
        "colour": "blue",
        "inner": {"line": 3, "text": ""},
        "many": [{"line": None, "text": ""}, {"line": 1, "text": "a\udc80"}],
        "pairs": [["a", 1]],
        "counts": {"x": {"": 2}},
        "seconds": 1.5,
        "flag": False,
        "words": None,
    }
    assert list(json_values.plain(VALUE))[:3] == ["status", "colour", "inner"]
    assert json_values.plain((datetime(2026, 1, 2, tzinfo=UTC),)) == ["2026-01-02T00:00:00Z"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda data: data.update(status="cancelled"), 'status: must be one of ok, failed, not "cancelled"'),
        (lambda data: data.update(status=["ok"]), 'status: must be one of ok, failed, not ["ok"]'),
        (lambda data: data.update(colour="green"), 'colour: must be one of red, blue, not "green"'),
        (lambda data: data["inner"].update(line="7"), 'inner.line: must be int or null, not "7"'),
        (lambda data: data["inner"].update(line=True), "inner.line: must be int or null, not true"),
        (lambda data: data["inner"].update(line=7.0), "inner.line: must be int or null, not 7.0"),
        (lambda data: data["many"][1].update(text=5), "many[1].text: must be str, not 5"),
        (lambda data: data.update(many="ab"), 'many: must be a list, not "ab"'),
        (lambda data: data.update(many={}), "many: must be a list, not {}"),
        (lambda data: data.update(many=["ab"]), 'many[0]: must be an object, not "ab"'),
        (lambda data: data.update(pairs=[["a"]]), "pairs[0]: "),
        (lambda data: data.update(pairs=[["a", "1"]]), 'pairs[0][1]: must be int, not "1"'),
        (lambda data: data.update(counts=[]), "counts: must be an object, not []"),
        (lambda data: data["counts"]["x"].update(y=None), "counts['x']['y']: must be int, not null"),
        (lambda data: data.update(seconds="1.5"), 'seconds: must be float, not "1.5"'),
        (lambda data: data.update(flag=0), "flag: must be bool, not 0"),
        (lambda data: data.update(words="ab"), 'words: must be a list, not "ab"'),
        (lambda data: data.update(more=1), "more: no such key"),
        (lambda data: data.pop("flag"), "flag: missing"),
        (lambda data: data["inner"].pop("text"), "inner: text: missing"),
        (lambda data: data.pop("docs-matrix"), 'docs-matrix: must be "Value '),
        (lambda data: data.update({"docs-matrix": 1}), 'docs-matrix: must be "Value '),
    ],
)
def test_another_value_is_an_error_at_its_key(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], error: str
) -> None:
    path = written(tmp_path / "value.json", change)
    with pytest.raises(InputError, match="^" + re.escape(f"{path}: {error}")) as raised:
        json_values.read(path, Value, sealed=False)
    assert "\n" not in str(raised.value)
    assert json_values.read_or_none(path, Value, sealed=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"status": "ok"',
        "[]",
        "null",
        "[" * 200_000,
        '{"seconds": NaN}',
        '{"seconds": -Infinity}',
        "1e999",
        "\udc80",
    ],
)
def test_a_file_that_is_cut_or_no_json_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "value.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="^" + re.escape(f"{path}: ")):
        json_values.read(path, Value, sealed=False)
    assert json_values.read_or_none(path, Value, sealed=False) is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_no_number_is_read_as_a_number(tmp_path: Path, number: str) -> None:
    path = written(tmp_path / "value.json")
    path.write_text(path.read_text().replace("1.5", number))
    with pytest.raises(InputError, match=f"{number} is no number"):
        json_values.read(path, Value, sealed=False)


def test_every_cut_of_a_file_is_no_value(tmp_path: Path) -> None:
    whole = written(tmp_path / "value.json").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut.json").write_bytes(whole[:length])
        assert json_values.read_or_none(tmp_path / "cut.json", Value, sealed=False) is None


def test_there_is_no_value_without_a_file(tmp_path: Path) -> None:
    assert json_values.read_or_none(tmp_path / "none.json", Value) is None
    with pytest.raises(InputError, match=r"none\.json: cannot be read"):
        json_values.read(tmp_path / "none.json", Value)


def test_a_value_of_an_older_shape_is_not_read_even_if_its_keys_fit(tmp_path: Path) -> None:
    def older() -> type:
        @dataclass(frozen=True)
        class Value:
            status: Literal["ok", "failed", "new"]

        return Value

    def newer() -> type:
        @dataclass(frozen=True)
        class Value:
            status: Literal["ok", "failed"]

        return Value

    json_values.write(tmp_path / "value.json", older()("ok"))
    assert json_values.read_or_none(tmp_path / "value.json", newer()) is None


def test_the_order_of_keys_is_free(tmp_path: Path) -> None:
    path = written(tmp_path / "value.json")
    path.write_text(json.dumps(dict(reversed(json.loads(path.read_text()).items()))))
    assert json_values.read(path, Value, sealed=False) == VALUE
    assert json_values.read(path, Value, sealed=False) != replace(VALUE, flag=True)


@given(st.data())
def test_a_seal_shows_every_change_of_a_byte(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("seal") / "value.json"
    json_values.write(path, VALUE)
    assert json_values.read(path, Value) == VALUE
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(
        st.sampled_from([b"", b"0", b"1", b"x", b'"', b" "]).filter(lambda new: new != whole[at : at + 1])
    )
    path.write_bytes(whole[:at] + change + whole[at + 1 :])
    found = json_values.read_or_none(path, Value)
    assert found is None or (found == VALUE and at == len(whole) - 1)


def test_what_has_no_seal_is_not_what_the_store_keeps(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        json_values.read(written(tmp_path / "value.json"), Value)
