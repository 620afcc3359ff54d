"""Catalogues of any size for the search's figures: the real rows, and more made by putting parts of them together."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice

from personal_catalog.facts import BookFacts, with_language
from personal_catalog.search import analyse
from personal_catalog.search.analyse import Tokens
from tests import shared_data

CLASSES = ("I247.5", "I561.45", "B84", "TP312", "TP18", "O241", "F83", "K109", "G40", "H31", "J22", "R161", "")


@dataclass(frozen=True)
class Half:
    """A part of a title, and its tokens."""

    text: str
    title: list[str]
    sound: list[str]


@dataclass(frozen=True)
class Book:
    facts: BookFacts
    tokens: Tokens


def books(size: int) -> Iterator[Book]:
    """At most as many as there are: the real ones in mixed order. More: those, and then made ones without an end."""
    return islice(_endless(random.Random(5)), size)


def real_books() -> Iterator[Book]:
    return (Book(facts, analyse.of_record(facts)) for facts in shared_data.books())


def _endless(dice: random.Random) -> Iterator[Book]:
    facts = [with_language(book) for book in shared_data.books()]
    dice.shuffle(facts)
    real = []
    for book in facts:
        book = replace(book, clc=book.clc or dice.choice(CLASSES))
        real.append(Book(book, analyse.of_record(book)))
        yield real[-1]
    alike: dict[str, list[tuple[Book, Half, Half]]] = {}
    for one in real:
        alike.setdefault(one.facts.language, []).append((one, *_halves(one.facts.title)))
    for number in count(1):
        parts = alike[dice.choice(real).facts.language]
        yield _made(number, dice.choice(parts), dice.choice(parts))


def _made(number: int, one: tuple[Book, Half, Half], other: tuple[Book, Half, Half]) -> Book:
    """The first half of one title and the second half of another; the other facts from both. Its tokens are those of its
    parts, which spares most of the work of the analyser: all but the pair where the halves meet."""
    first, left, _ = one
    second, _, right = other
    isbn13 = _isbn13(number)
    facts = replace(
        first.facts, title=left.text + right.text, subtitle="", isbns=(isbn13,), creators=second.facts.creators
    )  # fmt: skip
    tokens = Tokens(
        list(dict.fromkeys([*left.title, *right.title])), second.tokens.names, [*first.tokens.other, isbn13],
        list(dict.fromkeys([*left.sound, *right.sound])),
    )  # fmt: skip
    return Book(facts, tokens)


def _halves(title: str) -> tuple[Half, Half]:
    """Cut between words where there are any."""
    middle = -(-len(title) // 2)
    place = title.find(" ", middle) + 1 or middle
    return _half(title[:place]), _half(title[place:])


def _half(text: str) -> Half:
    return Half(text, analyse.in_record(text), analyse.sounds(text))


def _isbn13(number: int) -> str:
    twelve = f"97988{number:07d}"
    return f"{twelve}{-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(twelve)) % 10}"
