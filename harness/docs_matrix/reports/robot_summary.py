"""The content of a 0-day report as lines of text: what was built, with which toolchain, and its messages."""

from __future__ import annotations

from collections.abc import Iterator

from docs_matrix.reports.escaping import one_line, plural, visible
from docs_matrix.robot.report import Message, Report, ReportFile, forms

__all__ = ["lines"]

_FIELDS = (
    ("subject", "subject"), ("tree", "tree"), ("head", "head"), ("commit", "commit"), ("base", "base"), ("url", "url"),
    ("patch", "patch_link"), ("of", "patch_subject"), ("config", "config"), ("compiler", "compiler"),
    ("docutils", "docutils"), ("python", "python"),
)  # fmt: skip


def lines(reading: ReportFile) -> Iterator[str]:
    """Yield the lines for a file of reports."""
    for number, report in enumerate(reading.reports):
        if number:
            yield ""
        yield from _report(report)
    for patch in reading.patches:
        yield f"patch in it: {plural(patch.count('diff --git '), 'file')}, {plural(patch.count(chr(10)), 'line')}"
    yield from _unread(reading.unread)


def _report(report: Report) -> Iterator[str]:
    yield (
        f"{report.robot or 'unknown robot'}, {report.date:%Y-%m-%d %H:%M} UTC"
        if report.date
        else (report.robot or "unknown robot")
    )
    for name, field in _FIELDS:
        value = getattr(report, field)
        if value is not None:
            yield f"  {name + ':':10}{one_line(str(value))}"
    for tested in report.tested:
        yield f"  {tested.how}: {one_line(' '.join(tested.trees))}"
    for line in (report.reproduce or "").splitlines():
        yield f"  reproduce: {one_line(line)}"
    for tag in report.tags:
        yield f"  {one_line(tag)}"
    for notice in report.notices:
        yield f"  note: {one_line(notice)}"
    yield ""
    last = 0
    for message in report.messages:
        if message.piece != last:
            yield "--"
        last = message.piece
        yield from _message(message)
    marked = sum(message.marked for message in report.messages)
    cut = sum(message.cut for message in report.messages)
    yield ""
    yield f"{plural(len(report.messages), 'message')}, {marked} marked as new, {cut} not shown whole"
    for form, count in forms(report.messages).most_common():
        yield f"  {count:4} {one_line(form)}"
    for source in report.sources:
        numbers = [str(line.number) for line in source.lines if line.marked or line.at]
        yield f"source of {one_line(source.path)}: {plural(len(source.lines), 'line')}, marked: {', '.join(numbers) or 'none'}"
    yield from _unread(report.unread)


def _message(message: Message) -> Iterator[str]:
    first, *rest = str(message).split("\n")
    yield f"{'>>' if message.marked else '  '} {one_line(first)}{' (cut)' if message.cut and not rest else ''}"
    for number, line in enumerate(rest, start=1):
        yield f"   | {visible(line)}{' (cut)' if message.cut and number == len(rest) else ''}"


def _unread(unread: tuple[str, ...]) -> Iterator[str]:
    if unread:
        yield f"not understood: {plural(len(unread), 'line')}"
        yield from (f"  {visible(line)}" for line in unread)
