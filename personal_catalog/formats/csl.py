"""CSL-JSON, the items of citation managers. Source: CSL 1.0.2, csl-data.json."""

import json
from typing import Any

from personal_catalog import isbn
from personal_catalog.formats.card import Card, parted
from personal_catalog.languages import TAGS

ROLES = {
    "author": ("aut", "cre", "lyr", "art"), "editor": ("edt", "com"), "translator": ("trl",), "illustrator": ("ill",),
    "composer": ("cmp",), "contributor": ("ctb", "ann", "cmm", "adp", "aui", "aft", "pfr", "pht", "nrt", "dgs"),
}  # fmt: skip


def entry(card: Card) -> str:
    return json.dumps(item(card), ensure_ascii=False, indent=1)


def item(card: Card) -> dict[str, Any]:
    facts = card.facts
    said: dict[str, Any] = {
        "id": str(card.number),
        "type": "book",
        "title": card.full_title,
        **{name: [_name(one) for one in card.names(*roles)] for name, roles in ROLES.items()},
        "publisher": facts.publisher,
        "issued": {"date-parts": [[facts.year]]} if facts.year is not None else None,
        "edition": facts.edition,
        "collection-title": facts.series,
        "collection-number": facts.series_number,
        "number-of-volumes": facts.volumes,
        "original-title": facts.original_title,
        "language": TAGS.get(facts.language, "zh" if facts.language == "chi" else ""),
        "ISBN": " ".join(isbn.hyphenate(number) for number in facts.isbns),
        "ISSN": next((line.removeprefix("issn:") for line in facts.numbers if line.startswith("issn:")), ""),
        "keyword": ", ".join(facts.subjects),
        "abstract": facts.summary,
        "URL": card.url,
    }
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def _name(name: str) -> dict[str, str]:
    if not (parts := parted(name)):
        return {"literal": name}
    family, particle, given = parts
    made = {"family": family, "given": given}
    return made | {"non-dropping-particle": particle} if particle else made
