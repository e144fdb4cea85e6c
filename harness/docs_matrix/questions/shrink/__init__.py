"""The question `shrink`: the smallest project that still gives a message.

`shrink` is the question. `source_files` has the project and its smaller versions, `reduction` is the delta debugging, and
`python` makes a Python source smaller, statement by statement.
"""
