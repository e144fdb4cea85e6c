"""Runs inside a cell, beside the probe: notes who reads `release` and `version`, the settings that change with each commit.

If such a setting is read for a document, the document shows it or depends on it in another way. If Sphinx itself reads it
between documents (for titles of pages), no document changes. If anything else reads it between documents, all documents can
change.

Only the standard library, Python 3.6 and later.
"""

import sys
from typing import Any, Callable, Dict

__all__ = ["NAMES", "value", "values", "watch"]

NAMES = ("release", "version")


def value(config: Any, name: str) -> Any:
    """Return the value of a setting without a note. It also works before Sphinx below 7.3 has read the setting from conf.py."""
    for given in (config.__dict__, config.overrides, config._raw_config):
        if name in given:
            return given[name]
    return type(config).__getattr__(config, name)


def values(config: Any) -> Dict[str, str]:
    """Return the texts of the settings."""
    return {name: str(value(config, name)) for name in NAMES}


def watch(kind: Any, read: Callable[[str, bool], None]) -> None:
    """Call `read` for each setting that is read from a configuration of the class `kind`: its name, and whether Sphinx reads it."""
    for name in NAMES:
        setattr(kind, name, _watched(name, read))


def _watched(name: str, read: Callable[[str, bool], None]) -> property:
    def getter(config: Any) -> Any:
        read(name, _by_sphinx(sys._getframe(1)))
        return value(config, name)

    def setter(config: Any, new: Any) -> None:
        config.__dict__[name] = new

    return property(getter, setter)


def _by_sphinx(frame: Any) -> bool:
    """Return whether Sphinx itself reads the setting, or makes another setting from it: then Sphinx compares the other one."""
    while frame.f_back and _module(frame) == "sphinx.config":
        frame = frame.f_back
    return _module(frame).startswith("sphinx.") or (bool(frame.f_back) and _module(frame.f_back) == "sphinx.config")


def _module(frame: Any) -> str:
    return str(frame.f_globals.get("__name__"))
