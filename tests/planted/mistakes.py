"""The kinds of changes that are made to a project, each by script: mistakes, and what looks like one and is none."""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.planted.plain import Entry

__all__ = ["KINDS", "KNOWN", "Place", "Site", "known_page"]

KNOWN = "planted_known"
"""The page that each base has: it is in no toctree, and has a mistake and a reference to nothing."""
INCLUDE = re.compile(
    r"^(?:\.\. include:: +(\S+)[ \t]*\n(?!   :(?:code|literal|end|parser))|`{3,}\{include\} +(\S+)[ \t]*\n(?!:))",
    re.MULTILINE,
)
"""What includes a whole file, or all of it from somewhere on, as markup."""
LITERAL = re.compile(r"^(?:\.\. |`{3,}\{)(?:literal)?include(?:::|\}) +(\S+)[ \t]*$", re.MULTILINE)
LABEL = re.compile(
    r"^(?:\.\. _([\w.-]+):[ \t]*\n\n?(?=\S.*\n([=\-~^*#+\"'`])\2{2,}$)|\(([\w.-]+)\)=[ \t]*\n(?=#))", re.MULTILINE
)
"""A label of a section."""


@dataclass(frozen=True)
class Place:
    """Where a mistake was planted: a message there has `words` in its text."""

    path: str
    line: int | None
    words: str


@dataclass(frozen=True)
class Site:
    """A checked-out tree to plant in: its root, the folder of conf.py, and what a build of the base defines."""

    root: Path
    source: str
    entries: tuple[Entry, ...]

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, "utf-8")

    def add(self, path: str, lines: Sequence[str]) -> int:
        """Put paragraphs at the end of a file; return the line of the first."""
        text = self.read(path).rstrip("\n")
        self.write(path, text + "\n\n" + "\n\n".join(lines) + "\n")
        return text.count("\n") + 3

    def documents(self, suffix: str = ".rst") -> list[str]:
        """The documents that a build found, and the tree has with `suffix`, by path in the tree."""
        names = {entry.name for entry in self.entries if entry.kind == "std:doc"} - {KNOWN}
        paths = [posixpath.normpath(posixpath.join(self.source, name + suffix)) for name in sorted(names)]
        return [path for path in paths if (self.root / path).is_file()]

    @property
    def suffix(self) -> str:
        """The suffix of most documents."""
        return max((".rst", ".md", ".txt"), key=lambda suffix: len(self.documents(suffix)))

    def files(self, pattern: str) -> list[str]:
        found = (path.relative_to(self.root) for path in sorted(self.root.rglob(pattern)) if path.is_file())
        return [path.as_posix() for path in found if path.parts[0] != ".git"]

    def included(self, document: str, pattern: re.Pattern[str]) -> list[str]:
        """The files of the tree that `document` includes, but for documents."""
        targets = (found[found.lastindex or 1] for found in pattern.finditer(self.read(document)))
        folder = posixpath.dirname(document)
        paths = [
            posixpath.normpath(
                posixpath.join(self.source, name.lstrip("/")) if name[0] == "/" else posixpath.join(folder, name)
            )
            for name in targets
        ]
        documents = {path for suffix in (".rst", ".md", ".txt") for path in self.documents(suffix)}
        return [path for path in paths if (self.root / path).is_file() and path not in documents]


Plant = Callable[[Site, Random], "tuple[Place, ...] | None"]
"""Changes the tree at a site; returns where what can be seen, or None where the project has nothing to do it to."""


def known_page(suffix: str) -> str:
    """The page of known mistakes that each base has."""
    reference = "{ref}`known-nowhere`" if suffix == ".md" else ":ref:`known-nowhere`"
    mistake = "Known {known-role}`x`." if suffix == ".md" else "Known **strong without end."
    title = "# Known mistakes" if suffix == ".md" else "Known mistakes\n=============="
    return f"{title}\n\n{mistake}\n\nA {reference}.\n"


def document(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Markup without end in a document."""
    path = random.choice(site.documents(site.suffix))
    if site.suffix == ".md":
        return (Place(path, site.add(path, ["Planted {planted-role}`x`."]), "planted-role"),)
    return (Place(path, site.add(path, ["Planted *emphasis without end."]), "Inline emphasis"),)


def reference(site: Site, random: Random) -> tuple[Place, ...] | None:
    """References to nothing: a label, a document, a term."""
    path = random.choice(site.documents(site.suffix))
    form = "{%s}`%s`" if site.suffix == ".md" else ":%s:`%s`"
    names = {"ref": "planted-label", "doc": "/planted-document", "term": "planted-term"}
    line = site.add(path, ["Planted " + form % pair + "." for pair in names.items()])
    return tuple(Place(path, line + 2 * at, name.lstrip("/")) for at, name in enumerate(names.values()))


def docstring(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Markup without end, and a reference to nothing, in a docstring that a document describes."""
    found = sorted(_described(site), key=lambda pair: (pair[0], pair[1].lineno))
    if not found:
        return None
    path, node = random.choice(found)
    lines = site.read(path).split("\n")
    last = (node.end_lineno or 0) - 1
    end = len(lines[last].encode()[: node.end_col_offset].decode()) - 3
    first = lines[node.lineno - 1]
    indent = first[: len(first) - len(first.lstrip())]
    before, after = lines[last][:end].rstrip(), lines[last][end:]
    planted = [
        "",
        f"{indent}Planted *emphasis without end.",
        "",
        f"{indent}A :ref:`planted-docstring`.",
        indent + after,
    ]
    lines[last : last + 1] = [*([before] if before else []), *planted]
    site.write(path, "\n".join(lines))
    line = last + (1 if before else 0) + 2
    return Place(path, line, "Inline emphasis"), Place(path, line + 2, "planted-docstring")


def _described(site: Site) -> Iterator[tuple[str, ast.Constant]]:
    """The docstrings of the functions, classes and methods that a build describes, with their files."""
    kinds = ("py:class", "py:exception", "py:function", "py:method")
    names = {entry.name for entry in site.entries if entry.kind in kinds and _is_by_autodoc(site, entry)}
    for path in site.files("*.py"):
        if "test" in path or path.endswith("conf.py"):
            continue
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        try:
            parsed = ast.parse(site.read(path))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for name, node in _docstrings(parsed, ""):
            closing = ast.get_source_segment(site.read(path), node) or ""
            described = any(f".{module}.{name}".endswith(f".{full}") and full.count(".") for full in names)
            if described and closing.endswith(('"""', "'''")) and not closing.startswith(("r", "R")):
                yield path, node


def _is_by_autodoc(site: Site, entry: Entry) -> bool:
    """Whether the page of an object does not describe it in its own words."""
    page = posixpath.normpath(posixpath.join(site.source, entry.page.removesuffix(".html") + site.suffix))
    if not (site.root / page).is_file():
        return True
    last = re.escape(entry.name.rpartition(".")[2])
    return not re.search(
        rf"^\s*\.\. (?:py:)?(?!auto)\w*(?:function|class|method|exception|decorator):: .*\b{last}\b",
        site.read(page),
        re.M,
    )


def _docstrings(parsed: ast.Module | ast.ClassDef, above: str) -> Iterator[tuple[str, ast.Constant]]:
    for node in parsed.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                yield above + node.name, first.value
            if isinstance(node, ast.ClassDef):
                yield from _docstrings(node, f"{above}{node.name}.")


def included(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Markup without end in a file that documents include."""
    paths = sorted({name for path in site.documents(site.suffix) for name in site.included(path, INCLUDE)})
    if not paths:
        return None
    path = random.choice(paths)
    if site.suffix == ".md":
        return (Place(path, site.add(path, ["Planted {planted-role}`x`."]), "planted-role"),)
    return (Place(path, site.add(path, ["Planted *emphasis without end."]), "Inline emphasis"),)


def include_removed(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A file that a document includes is no more."""
    paths = sorted({name for path in site.documents(site.suffix) for name in site.included(path, LITERAL)})
    if not paths:
        return None
    (site.root / random.choice(paths)).unlink()
    return ()


def label_removed(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A label that another document refers to is no more."""
    texts = {path: site.read(path) for path in site.documents(site.suffix)}
    found = [
        (path, label)
        for path, label in _labels(site)
        if any(f"`{label[1] or label[3]}`" in text for name, text in texts.items() if name != path)
    ]
    if not found:
        return None
    path, label = random.choice(found)
    site.write(path, texts[path][: label.start()] + texts[path][label.end() :])
    return ()


def _labels(site: Site) -> list[tuple[str, re.Match[str]]]:
    return [(path, found) for path in site.documents(site.suffix) for found in LABEL.finditer(site.read(path))]


def page_in_no_toctree(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A new page that no toctree names."""
    path = posixpath.normpath(posixpath.join(site.source, f"planted_page{site.suffix}"))
    site.write(path, "# Planted\n\nText.\n" if site.suffix == ".md" else "Planted\n=======\n\nText.\n")
    return (Place(path, None, "isn't included in any toctree"),)


def page_removed(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A page that a toctree names is no more."""
    root = {posixpath.normpath(posixpath.join(site.source, f"{name}{site.suffix}")) for name in ("index", "contents")}
    paths = [path for path in site.documents(site.suffix) if path not in root]
    if not paths:
        return None
    (site.root / random.choice(paths)).unlink()
    return ()


def label_twice(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A label of one document is given in another one too."""
    labels, documents = _labels(site), site.documents(site.suffix)
    if not labels or len(documents) < 2:
        return None
    path, label = random.choice(labels)
    other = random.choice([name for name in documents if name != path])
    name = label[1] or label[3]
    if site.suffix == ".md":
        site.add(other, [f"({name})=\n## Planted", "Text."])
    else:
        site.add(other, [f".. _{name}:", ".. rubric:: Planted", "Text."])
    return ()


def object_twice(site: Site, random: Random) -> tuple[Place, ...] | None:
    """An object that a document describes is described in another one too."""
    objects = sorted(entry.name for entry in site.entries if entry.kind == "py:function")
    if not objects:
        return None
    path, name = random.choice(site.documents(site.suffix)), random.choice(objects)
    if site.suffix == ".md":
        site.add(path, ["```{py:currentmodule} None\n```", f"```{{py:function}} {name}()\n```"])
    else:
        site.add(path, [".. py:currentmodule:: None", f".. py:function:: {name}()"])
    return ()


def code(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Code that cannot be lexed, and code of a language that nobody knows."""
    path = random.choice(site.documents(site.suffix))
    if site.suffix == ".md":
        line = site.add(path, ['```{code-block} json\n{"planted": $}\n```', "```{code-block} planted-language\nx\n```"])
        return Place(path, line, "json"), Place(path, line + 4, "planted-language")
    line = site.add(path, ['.. code-block:: json\n\n   {"planted": $}', ".. code-block:: planted-language\n\n   x"])
    return Place(path, line, "json"), Place(path, line + 4, "planted-language")


def template(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Markup without end in a template of generated pages."""
    paths = [path for path in site.files("*.rst") if "/_templates/" in f"/{path}"]
    if not paths:
        return None
    site.add(random.choice(paths), ["Planted ``literal without end."])
    return ()


def page_template(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A template of all pages asks for one that is not there: the build fails."""
    paths = [path for path in site.files("layout.html") if "/_templates/" in f"/{path}"]
    if not paths:
        return None
    site.add(random.choice(paths), ['{% include "planted_nothing.html" %}'])
    return ()


def notebook(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A reference to nothing in a new last cell of a notebook, and a harmless new first one."""
    paths = site.documents(".ipynb")
    if not paths:
        return None
    path = random.choice(paths)
    content = json.loads(site.read(path))
    texts = ("A new first cell.", "Planted {ref}`planted-cell`.")
    one, other = (
        {"cell_type": "markdown", "id": f"planted-{at}", "metadata": {}, "source": [texts[at]]} for at in (0, 1)
    )
    content["cells"] = [one, *content["cells"], other]
    site.write(path, json.dumps(content, indent=1) + "\n")
    return ()


def translation(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Markup without end in a translated message."""
    paths = site.files("*.po")
    if not paths:
        return None
    path = random.choice(paths)
    text = site.read(path)
    messages = list(re.finditer(r'^#: (\S+\.rst):(\d+)\nmsgid "[^"]{30,}"\nmsgstr "([^"]{20,})"$', text, re.MULTILINE))
    if not messages:
        return None
    message = random.choice(messages)
    site.write(path, text[: message.end() - 1] + ' Planted **strong."' + text[message.end() :])
    document = posixpath.normpath(posixpath.join(site.source, message[1].lstrip("./")))
    return (Place(document, int(message[2]), "Inline strong"),)


def repaired(site: Site, random: Random) -> tuple[Place, ...] | None:
    """The known mistakes are repaired, and others made elsewhere."""
    path = posixpath.normpath(posixpath.join(site.source, KNOWN + site.suffix))
    title = site.read(path).partition("\n\n")[0]
    site.write(path, f"{title}\n\nGood.\n")
    return (*(document(site, random) or ()), *(reference(site, random) or ()))


def harmless(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Words without a mistake: above the known ones, so that these move, and in another document."""
    path = posixpath.normpath(posixpath.join(site.source, KNOWN + site.suffix))
    head, _, rest = site.read(path).partition("\n\n")
    site.write(path, f"{head}\n\nA paragraph\nwithout a mistake.\n\n{rest}")
    site.add(random.choice(site.documents(site.suffix)), ["Harmless words."])
    return ()


def harmless_docstring(site: Site, random: Random) -> tuple[Place, ...] | None:
    """A comment at the top of a module that is described: every line below it moves."""
    paths = sorted({path for path, _ in _described(site)})
    if not paths:
        return None
    path = random.choice(paths)
    site.write(path, "# A comment.\n# Another one.\n" + site.read(path))
    return ()


def functions_swapped(site: Site, random: Random) -> tuple[Place, ...] | None:
    """Two functions of a module change places, with all that is wrong in their docstrings."""
    found = [
        (path, pair) for path in sorted({path for path, _ in _described(site)}) if (pair := _neighbours(site, path))
    ]
    if not found:
        return None
    path, ((first, end), (second, last)) = random.choice(found)
    lines = site.read(path).split("\n")
    moved = [*lines[second:last], *lines[end:second], *lines[first:end]]
    site.write(path, "\n".join([*lines[:first], *moved, *lines[last:]]))
    return ()


def _neighbours(site: Site, path: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The lines of two functions with nothing between them; the first such ones with a docstring."""
    body = ast.parse(site.read(path)).body
    for one, other in pairwise(body):
        if _is_plain(one) and _is_plain(other):
            return (one.lineno - 1, one.end_lineno or 0), (other.lineno - 1, other.end_lineno or 0)
    return None


def _is_plain(node: ast.stmt) -> bool:
    """Whether it is a function with a docstring and without decorators, which begin above it."""
    return isinstance(node, ast.FunctionDef) and bool(ast.get_docstring(node)) and not node.decorator_list


KINDS: Mapping[str, Plant] = {
    function.__name__.replace("_", "-"): function
    for function in (
        document,
        reference,
        docstring,
        included,
        include_removed,
        label_removed,
        page_in_no_toctree,
        page_removed,
        label_twice,
        object_twice,
        code,
        template,
        page_template,
        notebook,
        translation,
        repaired,
        harmless,
        harmless_docstring,
        functions_swapped,
    )
}
