"""The question `isolate`: which documents must be read before another one to cause its message."""
