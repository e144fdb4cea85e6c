"""Turns values (frozen dataclasses) into JSON and back, by cattrs: for the store, for results of other jobs, and for `--json`.

    plain(Cost(1.5, 10))            {"seconds": 1.5, "peak_bytes": 10}
    write(path, Cost(1.5, 10))      the file holds {"docs-matrix": "Cost 5f0c…", "seconds": 1.5, "peak_bytes": 10}
    read(path, Cost)                Cost(1.5, 10)

A file names the shape of its value, which is a digest of all fields and their types. A file of the store also has a seal, the
digest of the value: a byte that changed on the disk is an error, and not another answer. Results of other jobs have no seal.

Reading is strict. Another shape, a missing or unknown key, another type (`"1"` or `true` for a number), an unknown word of a
`Literal` or an enum, and NaN are errors. Nothing is converted, and no default replaces a missing value.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from docs_matrix import files
from docs_matrix.errors import InputError

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["MARK", "holds", "plain", "read", "read_or_none", "write"]

MARK = "docs-matrix"
"""The key with the kind of the value in a file: the class, and the digest of its shape."""

LARGEST = 512 << 20
"""The most bytes of a file; the result of a cell with 30,000 messages has about 50 MB."""

_PLAIN = (str, int, float, bool, NoneType)

_Value = TypeVar("_Value")
_Hook = Callable[[Any, Any], Any]


def plain(value: Any) -> Any:
    """Return `value` as dictionaries, lists, texts and numbers; a dataclass gets a key for each field, in their order."""
    return _converter(detailed=False).unstructure(value)


def write(path: Path, value: Any, *, sealed: bool = True) -> None:
    """Write the dataclass `value` to `path`, with its shape and its seal; raises `MachineError` as `files.write_whole` does.

    The file has one line, which Python writes ten times faster than an indented text.
    """
    body = json.dumps(plain(value))
    shape = _shape(value.__class__)
    head = _head(f"{shape} {files.digest(body)}" if sealed else shape)
    files.write_whole(path, f"{head}}}\n" if body == "{}" else f"{head}, {body[1:]}\n")


def read(path: Path, kind: type[_Value], *, sealed: bool = True) -> _Value:
    """Return the value that `write` wrote to `path`, with the same `sealed`.

    Raises `InputError` with the file and the key if there is no such file, or if it has another content.
    """
    try:
        text = files.read_regular(path, LARGEST)
        data = json.loads(text, parse_constant=_number, parse_float=_number)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON, or is cut: {error}") from error
    shape = data.pop(MARK, None) if isinstance(data, dict) else None
    wanted: Any = kind
    if sealed and isinstance(shape, str):
        shape, _, seal = shape.rpartition(" ")
        if seal != files.digest(_body(text, f"{shape} {seal}")):
            raise InputError(f"{path}: {MARK}: the file is not as it was written")
    if shape != _shape(wanted):
        raise InputError(f"{path}: {MARK}: must be {_cut(_shape(wanted))}, not {_cut(shape)}; make the file again")
    try:
        return _converter(detailed=False).structure(data, kind)
    except Exception:  # cattrs raises many kinds; `_first_error` reads again, slower, and finds the key
        raise InputError(f"{path}: {_first_error(data, kind)}") from None


def _head(mark: str) -> str:
    return json.dumps({MARK: mark})[:-1]


def _body(text: bytes, mark: str) -> bytes:
    """Return the part of `text` from which the seal is made."""
    return b"{" + text.removeprefix(_head(mark).encode()).removeprefix(b", ").removesuffix(b"\n")


def read_or_none(path: Path, kind: type[_Value], *, sealed: bool = True) -> _Value | None:
    """Return the value that `write` wrote to `path`; None if there is none that this release can read."""
    try:
        return read(path, kind, sealed=sealed)
    except InputError:
        return None


def holds(path: Path, kind: type) -> bool:
    """Return whether `write` of any release made the file at `path` from a value of `kind`; the file may be cut."""
    try:
        with path.open("rb") as stream:
            start = stream.read(100)
    except OSError:
        return False
    return start.startswith(f'{{"{MARK}": "{kind.__name__} '.encode())


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _first_error(data: Any, kind: type) -> str:
    """Return the first mistake in `data`: `result.judged[0].line: must be int or null, not "7"`."""
    import cattrs

    try:
        _converter(detailed=True).structure(data, kind)
    except Exception as error:
        first = cattrs.transform_error(error, path="", format_exception=lambda each, _: str(each))[0]
        what, _, place = first.rpartition(" @ ")
        return ": ".join(part for part in (place.removeprefix("."), what) if part)
    raise AssertionError(f"{kind}: the detailed reading accepts what the quick one refuses")


@functools.cache
def _shape(kind: type) -> str:
    """Return the name of `kind` and a digest of its fields and their types."""
    return f"{kind.__name__} {files.digest(json.dumps(_described(kind)))[:16]}"


def _described(kind: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return [[field.name, _described(hints[field.name])] for field in fields(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    if _is_union(kind):
        return ["union", *map(_described, get_args(kind))]
    if inner := get_args(kind):
        return [get_origin(kind).__name__, *map(_described, inner)]
    return getattr(kind, "__name__", str(kind))


@functools.cache
def _converter(*, detailed: bool) -> Converter:
    """Return the converter; a `detailed` one is slower, and records the place of an error.

    cattrs is imported here, because the import takes 60 to 200 ms: commands that neither read nor write a value do not need it.
    """
    from cattrs import Converter
    from cattrs.cols import homogenous_tuple_structure_factory, is_mapping, mapping_structure_factory
    from cattrs.gen import make_dict_structure_fn

    converter = Converter(detailed_validation=detailed, unstruct_collection_overrides={tuple: list})

    def of_tuple(kind: Any) -> _Hook:
        if get_args(kind)[1:] == (...,):
            return _of_class(list, "a list", homogenous_tuple_structure_factory(kind, converter))
        return _of_class(list, "a list", converter.gen_structure_hetero_tuple(kind))

    def of_mapping(kind: Any) -> _Hook:
        return _of_class(dict, "an object", mapping_structure_factory(kind, converter))

    def of_dataclass(kind: Any) -> _Hook:
        made = make_dict_structure_fn(kind, converter)
        return _of_class(dict, "an object", _with_keys(frozenset(field.name for field in fields(kind)), made))

    def of_optional(kind: Any) -> _Hook:
        (inner,) = (each for each in get_args(kind) if each is not NoneType)
        hook = converter.get_structure_hook(inner)
        return lambda value, _: None if value is None else hook(value, inner)

    for accepts, factory in (
        (is_mapping, of_mapping),
        (lambda kind: _origin(kind) is tuple, of_tuple),
        (is_dataclass, of_dataclass),
        (lambda kind: _is_union(kind) and NoneType in get_args(kind) and len(get_args(kind)) == 2, of_optional),
        (lambda kind: _origin(kind) is Literal, _of_literal),
        (lambda kind: _is_union(kind) and set(get_args(kind)) <= set(_PLAIN), _of_plain_union),
    ):
        converter.register_structure_hook_factory(accepts, factory)  # the last that accepts a type is taken
    for known in (str, int, float, bool, Enum):
        converter.register_structure_hook(known, _exactly)
    converter.register_unstructure_hook(datetime, lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return converter


def _exactly(value: Any, kind: Any) -> Any:
    """Return `value` if it is of exactly this `kind`; for an enum, return the member with this value."""
    if value.__class__ is kind or (kind is float and value.__class__ is int):
        return value
    if issubclass(kind, Enum):
        return _of_members(kind)(value, kind)
    raise TypeError(f"must be {kind.__name__}, not {_cut(value)}")


def _of_plain_union(kind: Any) -> _Hook:
    """Return the hook of `str | None` and similar types, which is quicker than one hook after another."""
    among = frozenset(get_args(kind))
    accepted = among | {int} if float in among else among
    words = " or ".join("null" if each is NoneType else each.__name__ for each in _PLAIN if each in among)

    def hook(value: Any, _: Any) -> Any:
        if value.__class__ not in accepted:
            raise TypeError(f"must be {words}, not {_cut(value)}")
        return value

    return hook


def _of_literal(kind: Any) -> _Hook:
    return _of_words({word: word for word in get_args(kind)})


@functools.cache
def _of_members(kind: Any) -> _Hook:
    return _of_words({member.value: member for member in kind})


def _of_words(words: dict[str, Any]) -> _Hook:
    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {_cut(value)}")
        return words[value]

    return hook


def _of_class(wanted: type, words: str, then: _Hook) -> _Hook:
    def hook(value: Any, kind: Any) -> Any:
        if not isinstance(value, wanted):
            raise TypeError(f"must be {words}, not {_cut(value)}")
        return then(value, kind)

    return hook


def _with_keys(names: frozenset[str], then: _Hook) -> _Hook:
    def hook(value: Any, kind: Any) -> Any:
        if value.keys() != names:
            missing, unknown = sorted(names - value.keys()), sorted(value.keys() - names)
            parts = [f"{', '.join(missing)}: missing"] if missing else []
            raise ValueError("; ".join([*parts, *([f"{', '.join(unknown)}: no such key"] if unknown else [])]))
        return then(value, kind)

    return hook


def _is_union(kind: Any) -> bool:
    return _origin(kind) in (Union, UnionType)


def _origin(kind: Any) -> Any:
    return get_origin(kind)


def _cut(value: Any) -> str:
    """Return `value` as an error message shows it."""
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
