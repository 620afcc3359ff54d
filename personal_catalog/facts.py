"""What can be said about an edition, whoever says it. The one form in which book data enter the catalogue."""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import nh3

from personal_catalog import controlled, credits, isbn, languages, links, numbers, works

LONGEST = {
    "title": 500,
    "subtitle": 500,
    "original_title": 500,
    "publisher": 200,
    "edition": 100,
    "series": 300,
    "series_number": 40,
    "language": 3,
    "extent": 100,
    "summary": 4000,
    "clc": 40,
    "ddc": 40,
    "lcc": 40,
}
MOST = {
    "isbns": 20, "creators": 20, "translators": 10, "subjects": 30, "contributors": 20, "languages": 8, "invalid_isbns": 20,
    "numbers": 20, "subject_headings": 30, "links": 20,
}  # fmt: skip
TIDY: dict[str, Callable[[str], str]] = {
    "contributors": credits.tidy,
    "languages": languages.code,
    "invalid_isbns": numbers.tidy_isbn,
    "numbers": numbers.tidy,
    "subject_headings": controlled.tidy,
    "links": links.tidy,
}
"""Lists whose lines have a form of their own, and what makes it; a line without it is left out."""
LONGEST_PART = 200
LONGEST_LINE = {"subject_headings": 400, "links": 700}
CLASSES = ("clc", "ddc", "lcc")
YEARS = range(-3000, 2200)
MUCH = 100_000
TAG = re.compile(r"<\s*[/!a-zA-Z]")
PLAIN = re.compile("[ -~\u2010-\u2027\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*")  # nothing in it to clean or to compose
CLASS_NUMBER = re.compile(r"[^0-9A-Za-z.\-/=()+:,'\" \[\]]")


@dataclass(frozen=True)
class BookFacts:
    isbns: tuple[str, ...] = ()
    title: str = ""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    publisher: str = ""
    edition: str = ""
    series: str = ""
    year: int | None = None
    language: str = ""
    extent: str = ""
    summary: str = ""
    subjects: tuple[str, ...] = ()
    clc: str = ""
    ddc: str = ""
    original_title: str = ""
    contributors: tuple[str, ...] = ()
    """`edt: Jane Doe`, see credits."""
    series_number: str = ""
    languages: tuple[str, ...] = ()
    """Further ones than `language`."""
    volumes: int | None = None
    """Of a set that is lent as one; None for a single volume."""
    invalid_isbns: tuple[str, ...] = ()
    """Withdrawn, wrong or another edition's: a record is found by them, they are not shown as its own."""
    numbers: tuple[str, ...] = ()
    """`oclc:12345`, see numbers."""
    lcc: str = ""
    subject_headings: tuple[str, ...] = ()
    """`lcsh: Data structures--Textbooks`, see controlled."""
    links: tuple[str, ...] = ()
    """`https://… E-book`, see links."""

    def given(self) -> dict[str, Any]:
        """The fields that say something."""
        return {name: value for name in FIELDS if (value := getattr(self, name)) not in ("", (), None)}

    def to_json(self) -> dict[str, Any]:
        return dict(json.loads(json.dumps(self.given())))


FIELDS = tuple(f.name for f in fields(BookFacts))
KNOWN = frozenset(FIELDS)


def from_outside(raw: Mapping[str, object]) -> BookFacts | None:
    """Facts from a source that may be broken or hostile (T-D1): typed, cleaned, cut. None when no title is left."""
    found = typed({name: _without_markup(value) for name, value in raw.items() if name in FIELDS})
    return found if found.title else None


def typed(raw: Mapping[str, object]) -> BookFacts:
    """Each field in its type and length; what does not fit its type is left out. Markup stays the text it is."""
    said = {name: value for name, value in raw.items() if value and name in KNOWN}
    made: dict[str, Any] = {name: _typed(name, value) for name, value in said.items()}
    if isbns := made.get("isbns"):
        made["isbns"] = tuple(number for number in isbns if isbn.is_valid13(number))
    if withdrawn := made.get("invalid_isbns"):
        made["invalid_isbns"] = tuple(number for number in withdrawn if number not in made.get("isbns", ()))
    if further := made.get("languages"):
        made["languages"] = tuple(code for code in further if code != made.get("language"))
    return BookFacts(**made)


def _typed(name: str, value: object) -> object:
    if name in MOST:
        lines = _texts(value, MOST[name], LONGEST_LINE.get(name, LONGEST_PART))
        return _tidied(lines, TIDY[name]) if name in TIDY else lines
    if name in SPECIAL:
        return SPECIAL[name](value)
    line = text(value, LONGEST[name])
    return CLASS_NUMBER.sub("", line).strip() if name in CLASSES else line


def _tidied(lines: tuple[str, ...], tidy: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kept for line in lines if (kept := tidy(line))))


def not_kept(raw: Mapping[str, object]) -> list[str]:
    """The fields of which `typed` would keep less than was given: for a person who has to be told."""
    kept = typed(raw)
    return [name for name, value in raw.items() if name in FIELDS and _said(name, value) != getattr(kept, name)]


def _said(name: str, value: object) -> object:
    """What was given, without the blanks and marks that no field keeps."""
    if name in TIDY:
        lines = _texts(value, MUCH, MUCH)
        kept = _tidied(lines, TIDY[name])
        return kept if len(kept) == len(lines) else lines
    if name in MOST:
        return _texts(value, MUCH, MUCH)
    if name == "volumes":
        return works.volumes(value) or value or None
    if name == "year":
        return value or None
    said = text(value, MUCH)
    return (languages.code(said) or said) if name == "language" else said


def from_json(stored: Mapping[str, object]) -> BookFacts:
    return typed(stored)


def with_language(facts: BookFacts) -> BookFacts:
    """Fills in the language where script or ISBN tell it."""
    if facts.language:
        return facts
    return replace(facts, language=languages.guess(facts.title, next(iter(facts.isbns), "")))


def text(value: object, most: int) -> str:
    """One line of NFC text without control, direction or format characters, at most `most` characters."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    cut = str(value)[: most * 4]
    if len(cut) <= most and cut.isascii() and cut.isprintable():
        return " ".join(cut.split())
    if PLAIN.fullmatch(cut):
        return " ".join(cut.split())[:most].rstrip()
    kept = unicodedata.normalize("NFC", cut.encode("utf-8", "ignore").decode("utf-8"))
    line = "".join(" " if c.isspace() else c for c in kept if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(_calm(line).split())[:most].rstrip()


def words_of(value: str, most: int) -> str:
    """One line of what somebody wrote elsewhere, without its markup."""
    return text(_without_markup(value), most)


def year(value: object) -> int | None:
    """`2008`, `2008.0`, `2012年8月`, `2012-08-01`; None outside the years in which books were made."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    match = re.search(r"-?\d{1,4}(?!\d)", unicodedata.normalize("NFKC", str(value)[:40]))
    number = int(match.group()) if match else 0
    return number if number and number in YEARS else None


SPECIAL: dict[str, Callable[[Any], Any]] = {
    "year": year, "volumes": works.volumes, "language": lambda value: languages.code(text(value, 20))
}  # fmt: skip
"""Fields that are no plain line."""


def _calm(line: str) -> str:
    """At most three marks on one letter (T-R19)."""
    kept, marks = [], 0
    for c in line:
        marks = marks + 1 if unicodedata.category(c) in ("Mn", "Me") else 0
        if marks <= 3:
            kept.append(c)
    return "".join(kept)


def _texts(value: object, most: int, longest: int = LONGEST_PART) -> tuple[str, ...]:
    parts: Iterable[object] = value if isinstance(value, list | tuple) else (value,) if isinstance(value, str) else ()
    cleaned = (text(part, longest) for part in list(parts)[: most * 3])
    return tuple(dict.fromkeys([part for part in cleaned if part]))[:most]


def _without_markup(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_without_markup(part) for part in value[:100] if isinstance(part, str)]
    if not isinstance(value, str):
        return value
    plain = html.unescape(value[:20_000])
    return html.unescape(nh3.clean(plain, tags=set())) if TAG.search(plain) else plain
