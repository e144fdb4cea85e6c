"""The question `shrink`: the smallest project that still gives a message."""
