"""Checks of a tree beside its builds: commands that read the source, run once for each version, and what they print."""
