"""Fills the templates of `templates/`. What is filled in is escaped by default, so that no template can forget it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs_matrix.reports.escaping import cut, one_line, plural, visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["TEMPLATES", "markup", "markup_environment"]

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
