"""What a MARC 21 record is about: in plain words, and as headings of lists that somebody keeps. Pure."""

from library_bridge.marc import words
from library_bridge.marc.cards import Card
from library_bridge.marc.fields import Field

TAGS = frozenset({"600", "610", "650", "651", "653"})
KINDS = {"600": "person", "610": "body", "650": "", "651": "place", "655": "form"}
CONTROLLED = frozenset(KINDS)
SOURCES = {"0": "lcsh", "2": "mesh"}
SUBDIVISIONS = "vxyz"
NO_PART = SUBDIVISIONS + "0123456789euw"


def plain(card: Card) -> tuple[str, ...]:
    found = (words.plain(text) for _tag, field in card.in_order(TAGS) for text in words.values(field, "a"))
    return tuple(dict.fromkeys(filter(None, found)))


def controlled(card: Card) -> tuple[str, ...]:
    """`lcsh: Data structures--Textbooks`, `lcsh.person: Doe, Jane, 1950-`."""
    found = (_heading(tag, field) for tag, field in card.in_order(CONTROLLED))
    return tuple(dict.fromkeys(line for line in found if line))


def _heading(tag: str, field: Field) -> str:
    if not (source := _source(field)):
        return ""
    main = " ".join(text for code, text in field.parts if code not in NO_PART)
    parts = [words.plain(main), *map(words.plain, words.values(field, SUBDIVISIONS))]
    kind = KINDS[tag]
    return f"{source}{'.' if kind else ''}{kind}: {'--'.join(filter(None, parts))}" if parts[0] else ""


def _source(field: Field) -> str:
    mark = field.marks[1]
    return SOURCES.get(mark) or (field.get("2").strip(" .").lower() if mark in "7 " else "")
