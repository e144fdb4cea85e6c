"""The templates of the page and of the scripts that reports write."""
