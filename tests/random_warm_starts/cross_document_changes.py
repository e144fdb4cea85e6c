"""Random changes of a documentation tree that reach over document borders: labels, titles, files, objects, includes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

__all__ = ["Documents", "change"]

LABEL = re.compile(r"^\.\. _([^:`\n]+):[ \t]*\n", re.MULTILINE)
TITLE = re.compile(r"^(?P<text>\S[^\n]{2,70})\n(?P<line>([=\-~^*#\"'+])\3{3,})\n", re.MULTILINE)
TOCTREE = re.compile(
    r"^(?P<indent>[ \t]*)\.\. toctree::[^\n]*\n(?:(?P=indent)[ \t]+\S[^\n]*\n|[ \t]*\n)*", re.MULTILINE
)
KERNEL_DOC = re.compile(r"^\.\. kernel-doc::[ \t]+(\S+)", re.MULTILINE)
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "frost",
    "grove",
    "haven",
    "inlet",
    "juniper",
    "knoll",
    "larch",
    "meadow",
    "north",
]
MISTAKES = (
    "A paragraph with *half an emphasis in it.",
    "A :nosuchrole:`role` that nobody has.",
    "A |substitution| that is not there.",
    "==\nTwo\n",
    "* a list\nwithout a blank line behind it",
    ".. nosuchdirective::\n\n   Text.",
    ".. image:: nowhere-{number}.png",
    ".. include:: nowhere-{number}.txt",
    ".. code-block:: python\n\n   this is ( not python $",
)
OBJECTS = (
    ".. py:function:: {word}_{number}(one)\n\n   Text.",
    ".. c:function:: int {word}_{number}(int one)\n\n   Text.",
    ".. option:: --{word}-{number}\n\n   Text.",
    ".. glossary::\n\n   {word}{number}\n      Text.",
    ".. [{word}{number}] Text.",
    ".. rubric:: {word} {number}",
)
REFERENCES = (
    "See :py:func:`{word}_{number}`.",
    "See :c:func:`{word}_{number}`.",
    "See :option:`--{word}-{number}`.",
    "See :term:`{word}{number}`.",
    "See [{word}{number}]_.",
    "See :ref:`{word}-{number}`.",
    "See :any:`{word}-{number}`.",
)


class Documents:
    """The documents below a folder, and the files beside them; all is read and written in place."""

    def __init__(self, source: Path, root: Path, random: Random) -> None:
        self.source = source
        self.root = root
        self.random = random

    def all(self) -> list[Path]:
        return sorted(self.source.rglob("*.rst"))

    def any(self) -> Path:
        return self.random.choice(self.all())

    def with_(self, pattern: re.Pattern[str]) -> tuple[Path, str, re.Match[str]] | None:
        """A document that has the pattern, its text, and one match."""
        for path in self.random.sample(self.all(), len(self.all())):
            text = path.read_text("utf-8")
            found = list(pattern.finditer(text))
            if found:
                return path, text, self.random.choice(found)
        return None

    def insert(self, path: Path, block: str) -> None:
        """Put a block between two paragraphs that start at the margin."""
        text = path.read_text("utf-8")
        places = [found.end() for found in re.finditer(r"\n\n(?=[A-Za-z])", text)] or [len(text)]
        place = self.random.choice(places)
        path.write_text(f"{text[:place]}\n\n{block}\n\n{text[place:]}", "utf-8")

    def named(self, template: str) -> str:
        """A template with one of few names, so that what is defined and what is referred to meet."""
        return template.format(word=self.random.choice(WORDS), number=self.random.randrange(3))

    def name(self, path: Path) -> str:
        return "/" + path.relative_to(self.source).with_suffix("").as_posix()


def change(documents: Documents, count: int) -> list[str]:
    """Make `count` changes and say which."""
    made: list[str] = []
    while len(made) < count:
        kind = documents.random.choice(KINDS)
        if kind(documents):
            made.append(kind.__name__)
    return made


def write_text(documents: Documents) -> bool:
    documents.insert(documents.any(), documents.named("Some words about {word}."))
    return True


def make_a_mistake(documents: Documents) -> bool:
    documents.insert(documents.any(), documents.named(documents.random.choice(MISTAKES)))
    return True


def describe_an_object(documents: Documents) -> bool:
    documents.insert(documents.any(), documents.named(documents.random.choice(OBJECTS)))
    return True


def refer(documents: Documents) -> bool:
    documents.insert(documents.any(), documents.named(documents.random.choice(REFERENCES)))
    return True


def refer_to_a_document(documents: Documents) -> bool:
    documents.insert(documents.any(), f"See :doc:`{documents.name(documents.any())}`.")
    return True


def remove_a_paragraph(documents: Documents) -> bool:
    path = documents.any()
    blocks = path.read_text("utf-8").split("\n\n")
    del blocks[documents.random.randrange(len(blocks))]
    path.write_text("\n\n".join(blocks), "utf-8")
    return True


def add_a_label(documents: Documents) -> bool:
    documents.insert(
        documents.any(), documents.named('.. _{word}-{number}:\n\n{word} and {number}\n"""""""""""""""\n\nText.')
    )
    return True


def copy_a_label(documents: Documents) -> bool:
    found = documents.with_(LABEL)
    if found:
        documents.insert(documents.any(), f"{found[2][0]}\nText.")
    return bool(found)


def remove_a_label(documents: Documents) -> bool:
    found = documents.with_(LABEL)
    if found:
        path, text, match = found
        path.write_text(text[: match.start()] + text[match.end() :], "utf-8")
    return bool(found)


def rename_a_label(documents: Documents) -> bool:
    found = documents.with_(LABEL)
    if found:
        path, text, match = found
        path.write_text(f"{text[: match.start(1)]}{match[1]}-anew{text[match.end(1) :]}", "utf-8")
    return bool(found)


def change_a_title(documents: Documents) -> bool:
    found = documents.with_(TITLE)
    if found:
        path, text, match = found
        if text[: match.start()].rstrip("\n").rpartition("\n")[2].strip(match[3]) == "" and match.start():
            return False  # an overline that does not fit any more is no warning but the end of the build
        more = documents.random.choice(["s", " anew", " with a very long tail"])
        line = match["line"] + (match[3] * len(more) if documents.random.random() < 0.5 else "")
        path.write_text(f"{text[: match.start()]}{match['text']}{more}\n{line}\n{text[match.end() :]}", "utf-8")
    return bool(found)


def add_a_document(documents: Documents) -> bool:
    path = documents.any().with_name(documents.named("{word}-{number}.rst"))
    if path.exists():
        return False
    parts = [documents.named(documents.random.choice((*OBJECTS, *REFERENCES, *MISTAKES))) for _ in range(3)]
    path.write_text(
        "\n\n".join(["Added\n=====", documents.named(".. _{word}-{number}:"), "Text.", *parts, ""]), "utf-8"
    )
    found = documents.with_(TOCTREE)
    if found and documents.random.random() < 0.7:
        _enter(documents, documents.name(path))
    return True


def remove_a_document(documents: Documents) -> bool:
    path = documents.any()
    if path == documents.source / "index.rst" or "toctree" in path.read_text("utf-8"):
        return False
    path.unlink()
    return True


def rename_a_document(documents: Documents) -> bool:
    path = documents.any()
    if path == documents.source / "index.rst":
        return False
    path.rename(path.with_name(f"{path.stem}-moved.rst"))
    return True


def enter_a_document(documents: Documents) -> bool:
    target = documents.name(documents.any())
    return _enter(documents, target if documents.random.random() < 0.6 else documents.named("/{word}-{number}"))


def _enter(documents: Documents, name: str) -> bool:
    found = documents.with_(TOCTREE)
    if found:
        path, text, match = found
        path.write_text(f"{text[: match.end()].rstrip()}\n{match['indent']}   {name}\n\n{text[match.end() :]}", "utf-8")
    return bool(found)


def take_an_entry_out(documents: Documents) -> bool:
    found = documents.with_(TOCTREE)
    if not found:
        return False
    path, text, match = found
    lines = match[0].rstrip().split("\n")
    entries = [place for place, line in enumerate(lines) if place and line.strip() and not line.strip().startswith(":")]
    if not entries:
        return False
    del lines[documents.random.choice(entries)]
    path.write_text(text[: match.start()] + "\n".join(lines) + "\n\n" + text[match.end() :], "utf-8")
    return True


def include_a_file(documents: Documents) -> bool:
    file = documents.source / documents.named("{word}.inc")
    file.write_text(documents.named(documents.random.choice((*OBJECTS, *MISTAKES, *REFERENCES))) + "\n", "utf-8")
    for _ in range(documents.random.choice([0, 1, 2])):
        documents.insert(documents.any(), f".. include:: /{file.name}")
    return True


def change_a_c_comment(documents: Documents) -> bool:
    found = documents.with_(KERNEL_DOC)
    if not found or not (documents.root / found[2][1]).is_file():
        return False
    file = documents.root / found[2][1]
    text = file.read_text("utf-8")
    lines = list(re.finditer(r"^ \* @\w+:.*\n", text, re.MULTILINE))
    if not lines:
        return False
    line = documents.random.choice(lines)
    other = documents.random.choice(
        ["", line[0] + line[0], " * @nosuch: text\n", line[0] + " * *half\n", line[0] + "\n"]
    )
    file.write_text(text[: line.start()] + other + text[line.end() :], "utf-8")
    return True


KINDS: tuple[Callable[[Documents], bool], ...] = (
    write_text,
    make_a_mistake,
    describe_an_object,
    describe_an_object,
    refer,
    refer,
    refer_to_a_document,
    remove_a_paragraph,
    add_a_label,
    copy_a_label,
    remove_a_label,
    rename_a_label,
    change_a_title,
    add_a_document,
    remove_a_document,
    rename_a_document,
    enter_a_document,
    take_an_entry_out,
    include_a_file,
    change_a_c_comment,
)
