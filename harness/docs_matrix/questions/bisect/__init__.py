"""Which release made a change: `bisect` searches along one axis, `compare_cells` along all differences of two cells.

`ranges` has the candidates, `docs_matrix.check.axes` the steps along an axis, `paths` the steps if more than one axis must
move. `docs_matrix.check.trials` builds them. `release_search` chooses the next build, and knows nothing of builds. `changelogs`
quotes a release's own history. `attribution` decides whether the axis or a package that changed with it is the cause.
"""
