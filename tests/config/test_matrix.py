"""matrix.yaml as checked data: what is read from it, and what is said about mistakes in it."""

from __future__ import annotations

import json
import os
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from docs_matrix.config import matrix
from docs_matrix.config.matrix import Matrix
from docs_matrix.errors import InputError

from tests.support.effort import patience

ROOT = Path(__file__).parents[2]

CELL = """
cells:
  - {python: "3.13", docutils: "0.21.2", sphinx: "8.1.3", date: "2025-08-09T00:00:00Z", why: Debian 13}
"""


def load(folder: Path, text: str) -> Matrix:
    path = folder / "matrix.yaml"
    path.write_text("version: 1\n" + textwrap.dedent(text), encoding="utf-8", errors="surrogatepass")
    return matrix.load(path)


def mistake(folder: Path, text: str) -> str:
    """What is said about `text`, from the line on, without the file's name."""
    with pytest.raises(InputError) as caught:
        load(folder, text)
    path, _, says = str(caught.value).partition(":")
    assert path == str(folder / "matrix.yaml")
    assert "\n" not in says
    return says


# The matrix that is shipped


def test_the_shipped_matrix_holds_the_eight_cells_in_their_order() -> None:
    shipped = matrix.load(ROOT / "matrix.yaml")
    assert [cell.name for cell in shipped.cells] == [
        "py3.9-docutils0.16-sphinx3.4.3",
        "py3.10-docutils0.17.1-sphinx4.3.2",
        "py3.11-docutils0.19-sphinx5.3.0",
        "py3.12-docutils0.20.1-sphinx7.2.6",
        "py3.13-docutils0.21.2-sphinx8.1.3",
        "py3.13-docutils0.21.2-sphinx8.2.3",
        "py3.13-docutils0.22.4-sphinx9.0.4",
        "py3.13-docutils0.23-sphinx9.2.0",
    ]
    assert all(cell.why for cell in shipped.cells)
    assert shipped.tree == "example"
    assert shipped.trees["example"].path == ROOT / "examples/kernel-like"


def test_the_schema_is_one_and_an_editor_accepts_the_shipped_matrix_by_it() -> None:
    schema = json.loads((ROOT / "harness/docs_matrix/config/matrix.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((ROOT / "matrix.yaml").read_text(encoding="utf-8")), schema)


# What is read


def test_a_version_without_quotes_is_the_text_written(tmp_path: Path) -> None:
    cells = "cells: [{python: 3.10, docutils: 0.20, sphinx: 7.2.6, date: 2024-04-25T00:00:00Z, why: unquoted}]"
    (cell,) = load(tmp_path, cells).cells
    assert cell.name == "py3.10-docutils0.20-sphinx7.2.6"
    assert cell.date == datetime(2024, 4, 25, tzinfo=UTC)


def test_a_tree_says_where_and_how_and_what_it_needs(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        f"""
        defaults: {{tree: kernel, time_limit: 90}}
        trees:
          kernel:
            path: ../linux
            recipe: {{make: {{variables: {{W: 1, SPHINXDIRS: driver-api}}, jobs: 2}}}}
            requirements: [PyYAML, Sphinx, alabaster]
            cells: [py3.13-docutils0.21.2-sphinx8.1.3]
          plain: {{path: /srv/docs, recipe: {{sphinx: {{source: doc, builder: dummy, options: [-t, x]}}}}}}
          bare: {{path: ~}}
        {textwrap.indent(CELL, " " * 8)}""".replace("~", "'~/docs'"),
    )
    kernel, plain = loaded.trees["kernel"], loaded.trees["plain"]
    assert (loaded.tree, loaded.time_limit) == ("kernel", 90)
    assert kernel.path == tmp_path.parent / "linux"
    assert kernel.recipe == matrix.Recipe(
        "make", "Documentation", "Documentation", variables={"W": "1", "SPHINXDIRS": "driver-api"}, jobs=2
    )
    assert kernel.requirements == ("alabaster", "pyyaml")
    assert kernel.cells == ("py3.13-docutils0.21.2-sphinx8.1.3",)
    assert plain.recipe == matrix.Recipe("sphinx", "doc", "doc", builder="dummy", options=("-t", "x"))
    assert plain.requirements is None
    assert loaded.trees["bare"].path == Path.home() / "docs"


def test_a_tree_has_variables_of_its_own(tmp_path: Path) -> None:
    found = load(
        tmp_path, CELL + 'trees: {handbook: {path: ., environment: {TZ: UTC, VERSION: "3.10", NUMBER: 3.10}}}\n'
    )
    assert found.trees["handbook"].environment == {"TZ": "UTC", "VERSION": "3.10", "NUMBER": "3.10"}


@pytest.mark.parametrize("name", ["PATH", "GIT_DIR", "PYTHONPATH"])
def test_a_variable_that_every_build_has_is_not_the_trees(tmp_path: Path, name: str) -> None:
    says = mistake(tmp_path, CELL + f"trees: {{handbook: {{path: ., environment: {{{name}: x}}}}}}\n")
    assert says.endswith(
        f"trees.handbook.environment.{name}: docs-matrix itself sets {name} in each build; leave it out"
    )


def test_a_label_tells_two_cells_apart_that_differ_in_requirements_only(tmp_path: Path) -> None:
    common = 'python: "3.13", docutils: "0.21.2", sphinx: "8.1.3", date: "2025-08-09T00:00:00Z", why: x'
    loaded = load(tmp_path, f"cells: [{{{common}}}, {{{common}, label: theme, requirements: [furo]}}]")
    assert [cell.name for cell in loaded.cells] == [
        "py3.13-docutils0.21.2-sphinx8.1.3",
        "py3.13-docutils0.21.2-sphinx8.1.3-theme",
    ]
    assert loaded.cells[1].pins == ("docutils==0.21.2", "sphinx==8.1.3", "furo")
    assert "is there already, on line 2" in mistake(tmp_path, f"cells: [{{{common}}}, {{{common}}}]")


def test_requirements_have_one_form() -> None:
    assert matrix.normalised(["PyYAML", "Sphinx", "alabaster"]) == ("alabaster", "pyyaml")
    assert matrix.normalised(["docutils", "Foo_Bar >= 1 , < 2", "foo-bar<2,>=1"]) == ("foo-bar<2,>=1",)
    assert matrix.normalised(["sphinx<9", 'tomli; python_version < "3.11"']) == (
        "sphinx<9",
        'tomli; python_version < "3.11"',
    )
    with pytest.raises(InputError, match='"no such thing!" is not a requirement'):
        matrix.normalised(["no such thing!"])
    with pytest.raises(InputError, match="names an address"):
        matrix.normalised(["foo @ https://example.org/foo.whl"])


# Products, as GitHub has them


def product(folder: Path, text: str) -> list[str]:
    return [
        f"{cell.name} {cell.date:%Y} {cell.why} {' '.join(cell.requirements)}".strip()
        for cell in load(folder, textwrap.dedent(text)).cells
    ]


def test_a_product_makes_all_combinations_with_the_first_list_slowest(tmp_path: Path) -> None:
    assert product(
        tmp_path,
        """
        products:
          - python: ["3.11", "3.13"]
            docutils: ["0.21.2"]
            sphinx: ["8.1.3", "8.2.3"]
            date: ["2025-07-01T00:00:00Z"]
            why: x
        """,
    ) == [
        "py3.11-docutils0.21.2-sphinx8.1.3 2025 x",
        "py3.11-docutils0.21.2-sphinx8.2.3 2025 x",
        "py3.13-docutils0.21.2-sphinx8.1.3 2025 x",
        "py3.13-docutils0.21.2-sphinx8.2.3 2025 x",
    ]


def test_exclude_needs_a_part_of_a_combination_only_and_comes_before_include(tmp_path: Path) -> None:
    assert product(
        tmp_path,
        """
        products:
          - python: ["3.9", "3.13"]
            docutils: ["0.20.1", "0.21.2"]
            sphinx: ["7.4.7", "8.1.3"]
            date: ["2025-07-01T00:00:00Z"]
            why: x
            exclude:
              - {python: 3.9}
              - {docutils: "0.20.1", sphinx: "8.1.3"}
            include:
              - {python: "3.9", docutils: "0.20.1", sphinx: "7.4.7", date: "2024-08-01T00:00:00Z", why: back again}
        """,
    ) == [
        "py3.13-docutils0.20.1-sphinx7.4.7 2025 x",
        "py3.13-docutils0.21.2-sphinx7.4.7 2025 x",
        "py3.13-docutils0.21.2-sphinx8.1.3 2025 x",
        "py3.9-docutils0.20.1-sphinx7.4.7 2024 back again",
    ]


def test_include_extends_what_it_does_not_change_and_else_adds(tmp_path: Path) -> None:
    """GitHub's own example of fruits and animals, in our words."""
    assert product(
        tmp_path,
        """
        products:
          - python: ["3.12", "3.13"]
            sphinx: ["8.1.3", "8.2.3"]
            docutils: ["0.21.2"]
            why: x
            include:
              - {date: "2021-01-01T00:00:00Z"}
              - {date: "2022-01-01T00:00:00Z", sphinx: "8.2.3"}
              - {python: "3.12", requirements: [furo]}
              - {python: "3.11", docutils: "0.21.2", sphinx: "8.2.3", date: "2023-01-01T00:00:00Z", why: added}
              - {python: "3.11", docutils: "0.21.2", sphinx: "8.2.3", date: "2024-01-01T00:00:00Z", why: y, label: b}
        """,
    ) == [
        "py3.12-docutils0.21.2-sphinx8.1.3 2021 x furo",
        "py3.12-docutils0.21.2-sphinx8.2.3 2022 x furo",
        "py3.13-docutils0.21.2-sphinx8.1.3 2021 x",
        "py3.13-docutils0.21.2-sphinx8.2.3 2022 x",
        "py3.11-docutils0.21.2-sphinx8.2.3 2023 added",
        "py3.11-docutils0.21.2-sphinx8.2.3-b 2024 y",
    ]


def test_a_combination_without_a_date_is_named(tmp_path: Path) -> None:
    text = 'products: [{python: ["3.13"], docutils: ["0.21.2"], sphinx: ["8.1.3"], why: x}]'
    assert mistake(tmp_path, text) == (
        "2: products[0]: the combination python 3.13, docutils 0.21.2, sphinx 8.1.3 has no date"
    )


def test_excluding_by_what_is_no_list_is_a_mistake(tmp_path: Path) -> None:
    text = 'products:\n- python: ["3.13"]\n  why: x\n  exclude:\n  - {sphinx: "8.1.3"}\n'
    assert (
        mistake(tmp_path, text)
        == "6: products[0].exclude[0].sphinx: this product has no such list; its lists are: python"
    )


def test_a_product_has_a_limit(tmp_path: Path) -> None:
    versions = ", ".join(f'"0.{minor}"' for minor in range(20))
    text = f'products: [{{python: ["3.13"], docutils: [{versions}], sphinx: [{versions}], why: x}}]'
    assert "makes 400 combinations; 256 are allowed" in mistake(tmp_path, text)


# Mistakes: the place, and what would be right


def cell_mistake(folder: Path, **values: str) -> str:
    given = {
        "python": '"3.13"',
        "docutils": '"0.21.2"',
        "sphinx": '"8.1.3"',
        "date": '"2025-08-09T00:00:00Z"',
        "why": "x",
        **values,
    }
    lines = [f"    {key}: {value}" for key, value in given.items() if value]
    return mistake(folder, "cells:\n  -\n" + "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"docutils": "0.21.x"}, '5: cells[0].docutils: "0.21.x" is not a release; write one such as "0.21.2"'),
        ({"sphinx": ""}, '4: cells[0]: lacks the key "sphinx": the release of Sphinx, exactly, such as "8.1.3"'),
        ({"sphinx": "[8]"}, "6: cells[0].sphinx: a list is given where text is needed"),
        ({"sphinx": "~"}, "6: cells[0].sphinx: nothing is given where text is needed"),
        ({"python": "3"}, '4: cells[0].python: "3" is not a release of Python 3'),
        ({"python": '"3.5"'}, '4: cells[0].python: "3.5" is too old'),
        ({"python": '"3.9"'}, "6: cells[0].sphinx: Sphinx 8.1.3 needs Python 3.10 or later, and this cell has 3.9"),
        ({"docutils": "0.22"}, "5: cells[0].docutils: Sphinx 8.1.3 needs docutils >=0.20,<0.22"),
        ({"date": "2025-06-01"}, '7: cells[0].date: "2025-06-01" is not a full UTC time'),
        ({"date": '"2025-06-31T00:00:00Z"'}, "is not a date of the calendar"),
        ({"why": '"a\\nb"'}, '8: cells[0].why: "a\\nb" is not one line of text'),
        ({"label": "../x"}, '9: cells[0].label: "../x" is not a label'),
        ({"requirements": "[sphinx==9]"}, '9: cells[0].requirements[0]: "sphinx==9" pins sphinx a second time'),
        ({"requirements": "[furo, '!']"}, '9: cells[0].requirements[1]: "!" is not a requirement'),
        ({"sphynx": "1"}, '9: cells[0].sphynx: unknown key; did you mean "sphinx"?'),
        ({"zzz": "1"}, "9: cells[0].zzz: unknown key; the keys here are: python, docutils, sphinx, date, why"),
        ({'"a\\e[31m"': "1"}, '9: cells[0]["a\\u001b[31m"]: unknown key'),
        ({'"docutils"': "1"}, "9: cells[0].docutils is here twice, first on line 5"),
    ],
)
def test_a_mistake_in_a_cell_gives_the_line_the_place_and_what_would_be_right(
    tmp_path: Path, values: dict[str, str], says: str
) -> None:
    assert says in cell_mistake(tmp_path, **values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", '1: names no cell; list some under "cells" or "products"'),
        ("cells: []", '1: names no cell; list some under "cells" or "products"'),
        ("cels: []", '2: cels: unknown key; did you mean "cells"?'),
        ("cells: 1", '2: cells: "1" is given where a list is needed'),
        (f"defaults: {{tree: x}}\n{CELL}", '2: defaults.tree: "x": there is no such tree; the trees are: none'),
        (f"defaults: {{time_limit: 0}}\n{CELL}", '2: defaults.time_limit: "0" is not a number from 1 to 604800'),
        (f"defaults: {{time_limit: '60'}}\n{CELL}", '2: defaults.time_limit: "60" is given where a number is needed'),
        (f"defaults: {{time_limit: 1.0e+999}}\n{CELL}", '"1.0e+999" is not a number from 1 to 604800'),
        (f"trees: {{../x: {{path: .}}}}\n{CELL}", '2: trees["../x"]: "../x" is not a name of a tree'),
        (f"trees: {{x: {{}}}}\n{CELL}", '2: trees.x: lacks the key "path"'),
        (f'trees: {{x: {{path: "a\\0b"}}}}\n{CELL}', '2: trees.x.path: "a\\u0000b" is not a path'),
        (f"trees: {{x: {{path: ., recipe: {{}}}}}}\n{CELL}", "recipe: is empty; name one of: sphinx, make"),
        (f"trees: {{x: {{path: ., recipe: {{make: {{}}, sphinx: {{source: .}}}}}}}}\n{CELL}", "name one"),
        (
            f"trees: {{x: {{path: ., recipe: {{sphinx: {{source: ../..}}}}}}}}\n{CELL}",
            "is not a folder inside the tree",
        ),
        (f"trees: {{x: {{path: ., recipe: {{make: {{source: /etc}}}}}}}}\n{CELL}", "is not a folder inside the tree"),
        (f"trees: {{x: {{path: ., recipe: {{make: {{jobs: 1.5}}}}}}}}\n{CELL}", "whole number"),
        (f"trees: {{x: {{path: ., requirements: [docutils<0.22]}}}}\n{CELL}", "pins docutils a second time"),
        (f"trees: {{x: {{path: ., cells: []}}}}\n{CELL}", "2: trees.x.cells: the list is empty"),
        (
            f"trees: {{x: {{path: ., cells: [py3.13-docutils0.21.2-sphinx8.1.2]}}}}\n{CELL}",
            'there is no such cell; did you mean "py3.13-docutils0.21.2-sphinx8.1.3"?',
        ),
        ("a: &a [*a]", "or an alias contains itself"),
        ("a: " + "[" * 3000, "lists and mappings are nested too deep"),
        ("{}", "is not YAML"),
        ("a: !thing {}", "means nothing here"),
        ("? [a]\n: b", "a key must be text"),
        ("---\na: 1", "is not YAML: but found another document"),
        ("a: \udc80", "2: is not UTF-8"),
        ("a: \x07", "2: is not YAML: the character 0x0007 is not allowed"),
    ],
)
def test_a_mistake_elsewhere_is_told_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    assert says in mistake(tmp_path, text)


def test_the_first_of_several_mistakes_is_told(tmp_path: Path) -> None:
    assert mistake(tmp_path, "cells: []\nzebra: 1\napple: 2\n").startswith("3: zebra: unknown key")


def test_an_alias_bomb_ends_quickly(tmp_path: Path) -> None:
    levels = "\n".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12))
    assert "holds more than 20000 values" in mistake(tmp_path, f"a0: &a0 [x, x]\n{levels}\n")


def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "matrix.yaml"
    with pytest.raises(InputError, match=r"matrix\.yaml: no such file"):
        matrix.load(path)
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        matrix.load(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"matrix\.yaml:1: is empty"):
        matrix.load(path)
    path.write_bytes(b"- 1\n")
    with pytest.raises(InputError, match=r"matrix\.yaml:1: a list is given where a mapping is needed"):
        matrix.load(path)
    path.write_bytes(b"version: 2\n")
    with pytest.raises(InputError, match=r'matrix\.yaml:1: version: "2" is not 1'):
        matrix.load(path)
    path.write_bytes(b"#" * (1 << 21))
    with pytest.raises(InputError, match="is larger than 1 MiB"):
        matrix.load(path)


@pytest.mark.parametrize(
    "option",
    [
        "-w",
        "-wPWN",
        "--warning-file=/x",
        "--warn=x",
        "-d",
        "-c",
        "-C",
        "-b",
        "-M",
        "-P",
        "--pdb",
        "-j4",
        "/etc",
        "../x",
    ],
)
def test_an_option_that_names_a_file_or_another_builder_is_no_trees_to_set(tmp_path: Path, option: str) -> None:
    text = f'trees: {{a: {{path: ., recipe: {{sphinx: {{source: ., options: ["-n", "{option}"]}}}}}}}}\n'
    assert f'recipe.sphinx.options[1]: "{option}" is no option that a tree may set' in mistake(tmp_path, text + CELL)


def test_settings_tags_and_strictness_are_options_of_a_tree(tmp_path: Path) -> None:
    options = ("-D", "a=b/c", "-Dx=1", "-t", "tag", "-nW", "--keep-going", "-A", "x=../y")
    text = f"trees: {{a: {{path: ., recipe: {{sphinx: {{source: ., options: {json.dumps(options)}}}}}}}}}\n"
    recipe = load(tmp_path, text + CELL).trees["a"].recipe
    assert recipe is not None
    assert recipe.options == options


@pytest.mark.parametrize("text", ["[" * 50_000, "a: " * 50_000, "- " * 50_000, "&a [" * 20_000])
def test_what_is_nested_too_deep_is_one_line(tmp_path: Path, text: str) -> None:
    mistake(tmp_path, text)


def test_aliases_of_aliases_come_to_an_end(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    with patience():
        mistake(tmp_path, "\n".join(lines))


def test_a_fifo_is_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "matrix.yaml")
    with patience(), pytest.raises(InputError, match="cannot be read"):
        matrix.load(tmp_path / "matrix.yaml")
