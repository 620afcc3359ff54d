"""Book data by ISBN: a chain of sources, nearest first, with a cache, deadlines and circuit breakers."""

from personal_catalog.lookup.chain import Found, find, find_elsewhere, known_among, recall
from personal_catalog.lookup.numbers import parse

__all__ = ("Found", "find", "find_elsewhere", "known_among", "parse", "recall")
