"""The values that all folders share: diagnostic, finding, verdict, note."""
