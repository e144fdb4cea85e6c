"""The reports of the kernel's 0-day robot as data: read from a text, a mail, an archive's page or a whole thread.

`mails` makes texts of what was sent, `quoting` takes off what replies and mail programs put on, `header`, `listing`, `source`
and `diffs` read the parts of a report, `read` puts them together. Nothing here builds or looks at a tree.
"""
