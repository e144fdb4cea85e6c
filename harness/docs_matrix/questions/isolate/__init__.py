"""The question `isolate`: which documents must be read before another one for it to say what it says."""
