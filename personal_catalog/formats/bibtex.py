"""BibTeX, in UTF-8 as biber and BibTeX managers read it."""

import re
import unicodedata
from collections.abc import Iterator

from personal_catalog.formats.card import Card, is_body, parted
from personal_catalog.languages import TAGS

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
TABLE = str.maketrans(SPECIAL)


def entry(card: Card) -> str:
    lines = [f"  {name} = {{{text}}}" for name, text in _fields(card) if text]
    return f"@book{{{_key(card)},\n" + ",\n".join(lines) + "\n}\n"


def escaped(text: str) -> str:
    """No brace of a text opens or closes a field, and no command of it is run."""
    return text.translate(TABLE)


def _fields(card: Card) -> Iterator[tuple[str, str]]:
    facts = card.facts
    yield "title", f"{{{escaped(card.full_title)}}}"  # the inner braces keep its capitals
    yield "author", _names(card.names("aut", "cre", "cmp", "lyr", "art"))
    yield "editor", _names(card.names("edt", "com"))
    yield "translator", _names(card.names("trl"))
    yield "publisher", escaped(facts.publisher)
    yield "year", str(facts.year) if facts.year is not None else ""
    yield "edition", escaped(facts.edition)
    yield "series", escaped(facts.series)
    yield "number", escaped(facts.series_number)
    yield "volumes", str(facts.volumes or "")
    yield "isbn", " ".join(facts.isbns)
    yield "language", TAGS.get(facts.language, "zh" if facts.language == "chi" else "")
    yield "keywords", escaped(", ".join(subject.replace(",", " ") for subject in facts.subjects))
    yield "abstract", escaped(facts.summary)
    yield "url", card.url.replace("{", "%7B").replace("}", "%7D")


def _names(names: list[str]) -> str:
    return " and ".join(_name(name) for name in names)


def _name(name: str) -> str:
    if parts := parted(name):
        family, particle, given = (escaped(part) for part in parts)
        return f"{particle} {family}, {given}".strip()
    whole = escaped(name)
    return f"{{{whole}}}" if " " in whole or "," in whole or is_body(name) else whole


def _key(card: Card) -> str:
    first = next(iter(card.facts.creators), "")
    family = parted(first)[0] if parted(first) else first  # type: ignore[index]  # it was looked at just now
    plain = re.sub("[^a-z]", "", unicodedata.normalize("NFKD", family).casefold())
    return f"{plain[:20]}{card.facts.year or ''}-{card.number}".lstrip("-")
