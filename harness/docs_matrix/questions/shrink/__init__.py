"""The question `shrink`: the smallest project that still gives a message.

`shrink` asks it, by `project` and its smaller versions: `reduction` is the delta debugging, `python` makes a source smaller
statement by statement, `inlining` and `variables` put functions and values where they are used, `settings` sets them plainly,
`parameters` leaves out those that nothing needs, `expressions` puts something simpler where an expression is, `classes` a class
into the one made from it, `joining` one module into another; `syntax` writes trees as text.
"""
