"""The question `reproduce`: does a report of the 0-day robot reproduce, in which cells, and which toolchain made it.

`documents` finds the documents to read for the messages, `toolchains` the cells that may have made the report. `judging`
compares the messages with those of the cells. `decisive_release` changes one package alone to find why two cells differ.
`reproduce` puts it all together.
"""
