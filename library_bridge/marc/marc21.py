"""MARC 21 bibliographic records as the port's plain fields. Pure. Source: MARC 21 Format for Bibliographic Data, LoC.

Where a field has a twin in 880, the one in the book's own script counts.
"""

import re

from library_bridge.marc import links, names, numbers, subjects, words
from library_bridge.marc.cards import Card
from library_bridge.marc.fields import Field, Record
from library_bridge.marc.isbns import isbn13s, not_valid
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord

TAGS = frozenset({
    "001", "003", "008", "010", "020", "022", "024", "035", "041", "046", "050", "082", "084", "090", "093", "100", "110", "111", "240",
    "245", "250", "260", "264", "300", "440", "490", "520", "600", "610", "650", "651", "653", "655", "700", "710", "711", "765", "776",
    "830", "852", "856", "880", "952",
})  # fmt: skip
CALL_NUMBERS = {"852": "hi", "952": "o", "090": "ab"}
SHELVED = frozenset(CALL_NUMBERS)
EDTF = re.compile(r"-?\d{4}")
CLC_SOURCES = {"clc", "cnclc"}
LONGEST_SUMMARY = 4_000


def bibliographic_record(record: Record, record_id: str) -> BibliographicRecord:
    """Raises Unusable for a record without a title."""
    card = Card.of(record)
    title, subtitle = _title(card)
    if not title:
        raise Unusable("it has no title (field 245)", "give it a title, or leave it out of the export")
    creators, translators, contributors = names.of(card)
    series, series_number = _series(card)
    spoken = _spoken(record)
    language = words.coded(record, "008", 35, 38).strip(" |") or next(iter(spoken), "")
    said, withdrawn = words.every(record, ["020"], "a"), words.every(record, ["020"], "z")
    return BibliographicRecord(
        record_id=record_id,
        title=title,
        subtitle=subtitle,
        creators=creators,
        translators=translators,
        contributors=contributors,
        original_title=_original_title(record, bool(translators)),
        isbn13s=isbn13s(said),
        invalid_isbns=not_valid(said, withdrawn),
        numbers=numbers.of(record),
        edition=words.plain(card.first(("250",), "a")),
        publisher=words.plain(card.first(("264", "260"), "b", _tells_publication)),
        year=_year(card),
        language=language,
        languages=tuple(code for code in spoken if code != language),
        extent=words.plain(card.first(("300",), "a", _is_extent)),
        volumes=_volumes(record),
        series=series,
        series_number=series_number,
        clc=_clc(record),
        ddc=words.first(record, ["082"], "a").replace("/", ""),
        lcc=words.first(record, ["050"], "a"),
        subjects=subjects.plain(card),
        subject_headings=subjects.controlled(card),
        summary=_summary(card),
        links=links.of(record),
        call_number=_call_number(record),
        item_count=_item_count(record),
    )


def control_number(record: Record) -> str:
    return words.coded(record, "001") or words.first(record, ["035"], "a")


def _title(card: Card) -> tuple[str, str]:
    """Number and name of a part (n, p) belong to the title: volumes of one set are different books. Papers without a title
    have a form (k)."""
    for field in card.fields(["245"]):
        title, rest, form = (" ".join(map(words.plain, words.values(field, codes))) for codes in ("anp", "b", "k"))
        if title or rest or form:
            return (title, rest) if title else (rest or form, "")
    return "", ""


def _tells_publication(field: Field) -> bool:
    """260, or the 264 of the publisher rather than of the printer or the copyright."""
    return field.tag == "260" or field.marks[1] in "1 " or field.tag == "880"


def _year(card: Card) -> int | None:
    """Years that no imprint has are coded (046, EDTF)."""
    for field in card.record.all("046"):
        if field.get("2") == "edtf" and (coded := EDTF.fullmatch(field.get("k"))):
            return int(coded[0])
    said = words.year(card.first(("264", "260"), "c", _tells_publication))
    return said or words.year(words.coded(card.record, "008", 7, 11))


def _spoken(record: Record) -> list[str]:
    """041 a, of which older records pack several into one: `engfre`."""
    packed = [text for text in words.every(record, ["041"], "a") if len(text) % 3 == 0 and text.isalpha()]
    return list(dict.fromkeys(text[at : at + 3].lower() for text in packed for at in range(0, len(text), 3)))


def _series(card: Card) -> tuple[str, str]:
    for field in card.fields(("490", "830", "440")):
        if named := words.values(field, "a"):
            return words.plain(named[0]), words.plain(" ".join(words.values(field, "v")[:1]))
    return "", ""


def _original_title(record: Record, is_translated: bool) -> str:
    """765 names it; a uniform title (240) is one where the book is a translation."""
    if said := words.first(record, ["765"], "t"):
        return words.plain(said)
    field = record.get("240")
    if field and (is_translated or field.get("l") or words.first(record, ["041"], "h")):
        return words.plain(" ".join(map(words.plain, words.values(field, "anp"))))
    return ""


def _is_extent(field: Field) -> bool:
    return not field.get("f")


def _volumes(record: Record) -> int | None:
    """`300 $a 2 $f volumes`: a number with its unit."""
    for field in record.all("300"):
        if field.get("f").strip(" .").lower() in ("volumes", "册") and field.get("a").isdecimal():
            return int(field.get("a")[:4])
    return None


def _summary(card: Card) -> str:
    said = (text for field in card.fields(("520",)) for code, text in field.parts if code in "ab")
    return words.running(said)[:LONGEST_SUMMARY]


def _clc(record: Record) -> str:
    for field in record.all("084"):
        if field.get("2").lower() in CLC_SOURCES and (found := words.values(field, "a")):
            return found[0]
    return words.first(record, ["093"], "a")


def _call_number(record: Record) -> str:
    for field in record.in_order(SHELVED):
        if found := words.values(field, CALL_NUMBERS[field.tag]):
            return " ".join(found)
    return ""


def _item_count(record: Record) -> int:
    """Koha's 952 stands for one item each, an 852 with a barcode too. A record without either has at least one."""
    barcoded = sum(1 for field in record.all("852") if field.get("p"))
    return max(len(record.all("952")), barcoded, 1)
