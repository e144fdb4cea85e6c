"""Send parcels."""


def send(parcel: str) -> str:
    """Send a parcel."""
    return parcel


class Office:
    """A post office.

    It opens at nine.
    """

    def open(self) -> bool:
        """Open the door.

        Nobody waits.
        """
        return True
