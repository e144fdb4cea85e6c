"""Runs inside a cell, beside the probe: inventories of other projects come from files, not from the network.

`given` maps the address of each inventory that `sphinx.ext.intersphinx` may want to its file and its final address, or to null
if it could not be fetched. If a project wants another inventory, the build ends before it reads anything. Then a line `wanted`
of the records has the addresses (`urls`), and the build is made again with their files. An inventory at a path is a file of the
tree, and is read as usual.

Only the standard library, Python 3.6 and later.
"""

import importlib
import io
import sys
from typing import Any, Dict, List, Optional, Set, Tuple  # noqa: F401 (used in comments)

__all__ = ["GivenInventories"]

READERS = ("sphinx.ext.intersphinx._load", "sphinx.ext.intersphinx")
SETTLED = ("Unparseable ", "numfig is disabled")
"""Messages about references that no inventory can answer begin with these."""
REMOTE_IMAGE = "Could not fetch remote image"


class Content(io.BytesIO):
    """The content of an inventory, in the form of a raw answer of `requests`."""

    url = ""

    def read(self, size: Optional[int] = -1, decode_content: bool = False) -> bytes:
        return super(Content, self).read(size)


class Response(object):
    """An inventory, in the form of an answer of `requests`."""

    status_code = 200

    def __init__(self, url: str, content: bytes) -> None:
        self.url = url
        self.content = content
        self.raw = Content(content)

    def raise_for_status(self) -> None:
        """Do nothing: the inventory is there."""

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, *error: Any) -> None:
        """Do nothing: there is nothing to close."""


class GivenInventories(object):
    """The inventories of one call of sphinx-build. It takes the place of intersphinx's module `requests`."""

    def __init__(self, probe: Any, given: Dict[str, Optional[Tuple[str, str]]]) -> None:
        self.probe = probe
        self.given = given
        self.wanted = set()  # type: Set[str]
        self.lacking = set()  # type: Set[str]
        self.unreachable = False
        self.requests = None  # type: Any

    def install(self) -> None:
        """Take the place of the network, if the project uses intersphinx."""
        reader = next((sys.modules[name] for name in READERS if name in sys.modules), None)  # type: Any
        if reader is not None and hasattr(reader, "requests"):
            self.requests, reader.requests = reader.requests, self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.requests, name)

    def get(self, url: str, **options: Any) -> Response:
        """Return the inventory at `url`. Raises `ConnectionError` if there is none."""
        if not url.startswith(("http://", "https://")):
            return self.requests.get(url, **options)  # type: ignore[no-any-return]
        known = self.given.get(url)
        if known is None:
            (self.lacking if url in self.given else self.wanted).add(url)
            raise ConnectionError("it could not be fetched")
        path, final = known
        with io.open(path, "rb") as stream:
            return Response(final, stream.read())

    def is_of_network(self, record: Any, message: str) -> bool:
        """Return whether a message is about an inventory that could not be fetched, or about a reference that it may define."""
        if message.startswith(REMOTE_IMAGE):
            return True
        if "intersphinx" in str(record.name) and any(url in message for url in self.lacking):
            self.unreachable = True
            return True
        if not self.unreachable or message.startswith(SETTLED):
            return False
        node = getattr(record, "location", None)
        is_reference = isinstance(node, importlib.import_module("sphinx.addnodes").pending_xref)
        return is_reference or getattr(record, "subtype", None) == "xref_missing"
