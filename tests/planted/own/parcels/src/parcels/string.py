"""String."""


def cut(length: int) -> int:
    """Cut a piece of string.

    It cannot be put together again.
    """
    return length - 1
