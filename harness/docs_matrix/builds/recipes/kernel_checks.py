"""The checks that a kernel has for its own documentation, as its makefiles run them.

Up to Linux 6.17 they are Perl programs in the folder `scripts`; later ones are Python programs in `tools/docs`.
"""

from __future__ import annotations

from collections.abc import Collection

from docs_matrix.config.tree_check import TreeCheck

__all__ = ["kernel_checks"]

TOOLS = ("tools/docs", "scripts")
LIBRARIES = "tools/lib/python"
"""The folder of the modules that the Python programs import."""
SOURCES = ("*.c", "*.h")
ABI_MESSAGE = (
    r"\[(?P<level>WARNING|ERROR)\] (?=(?:.* is defined \d+ times: )?(?P<path>[^\s:;]+?)(?:(?:lines |:)(?P<line>\d+)|;))"
    r"(?:(?P=path):(?P=line): )?(?P<message>.+(?:\n\t\t.+)?)"
)
"""A message of `get_abi.py`: path, line and text, and maybe a second line that begins with two tabs. Another form is a symbol and
the places that define it."""


def kernel_checks(paths: Collection[str]) -> tuple[TreeCheck, ...]:
    """Return the checks of a kernel with the files `paths`: those whose program it has."""
    found = (
        _references(_tool("documentation-file-ref-check", paths)),
        _abi(_tool("get_abi.py", paths), _tool("get_abi.pl", paths)),
        _kernel_doc(_tool("kernel-doc", paths), paths),
        _yamllint(paths),
    )
    return tuple(check for check in found if check)


def _tool(name: str, paths: Collection[str]) -> str | None:
    return next((path for folder in TOOLS if (path := f"{folder}/{name}") in paths), None)


def _references(tool: str | None) -> TreeCheck | None:
    """Return the check for files that are named and do not exist (CONFIG_WARN_MISSING_DOCUMENTS). It needs a `.git`."""
    if tool is None:
        return None
    return TreeCheck(
        "file-references",
        (tool, "--warn"),
        lines=None,
        reads=(tool, "*Documentation/*"),
        holding="Documentation/",
        git=True,
        statuses=(0,),
        broken=r"can't check if file exists|^fatal: .*|Failed to run git grep",
        tools=("perl", "git"),
    )


def _abi(python: str | None, perl: str | None) -> TreeCheck | None:
    """Return the check for mistakes in the files of Documentation/ABI (CONFIG_WARN_ABI_ERRORS)."""
    folder = "Documentation/ABI"
    where = ("--dir", f"./{folder}")
    if python:
        words: tuple[str, ...] = ("python3", python, *where, "validate")
        return TreeCheck(
            "abi", words, ABI_MESSAGE, reads=(python, LIBRARIES, folder), statuses=(0,), tools=("python3",)
        )
    if perl:
        words = (perl, "validate", *where)
        return TreeCheck("abi", words, None, reads=(perl, folder), statuses=(0,), tools=("perl",))
    return None


def _kernel_doc(tool: str | None, paths: Collection[str]) -> TreeCheck | None:
    """Return the check of kernel-doc comments, as with `W=1`. It also checks comments that no document includes.

    The makefile gives the program one file at a time. If it gets several, the Perl program numbers the lines of each
    file after the first from 2.
    """
    if tool is None:
        return None
    python = f"{LIBRARIES}/kdoc/kdoc_parser.py" in paths
    return TreeCheck(
        "kernel-doc",
        ("python3", tool, "-none") if python else (tool, "-none"),
        lines=None,
        reads=(tool, LIBRARIES) if python else (tool,),
        files=SOURCES,
        changed=True,
        ahead=not python,
        statuses=(0,),
        tools=("python3",) if python else ("perl",),
    )


def _yamllint(paths: Collection[str]) -> TreeCheck | None:
    """Return the check of devicetree bindings by yamllint: one half of `make dt_binding_check`."""
    folder = "Documentation/devicetree/bindings"
    if f"{folder}/.yamllint" not in paths:
        return None
    return TreeCheck(
        "yamllint",
        ("yamllint", "-f", "parsable", "-c", f"{folder}/.yamllint"),
        requirements=("yamllint==1.37.1",),
        reads=(f"{folder}/.yamllint",),
        files=(f"{folder}/*.yaml",),
        changed=True,
    )
