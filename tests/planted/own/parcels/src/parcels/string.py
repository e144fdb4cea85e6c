"""String."""


def cut(length: int) -> int:
    """Cut a piece of string.

    It cannot be put together again.

    This is *known.
    """
    return length - 1


def tie(ends: int) -> int:
    """Tie a knot.

    This is *known.
    """
    return ends - 2
