"""Mistakes to make in reStructuredText, each as the lines that make it and the lines that repair it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

__all__ = ["MISTAKES", "Mistake", "words"]

VOCABULARY = """
reader writer buffer kernel signal handler option value build tree patch line folder module driver device queue page table
number answer question window garden river stone paper metal light shadow morning evening
""".strip().split()


@dataclass(frozen=True)
class Mistake:
    """Lines with a mistake, and as many with the same text and without it."""

    kind: str
    broken: tuple[str, ...]
    repaired: tuple[str, ...]


def words(random: Random, count: int = 7) -> str:
    """Some words of prose; a third of the time always the same ones, as real sources repeat themselves."""
    if random.random() < 0.3:
        return " ".join(VOCABULARY[:count])
    return " ".join(random.choice(VOCABULARY) for _ in range(count))


def _inline(opening: str, closing: str) -> Callable[[Random], Mistake]:
    def make(random: Random) -> Mistake:
        before, inside, after, more = (words(random, count) for count in (3, 1, 3, 6))
        return Mistake(
            f"inline {opening}",
            (f"{before} {opening}{inside} {after}", f"{more}."),
            (f"{before} {opening}{inside}{closing} {after}", f"{more}."),
        )

    return make


def _target(random: Random) -> Mistake:
    name = random.choice(VOCABULARY) + random.choice(["", "-page", f"-{random.randrange(40)}"])
    text = words(random, 4)
    return Mistake("target", (f"{text} `{name}`_ and more.",), (f"{text} {name} and more.",))


def _substitution(random: Random) -> Mistake:
    name, text = random.choice(VOCABULARY), words(random, 4)
    return Mistake("substitution", (f"{text} |{name}| and more.",), (f"{text} {name} and more.",))


def _role(random: Random) -> Mistake:
    name, text = random.choice(VOCABULARY), words(random, 4)
    return Mistake("role", (f"{text} :{name}:`x` and more.",), (f"{text} ``x`` and more.",))


def _directive(random: Random) -> Mistake:
    name, text = random.choice(VOCABULARY), words(random)
    return Mistake("directive", (f".. {name}-box::", "", f"   {text}"), (".. note::", "", f"   {text}"))


def _table(random: Random) -> Mistake:
    cells = [f" {random.choice(VOCABULARY):<8} " for _ in range(4)]
    border = "+----------+----------+"
    good = (border, f"|{cells[0]}|{cells[1]}|", border, f"|{cells[2]}|{cells[3]}|", border)
    broken = (*good[:3], f"|{cells[2]}|{cells[3]} |", good[4])
    return Mistake("table", broken, good)


def _list(random: Random) -> Mistake:
    item, text = words(random, 4), words(random, 6)
    return Mistake("list", (f"- {item}", f"{text}."), (f"- {item}", f"  {text}."))


def _indentation(random: Random) -> Mistake:
    first, inner, last = words(random, 5), words(random, 3), words(random, 4)
    return Mistake("indentation", (first, f"    {inner}", last), (first, inner, last))


def _items(random: Random) -> Mistake:
    items = [words(random, 4) for _ in range(3)]
    broken = random.randrange(3)
    return Mistake(
        "item",
        tuple(f"- **{item}" if index == broken else f"- {item}" for index, item in enumerate(items)),
        tuple(f"- {item}" for item in items),
    )


def _options(random: Random) -> Mistake:
    text = words(random)
    return Mistake(
        "option",
        (".. image:: x.png", "   :size: 3", "", f"{text}."),
        (".. image:: x.png", "   :scale: 3", "", f"{text}."),
    )


MISTAKES: Sequence[Callable[[Random], Mistake]] = (
    _inline("*", "*"),
    _inline("**", "**"),
    _inline("``", "``"),
    _target,
    _substitution,
    _role,
    _directive,
    _table,
    _list,
    _indentation,
    _items,
    _options,
)
