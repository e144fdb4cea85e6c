"""Baseline files: the accepted diagnostics of a tree, without line numbers.

`baseline_file` reads and writes the file. `anchors` describes the place of a diagnostic without its line. `accepted` compares
the diagnostics of a build with the entries. `update` makes new entries from builds.
"""
