"""Fills the templates of `templates/`. What is filled in is escaped or quoted by default: no template can forget it."""

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
    """Return a template of HTML or SVG with `values` filled in."""
    return markup_environment().get_template(template).render(values)


@cache
def markup_environment() -> Environment:
    """Return the environment for HTML and SVG, which shows what is unseen and escapes what is markup.

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
    """Return a template of a shell script with `values` filled in."""
    return shell_environment().get_template(template).render(values)


@cache
def shell_environment() -> Environment:
    """Return the environment for shell scripts: each value becomes one word, which the shell takes as it is.

    So a value may stand only outside of quotes and comments. Its filter `here_document` makes a text of several lines
    what follows `<<`.
    """
    from jinja2 import Environment

    def word(value: object) -> _Shell:
        return value if isinstance(value, _Shell) else _Shell(shlex.quote(str(value)))

    made = Environment(autoescape=False, finalize=word, **_options())  # noqa: S701 (the values are quoted, not escaped)
    made.filters["here_document"] = _here_document
    made.filters["one_line"] = one_line
    return made


class _Shell(str):
    """A piece of a shell script: it is put in as it is."""

    __slots__ = ()


def _here_document(text: str) -> _Shell:
    r"""Return `text` as a document for `<<`, whose end is marked by a line that the text does not have.

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
    """Return what all environments have in common: a value that nobody gave is a mistake."""
    from jinja2 import FileSystemLoader, StrictUndefined

    return {
        "loader": FileSystemLoader(TEMPLATES),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
    }
