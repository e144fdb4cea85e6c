"""Runs inside a cell, beside the probe: who reads the settings that change with each commit, `release` and `version`.

A document that such a setting was read for shows it, or depends on it otherwise. What Sphinx itself reads between documents
(for titles of pages) changes no document; what anything else reads then may concern all.

The standard library alone, Python 3.6 and later.
"""

import sys
from typing import Any, Callable, Dict

__all__ = ["NAMES", "value", "values", "watch"]

NAMES = ("release", "version")


def value(config: Any, name: str) -> Any:
    """Return the value of a setting, read without a note; also before Sphinx below 7.3 has taken it from conf.py."""
    for given in (config.__dict__, config.overrides, config._raw_config):
        if name in given:
            return given[name]
    return type(config).__getattr__(config, name)


def values(config: Any) -> Dict[str, str]:
    """Return the texts of the settings."""
    return {name: str(value(config, name)) for name in NAMES}


def watch(kind: Any, read: Callable[[str, bool], None]) -> None:
    """Call `read` with the name of a setting that is read of a configuration of the class `kind`, and whether Sphinx reads it."""
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
    """Return whether Sphinx itself reads, or a setting is made of another one: then Sphinx compares that."""
    while frame.f_back and _module(frame) == "sphinx.config":
        frame = frame.f_back
    return _module(frame).startswith("sphinx.") or (bool(frame.f_back) and _module(frame.f_back) == "sphinx.config")


def _module(frame: Any) -> str:
    return str(frame.f_globals.get("__name__"))
