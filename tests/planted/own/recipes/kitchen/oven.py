"""The oven."""


def heat(degrees: int) -> int:
    """Heat the oven.

    It takes a while.
    """
    return degrees


class Tray:
    """A tray.

    It gets hot.
    """

    def turn(self) -> None:
        """Turn it.

        Half way through.
        """
