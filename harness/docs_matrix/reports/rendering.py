"""Fills in the templates in `templates/`. Values are escaped or quoted by default, so no template can forget it."""

from __future__ import annotations

import shlex
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs_matrix.reports.escaping import cut, one_line, plural, visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["TEMPLATES", "markup", "markup_environment", "shell", "shell_environment"]

TEMPLATES = Path(__file__).with_name("templates")


def markup(template: str, **values: object) -> str:
    """Return the HTML or SVG template `template` with `values` filled in."""
    return markup_environment().get_template(template).render(values)


@cache
def markup_environment() -> Environment:
    """Return the environment for HTML and SVG. It escapes markup, and makes invisible characters visible.

    Its filters `line` and `block` cut a text to a length.
    """
    from jinja2 import Environment  # imported here: a command that writes no report starts without Jinja2
    from markupsafe import Markup

    def shown(value: object) -> object:
        return value if isinstance(value, Markup) else visible(str(value))

    made = Environment(autoescape=True, finalize=shown, **_options())
    made.filters["line"] = lambda text, limit: cut(one_line(text), limit)
    made.filters["block"] = lambda text, limit: visible(cut(text, limit))
    made.filters["plural"] = plural
    return made


def shell(template: str, **values: object) -> str:
    """Return the shell script template `template` with `values` filled in."""
    return shell_environment().get_template(template).render(values)


@cache
def shell_environment() -> Environment:
    """Return the environment for shell scripts. Each value becomes one quoted word.

    So a template must put a value outside of quotes and comments. The filter `here_document` turns a text of several lines into
    a here-document: the words that follow `<<`.
    """
    from jinja2 import Environment

    def word(value: object) -> _Shell:
        return value if isinstance(value, _Shell) else _Shell(shlex.quote(str(value)))

    made = Environment(autoescape=False, finalize=word, **_options())  # noqa: S701 (the values are quoted, not escaped)
    made.filters["here_document"] = _here_document
    made.filters["one_line"] = one_line
    return made


class _Shell(str):
    """A piece of a shell script, which is filled in as it is."""

    __slots__ = ()


def _here_document(text: str) -> _Shell:
    r"""Return `text` as a here-document, to be put after `<<`. Its end mark is a line that `text` does not contain.

    >>> print(_here_document("end-1\necho $HOME\n"))
    'end-2'
    end-1
    echo $HOME
    end-2
    """
    lines = text.replace("\0", "").split("\n")  # some shells drop null characters
    mark = next(mark for number in count(1) if (mark := f"end-{number}") not in lines)
    return _Shell(f"'{mark}'\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{mark}")


def _options() -> dict[str, Any]:
    """Return the options of all environments: a value that is missing is an error."""
    from jinja2 import FileSystemLoader, StrictUndefined

    return {
        "loader": FileSystemLoader(TEMPLATES),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
    }
