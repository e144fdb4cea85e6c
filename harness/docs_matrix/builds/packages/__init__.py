"""The packages of a tree itself: made by their own backends for each version of the tree, and laid into its private copies.

The files of a package come from the private copy, so that a message about a docstring names the tree's own file. What
only its backend can make (metadata, entry points, generated and compiled files) is taken from a wheel, which is kept by
content.
"""
