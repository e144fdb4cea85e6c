"""The seven mistakes that the thread's patch makes, and the example's patch too, as a `findings.json` must tell them.

`python -m tests.acceptance.seven findings.json` ends with 0 where it tells exactly these as new.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from packaging.version import Version

PATH = "Documentation/driver-api/vfio.rst"
OTHERS = Counter(
    {
        (382, "Inline substitution_reference start-string without end-string."): 1,
        (382, "Inline interpreted text or phrase reference start-string without end-string."): 2,
        (382, "Inline emphasis start-string without end-string."): 1,
        (400, "Blank line required after table."): 1,
        (405, "Bullet list ends without a blank line; unexpected unindent."): 1,
    }
)
TABLE = "Malformed table."


def check(findings: dict[str, Any], *, cells: int) -> None:
    """Raise `AssertionError` where `findings` has not exactly the seven as new, in `cells` cells, or says another is new."""
    assert all(cell["status"] == "ok" for name, cell in findings["cells"].items() if name.startswith("tree: "))
    every = {name: cell for name, cell in findings["cells"].items() if not name.startswith("tree: ")}
    built = {name: cell for name, cell in every.items() if cell["status"] == "ok"}
    assert len(built) == cells, {name: cell["status"] for name, cell in every.items()}
    new = [finding for finding in findings["findings"] if finding["verdict"] == "new"]
    assert not [finding for finding in findings["findings"] if finding["verdict"] == "fixed"]
    tables = [finding for finding in new if finding["message"].startswith(TABLE)]
    others = Counter((finding["line"], finding["message"]) for finding in new if finding not in tables)
    assert others == OTHERS, others
    assert {finding["path"] for finding in new} == {PATH}
    assert all(set(finding["cells"]) == set(built) for finding in new)
    (table,) = tables
    for variant in table["variants"]:
        for name in variant["cells"]:
            # docutils 0.22.1 and later report the line behind the table's first
            expected = 392 if Version(built[name]["docutils"]) >= Version("0.22.1") else 391
            assert variant["line"] == expected, (name, variant["line"])


if __name__ == "__main__":
    report = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    check(report, cells=sum(not name.startswith("tree: ") for name in report["cells"]))
    print("the seven findings are there, and nothing else is new")  # noqa: T201
