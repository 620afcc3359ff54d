"""A record of simple Dublin Core as book facts. Pure. Catalogues put a card's whole line into one element: the title with its
statement of responsibility, a publisher with its place, a name with dates and role. That is taken apart again."""

import re
import unicodedata
from xml.etree.ElementTree import Element

from library_bridge.marc import words
from personal_catalog import isbn
from personal_catalog.facts import BookFacts, from_outside, year

LONGEST = 2_000
MOST_ELEMENTS = 300
BRACKETS = re.compile(r"\s*[\[(（【][^\])）】]{0,80}[\])）】]\s*")
DATES = re.compile(r",?\s*\(?(?:\d{4}\??\s?[-–.…]{1,3}\s?(?:\d{4})?\??|[-–]\s?\d{4})\)?\.?$")
TRANSLATES = re.compile(r"übersetz|traduct|translat|譯|译", re.IGNORECASE)
NO_CREATOR = re.compile(r"illustrat|herausgeber des|verlag|print|imprimeur|préfac|drucker", re.IGNORECASE)
ROLE = re.compile(r"\.\s+[A-Z][^.]{3,60}$")
PAGES = re.compile(r"\d\s*(?:S\.|p\.|pages|Seiten|页|頁)|\b(?:vol|Bd|Band|册|冊)", re.IGNORECASE)
NUMBER = re.compile(r"97[89][\d -]{10,16}|\b[\d-]{9,12}[\dXx]\b")
CLASS_FIRST = re.compile(r"^\d")


def facts(record: Element) -> BookFacts | None:
    said = _said(record)
    title, subtitle = _title(next(iter(said.get("title", [])), ""))
    people = said.get("creator", []) or said.get("contributor", [])[:3]
    everybody = said.get("creator", []) + said.get("contributor", [])
    return from_outside(
        {
            "isbns": _isbns(said.get("identifier", [])),
            "title": title,
            "subtitle": subtitle,
            "creators": [_name(one) for one in people if not TRANSLATES.search(one) and not NO_CREATOR.search(one)],
            "translators": [_name(one) for one in everybody if TRANSLATES.search(one)],
            "publisher": _publisher(next(iter(said.get("publisher", [])), "")),
            "year": year(_digits(next(iter(said.get("date", [])), ""))),
            "language": next(iter(said.get("language", [])), ""),
            "extent": next((one for one in said.get("format", []) + said.get("extent", []) if PAGES.search(one)), ""),
            "subjects": [one for one in said.get("subject", []) if not CLASS_FIRST.match(one)],
        }
    )


def _said(record: Element) -> dict[str, list[str]]:
    """By the names of Dublin Core's elements, whatever their prefix."""
    said: dict[str, list[str]] = {}
    for number, part in enumerate(record.iter()):
        if number > MOST_ELEMENTS:
            break
        text = " ".join((part.text or "")[:LONGEST].split())
        if text:
            said.setdefault(str(part.tag).rpartition("}")[2].lower(), []).append(text)
    return said


def _title(line: str) -> tuple[str, str]:
    """`L'étranger : roman / Albert Camus` without the responsibility."""
    whole, _slash, _responsible = line.partition(" / ")
    title, _colon, subtitle = BRACKETS.sub(" ", whole).partition(" : ") if " : " in whole else (whole, "", "")
    return title.strip(), subtitle.strip()


def _name(text: str) -> str:
    """`Camus, Albert (1913-1960). Auteur du texte`, `Camus, Albert [Verfasser]` → `Albert Camus`."""
    name = ROLE.sub("", text) if DATES.search(ROLE.sub("", text)) or BRACKETS.search(text) else text
    return words.turned(DATES.sub("", BRACKETS.sub(" ", name).strip()).strip(" ,;"))


def _publisher(text: str) -> str:
    """`Reinbek bei Hamburg : Rowohlt`, `Gallimard (Paris)`."""
    return BRACKETS.sub(" ", text.rpartition(" : ")[2]).strip(" ,;.")


def _digits(text: str) -> str:
    found = re.search(r"\d{4}", unicodedata.normalize("NFKC", text))
    return found[0] if found else ""


def _isbns(identifiers: list[str]) -> list[str]:
    found = []
    for text in identifiers:
        for number in NUMBER.findall(text[:100]):
            try:
                found.append(isbn.parse(number).isbn13)
            except isbn.NotAnIsbn:
                continue
    return list(dict.fromkeys(found))
