"""From the cells of one row to what it says of a book. Pure."""

import re

from personal_catalog import isbn
from personal_catalog.facts import BookFacts, from_outside, with_language, words_of
from personal_catalog.files import numbers
from personal_catalog.files.columns import LONGEST_NAMES, Said, said_by
from personal_catalog.files.layouts import Layout
from personal_catalog.files.rows import Problem, Row, Trait
from personal_catalog.files.streams import UNDECODED
from personal_catalog.people import split_names

DOUBAN_NUMBER = re.compile(r"(?:^|douban\.com/subject/)(\d{5,12})(?!\d)")
WISHED = re.compile(r"(?i)\b(?:to[- ]?read|wish|want[- ]to[- ]read|planned|for[_ -]later)|想读|想看")
DIGITAL = re.compile(r"(?i)kindle|e-?book|digital|epub|audible|audio ?book|^audio$|nook|电子|有声")
NOT_OWNED = {"0", "no", "false", "n", "否", "无", "没有"}
SHOWN = ("title", "subtitle", "creators", "translators", "publisher", "series")  # where damage would be seen
LONGEST_REMARK = 300


def row_of(place: str, names: list[str], cells: list[str], layout: Layout) -> Row:
    said, isbn_cells = said_by(names, cells)
    layout.settle(said)
    isbns, wrong = numbers.isbn13s(isbn_cells, titled=bool(said["title"]))
    douban = found[1] if (found := DOUBAN_NUMBER.search(said["link"])) else ""
    facts = facts_of(said, isbns, [f"douban:{douban}"] if douban else [])
    return Row(
        place=place,
        facts=facts,
        isbn13=next(iter(isbns), ""),
        douban=douban,
        by_title=layout.by_title or bool(facts and facts.creators),
        said=next(filter(None, (cell.strip() for cell in isbn_cells)), "")[: isbn.LONGEST],
        note=words_of(said["note"], LONGEST_REMARK),
        remark=words_of(said["remark"], LONGEST_REMARK),
        traits=_traits(said),
        problem=_problem(said, facts, isbns, wrong),
    )


def facts_of(said: Said, isbns: tuple[str, ...], record_numbers: list[str]) -> BookFacts | None:
    raw: dict[str, object] = {**said, "isbns": list(isbns), "numbers": record_numbers}
    for name in ("creators", "translators"):
        raw[name] = split_names(words_of(said[name], LONGEST_NAMES))
    raw["subjects"] = [part for part in re.split(r"[|;；]", said["subjects"]) if part.strip()]
    facts = from_outside(raw)
    return with_language(facts) if facts else None


def _problem(said: Said, facts: BookFacts | None, isbns: tuple[str, ...], wrong: Problem | None) -> Problem | None:
    if said["gone"].lower() == "true":
        return Problem("deleted")
    if any(UNDECODED.search(said[name]) for name in SHOWN):
        return Problem("encoding")
    if facts is None and not isbns and wrong is None:
        return Problem("untitled")
    return wrong


def _traits(said: Said) -> frozenset[Trait]:
    found = {
        Trait.WISHED: bool(WISHED.search(said["shelf"])) or said["shelf"] == "wish",
        Trait.NOT_OWNED: said["owned"].lower() in NOT_OWNED,
        Trait.DIGITAL: bool(DIGITAL.search(said["binding"])),
    }
    return frozenset(trait for trait, holds in found.items() if holds)


def list_row(place: str, text: str) -> Row:
    """One number of a list."""
    isbns, problem = numbers.isbn13s([text], titled=False)
    return Row(place=place, isbn13=next(iter(isbns), ""), said=text, problem=problem)
