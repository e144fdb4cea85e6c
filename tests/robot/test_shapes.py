"""The same facts in other shapes: quoted, wrapped, encoded, as a page, in an mbox, cut in the middle, hostile."""

from __future__ import annotations

import base64
import html
import quopri
import re
import textwrap
from pathlib import Path

import pytest
from docs_matrix.errors import InputError
from docs_matrix.robot.mails import MOST_LINES
from docs_matrix.robot.read import read
from docs_matrix.robot.report import Report, document
from hypothesis import given
from hypothesis import strategies as st

from tests.robot.corpus import each, each_with, marks, same, the_one, told
from tests.support.effort import calls

REPORT = """\
Hi Ada,

kernel test robot noticed the following build warnings:

[auto build test WARNING on linus/master]
[also build test WARNING on next-20260313]

url:    https://github.com/intel-lab-lkp/linux/commits/Ada/doc/20260313-182818
base:   linus/master
patch link:    https://lore.kernel.org/r/20260312155637.376854-12-ada%40example.org
patch subject: [PATCH] Doc: more
compiler: clang version 20.1.8
docutils: docutils (Docutils 0.21.2, Python 3.13.5, on linux)
reproduce: (https://download.01.org/0day-ci/archive/20260313/202603131832.GiQt3WWE-lkp@intel.com/reproduce)

If you fix the issue in a separate patch/commit (i.e. not just a new version of
the same patch/commit), kindly add following tags
| Reported-by: kernel test robot <lkp@intel.com>
| Closes: https://lore.kernel.org/oe-kbuild-all/202603131832.GiQt3WWE-lkp@intel.com/

All warnings (new ones prefixed by >>):

   WARNING: ./include/linux/usb/typec_altmode.h:44 struct member 'priority' not described in 'typec_altmode'
>> Documentation/driver-api/vfio.rst:382: WARNING: Inline substitution_reference start-string without end-string. [docutils]
   Documentation/driver-api/vfio.rst:392: ERROR: Malformed table.
   Right border not aligned or missing.
--
   +-----+ [docutils]
>> Documentation/driver-api/vfio.rst:400: WARNING: Blank line required after table. [docutils]


vim +382 Documentation/driver-api/vfio.rst

   381\t
 > 382\t/dev/vfio/
   383\t|-- devices

--\x20
0-DAY CI Kernel Test Service
https://github.com/intel/lkp-tests/wiki
"""
MAIL = (
    "From: kernel test robot <lkp@intel.com>\nSubject: Re: [PATCH] Doc:\n more\nDate: Fri, 13 Mar 2026 18:33:00 +0800\n"
)


def plain(text: str) -> str:
    """A report without the two lines that say where ours come from."""
    return re.sub(r"\A(?:# [^\n]*\n)+", "", text)


def quoted(text: str, prefix: str = "> ") -> str:
    return "".join(f"{prefix}{line}\n" if line else f"{prefix.rstrip()}\n" for line in text.split("\n"))


@each
def test_an_answer_that_quotes_the_report_is_read_as_the_report(path: Path) -> None:
    text = plain(path.read_text())
    answer = f"On Friday the robot wrote:\n{quoted(text)}\nThanks, I will mend it.\n"
    assert same(the_one(answer.encode()), the_one(text.encode()))


@pytest.mark.parametrize("prefix", ["> ", ">", "> > ", ">> ", "  > "])
def test_the_quoting_may_be_of_any_depth(prefix: str) -> None:
    assert same(the_one(quoted(REPORT, prefix).encode()), the_one(REPORT.encode()))


def said_by(report: Report) -> list[tuple[str | None, int | None, str, bool]]:
    return [(item.path, item.line, " ".join(item.message.split()), item.marked) for item in report.messages]


@each
def test_a_mark_that_was_quoted_without_a_blank_is_a_mark(path: Path) -> None:
    """Thunderbird puts no blank between its sign and another one, and one more before lines that begin with blanks."""
    text = plain(path.read_text())
    answer = "".join(f">{line}\n" if line[:1] == ">" else f"> {line}\n" for line in text.split("\n"))
    assert same(the_one(answer.encode()), the_one(text.encode()))
    stuffed = re.sub(r"(?m)^>    ", ">     ", answer)
    assert said_by(the_one(stuffed.encode())) == said_by(the_one(text.encode()))


@each
def test_a_mark_whose_signs_were_parted_is_a_mark(path: Path) -> None:
    """Evolution takes the robot's mark for quoting of its own kind."""
    text = plain(path.read_text())
    answer = re.sub(r"(?m)^> >> ", "> > > ", quoted(text))
    assert said_by(the_one(answer.encode())) == said_by(the_one(text.encode()))


def test_what_was_answered_between_quoted_lines_is_kept_apart() -> None:
    text = quoted(REPORT).replace("> --\n>    +", "> --\n\nThis one is an old friend.\n\n>    +")
    reading = read(text.encode(), "an answer")
    assert same(reading.reports[0], the_one(REPORT.encode()))
    assert "This one is an old friend." in reading.unread


def test_a_quoted_line_that_was_broken_is_joined_again() -> None:
    text = quoted(REPORT).replace("start-string without end-string", "start-string\nwithout end-string")
    assert same(the_one(text.encode()), the_one(REPORT.encode()))


def wrapped(text: str, width: int) -> str:
    """`text` as a mail program wraps it, which leaves the numbered source alone."""
    lines: list[str] = []
    for line in text.split("\n"):
        if len(line) <= width or "\t" in line or line.startswith("vim "):
            lines.append(line)
            continue
        margin = line[: len(line) - len(line.lstrip(" "))]
        parts = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        lines += [margin + parts[0].lstrip(), *parts[1:]]
    return "\n".join(lines)


@each_with("width", [66, 72, 80])
def test_a_report_that_was_wrapped_is_joined_again(path: Path, width: int) -> None:
    text = plain(path.read_text())
    for shape in (wrapped(text, width), quoted(wrapped(text, width), "> > ")):
        report = the_one(shape.encode())
        assert [(*place, " ".join(words.split())) for *place, words in told(report.messages)] == [
            (*place, " ".join(words.split())) for *place, words in marks(text)
        ]
        whole = the_one(text.encode())
        for name in ("base", "url", "patch_link", "patch_subject", "docutils", "tags", "tested", "compiler", "commit"):
            assert getattr(report, name) == getattr(whole, name), name


@each
def test_a_list_whose_blanks_were_squeezed_out_is_read(path: Path) -> None:
    text = plain(path.read_text())
    squeezed = re.sub(r"(?m)^ {2,}", "", re.sub(r"  +", " ", text.partition("\nvim ")[0]))
    found = told(the_one(squeezed.encode()).messages)
    assert [(*place, " ".join(words.split())) for *place, words in found] == [
        (*place, " ".join(words.split())) for *place, words in marks(text)
    ]


@each_with("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_mail_is_decoded(path: Path, encoding: str) -> None:
    text = plain(path.read_text())
    data = text.encode()
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(data)
    head = f"{MAIL}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    report = the_one(head + body)
    assert same(report, the_one(data))
    assert report.subject == "Re: [PATCH] Doc: more"
    assert report.date is not None
    assert report.date.isoformat() == "2026-03-13T10:33:00+00:00"
    assert same(the_one((head + body).replace(b"\n", b"\r\n")), the_one(data))


def test_a_body_in_quoted_printable_without_its_header_is_decoded() -> None:
    assert same(the_one(quopri.encodestring(REPORT.encode())), the_one(REPORT.encode()))


def test_a_mail_of_parts_gives_its_text_and_names_the_rest() -> None:
    mail = f'{MAIL}Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\n{REPORT}\n--x\n'
    mail += (
        'Content-Type: application/gzip; name=".config.gz"\nContent-Disposition: attachment; filename=".config.gz"\n\n'
    )
    mail += "AAAA\n--x--\n"
    reading = read(mail.encode(), "a mail")
    assert same(reading.reports[0], the_one(REPORT.encode()))
    assert "not opened: .config.gz (application/gzip)" in reading.unread


@each
def test_a_page_of_an_archive_is_read(path: Path) -> None:
    text = plain(path.read_text())
    page = (
        f"<!DOCTYPE html>\n<html><head><title>a</title></head><body><pre id=b>{html.escape(text)}</pre></body></html>"
    )
    assert same(the_one(page.encode()), the_one(text.encode()))


def test_line_ends_of_another_system_are_no_part_of_the_text() -> None:
    assert same(the_one(REPORT.replace("\n", "\r\n").encode()), the_one(REPORT.encode()))


@each
def test_dates_and_versions_of_other_tools_are_fields_of_the_header(path: Path) -> None:
    text = plain(path.read_text())
    more = ":::::: branch date: 19 hours ago\n:::::: commit date: 2 days ago\ndtschema version: 2025.12\n"
    for name in ("patch subject", "compiler", "base"):
        grown = re.sub(rf"(?m)^({name}: .*\n)", lambda found: found[1] + more, text)
        report = the_one(grown.encode())
        assert same(report, the_one(text.encode()))
        assert report.patch_subject == the_one(text.encode()).patch_subject
        assert (("dtschema version", "2025.12") in report.fields) == (grown != text)


@each
def test_two_reports_in_one_file_are_two(path: Path) -> None:
    text = plain(path.read_text())
    reading = read((text + "\n" + REPORT).encode(), "two")
    assert len(reading.reports) == 2
    assert same(reading.reports[0], the_one(text.encode()))
    assert same(reading.reports[1], the_one(REPORT.encode()))
    assert told(reading.reports[0].messages + reading.reports[1].messages) == marks(text + REPORT)
    assert len(document(reading)["reports"]) == 2


DIFF = "diff --git a/a.rst b/a.rst\n--- a/a.rst\n+++ b/a.rst\n@@ -1,2 +1,3 @@\n a\n+b\n c\n"


def test_a_patch_that_is_quoted_too_is_one_patch() -> None:
    assert read(f"{DIFF}-- \n\n{quoted(DIFF + REPORT)}".encode(), "a thread").patches == (DIFF,)
    part = DIFF.replace("1,3", "1,2").replace(" c\n", "").replace("1,2 +", "1,1 +")
    reading = read(f"{DIFF}-- \n\n{quoted(part + REPORT)}".encode(), "a thread")
    assert reading.patches == (DIFF,)
    assert "quoted of a patch: +b" in reading.unread
    assert read(quoted(DIFF + REPORT).encode(), "an answer").patches == (DIFF,)


def test_an_mbox_gives_a_report_a_mail() -> None:
    box = (
        f"From robot Fri Mar 13 10:00:00 2026\n{MAIL}\n{REPORT}\nFrom robot Fri Mar 13 10:00:00 2026\n{MAIL}\n{REPORT}"
    )
    assert len(read(box.encode(), "a box").reports) == 2


def test_a_box_of_many_mails_with_parts_is_read_however_many_parts_they_have_together() -> None:
    parts = f'{MAIL}Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\n{REPORT}\n--x--\n'
    box = f"From robot Fri Mar 13 10:00:00 2026\n{parts}\n" * 210
    assert len(read(box.encode(), "a box").reports) == 210
    talk = REPORT + "The boundary of it.\n" * 210
    assert same(the_one(f"{MAIL}\n{talk}".encode()), the_one(REPORT.encode()))


def test_a_list_without_a_header_is_a_report() -> None:
    listed = REPORT.partition("prefixed by >>):\n\n")[2]
    for text in (listed, listed.partition("\n\n")[0]):
        assert told(the_one(text.encode()).messages) == marks(text)


@each
def test_a_report_that_ends_in_the_middle_is_read_as_far_as_it_goes(path: Path) -> None:
    text = plain(path.read_text())
    whole = marks(text)
    for part in (4, 3, 2):
        short = text[: len(text) * (part - 1) // part]
        try:
            report = the_one(short.encode())
        except InputError:
            assert ">>" not in short
            continue
        found = told(report.messages)
        assert found[:-1] == whole[: max(len(found) - 1, 0)]
        assert len(found) == len(re.findall("^>> .", short, re.MULTILINE))
        assert report.notices


def test_the_last_message_of_a_report_that_ends_within_its_list_is_said_to_be_cut() -> None:
    short = REPORT.partition("line required")[0]
    report = the_one(short.encode())
    assert (report.messages[-1].cut, report.messages[-1].line) == (True, 400)


def test_a_message_behind_another_of_its_file_is_not_taken_for_its_lines() -> None:
    text = REPORT.replace("   Right border", "   a/b.rst:3: WARNING: Title underline too short.\n   Right border")
    lines = [(message.path, message.line) for message in the_one(text.encode()).messages]
    assert ("a/b.rst", 3) in lines


def test_the_places_of_the_device_tree_compiler_are_read() -> None:
    text = (
        REPORT.partition("All warnings")[0]
        + """dtcheck warnings: (new ones prefixed by >>)
   arch/a.dtsi:63.7-177.5: Warning (simple_bus_reg): /ahb: not so
     also defined at arch/b.dtsi:2.3-4.5
>> arch/a.dts:13.9-15.4: Warning (unit_address): /soc: no unit name
>> Error: Documentation/x.example.dts:25.20-21 syntax error
>> Documentation/a.yaml:52:2: [warning] wrong indentation: expected 2 but found 1 (indentation)
"""
    )
    report = the_one(text.encode())
    assert [(m.path, m.line, m.level, m.message.split("\n")[0]) for m in report.messages] == [
        ("arch/a.dtsi", 63, "WARNING", "(simple_bus_reg): /ahb: not so"),
        ("arch/a.dts", 13, "WARNING", "(unit_address): /soc: no unit name"),
        ("Documentation/x.example.dts", 25, "ERROR", "syntax error"),
        ("Documentation/a.yaml", 52, "WARNING", "wrong indentation: expected 2 but found 1 (indentation)"),
    ]
    assert not report.unread


@pytest.mark.parametrize(("title", "level"), [("All error/warnings", "WARNING"), ("All errors", "ERROR")])
def test_the_title_tells_the_level_of_what_names_none(title: str, level: str) -> None:
    text = f"tree:   a b\n\n{title} (new ones prefixed by >>):\n\n>> a/b.yaml: c is missing\n"
    assert [message.level for message in the_one(text.encode()).messages] == [level]


def test_the_form_with_a_mark_for_old_ones_and_unindented_context_is_read() -> None:
    text = "tree:   a b\nhead:   1234567890123\n\nAll warnings (new ones prefixed by >>, old ones prefixed by <<):\n\n"
    text += (
        "a.c:1: warning: Function parameter 'x' not described in 'y'\n<< a.c:2: warning: old\n>> a.c:3: warning: new\n"
    )
    messages = the_one(text.encode()).messages
    assert [(m.path, m.line, m.marked) for m in messages] == [("a.c", 1, False), ("a.c", 2, False), ("a.c", 3, True)]


HOSTILE = {
    "control characters": b">> a.rst:1: WARNING: \x00\x1b[31m\x07 b [docutils]\n",
    "a path that leaves the tree": b">> ../../etc/passwd:1: WARNING: b\n>> /etc/passwd:1: WARNING: c\n",
    "no UTF-8": b">> a.rst:1: WARNING: \xff\xfe\xfd\n",
    "half surrogates": ">> a.rst:1: WARNING: \ud800\n".encode("utf-8", "surrogatepass"),
    "a workflow command": b">> ::error file=a::b: WARNING: c\n>> a.rst:1: WARNING: d\n",
    "a huge number": b">> a.rst:" + b"9" * 5_000 + b": WARNING: b\n>> a.rst:1: WARNING: c\n",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_is_a_text_like_any(data: bytes) -> None:
    count = data.count(b">> ")
    assert sum(message.marked for message in the_one(REPORT.split(">> ")[0].encode() + data).messages) == count


REFUSED = {
    "nothing": b" \n\n",
    "no report": b"Hello,\n\nnothing here.\n",
    "too many lines": b"x\n" * (MOST_LINES + 1),
    "too many bytes": b"x" * (17 << 20),
    "something compressed": b"\x1f\x8b\x08\x00" + b"x" * 50,
    "parts in parts": MAIL.encode() + b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n' * 3_000,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_report_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read(data, "a file")
    assert str(refused.value).startswith("a file: ")
    assert "\n" not in str(refused.value)


LONG = {
    "marked lines": ">> Documentation/a.rst:1: WARNING: Inline emphasis start-string without end-string. [docutils]\n",
    "tails": "   no place\n",
    "quoted": "> >> a.rst:1: WARNING: b\n",
    "pieces": "--\n",
    "messages without an end": "   a.rst:1: WARNING: Malformed table.\n   +--+\n\n",
    "brackets": "[auto build test WARNING on\n",
    "fields": "tree:   a\n",
    "versions": "dtschema version: 2025.12\n",
    "tags": "| Reported-by: a\n",
    "broken lines": "   a.rst:1: WARNING: b\n" + "words and words " * 4 + "\n",
    "diffs": "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,99999 @@\n",
    "numbers": "vim +1 a.rst\n",
    "blame": "72246da40f3719 Felipe Balbi 2011-08-19",
    "one line": "> ",
}


@pytest.mark.parametrize("line", LONG.values(), ids=LONG.keys())
def test_eight_times_as_long_takes_eight_times_as_much(line: str) -> None:
    def takes(count: int) -> int:
        data = (REPORT.partition(">> ")[0] + line * count + REPORT.partition("vim")[0]).encode()
        return calls(lambda: read(data, "long"))

    assert takes(8_000) < 9 * takes(1_000)


pieces = st.sampled_from(
    [*(line + "\n" for line in REPORT.splitlines()), "> ", ">> ", "\r\n", "\x00", "=3D", "=\n", "--\n", "From a\nTo: b\n\n",
     "<pre>", "</", "&gt;", "diff --git a/b b/b\n", "--- a/b\n+++ b/b\n@@ -1 +1 @@\n-a\n+b\n", "Content-Type: multipart/x\n",
     "vim +1 a\n", "  1\ta\n", "Subject: =?utf-8?b?AAA\n", "::::::", " [", "[docutils]\n", "a.rst:1: WARNING: b\n", "\ud800"]
)  # fmt: skip


def read_or_refused(data: bytes) -> None:
    """Raise `AssertionError` where `data` is neither."""
    try:
        document(read(data, "a file"))
    except InputError as error:
        said = str(error)
    else:
        said = ""
    assert "\n" not in said


@given(st.lists(pieces | st.text(st.characters(exclude_categories=()), max_size=20), max_size=60))
def test_any_text_is_read_or_refused(parts: list[str]) -> None:
    data = "".join(parts).encode("utf-8", "surrogatepass")
    read_or_refused(data)


@given(st.binary(max_size=400), st.integers(0, len(REPORT)))
def test_any_bytes_anywhere_are_read_or_refused(data: bytes, at: int) -> None:
    whole = REPORT.encode()
    for text in (data, whole[:at] + data + whole[at:], MAIL.encode() + b"\n" + whole[:at] + data):
        read_or_refused(text)
