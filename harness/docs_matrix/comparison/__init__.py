"""The comparison of the diagnostics of a base with those of a head. docs/comparison.rst explains it with examples.

Begin at `judge.compare`. The other modules, in the order in which `judge` needs them:

- `pairing` pairs diagnostics of the base and of the head that are the same mistake. It does this in passes.
- A pass compares diagnostics by a meaning (`meanings`: what does the message say?) and a place (`places`: where is it?).
- `duplicates` pairs messages about a name that is defined twice.
- `line_mapping` finds the line of the head that a line of the base became. It uses git's line map, and `moved_lines`, which
  pairs removed lines with added lines. `source_text` splits a file into paragraphs.
- `causes` says why a diagnostic is new.
"""
