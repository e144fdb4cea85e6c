"""Mails from strangers: reading one takes time in proportion to its size."""

from __future__ import annotations

from contextlib import suppress

import pytest
from docs_matrix.errors import InputError
from docs_matrix.robot.read import read
from hypothesis import given
from hypothesis import strategies as st

from tests.support.effort import calls, patience

TOP = b"From: kernel test robot <lkp@intel.com>\nSubject: x\n\ntree:   https://x master\nhead:   0123456789abcdef\n\n"
LIST = TOP + b"All warnings (new ones prefixed by >>):\n\n   Documentation/a.rst:1: WARNING: text [docutils]\n"
PART = b'From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n'

SHAPES = {
    "bars": (LIST, b"| Reported-by: a\n", b""),
    "continuations": (LIST, b"   more of it\n", b""),
    "squeezed": (LIST, b"more of it\n", b""),
    "states": (LIST, b"   more of it\n   make[1]: Entering directory\n", b""),
    "items": (LIST, b"   * item\n", b""),
    "heads": (LIST, b"   a.rst:1: WARNING: text\n", b""),
    "blank lines": (LIST, b"\n   text\n", b""),
    "pieces": (LIST, b"--\n   text\n", b""),
    "quotes": (b"", b"> > > a.rst:1: WARNING: text\n", b""),
    "parameters": (b"Subject: x\nContent-Type: text/plain; ", b'a="b;c";', b"\n\ntext\n"),
    "continued parameters": (b"Subject: x\nContent-Type: text/plain; ", b"a*0*=b;\n a*1*=c;", b"\n\ntext\n"),
    "parameters of a boundary": (
        b"Subject: x\nContent-Type: multipart/mixed; ",
        b"a=b;",
        b' boundary="b"\n\n--b\n\nx\n',
    ),
    "punycode": (b"Subject: x\nContent-Type: text/plain; charset=punycode\n\n", b"abc-def9", b"\n"),
    "header fields": (b"Subject: x\n", b"X-A: b\n", b"\ntext\n"),
    "addresses": (b"From: a\nTo: ", b"a <b@c>,", b"\n\ntext\n"),
    "encoded words": (b"From: a\nSubject: ", b"=?utf-8?q?a?= ", b"\n\ntext\n"),
    "parts": (PART + b"\n", b"--b\nContent-Type: text/plain\n\nx\n", b"--b--\n"),
    "tags of HTML": (b"<html><pre>", b"<b><", b"</pre>"),
    "open tags of HTML": (b"<html><pre>", b"<a", b""),
    "entities": (b"<html><pre>", b"&amp;&#x41;", b"</pre>"),
    "numbered lines": (TOP + b"vim +1 a.rst\n\n", b"   1\ttext\n", b""),
    "mbox": (b"", b"From a\nSubject: x\n\ntext\n", b""),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_effort_for_a_mail_is_in_proportion_to_its_size(shape: str) -> None:
    start, more, end = SHAPES[shape]

    def effort(count: int) -> int:
        return calls(lambda: read_whole(start + more * count + end))

    with patience():
        assert effort(6_000) < 7 * effort(1_500)
        read_whole(
            start + more * (400_000 // len(more)) + end
        )  # what goes back over its input in one call would not end


def read_whole(data: bytes) -> None:
    with suppress(InputError):
        read(data, "mail")


@given(st.lists(st.sampled_from([part for shape in SHAPES.values() for part in shape]), max_size=12).map(b"".join))
def test_no_mix_of_such_parts_is_a_crash(data: bytes) -> None:
    read_whole(data)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_change_of_a_mail_is_a_crash(change: bytes, at: int) -> None:
    data = LIST + b">> a.rst:2: ERROR: b\n   c [docutils]\n\nvim +1 a.rst\n\n   1\ttext\n"
    read_whole(data[:at] + change + data[at + len(change) // 2 :])
