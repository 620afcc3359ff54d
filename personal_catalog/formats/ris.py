"""RIS, as Zotero, EndNote and NoteExpress read it: a tag, two blanks, a hyphen, a blank; lines end as on Windows."""

from collections.abc import Iterator

from personal_catalog import isbn
from personal_catalog.formats.card import Card, parted
from personal_catalog.languages import TAGS


def entry(card: Card) -> str:
    """Texts are of one line already (`facts.text`), so none can begin a tag of its own."""
    return "".join(f"{tag}  - {text}\r\n" for tag, text in _lines(card) if text or tag == "ER") + "\r\n"


def _lines(card: Card) -> Iterator[tuple[str, str]]:
    facts = card.facts
    yield "TY", "BOOK"
    yield "ID", str(card.number)
    yield "TI", card.full_title
    for tag, roles in (("AU", ("aut", "cre", "cmp", "lyr", "art")), ("ED", ("edt", "com")), ("A4", ("trl",))):
        yield from ((tag, _name(name)) for name in card.names(*roles))
    yield "PB", facts.publisher
    yield "PY", str(facts.year) if facts.year is not None else ""
    yield "ET", facts.edition
    yield "T2", facts.series
    yield "M1", facts.series_number
    yield "NV", str(facts.volumes or "")
    yield "SP", facts.extent
    yield from (("SN", isbn.hyphenate(number)) for number in facts.isbns)
    yield "LA", TAGS.get(facts.language, "zh" if facts.language == "chi" else "")
    yield from (("KW", subject) for subject in facts.subjects)
    yield "AB", facts.summary
    yield "UR", card.url
    yield "ER", ""


def _name(name: str) -> str:
    if not (parts := parted(name)):
        return name
    family, particle, given = parts
    return f"{particle} {family}, {given}".strip()
