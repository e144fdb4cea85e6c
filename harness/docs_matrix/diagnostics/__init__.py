"""The values that all rooms share: diagnostic, finding, verdict, note."""
