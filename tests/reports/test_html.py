from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from docs_matrix.diagnostics.asked import Asked
from docs_matrix.diagnostics.findings import Run
from docs_matrix.reports.html import LIMIT, page
from hypothesis import given, settings

from tests.reports.conftest import Dumped, NpmPackage
from tests.reports.test_history import COURSE
from tests.support.runs import HOSTILE, NEW, OLD, VFIO, cell, example, fixed, known, new, run, runs

VOID = {"br", "input", "link", "meta"}


class Page(HTMLParser):
    """The tags, the attributes and the text of a page; fails where its tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.scripts = 0
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data


OURS = Page(page(example()))


def test_the_verdict_comes_first_and_each_finding_with_its_source_and_its_variants() -> None:
    text = OURS.text
    assert text.index("7 new diagnostics in 2 cells (1 known)") < text.index("The matrix") < text.index("8 findings")
    assert f"{VFIO}:392: ERROR: Malformed table. ... [docutils]" in text
    assert "392line 392\n393line 393" in text
    assert "line 391 in 1 cell, 392 in 1; the change touched its line" in text
    assert "Right border not aligned or missing." in text


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = page(example())
    assert re.findall(r"<[^>]*(?:src|href|action)=([^ >]*)", text) == ['"#findings"']
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


def test_the_page_says_what_was_asked_and_has_a_picture_of_the_course_of_the_revisions() -> None:
    assert "examples/kernel-like · compared with the tree without the patches · read: all" in OURS.text
    assert "Over time" not in OURS.text
    read = Page(page(many()))
    assert "Over time" in read.text
    assert {"svg", "path", "figure"} <= read.tags
    assert "style" not in read.names


def test_the_matrix_tells_a_cell_that_was_not_built() -> None:
    text = Page(page(run(cell(OLD, status="failed", reason="no <b>way</b>"), cell(NEW, new("a"))))).text
    assert "failed: no <b>way</b>" in text


def test_thousands_of_findings_are_cut_with_a_count() -> None:
    said = [new(f"n{number}", number) for number in range(4_000)] + [
        fixed(f"f{number}", number) for number in range(1_000)
    ]
    text = page(run(*(cell(f"{NEW}-{letter}", *said) for letter in "abcdefghijkl")))
    assert text.count('<article class="finding"') == LIMIT
    assert "and 4000 more (3000 new, 1000 fixed), in" in text
    assert len(text) < 5_000_000


def test_a_line_of_a_million_characters_does_not_make_the_page_endless() -> None:
    made = run(cell(NEW, new("x" * 1_000_000, 1)), sources={VFIO: "y" * 1_000_000})
    assert len(page(made)) < 60_000


@pytest.mark.parametrize(
    "message", [*HOSTILE.values(), "<script>alert(1)</script>\"' onload=x", "\u202etxt", "</td></table>"]
)
def test_a_hostile_message_is_text(message: str) -> None:
    made = run(cell(NEW, new(f"first {message}", path=f"p{message[:80]}"), known(f"a\n{message}", 2)), base=message)
    read = Page(page(made))
    assert read.scripts == 1
    assert read.tags <= OURS.tags
    assert read.names <= OURS.names
    assert "\u202e" not in read.text


@settings(deadline=None, max_examples=40)
@given(runs())
def test_any_run_has_no_tags_and_attributes_but_ours(made: Run) -> None:
    read = Page(page(made))
    assert read.tags <= OURS.tags | {"p"}
    assert read.scripts == 1
    page(made).encode("utf-8")


def test_the_same_can_be_asked_again() -> None:
    asked = Asked("my docs", ("noiommu.patch",), docs=("all",), folder="/home/me")
    read = Page(page(run(asked=asked)))
    assert "docs-matrix check --tree '/home/me/my docs' --patch /home/me/noiommu.patch --docs all" in read.text
    assert "Ask the same again" not in page(run(asked=None))


# ---- in a browser ----------------------------------------------------------------------------------------------------


def many() -> Run:
    """The example, with a cell that failed, a long path, and a history."""
    made = example()
    more = cell("py3.12-docutils0.20.1-sphinx7.2.6", new("a", 3, path=f"Documentation/{'long-' * 30}name.rst"))
    failed = cell("py3.11-docutils0.19-sphinx5.3.0", status="failed", reason="the head's build: ended by signal 9")
    return replace(run(*made.cells, more, failed), sources=made.sources, history=COURSE)


def with_script(text: str, *scripts: str) -> str:
    """The page with further scripts, and without the policy that forbids them; every finding is open."""
    text = re.sub(r"<meta http-equiv=[^>]*>", "", text).replace("<details>", "<details open>")
    return text.replace("</body>", "".join(f"<script>{script}</script>" for script in scripts) + "</body>")


def told(dumped: str) -> str:
    match = re.search(r'<output id="told">(.*?)</output>', dumped, re.DOTALL)
    assert match, dumped[-500:]
    return html.unescape(match[1])


TELL = """
    const tell = (value) => {
      document.body.innerHTML = "<output id=told></output>";
      document.getElementById("told").textContent = JSON.stringify(value);
    };
"""


@pytest.mark.parametrize("scheme", [0, 1], ids=["in the dark", "in the light"])
def test_axe_finds_nothing_serious(browser: Dumped, npm_package: NpmPackage, tmp_path: Path, scheme: int) -> None:
    axe = (npm_package("axe-core@4.14.1") / "axe.min.js").read_text("utf-8")
    run_axe = """
        const dark = matchMedia("(prefers-color-scheme: dark)").matches;
        const one = (found) => [found.id, found.impact, found.nodes[0].html.slice(0, 200)];
        axe.run().then((told) => tell({dark, passes: told.passes.length, violations: told.violations.map(one)}));
    """
    (tmp_path / "page.html").write_text(
        with_script(page(many()), axe.replace("</script", "<\\/script"), TELL + run_axe)
    )
    answer = json.loads(told(browser(tmp_path / "page.html", f"--blink-settings=preferredColorScheme={scheme}")))
    assert answer["dark"] is (scheme == 0)
    assert answer["passes"] > 15
    assert answer["violations"] == []


def test_a_phone_shows_it_without_scrolling_sideways(browser: Dumped, tmp_path: Path) -> None:
    measure = "parent.postMessage([document.documentElement.scrollWidth, innerWidth], '*');"
    (tmp_path / "inner.html").write_text(with_script(page(many()), measure))
    frame = "<body><iframe width=360 height=800 src=inner.html></iframe>"
    frame += f"<script>{TELL}onmessage = (event) => tell(event.data);</script></body>"
    (tmp_path / "outer.html").write_text(frame)
    wide, window = json.loads(told(browser(tmp_path / "outer.html")))
    assert window == 360
    assert wide <= window


def test_filters_hide_what_is_not_asked_for(browser: Dumped, tmp_path: Path) -> None:
    choose = "const s = document.getElementById('by-cell'); s.value = 'c2'; s.dispatchEvent(new Event('input', {bubbles: true}));"
    tell = """
        const hidden = [...document.querySelectorAll(".finding")].map((finding) => finding.hidden);
        tell([...hidden, document.getElementById("shown").textContent]);
    """
    (tmp_path / "page.html").write_text(with_script(page(many()), choose, TELL + tell))
    *hidden, shown = json.loads(told(browser(tmp_path / "page.html")))
    assert shown == "1 of 9 shown"
    assert hidden.count(False) == 1


def test_the_page_s_own_policy_lets_its_script_run_and_no_other(browser: Dumped, tmp_path: Path) -> None:
    ours = page(many())
    (tmp_path / "page.html").write_text(ours.replace("</body>", "<script>document.title = 'evil'</script></body>"))
    after = browser(tmp_path / "page.html")
    assert "9 of 9 shown" in after
    assert "<title>evil" not in after
