from __future__ import annotations

import subprocess
import sys

import pytest
from docs_matrix.reports.rendering import markup_environment
from jinja2 import UndefinedError


def test_markup_escapes_a_value_and_shows_what_is_unseen_in_it() -> None:
    made = markup_environment().from_string('<p title="{{ value }}">').render(value="\"><script>'\u202e\x1b")
    assert made == '<p title="&#34;&gt;&lt;script&gt;&#39;\\u202e\\x1b">'


def test_a_value_that_nobody_gave_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        markup_environment().from_string("{{ value }}").render()


def test_jinja2_is_imported_only_when_a_report_is_written() -> None:
    program = "import docs_matrix.reports.folder, sys; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
