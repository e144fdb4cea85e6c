"""The question `reproduce`: does a report of the 0-day robot reproduce, in which cells, and which toolchain made it.

`documents` has what must be read for the messages, `toolchains` the cells that may have made the report, `judging` holds the
messages against what cells said, `telling` moves one package alone to find what told two cells apart, `reproduce` asks.
"""
