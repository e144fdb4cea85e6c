"""What is found by a shortcut is what Sphinx and docutils find their way: C symbols by name, nodes by a loop."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from docs_matrix.check.workbench import Workbench
from docs_matrix.config import matrix
from docs_matrix.errors import MissingInterpreterError
from docs_matrix.probe import fast_c_symbols, fast_node_search

from tests.conftest import NEWEST, ROOT
from tests.support.machine import lacks

pytestmark = pytest.mark.builds

IN_A_CELL = r"""
import importlib.util, random, sys
import sphinx.domains.c as c

class Settings:
    def __getattr__(self, name):
        return []

def parse(kind, text):
    return c.DefinitionParser(text, location=("somewhere", 1), config=Settings()).parse_declaration(kind, kind)

def install():
    spec = importlib.util.spec_from_file_location("symbols", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.install(c.Symbol)

def told(symbol):
    return symbol and (str(symbol.get_full_nested_name()), symbol.docname, symbol.line)
"""
RANDOM = (
    IN_A_CELL
    + r"""
import os, pickle

print(sys.argv[2] == "by name" and not install())
roll = random.Random(7)

def fresh():
    return c.Symbol(None, None, None, None, None)

def name():
    depth = roll.choice([1, 1, 1, 2, 3])
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ".".join(roll.choice(["@", "", "", "", ""]) + roll.choice(letters) for _ in range(depth))

def declaration():
    function = "void %s(int a, char *%s)" % (name(), roll.choice("abc"))
    texts = {"struct": name(), "union": name(), "member": "int " + name(), "function": function}
    kind = roll.choice(list(texts))
    return parse(kind, texts[kind])

def nested():
    return parse("struct", name()).name

def grow(root, one, document, line):
    try:
        return root.add_declaration(one, document, line)
    except (c._DuplicateSymbolError, AssertionError) as error:
        print(type(error).__name__)

def grown(document):
    # a scope that another process has made, as a reader and an earlier build do
    given, back = os.pipe()
    if not os.fork():
        roll.seed(document)
        root = fresh()
        for line in range(100):
            grow(root, parse("struct", name()), "%s%d" % (document, line), line)
        os.write(back, pickle.dumps(root))
        os._exit(0)
    os.close(back)
    with os.fdopen(given, "rb") as stream:
        return pickle.load(stream)

root, before = fresh(), None
for line in range(4000):
    everything = list(root.get_all_symbols())
    scope = roll.choice(everything)
    flag, flags = roll.random() < 0.5, roll.random() < 0.5
    step = roll.randrange(10)
    try:
        if step < 4:
            added = grow(root, declaration(), "d%d" % (line // 50), line)
            print("add", told(added))
            if added and before and added not in everything and before.siblingBelow is None and flag:
                added.siblingAbove, before.siblingBelow = before, added
            before = added
        elif step < 6:
            print("find", told(scope.find_declaration(nested(), roll.choice(["struct", None]), flag, flags)))
        elif step < 8:
            print("look", told(root.direct_lookup(scope.get_lookup_key())))
        elif step < 9:
            place = roll.choice([root, scope])
            print("identifier", told(place.find_identifier(nested().names[0], flag, flags, roll.random() < 0.5)))
        elif roll.random() < 0.3:
            root.clear_doc(scope.docname or "d0")
        elif roll.random() < 0.1 and scope.parent and not scope.declaration:
            scope.remove()
    except (AssertionError, AttributeError) as error:
        print(type(error).__name__)
print(root.dump(0))
root = grown("e")
for number in range(0, 100, 3):
    root.clear_doc("e%d" % number)
print(root.dump(0))
root.merge_with(grown("f"), ["f%d" % number for number in range(100)], None)
for number in range(0, 100, 3):
    root.clear_doc("f%d" % number)
print(root.dump(0))
"""
)
COUNTED = (
    IN_A_CELL
    + r"""
if sys.argv[2] == "by name":
    install()
root = c.Symbol(None, None, None, None, None)
for number in range(400):
    root.add_declaration(parse("struct", "s%d" % number), "d%d" % number, 1)
wanted = parse("struct", "s300").name
calls = 0

def heard(*rest):
    global calls
    calls += 1

for hear in None, heard:
    sys.setprofile(hear)
    root.find_declaration(wanted, "struct", False, True)
    root.clear_doc("unread")
sys.setprofile(None)
print(calls)
"""
)
SEARCHED = r"""
import importlib.util, random, sys
from docutils import nodes

if sys.argv[2] == "by a loop":
    spec = importlib.util.spec_from_file_location("walks", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.install(nodes.Node)
roll = random.Random(7)
KINDS = nodes.section, nodes.paragraph, nodes.emphasis, nodes.Text

def grown(depth):
    kind = roll.choice(KINDS) if depth else nodes.section
    node = nodes.Text("text %d" % roll.randrange(5)) if kind is nodes.Text else kind()
    if kind is not nodes.Text:
        node["number"] = roll.randrange(100)
        for _ in range(roll.randrange(5) if depth < 6 else 0):
            node += grown(depth + 1)
    return node

def told(node):
    return str(node) if isinstance(node, nodes.Text) else "%s %d" % (type(node).__name__, node["number"])

def change(node):
    # what those do that search and change at once
    what, parent = roll.randrange(12), node.parent
    if what == 0 and parent:
        parent.remove(node)
    elif what == 1 and parent:
        parent.replace(node, [grown(5), grown(5)])
    elif what == 2 and parent:
        parent.insert(0, grown(5))
    elif what == 3 and not isinstance(node, nodes.Text):
        node.clear()
    elif what == 4 and not isinstance(node, nodes.Text):
        node += grown(4)
    elif what == 5 and parent:
        parent.children = list(parent.children) + [grown(5)]

for number in range(1500):
    tree = grown(0)
    if tree.children:
        tree.children[0].parent = tree
    kind = roll.choice(KINDS)
    wanted = roll.choice([None, kind, kind, lambda node: isinstance(node, kind) and len(str(node)) % 2])
    options = roll.choice([{}, {}, {}, {"include_self": False}, {"descend": False}, {"siblings": True}, {"ascend": True}])
    start = roll.choice([tree, *tree.children])
    found = getattr(start, "_traverse", None) or start.findall
    print(number, [told(node) for node in found(wanted, **options)])
    try:
        for count, node in enumerate(found(wanted, **options)):
            print(" ", told(node))
            change(node)
            if count > 200:
                break
    except ValueError as error:  # a node whose parent does not have it any more has no siblings
        print(error)
    print(tree.pformat())
"""
ALIKE = ("py3.9-docutils0.16-sphinx3.4.3", "py3.11-docutils0.19-sphinx5.3.0", "py3.12-docutils0.20.1-sphinx7.2.6")


def _printed(store: Path, cell: str, script: str, module: ModuleType, how: str) -> str:
    """What `script` prints in the environment of `cell`, where `module` may do its part: that is what `how` says."""
    bench = Workbench(matrix.load(ROOT / "matrix.yaml"), store)
    chosen = next(one for one in bench.matrix.cells if one.name == cell)
    try:
        environment = bench.provide(chosen, ()).environment
    except MissingInterpreterError as error:
        lacks(error)
    words = [str(environment.python), "-c", script, str(module.__file__), how]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("cell", ALIKE)
def test_what_is_found_by_name_is_what_sphinx_finds(cell: str, store: Path) -> None:
    by_name, as_sphinx = (
        _printed(store, cell, RANDOM, fast_c_symbols, how) for how in ("by name", "as Sphinx does it")
    )
    assert by_name == as_sphinx
    assert by_name.startswith("False\n")
    assert by_name.count("look (") > 300
    assert by_name.count("find (") > 100
    assert by_name.count("identifier (") > 50
    assert by_name.count("_DuplicateSymbolError") > 50


@pytest.mark.parametrize("cell", ALIKE)
def test_a_symbol_is_found_without_a_pass_over_all(cell: str, store: Path) -> None:
    by_name, as_sphinx = (
        int(_printed(store, cell, COUNTED, fast_c_symbols, how)) for how in ("by name", "as Sphinx does it")
    )
    assert by_name * 10 < as_sphinx


def test_a_sphinx_that_keeps_them_by_name_is_left_alone(store: Path) -> None:
    assert (
        _printed(store, "py3.13-docutils0.21.2-sphinx8.1.3", IN_A_CELL + "print(install())", fast_c_symbols, "")
        == "False\n"
    )


@pytest.mark.parametrize(
    "cell", [*ALIKE, "py3.13-docutils0.21.2-sphinx8.1.3", "py3.13-docutils0.22.4-sphinx9.0.4", NEWEST]
)
def test_what_a_loop_finds_is_what_docutils_finds(cell: str, store: Path) -> None:
    by_a_loop, as_docutils = (
        _printed(store, cell, SEARCHED, fast_node_search, how) for how in ("by a loop", "as docutils does it")
    )
    assert by_a_loop == as_docutils
    assert by_a_loop.count("\n") > 5000
