"""The question `shrink`: the smallest project that still gives a message.

`shrink` asks it, by `project` and its smaller versions: `reduction` is the delta debugging, `python` makes a source smaller
statement by statement, `functions` and `variables` put what is used once where it is used, `joining` one module into another;
`syntax` writes trees as text.
"""
