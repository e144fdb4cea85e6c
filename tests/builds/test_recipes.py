"""How a tree that nothing names is recognised, and the commands that recipes give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
import yaml
from docs_matrix.builds import host_tools, recipes
from docs_matrix.builds.recipes import BuildFolders, Recognised, Shortcuts, read_the_docs, recognise
from docs_matrix.builds.recipes.read_the_docs import HostedSetup
from docs_matrix.builds.recipes.sphinx import SphinxBuild
from docs_matrix.config.matrix import Recipe
from docs_matrix.errors import InputError, MachineError

KERNEL = {
    "Kbuild": b"",
    "Documentation/Makefile": b"htmldocs:\n",
    "Documentation/conf.py": b"",
    "Documentation/sphinx/requirements.txt": b"# it needs\nalabaster\nSphinx\nsphinx-rtd-theme\npyyaml # yaml\n-r a.txt\n",
}
FOLDERS = BuildFolders(Path("/t"), Path("/s"), Path("/s/bin/sphinx-build"))


def known(files: Mapping[str, bytes]) -> recipes.Recognised:
    return recognise("tree", files.keys(), files.get)


def test_a_kernel_is_built_by_make_and_names_its_requirements() -> None:
    found = known(KERNEL)
    assert (found.recipe.kind, found.recipe.target, found.recipe.source) == ("make", "htmldocs", "Documentation")
    assert found.requirements == ("alabaster", "sphinx-rtd-theme", "pyyaml")


def test_what_is_built_as_a_kernel_in_another_folder_is_built_by_make() -> None:
    u_boot = {"Kbuild": b"", "doc/Makefile": b"htmldocs:\n\t$(SPHINXBUILD)\n", "doc/conf.py": b""}
    found = known(u_boot).recipe
    assert (found.kind, found.target, found.source, found.config) == ("make", "htmldocs", "doc", "doc")


def test_a_makefile_without_htmldocs_is_none_of_a_kernel() -> None:
    assert known({"Kbuild": b"", "doc/Makefile": b"html:\n", "doc/conf.py": b""}).recipe.kind == "sphinx"


@pytest.mark.parametrize("folder", ["doc", "docs", "Documentation", "docs/source"])
def test_a_project_is_known_by_the_folder_of_its_conf_py(folder: str) -> None:
    found = known({f"{folder}/conf.py": b"", "setup.py": b""})
    assert (found.recipe.kind, found.recipe.source) == ("sphinx", folder)


def test_a_conf_py_at_the_root_is_found() -> None:
    assert known({"conf.py": b""}).recipe.source == "."


@pytest.mark.parametrize("folder", ["docs/html", "documentation", "docs/en", "lib/manual/src"])
def test_the_only_conf_py_of_a_tree_is_found_wherever_it_is(folder: str) -> None:
    others = {
        "tests/roots/a/conf.py": b"",
        "node_modules/x/conf.py": b"",
        ".tox/docs/conf.py": b"",
        "docs/_build/conf.py": b"",
    }
    assert known({f"{folder}/conf.py": b"", **others}).recipe.config == folder


def test_of_several_folders_the_usual_one_is_taken() -> None:
    assert known({"docs/conf.py": b"", "plugin/manual/conf.py": b""}).recipe.config == "docs"


def test_the_read_the_docs_file_decides() -> None:
    hosted = b"version: 2\nsphinx:\n  configuration: ./b/conf.py\n  builder: dirhtml\n"
    files = {"a/conf.py": b"", "b/conf.py": b"", "docs/conf.py": b""}
    found = known({**files, ".readthedocs.yaml": hosted}).recipe
    assert (found.source, found.config, found.builder) == ("b", "b", "dirhtml")
    gone = hosted.replace(b"./b", b"gone")
    assert known({**files, ".readthedocs.yaml": gone}).recipe.config == "docs"


MAKEFILE = (
    b"SPHINXOPTS = -W -n --keep-going -t extra -j auto \\\n  -D nitpicky=1 -A x=$(X)\nhtml:\n\tsphinx-build . _build\n"
)


@pytest.mark.parametrize(("config", "makefile"), [("docs", "docs/Makefile"), ("docs/source", "docs/Makefile")])
def test_sphinx_build_is_started_where_the_makefile_starts_it_with_the_options_that_matter(
    config: str, makefile: str
) -> None:
    found = known({f"{config}/conf.py": b"", makefile: MAKEFILE}).recipe
    assert (found.source, found.folder) == (config, "docs")
    assert found.options == ("-n", "-t", "extra", "-D", "nitpicky=1")


def test_read_the_docs_starts_it_beside_conf_py() -> None:
    hosted = b"version: 2\nsphinx: {configuration: docs/source/conf.py}\n"
    files = {"docs/source/conf.py": b"", "docs/Makefile": MAKEFILE, ".readthedocs.yaml": hosted}
    assert known(files).recipe.folder == "docs/source"


def test_a_makefile_that_starts_no_sphinx_says_nothing() -> None:
    found = known({"docs/conf.py": b"", "docs/Makefile": b"OPTIONS = -n\nall:\n\tpandoc\n"}).recipe
    assert (found.folder, found.options) == (".", ())


def test_no_notebook_and_no_gallery_is_executed_unless_the_makefile_says_how() -> None:
    conf = b"extensions = ['myst_nb', 'sphinx_gallery.gen_gallery']\n"
    found = known(
        {"docs/conf.py": conf, "docs/Makefile": b"SPHINXOPTS = -D plot_gallery=1\nall:\n\tsphinx-build\n"}
    ).recipe
    assert found.options == ("-D", "plot_gallery=1", "-D", "nb_execution_mode=off")


def test_several_unusual_folders_are_an_error_that_names_them_and_the_way_out() -> None:
    says = r"conf.py is in a and in b; choose one: docs-matrix init --source DIR, or sphinx.configuration in .readthedocs.yaml"
    with pytest.raises(InputError, match=says):
        known({"a/conf.py": b"", "b/conf.py": b""})


def test_two_candidates_are_an_error_that_names_both() -> None:
    with pytest.raises(InputError, match=r"conf.py is in doc and in docs"):
        known({"doc/conf.py": b"", "docs/conf.py": b""})


def test_a_tree_without_documentation_is_an_error() -> None:
    with pytest.raises(InputError, match="tree: no documentation found"):
        known({"README": b""})


def test_sphinx_build_gets_folders_builder_and_options() -> None:
    recipe = Recipe("sphinx", "docs/source", "docs", builder="dummy", options=("-t", "extra"), jobs=2)
    words = recipes.KINDS["sphinx"].command(recipe, FOLDERS).words
    assert words[0] == "/s/bin/sphinx-build"
    assert words[-2:] == ("/t/docs/source", "/s/output")
    assert " ".join(words[1:-2]) == "-b dummy -j 2 -d /s/doctrees -c /t/docs --no-color -t extra"


def test_sphinx_build_starts_in_its_folder_and_a_script_names_the_others_from_there() -> None:
    recipe = Recipe("sphinx", "docs/source", "docs", folder="docs")
    assert recipes.KINDS["sphinx"].command(recipe, FOLDERS).cwd == Path("/t/docs")
    script = recipes.KINDS["sphinx"].script(recipe, ())
    assert script.folder == "docs"
    assert [word.text for word in script.words][-4:] == ["-c", ".", "source", ""]


def test_make_points_at_the_probe_and_builds_outside_of_the_tree() -> None:
    recipe = Recipe("make", "Documentation", "Documentation", variables={"SPHINXDIRS": "driver-api"})
    command = recipes.KINDS["make"].command(recipe, FOLDERS)
    assert command.cwd == Path("/t")
    assert "SPHINXBUILD=/s/bin/sphinx-build" in command.words
    assert "BUILDDIR=/s/output" in command.words
    assert "SPHINXDIRS=driver-api" in command.words
    assert command.words[-1] == "htmldocs"


def test_a_kernel_has_its_generators_of_netlink_asked_once_for_all_cells(tmp_path: Path) -> None:
    kernel = recipes.KINDS["make"]
    python, known, new = Path("/e/bin/python"), Path("/store/answers"), Path("/s/answers")
    assert kernel.shortcuts(tmp_path, python, known, new) == Shortcuts(
        {"kernel_doc_cache": ("/store/answers", "/s/answers")}
    )
    (tmp_path / "tools/net/ynl").mkdir(parents=True)
    (tmp_path / "tools/net/ynl/ynl-gen-rst.py").write_text("")
    programs = kernel.shortcuts(tmp_path, python, known, new).programs
    assert list(programs) == ["python3"]
    assert "tools/net/ynl/ynl-gen-rst.py)" in programs["python3"]
    assert programs["python3"].endswith('exec /e/bin/python3 "$@"')


class Waf(SphinxBuild):
    """A third kind, which is known by a file of its own and needs a program that no machine has."""

    tools: Mapping[str, str] = {"no-such-waf": "it cannot be built"}
    needed: Mapping[str, str] = {"no-such-waf": "waf is not installed"}

    def recognise(self, name: str, paths: Collection[str], read: Callable[[str], bytes | None]) -> Recognised | None:
        recipe = Recipe("waf", "docs", "docs")
        return Recognised(recipe, ()) if "wscript" in paths else None


def test_a_third_kind_is_a_class_and_a_line_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "KINDS", {"waf": Waf(), **recipes.KINDS})
    monkeypatch.setattr(host_tools, "KINDS", recipes.KINDS)
    recipe = known({"wscript": b"", "docs/conf.py": b""}).recipe
    assert recipe.kind == "waf"
    assert known({"docs/conf.py": b""}).recipe.kind == "sphinx"
    with pytest.raises(MachineError, match="waf is not installed"):
        host_tools.require_tools(recipe)
    assert host_tools.tools()["no-such-waf"] == "it cannot be built"


@pytest.mark.parametrize(
    "command",
    [
        "doxygen docs/Doxyfile",
        "cd docs && python generate.py > out.rst",
        "towncrier build --keep --yes",
        "sphinx-apidoc -o docs/api src",
        "echo git",
        "make -C docs xml",
    ],
)
def test_what_read_the_docs_runs_before_the_build_is_taken_over(command: str) -> None:
    hosted = yaml.safe_dump({"build": {"jobs": {"pre_build": [command]}}}).encode()
    files = {".readthedocs.yaml": hosted}
    assert read_the_docs.setup(files, files.get) == HostedSetup((command,))


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r docs/requirements.txt",
        "python -m pip install .",
        "cd docs && X=1 uv sync --group docs",
        "git fetch --unshallow || true",
        "test -e x && exit 183",
        "python -m sphinx -b html docs $READTHEDOCS_OUTPUT/html",
        "make -C docs html",
        "npm ci",
    ],
)
def test_what_installs_or_is_the_build_itself_is_left_out(command: str) -> None:
    hosted = yaml.safe_dump({"build": {"commands": [command]}}).encode()
    files = {".readthedocs.yaml": hosted}
    assert read_the_docs.setup(files, files.get) == HostedSetup((), (command,))


def test_what_comes_after_the_build_is_not_run_before_it() -> None:
    commands = [
        "pip install tox",
        "python generate.py",
        "make -C Doc venv html",
        "mkdir _readthedocs",
        "mv Doc/html _readthedocs",
    ]
    files = {".readthedocs.yaml": yaml.safe_dump({"build": {"commands": commands}}).encode()}
    assert read_the_docs.setup(files, files.get) == HostedSetup((commands[1],), (commands[0], *commands[2:]))


def test_the_jobs_of_read_the_docs_run_in_its_order() -> None:
    hosted = (
        b"build: {jobs: {pre_build: [c], post_checkout: [a], post_install: [b], post_build: [d], build: {html: [e]}}}"
    )
    files = {".readthedocs.yaml": hosted}
    assert read_the_docs.setup(files, files.get).commands == ("a", "b", "c")


@pytest.mark.parametrize("hosted", [b"build: [1]", b"build: {jobs: x}", b"build: {jobs: {pre_build: {a: 1}}}", b"- 1"])
def test_a_read_the_docs_file_of_another_shape_runs_nothing(hosted: bytes) -> None:
    files = {".readthedocs.yaml": hosted}
    assert read_the_docs.setup(files, files.get) == HostedSetup()
