"""The commands that make a part of a documentation tree before it is built (doxygen, a generator), each kept by content.

A command runs in a private copy of the tree. What it writes there is laid over the tree: the result is a version of the tree
like any other, which builds read, know by its content and start from.
"""
