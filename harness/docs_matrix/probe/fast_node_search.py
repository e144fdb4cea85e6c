"""Runs inside a cell, beside the probe: docutils' search for nodes below a node, as a loop.

Docutils has one generator for each level of the tree, and every node that is found is handed up through all of them. Every
transform searches every document in this way. Here one generator keeps the way itself. It yields the same nodes in the same
order, and notices changes below it at the same moments.
"""

from typing import Any, Callable, Iterator

__all__ = ["install"]

SEARCHES = (("_fast_findall", "_superfast_findall", "findall"), ("_fast_traverse", "_all_traverse", "_traverse"))
"""The methods that search for a class, for all nodes, and for any condition: since docutils 0.18, and before."""


def install(node: Any) -> bool:
    """Make the class `Node` of docutils search in this way. Return False if it has other methods than the known ones."""
    for of_class, of_all, of_any in SEARCHES:
        if all(hasattr(node, name) for name in (of_class, of_all, of_any)):
            setattr(node, of_class, by_class)
            setattr(node, of_all, everything)
            setattr(node, of_any, _any(getattr(node, of_any)))
            return True
    return False


def by_class(self: Any, cls: Any) -> Iterator[Any]:
    """Yield this node and the nodes below it that are instances of `cls`."""
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
    """Return this node and all nodes below it."""
    return by_class(self, object)


def by_condition(self: Any, condition: Callable[[Any], Any]) -> Iterator[Any]:
    """Yield this node and the nodes below it for which `condition` is true.

    Children are counted at each step, so that a new list of children is noticed.
    """
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
