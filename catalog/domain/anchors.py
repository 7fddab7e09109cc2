"""Where a quoted stretch stands in a text that has moved on."""


def find_quote(text: str, quote: str, start: int) -> tuple[int, int] | None:
    """The place of the quote nearest to where it was; None where it is gone.

    >>> find_quote("a slow song, a slow end", "slow", 13)
    (15, 19)
    """
    if not quote:
        return None
    places = []
    at = text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    if not places:
        return None
    nearest = min(places, key=lambda place: abs(place - start))
    return nearest, nearest + len(quote)
