"""MARC 21 bibliographic records as the port's plain fields. Pure. Source: MARC 21 Format for Bibliographic Data, LoC.

Where a field has a twin in 880, the one in the book's own script counts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pymarc import Field, Record

from library_bridge.marc import words
from library_bridge.marc.isbns import isbn13s
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord

TAGS = frozenset({
    "001", "008", "020", "035", "041", "082", "084", "090", "093", "100", "110", "111", "245", "260", "264",
    "440", "490", "600", "610", "650", "651", "653", "700", "710", "711", "830", "852", "880", "952",
})  # fmt: skip
CLC_SOURCES = {"clc", "cnclc"}
SUBJECTS = ("600", "610", "650", "651", "653")


def bibliographic_record(record: Record, record_id: str) -> BibliographicRecord:
    """Raises Unusable for a record without a title."""
    card = _Card.of(record)
    title, subtitle = _title(card)
    if not title:
        raise Unusable("it has no title (field 245)", "give it a title, or leave it out of the export")
    creators, translators = _names(card)
    return BibliographicRecord(
        record_id=record_id,
        title=title,
        subtitle=subtitle,
        creators=creators,
        translators=translators,
        isbn13s=isbn13s(words.every(record, ["020"], "a")),
        publisher=words.plain(card.first(("264", "260"), "b", _tells_publication)),
        year=words.year(card.first(("264", "260"), "c", _tells_publication)) or words.year(_fixed(record, 7, 11)),
        language=_fixed(record, 35, 38).strip(" |") or words.first(record, ["041"], "a")[:3],
        series=words.plain(card.first(("490", "830", "440"), "a")),
        clc=_clc(record),
        ddc=words.first(record, ["082"], "a").replace("/", ""),
        subjects=tuple(dict.fromkeys(map(words.plain, card.every(SUBJECTS, "a")))),
        call_number=_call_number(record),
        item_count=_item_count(record),
    )


def control_number(record: Record) -> str:
    number = record.get("001")
    return words.line((number.data if number else "") or "") or words.first(record, ["035"], "a")


@dataclass(frozen=True, slots=True)
class _Card:
    """A record whose fields come in the book's own script."""

    record: Record
    twins: dict[tuple[str, str], Field]

    @classmethod
    def of(cls, record: Record) -> "_Card":
        """`880 $6 245-01/$1` is the twin of the 245 with `$6 880-01`; number 00 stands alone."""
        twins: dict[tuple[str, str], Field] = {}
        for field in record.get_fields("880"):
            link = field.get("6") or ""
            if link[4:6] not in ("", "00") and words.is_vernacular(str(field)):
                twins[link[:3], link[4:6]] = field
        return cls(record, twins)

    def fields(self, tags: Iterable[str]) -> Iterator[Field]:
        for tag in tags:
            for field in self.record.get_fields(tag):
                twin = self.twins.get((tag, (field.get("6") or "")[4:6])) if self.twins else None
                yield twin if twin and not words.is_vernacular(str(field)) else field

    def first(self, tags: Iterable[str], codes: str, wanted: Callable[[Field], bool] = bool) -> str:
        found = (words.values(field, codes) for field in self.fields(tags) if wanted(field))
        return next((texts[0] for texts in found if texts), "")

    def every(self, tags: Iterable[str], codes: str) -> list[str]:
        return list(dict.fromkeys(text for field in self.fields(tags) for text in words.values(field, codes)))


def _title(card: _Card) -> tuple[str, str]:
    """Number and name of a part (n, p) belong to the title: volumes of one set are different books. Papers without a title
    have a form (k)."""
    for field in card.fields(["245"]):
        title, rest, form = (" ".join(map(words.plain, words.values(field, codes))) for codes in ("anp", "b", "k"))
        if title or rest or form:
            return (title, rest) if title else (rest or form, "")
    return "", ""


def _names(card: _Card) -> tuple[tuple[str, ...], tuple[str, ...]]:
    creators: list[str] = []
    translators: list[str] = []
    for field in card.fields(("100", "110", "111", "700")):
        roles = words.values(field, "e4")
        named = words.values(field, "a")
        if not named or field.get_subfields("t") or words.is_no_creator(roles):
            continue
        name = words.turned(named[0]) if field.indicator1 == "1" or "," in named[0] else words.plain(named[0])
        (translators if words.translates(roles) else creators).append(name)
    if not creators:
        said = words.names_of(words.values(title, "c")[:1])[0] if (title := _title_field(card)) else []
        creators = said or [words.plain(name) for name in card.every(("710", "711"), "a")]
    return tuple(dict.fromkeys(filter(None, creators))), tuple(dict.fromkeys(filter(None, translators)))


def _title_field(card: _Card) -> Field | None:
    return next(card.fields(["245"]), None)


def _tells_publication(field: Field) -> bool:
    """260, or the 264 of the publisher rather than of the printer or the copyright."""
    return field.tag == "260" or field.indicator2 in ("1", " ") or field.tag == "880"


def _fixed(record: Record, start: int, end: int) -> str:
    field = record.get("008")
    return words.line((field.data or "")[start:end]) if field else ""


def _clc(record: Record) -> str:
    for field in record.get_fields("084"):
        if (field.get("2") or "").strip().lower() in CLC_SOURCES:
            return words.first(record, ["084"], "a")
    return words.first(record, ["093"], "a")


def _call_number(record: Record) -> str:
    for field in record.get_fields("852", "952", "090"):
        codes = {"852": "hi", "952": "o", "090": "ab"}[field.tag]
        if found := words.values(field, codes):
            return " ".join(found)
    return ""


def _item_count(record: Record) -> int:
    """Koha's 952 stands for one item each, an 852 with a barcode too. A record without either has at least one."""
    barcoded = sum(1 for field in record.get_fields("852") if field.get_subfields("p"))
    return max(len(record.get_fields("952")), barcoded, 1)
