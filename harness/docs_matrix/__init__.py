"""docs-matrix: build a documentation tree under pinned toolchains, and say exactly which warnings are new."""

__version__ = "0.1.0"
