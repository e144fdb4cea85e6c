"""The configuration of a small project that is translated."""

project = "letters"
language = "de"
locale_dirs = ["locale"]
gettext_compact = False
