"""schema.org/Book for search engines, as JSON that may stand in a page. Source: schema.org 29, Book."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from personal_catalog import links
from personal_catalog.formats.card import Card, is_body
from personal_catalog.languages import TAGS

ROLES = {
    "author": ("aut", "cre", "cmp", "lyr", "art"), "translator": ("trl",), "editor": ("edt", "com"), "illustrator": ("ill",),
    "contributor": ("ctb", "ann", "cmm", "adp", "aui", "aft", "pfr", "pht", "nrt"),
}  # fmt: skip
UNSAFE: dict[str, str | int | None] = {
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def in_page(card: Card, *, cover_url: str = "") -> SafeString:
    """No text in it can end the script element it stands in (T-D1)."""
    return mark_safe(json.dumps(book(card, cover_url=cover_url), ensure_ascii=False).translate(str.maketrans(UNSAFE)))


def book(card: Card, *, cover_url: str = "") -> dict[str, Any]:
    facts = card.facts
    pages = [link.address for line in facts.links if (link := links.parsed(line)) and not link.isbn13]
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Book",
        "@id": card.url,
        "url": card.url,
        "name": card.full_title,
        **{name: [_who(one) for one in card.names(*roles)] for name, roles in ROLES.items()},
        "publisher": {"@type": "Organization", "name": facts.publisher} if facts.publisher else None,
        "datePublished": f"{facts.year:04d}" if facts.year is not None and facts.year >= 0 else "",
        "bookEdition": facts.edition,
        "isbn": list(facts.isbns),
        "inLanguage": [
            TAGS.get(code, "zh" if code == "chi" else code) for code in (facts.language, *facts.languages) if code
        ],
        "isPartOf": _series(card),
        "about": list(facts.subjects),
        "description": facts.summary,
        "image": cover_url,
        "sameAs": pages,
    }
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def _who(name: str) -> dict[str, str]:
    return {"@type": "Organization" if is_body(name) else "Person", "name": name}


def _series(card: Card) -> dict[str, str] | None:
    facts = card.facts
    if not facts.series:
        return None
    series = {"@type": "BookSeries", "name": facts.series}
    return series | {"position": facts.series_number} if facts.series_number else series
