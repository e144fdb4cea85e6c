"""Reads what a build said: the probe's records and the raw standard error, as diagnostics. Part of every build's key."""
