"""The comparison of a base's diagnostics with a head's. Begin at `compare`; `passes` says which are the same mistake.

`pages` looks at a file's text, `counterparts` at removed and added lines, `correspondence` puts both and git's line map
together: where is what stood there? `places` and `meaning` are the two halves of a pass, `duplicates` the one kind of
message with two ends, `causes` says why something is new.
"""
