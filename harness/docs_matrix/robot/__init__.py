"""Reads reports of the kernel's 0-day robot, from a text, a mail, a page of an archive or a whole thread, and writes such lists.

`mails` turns mails and pages into texts. `quoting` removes the marks that replies and mail programs add. `header`, `listing`,
`source` and `diffs` read the parts of a report, and `read` puts the parts together. `write` writes a list of messages. Nothing
here builds or reads a tree.
"""
