"""Card numbers: libraries print them in capitals, readers type them as they like, and systems answer in either."""


def same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
