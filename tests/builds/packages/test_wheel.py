"""A wheel taken apart: what the tree has already, and what is laid into a private copy."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from docs_matrix.builds.packages.wheel import Parts, take_apart

METADATA = (
    "Metadata-Version: 2.1\nName: box\nVersion: 1.2\nRequires-Dist: attrs\nRequires-Dist: furo; extra == 'docs'\n\nText"
)


def _parts(wheel: Mapping[str, str], tree: Mapping[str, str], folder: str = ".") -> Parts:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in {"box-1.2.dist-info/METADATA": METADATA, **wheel}.items():
            archive.writestr(name, text)
    return take_apart(made.getvalue(), folder, {path: ("100644", _blob(text)) for path, text in tree.items()})


def _blob(text: str) -> str:
    return hashlib.sha1(f"blob {len(text)}\0{text}".encode()).hexdigest()  # noqa: S324


def test_the_folder_of_the_modules_is_a_root_and_no_module_of_the_tree_is_laid() -> None:
    parts = _parts({"box/__init__.py": "a", "box/b.py": "b"}, {"src/box/__init__.py": "a", "src/box/b.py": "b"})
    assert (parts.roots, parts.laid, parts.changed, parts.moved) == (("src",), {}, (), False)


def test_generated_and_compiled_files_are_laid_beside_the_modules() -> None:
    parts = _parts({"box/__init__.py": "a", "box/_version.py": "v", "box/c.so": "C"}, {"lib/box/__init__.py": "a"})
    assert (parts.roots, parts.laid) == (("lib",), {"lib/box/_version.py": b"v", "lib/box/c.so": b"C"})
    assert not parts.moved


def test_a_file_that_the_backend_wrote_anew_is_laid_over_the_tree_s() -> None:
    parts = _parts(
        {"box/__init__.py": "a", "box/_version.py": "1.2"}, {"box/__init__.py": "a", "box/_version.py": "git?"}
    )
    assert (parts.roots, parts.laid, parts.changed) == ((".",), {"box/_version.py": b"1.2"}, ("box/_version.py",))


def test_the_root_is_where_the_contents_are_equal() -> None:
    tree = {"box/__init__.py": "old", "box/a.py": "old", "src/box/__init__.py": "new", "src/box/a.py": "new"}
    assert _parts({"box/__init__.py": "new", "box/a.py": "new"}, tree).roots == ("src",)


def test_two_packages_and_a_namespace_have_their_roots() -> None:
    tree = {"one/ns/box/a.py": "a", "two/ns/lid/b.py": "b", "tool.py": "t"}
    assert set(_parts({"ns/box/a.py": "a", "tool.py": "t"}, tree).roots) == {"one", "."}


def test_a_root_lies_in_the_folder_of_the_package() -> None:
    tree = {"old/box/__init__.py": "a", "python/box/__init__.py": "a"}
    assert _parts({"box/__init__.py": "a"}, tree, "python").roots == ("python",)


def test_modules_that_the_tree_has_under_another_name_are_laid_and_depend_on_all_python_files() -> None:
    parts = _parts({"box/__init__.py": "a", "box/b.py": "b"}, {"code/__init__.py": "a", "code/b.py": "b"})
    assert (parts.roots, set(parts.laid)) == (
        (".docs-matrix",),
        {".docs-matrix/box/__init__.py", ".docs-matrix/box/b.py"},
    )
    assert parts.moved


def test_modules_of_a_platform_are_modules_and_scripts_are_none() -> None:
    parts = _parts({"box-1.2.data/purelib/box/a.py": "a", "box-1.2.data/scripts/run": "x"}, {"src/box/a.py": "a"})
    assert (parts.roots, parts.laid) == (("src",), {})


def test_a_name_that_leads_out_of_the_wheel_is_left_out() -> None:
    parts = _parts({"../out.py": "x", "/abs.py": "y", "box/../../z.py": "z"}, {})
    assert parts.laid == {}


def test_the_digest_is_that_of_what_a_build_sees() -> None:
    tree = {"src/box/a.py": "a"}
    one = _parts({"box/a.py": "a"}, tree)
    assert one.digest == _parts({"box/a.py": "b"}, {"src/box/a.py": "b"}).digest
    assert one.digest != _parts({"box/a.py": "a", "box/_version.py": "2"}, tree).digest
    assert one.digest != _parts({"box/a.py": "a"}, {"lib/box/a.py": "a"}).digest
    assert one.digest == _parts({"box/a.py": "a", "box-1.2.dist-info/RECORD": "x"}, tree).digest


def test_the_fields_of_the_metadata_are_read() -> None:
    headers = _parts({}, {}).headers
    assert (headers["Name"], headers.get_all("Requires-Dist")) == ("box", ["attrs", "furo; extra == 'docs'"])
