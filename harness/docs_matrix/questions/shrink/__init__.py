"""The question `shrink`: the smallest project that still gives a message.

`shrink` asks it, of the `source_files` and their smaller versions: `reduction` is the delta debugging, `python` makes a source
smaller statement by statement.
"""
