"""Strangers' input, changed at random: a parser answers, or raises an error of ours, within a bounded time."""
