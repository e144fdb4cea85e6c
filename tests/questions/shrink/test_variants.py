"""Versions that are tried two at once, over plain functions in place of builds."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import Any, cast

from docs_matrix.questions.shrink.source_files import Project
from docs_matrix.questions.shrink.variants import Variants

PROJECT = Project({"conf.py": b"", "index.rst": b"a\nb\nc\n"}, ".", ".", (), "index.rst")


class Place:
    """A workshop that counts."""

    builds = 0


class Silence:
    """Progress that nobody sees."""

    def done(self, *_: Any) -> None:
        pass


def version(text: bytes) -> Project:
    return replace(PROJECT, files={**PROJECT.files, "index.rst": text})


def test_two_versions_are_tried_at_once_and_each_only_once() -> None:
    both, tried = threading.Barrier(2), Counter[bytes]()

    def says(_: Any, project: Project) -> bool:
        text = project.files["index.rst"]
        tried[text] += 1
        both.wait(60)
        return b"b" in text

    variants = Variants(PROJECT, says, cast(Any, [Place(), Place()]), cast(Any, Silence()))
    assert not variants.holds(version(b"a\n"), version(b"b\n"))
    assert variants.holds(version(b"b\n"))
    variants.end()
    assert tried == {b"a\n": 1, b"b\n": 1}
    assert variants.best == version(b"b\n")


def test_a_version_that_was_ahead_and_never_begun_is_tried_when_it_is_asked_for() -> None:
    variants = Variants(PROJECT, lambda _, project: True, cast(Any, [Place()]), cast(Any, Silence()))
    assert variants.holds(version(b"a\nb\n"), version(b"c\n"))
    assert variants.holds(version(b"c\n"))
    assert variants.best == version(b"c\n")
    variants.end()
