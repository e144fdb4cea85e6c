from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs_matrix.reports.rendering import TEMPLATES, markup_environment, shell_environment
from jinja2 import Environment, UndefinedError


def test_markup_escapes_a_value_and_shows_what_is_unseen_in_it() -> None:
    made = markup_environment().from_string('<p title="{{ value }}">').render(value="\"><script>'\u202e\x1b")
    assert made == '<p title="&#34;&gt;&lt;script&gt;&#39;\\u202e\\x1b">'


@pytest.mark.parametrize("expression", ["value", "value | safe", "value ~ ''", "[value] | join", "value | one_line"])
def test_a_shell_takes_a_value_as_one_word_whatever_a_template_does_to_it(expression: str) -> None:
    evil = "$(echo a)`echo b`'; echo c #"
    made = shell_environment().from_string(f"printf '<%s>' {{{{ {expression} }}}}").render(value=evil)
    assert subprocess.run(["sh", "-c", made], capture_output=True, text=True, check=True).stdout == f"<{evil}>"


@pytest.mark.parametrize("text", ["", "a", "a\n", "end-1\n", "end-1\nend-2", "$HOME `a` \\\n"])
def test_a_here_document_is_the_text_that_it_was_made_of(text: str) -> None:
    made = shell_environment().from_string("cat <<{{ value | here_document }}\n").render(value=text)
    said = subprocess.run(["sh", "-c", made], capture_output=True, text=True, check=True).stdout
    assert said == (text if text.endswith("\n") or not text else f"{text}\n")


def misplaced(template: str) -> list[str]:
    """The expressions of a shell template that stand in quotes or in a comment, where quoting them does not help."""
    found = []
    for line in template.splitlines():
        for match in re.finditer(r"\{\{.*?\}\}", line):
            before = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "x", line[: match.start()])
            if before.count('"') % 2 or before.count("'") % 2 or "`" in before or re.search(r"(^|\s)#", before):
                found.append(match[0])
    return found


@pytest.mark.parametrize(
    "line", ['echo "{{ a }}"', "echo '{{ a }}'", "# {{ a }}", 'b "{{ a }}" {{ a }}', "x # {{ a }}"]
)
def test_an_expression_in_quotes_or_in_a_comment_is_found(line: str) -> None:
    assert misplaced(line) == ["{{ a }}"]


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.sh.j2")), ids=lambda path: path.name)
def test_no_expression_of_a_shell_template_stands_in_quotes_or_in_a_comment(template: Path) -> None:
    assert "{{" in template.read_text("utf-8")
    assert misplaced(template.read_text("utf-8")) == []


@pytest.mark.parametrize("environment", [markup_environment(), shell_environment()], ids=["markup", "shell"])
def test_a_value_that_nobody_gave_is_a_mistake(environment: Environment) -> None:
    with pytest.raises(UndefinedError):
        environment.from_string("{{ value }}").render()


def test_jinja2_is_imported_only_when_a_report_is_written() -> None:
    program = "import docs_matrix.reports.folder, sys; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
