"""The commands that make a part of a documentation tree before it is built (doxygen, a generator). Results are kept by content.

A command runs in a private copy of the tree. The files that it writes are added to the tree. The result is a version of the tree
like any other: builds read it, know it by its content, and start from it.
"""
