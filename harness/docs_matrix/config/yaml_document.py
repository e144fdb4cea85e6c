"""Reads a YAML file, checks it, and keeps the line of each value.

`read` uses PyYAML's node tree, so that every scalar keeps the text that is written (3.10 stays "3.10"). It checks the file by a
JSON schema, and returns a `Document`. `Document.error` names the place of a mistake: file, line and key.
"""

from __future__ import annotations

import errno
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from docs_matrix import files
from docs_matrix.errors import InputError
from docs_matrix.suggestions import closest

__all__ = ["Document", "Number", "Place", "as_text", "close_to", "quoted", "read"]

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a value: `("cells", 2, "docutils")`."""

LARGEST = 1 << 20
"""The most bytes of a file; a configuration is a page or two of text."""

MOST_VALUES = 20_000
"""The most values of a document: PyYAML does not limit the values that aliases of aliases expand to."""


class Number(float):
    """A YAML number that keeps the text that is written, because the version 3.10 is not the number 3.1."""

    text: str

    def __new__(cls, text: str) -> Number:
        number = super().__new__(cls, text)
        number.text = text
        return number


@dataclass(frozen=True)
class Document:
    """The content of a YAML file (`value`: mappings, lists, text, `Number`, None), and the line of each value, from 1.

    `path` is the file as the user named it.
    """

    path: Path
    value: Any
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """Return the line of the value at `place`, or of the nearest value around it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error(self, place: Place, says: str) -> InputError:
        """Return the error about the value at `place`: `matrix.yaml:14: cells[2].docutils: <says>`."""
        at = _dotted(place)
        return InputError(f"{self.path}:{self.line(place)}: {at + ': ' if at else ''}{says}")


def read(path: Path, schema: Mapping[str, Any]) -> Document:
    """Read the YAML file `path` and check it by `schema`; raises `InputError` for the first mistake in it."""
    document = _parse(path)
    mistakes = list(_mistakes(document, schema))
    if mistakes:
        raise document.error(*min(mistakes, key=lambda mistake: document.line(mistake[0])))
    return document


def as_text(value: Any) -> str:
    """Return a scalar as the text that is written in the file."""
    return value.text if isinstance(value, Number) else str(value)


def quoted(value: Any) -> str:
    """Return a scalar for an error message: in double quotes, control characters escaped, not too long."""
    text = as_text(value)
    return json.dumps(text if len(text) <= 80 else text[:77] + "...", ensure_ascii=not text.isprintable())


def close_to(word: str, known: Sequence[str], *, called: str) -> str:
    """Return the end of a message about the unknown `word`: a similar one of `known`, or all of them after the text `called`."""
    close = closest(word, known)
    if close:
        return f"did you mean {quoted(close)}?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"{called}: {shown}" if known else f"{called}: none"


def _dotted(place: Place) -> str:
    written = ""
    for step in place:
        if isinstance(step, int):
            written += f"[{step}]"
        elif re.fullmatch(r"[\w-]+", step, re.ASCII):
            written += f".{step}" if written else step
        else:
            written += f"[{quoted(step)}]"
    return written


# From the file to values


def _parse(path: Path) -> Document:
    text = _text(path)
    lines: dict[Place, int] = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise InputError(f"{path}:1: is empty")
        return Document(path, _Values(path, lines).of(root, ()), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{path}:{line}: is not YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"{path}:{line}: is not YAML: the character {error.character:#06x} is not allowed") from error
    except RecursionError as error:
        raise InputError(f"{path}:1: lists and mappings are nested too deep, or an alias contains itself") from error


def _text(path: Path) -> str:
    try:
        content = files.read_regular(path, LARGEST)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise InputError(f"{path}: is larger than {LARGEST >> 20} MiB; this is not a configuration") from error
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}:{line}: is not UTF-8: the byte {content[error.start]:#04x} is not allowed there"
        ) from error


class _Values:
    """Turns nodes into values and notes their lines; the number is limited, because aliases of aliases multiply."""

    def __init__(self, path: Path, lines: dict[Place, int]) -> None:
        self._path = path
        self._lines = lines

    def of(self, node: yaml.Node, place: Place) -> Any:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if len(self._lines) > MOST_VALUES:
            raise self._error(node, f"holds more than {MOST_VALUES} values, counting what aliases repeat")
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise self._error(node, f"the tag {quoted(node.tag)} means nothing here; leave it out")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.of(item, (*place, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a key must be text")
            inner = (*place, key.value)
            if key.value in values:
                raise self._error(key, f"{_dotted(inner)} is here twice, first on line {self._lines[inner]}")
            self._lines[inner] = key.start_mark.line + 1
            values[key.value] = self.of(value, inner)
        return values

    def _error(self, node: yaml.Node, says: str) -> InputError:
        return InputError(f"{self._path}:{node.start_mark.line + 1}: {says}")


def _scalar(node: yaml.Node) -> str | Number | None:
    if node.tag.endswith(":null"):
        return None
    if node.tag.endswith((":int", ":float")):
        try:
            return Number(node.value)
        except ValueError:  # 0x1F, 1:30: numbers of YAML only
            return str(node.value)
    return str(node.value)


# From values to the mistakes in them


def _mistakes(document: Document, schema: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield the places where the document is not as `schema` requires, each with a text for the error message."""
    validator = _Validator(schema)
    for error in validator.iter_errors(document.value):
        place: Place = tuple(error.absolute_path)
        says = _SAYS[error.validator](error) if error.validator in _SAYS else error.message
        if error.validator == "additionalProperties":
            known = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    yield (*place, key), f"unknown key; {close_to(key, known, called='the keys here are')}"
        elif "propertyNames" in error.absolute_schema_path:
            yield (*place, error.instance), says
        else:
            yield place, says


def _pattern(validator: Any, pattern: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Check `pattern` as editors do: `$` is the end of the text, and not before a newline at the end."""
    if isinstance(instance, str | Number) and not re.fullmatch(pattern, as_text(instance)):
        yield jsonschema.ValidationError(schema.get("patternErrorMessage", f"does not match {pattern}"))


_Validator: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    {"pattern": _pattern},
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "string": lambda _, value: isinstance(value, str | Number),
            "number": lambda _, value: isinstance(value, Number),
            "integer": lambda _, value: isinstance(value, Number) and value.is_integer(),
        }
    ),
)

_KINDS = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else quoted(value)


def _limit(error: Any) -> str:
    low, high = error.schema.get("minimum", -math.inf), error.schema.get("maximum", math.inf)
    return f"{_shown(error.instance)} is not a number from {low} to {high}"


def _missing(error: Any) -> str:
    key = next(key for key in error.validator_value if f"'{key}'" in error.message)
    description = error.schema.get("properties", {}).get(key, {}).get("description", "")
    return f"lacks the key {quoted(key)}" + (f": {description}" if description else "")


_SAYS: Mapping[Any, Any] = {
    "type": lambda error: f"{_shown(error.instance)} is given where {_KINDS[error.validator_value]} is needed",
    "pattern": lambda error: f"{_shown(error.instance)} {error.message}",
    "required": _missing,
    "const": lambda error: f"{_shown(error.instance)} is not {error.validator_value}",
    "minimum": _limit,
    "maximum": _limit,
    "minItems": lambda error: "the list is empty",
    "maxItems": lambda error: f"the list has more than {error.validator_value} items",
    "minProperties": lambda error: f"is empty; name one of: {', '.join(error.schema.get('properties', ()))}",
    "maxProperties": lambda error: f"names {len(error.instance)} of {', '.join(error.instance)}; name one",
}
