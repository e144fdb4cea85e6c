"""The questions beside `check`, a folder each: its values, its logic and its text. They know nothing of each other."""
