#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A test for netdev CI, in place of one that counts the lines of two logs: which warnings of the documentation are new in
# $BRANCH since $BASE. The executor runs it in the repository, with $BASE, $BRANCH and $RESULTS_DIR in its environment:
#
#     [bin]
#     exec=/path/to/build-doc.sh
#
# Standard output has a line for each new warning. The reports are in $RESULTS_DIR/docs-matrix. It ends with 0 if nothing is
# new, and otherwise with 1, 2 or 3, which the executor takes for a failure: a build that failed never passes.
# Nothing is checked out, and the repository is not written to. Arguments go to docs-matrix check (--cell CELL, --docs all).

set -u
: "${BASE:?}" "${BRANCH:?}"

commit() { # the commit that a name means here, or in a remote
	git rev-parse --verify --quiet "$1^{commit}" ||
		git for-each-ref --format='%(objectname)' "refs/remotes/*/$1" | grep -m 1 . ||
		{ echo "$1: no such revision" >&2; return 1; }
}

from=$(commit "$BASE") || exit 2
to=$(commit "$BRANCH") || exit 2
echo "Base: $BASE ($from)" >&2
echo "Branch: $BRANCH ($to)" >&2

docs-matrix check --tree . --base "$from" --head "$to" --format terse \
	--out "${RESULTS_DIR:-.}/docs-matrix" "$@"
