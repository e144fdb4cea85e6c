"""Runs inside a cell, beside the probe: an html build that renders and writes nothing.

Every document is resolved and translated, every event is emitted, and the indices are made: what speaks up in an html
build speaks up here. What nobody reads is left out: templates, the search index, copied images and downloads, pages on the
disk, and the pickled environment where no other build starts from it. Static files are copied: themes change them there.
"""

import os
import pickle
from typing import Any

__all__ = ["hush", "without_pickling"]

BUILDERS = ("html", "dirhtml")
LEFT_OUT = (
    "copy_download_files",
    "copy_extra_files",
    "copy_image_files",
    "dump_inventory",
    "dump_search_index",
    "gen_additional_pages",
    "index_page",
    "write_buildinfo",
)
"""What the html builder does without a message that a reader of its sources could mend."""


def hush(builder: Any) -> bool:
    """Make `builder` render and write nothing; False where it is none of the html builders, and does all it does."""
    if builder.name not in BUILDERS or not hasattr(builder, "handle_page"):
        return False
    builder.search = False
    builder.copysource = False
    builder.templates.render = lambda name, context: ""
    for name in LEFT_OUT:
        if hasattr(builder, name):
            setattr(builder, name, lambda *arguments, **options: None)
    for name in ("get_outfilename", "get_output_path"):
        if hasattr(builder, name):
            kind = type(getattr(builder, name)("index"))
            setattr(builder, name, lambda page, kind=kind: kind(os.devnull))
    return True


class _Pickle(object):
    """The module `pickle`, for one that would write the environment too."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def dump(self, value: Any, stream: Any, *rest: Any) -> None:
        if value is not self.app.env:
            pickle.dump(value, stream, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(pickle, name)


def without_pickling(app: Any, builders: Any) -> None:
    """Have the module `sphinx.builders` write no environment."""
    builders.pickle = _Pickle(app)
