"""Addresses of pages that are told by a number. A list of twenty books needs sixty of them: where the number stands is looked up
once."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

ANY = 0


def numbered(name: str, number: int) -> str:
    """As `reverse(name, args=[number])`."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{number}{after}"


@lru_cache(maxsize=64)
def _around(name: str, _prefix: str) -> tuple[str, str]:
    """The number is the last thing that changes in such an address."""
    before, _number, after = reverse(name, args=[ANY]).rpartition(str(ANY))
    return before, after
