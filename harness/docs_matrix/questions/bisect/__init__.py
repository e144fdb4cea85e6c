"""Which release did it: `bisect` asks for one axis, `compare_cells` for all differences of two cells.

`ranges` has the candidates, `axes` what a step along an axis is, `paths` the steps where more than one axis must go,
`trials` builds them, `asked` and `observed` say what is looked at, `search` chooses the next build and knows no builds,
`histories` quotes a release's own history, `attribution` tells an axis from the company it brought.
"""
