"""Which checks a kernel has, and the form of their messages, in both generations."""

from __future__ import annotations

from docs_matrix.builds.recipes.kernel_checks import kernel_checks
from docs_matrix.config.tree_check import TreeCheck
from docs_matrix.tree_checks.output import messages

BINDINGS = "Documentation/devicetree/bindings/.yamllint"
PERL = ("scripts/documentation-file-ref-check", "scripts/get_abi.pl", "scripts/kernel-doc", BINDINGS)
PYTHON = (
    "tools/docs/documentation-file-ref-check",
    "tools/docs/get_abi.py",
    "tools/docs/kernel-doc",
    "tools/lib/python/kdoc/kdoc_parser.py",
    BINDINGS,
)


def by_name(*paths: str) -> dict[str, TreeCheck]:
    return {check.name: check for check in kernel_checks(paths)}


def test_the_programs_in_perl_are_run_as_the_makefiles_of_their_time_run_them() -> None:
    commands = {name: check.command for name, check in by_name(*PERL).items()}
    assert commands == {
        "file-references": ("scripts/documentation-file-ref-check", "--warn"),
        "abi": ("scripts/get_abi.pl", "validate", "--dir", "./Documentation/ABI"),
        "kernel-doc": ("scripts/kernel-doc", "-none"),
        "yamllint": ("yamllint", "-f", "parsable", "-c", BINDINGS),
    }


def test_the_programs_in_python_are_run_with_what_they_import() -> None:
    checks = by_name(*PYTHON)
    assert checks["abi"].command == ("python3", "tools/docs/get_abi.py", "--dir", "./Documentation/ABI", "validate")
    assert checks["kernel-doc"].command == ("python3", "tools/docs/kernel-doc", "-none")
    assert all("tools/lib/python" in checks[name].reads for name in ("abi", "kernel-doc"))


def test_a_tree_that_lacks_a_program_lacks_its_check() -> None:
    assert list(by_name("scripts/kernel-doc")) == ["kernel-doc"]
    assert kernel_checks(("Makefile", "Kbuild")) == ()


def test_what_get_abi_says_has_its_place() -> None:
    text = (
        "[WARNING] Documentation/ABI/testing/a:7: Unexpected content\n\t\tWhat is this\n"
        "[WARNING] /sys/b/x is defined 2 times: ./Documentation/ABI/testing/a:1; ./Documentation/ABI/testing/b:9\n"
        "[WARNING] /sys/d is defined 2 times: ./Documentation/ABI/testing/a; ./Documentation/ABI/testing/b:9\n"
        "[WARNING] /sys/c is defined 2 times: Documentation/ABI/testing/clines 3, 8; Documentation/ABI/testing/d:2\n"
    )
    said, others = messages(text, by_name(*PYTHON)["abi"], "/w")
    places = [(one.path, one.line, one.level) for one in said]
    folder = "Documentation/ABI/testing"
    assert (places, others) == (
        [
            (f"{folder}/a", 7, "WARNING"),
            (f"{folder}/a", 1, "WARNING"),
            (f"{folder}/a", None, "WARNING"),
            (f"{folder}/c", 3, "WARNING"),
        ],
        (),
    )
    assert said[0].message == "Unexpected content\n\t\tWhat is this"
    assert said[1].message.startswith("/sys/b/x is defined 2 times: ")


def test_what_the_other_programs_say_has_its_place() -> None:
    checks = by_name(*PERL)
    reference = "Warning: MAINTAINERS references a file that doesn't exist: Documentation/a.rst\n"
    (said,), _ = messages(reference, checks["file-references"], "/w")
    assert (said.path, said.line, said.printed) == ("MAINTAINERS", None, reference.strip())
    for line in (
        "drivers/a.c:7: warning: Excess function parameter 'x'",
        "Warning: drivers/a.c:7 Excess function parameter 'x'",
    ):
        (said,), _ = messages(f"{line}\n", checks["kernel-doc"], "/w")
        assert (said.path, said.line, said.message) == ("drivers/a.c", 7, "Excess function parameter 'x'")
    (said,), _ = messages("a.yaml:109:10: [error] empty value (empty-values)\n", checks["yamllint"], "/w")
    assert (said.path, said.line, said.level, said.message) == ("a.yaml", 109, "ERROR", "empty value (empty-values)")
