"""Baseline files: what is accepted, told without line numbers.

`baseline` reads and writes the file, `anchors` says where a diagnostic stands, `accepted` holds a build against the
entries, `accepting` makes entries of builds, `merging` merges files.
"""
