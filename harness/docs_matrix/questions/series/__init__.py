"""The question `series`: which patch of a series brings each diagnostic."""
