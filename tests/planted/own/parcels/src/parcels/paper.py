"""Paper."""


def fold(sheet: str, times: int = 1) -> str:
    """Fold a sheet.

    The sheet gets smaller.
    """
    return sheet[: len(sheet) >> times]
