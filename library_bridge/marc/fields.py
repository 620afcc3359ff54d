"""A MARC record as it is read here: made once with all its fields, looked into often, never changed. Pure.

pymarc's own classes are made for editing; of a small record, making them took longer than everything that is done with it.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Part: TypeAlias = tuple[str, str]
"""A subfield: its code, and its text on one line, which is never empty."""
CODED = "100"  # of UNIMARC: its first subfield means something by position, blanks too; in MARC 21 it is a name
LONGEST_PART = 4_000  # letters; only a summary is as long


class Field:
    """`data` of a control field as it stands, `parts` of any other; both where positions count (CODED)."""

    __slots__ = ("data", "marks", "parts", "tag")

    def __init__(self, tag: str, *, data: str = "", marks: str = "  ", parts: Sequence[Part] = ()) -> None:
        self.tag, self.data, self.marks, self.parts = tag, data, marks, parts

    def text(self) -> str:
        return " ".join(text for _code, text in self.parts)

    def get(self, code: str) -> str:
        """The first of this code, else nothing."""
        for found, text in self.parts:
            if found == code:
                return text
        return ""


class Record:
    """Asked for thirty tags where it has ten: each is looked up, and not searched for again."""

    __slots__ = ("_of_tag", "fields", "leader")

    def __init__(self, leader: str, fields: Sequence[Field]) -> None:
        self.leader, self.fields = leader, fields
        self._of_tag: dict[str, list[Field]] = {}
        for field in fields:
            if field.tag in self._of_tag:
                self._of_tag[field.tag].append(field)
            else:
                self._of_tag[field.tag] = [field]

    def has(self, tag: str) -> bool:
        return tag in self._of_tag

    def get(self, tag: str) -> Field | None:
        return found[0] if (found := self._of_tag.get(tag)) else None

    def all(self, tag: str) -> Sequence[Field]:
        return self._of_tag.get(tag, ())

    def by_tag(self, tags: Iterable[str]) -> list[Field]:
        """In the order of the tags."""
        return [field for tag in tags for field in self._of_tag.get(tag, ())]

    def in_order(self, tags: frozenset[str]) -> Sequence[Field]:
        """In the order of the record."""
        there = self._of_tag.keys() & tags
        if len(there) > 1:
            return [field for field in self.fields if field.tag in there]
        return self._of_tag[there.pop()] if there else ()


def data_field(tag: str, marks: str, pieces: Sequence[tuple[str, str]]) -> Field:
    """With those of its subfields that say something."""
    coded = pieces[0][1] if tag == CODED and pieces else ""
    parts = [(code, said) for code, text in pieces if (said := line(text, LONGEST_PART))]
    return Field(tag, data=coded, marks=marks, parts=parts)


def line(text: str, longest: int) -> str:
    """One line without control and format characters."""
    kept = text[:longest]
    if not kept.isprintable():
        kept = "".join(" " if c.isspace() else c for c in kept if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split()) if "  " in kept else kept.strip()
