"""Book data by ISBN: a chain of sources, nearest first, with a cache, deadlines and circuit breakers."""

from personal_catalog.lookup.chain import Found, find, find_elsewhere

__all__ = ("Found", "find", "find_elsewhere")
