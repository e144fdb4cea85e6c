"""Runs inside a cell, beside the probe: docutils' search for nodes below a node, by a loop.

Docutils has a generator for each node on the way down, through all of which every node that is found is handed up, and every
transform searches every document. Here one generator keeps the way itself. It yields the same nodes in the same order, and
sees what is changed below it at the same moments.
"""

from typing import Any, Callable, Iterator

__all__ = ["install"]

SEARCHES = (("_fast_findall", "_superfast_findall", "findall"), ("_fast_traverse", "_all_traverse", "_traverse"))
"""For a class, for all nodes, for whatever is asked for: since docutils 0.18, and before."""


def install(node: Any) -> bool:
    """Have the class `Node` of docutils search so; False where it has other methods than are known."""
    for of_class, of_all, of_any in SEARCHES:
        if all(hasattr(node, name) for name in (of_class, of_all, of_any)):
            setattr(node, of_class, by_class)
            setattr(node, of_all, everything)
            setattr(node, of_any, _any(getattr(node, of_any)))
            return True
    return False


def by_class(self: Any, cls: Any) -> Iterator[Any]:
    """Yield this node and those below it that are instances of `cls`."""
    if isinstance(self, cls):
        yield self
    way = [iter(self.children)]
    while way:
        for child in way[-1]:
            if isinstance(child, cls):
                yield child
            if child.children:
                way.append(iter(child.children))
                break
        else:
            way.pop()


def everything(self: Any) -> Iterator[Any]:
    """Return this node and all below it."""
    return by_class(self, object)


def by_condition(self: Any, condition: Callable[[Any], Any]) -> Iterator[Any]:
    """Yield this node and those below it that `condition` holds for; children are counted, so that new lists of them are seen."""
    if condition(self):
        yield self
    way, places = [self], [0]
    while way:
        children, place = way[-1].children, places[-1]
        if place < len(children):
            places[-1] += 1
            child = children[place]
            if condition(child):
                yield child
            if child.children:
                way.append(child)
                places.append(0)
        else:
            way.pop()
            places.pop()


def _any(original: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def search(
        self: Any,
        condition: Any = None,
        include_self: bool = True,
        descend: bool = True,
        siblings: bool = False,
        ascend: bool = False,
    ) -> Iterator[Any]:
        if include_self and descend and not siblings and not ascend and callable(condition) and not isinstance(condition, type):
            return by_condition(self, condition)
        return original(self, condition, include_self, descend, siblings, ascend)

    return search
