"""CNMARC and UNIMARC bibliographic records as the port's plain fields. Pure. Source: 新版中国机读目录格式使用手册; UNIMARC Manual.

Capital subfield codes hold the pinyin of the small ones and are not read.
"""

from pymarc import Field, Record

from library_bridge.marc import words
from library_bridge.marc.isbns import isbn13s
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord

TAGS = frozenset({
    "010", "100", "101", "200", "210", "214", "225", "600", "601", "606", "607", "610", "676",
    "690", "700", "701", "702", "710", "711", "712", "905", "906",
})  # fmt: skip
PERSONS, BODIES = ("700", "701", "702"), ("710", "711", "712")


def bibliographic_record(record: Record, record_id: str) -> BibliographicRecord:
    """Raises Unusable for a record without a title."""
    field = record.get("200")
    title, subtitle = _title(field) if field else ("", "")
    if field is None or not title:
        raise Unusable("it has no title (field 200)", "give it a title, or leave it out of the export")
    creators, translators = _names(record, field)
    return BibliographicRecord(
        record_id=record_id,
        title=title,
        subtitle=subtitle,
        creators=creators,
        translators=translators,
        isbn13s=isbn13s(words.every(record, ["010"], "a")),
        publisher=words.plain(words.first(record, ["210", "214"], "c")),
        year=words.year(words.first(record, ["210", "214"], "d")) or words.year(_coded(record)[9:13]),
        language=words.first(record, ["101"], "a")[:3],
        series=words.plain(words.first(record, ["225"], "a")),
        clc=words.first(record, ["690"], "a"),
        ddc=words.first(record, ["676"], "a").replace("/", ""),
        subjects=tuple(words.every(record, ["600", "601", "606", "607", "610"], "a")),
        call_number=_call_number(record),
        item_count=_item_count(record),
    )


def _title(field: Field) -> tuple[str, str]:
    """A further `a` is another work by the same hand in one volume; number and name of a part (h, i) belong to the title."""
    own = words.values(field, "a")[:1] + words.values(field, "hi")
    return " ".join(map(words.plain, own)), " ".join(map(words.plain, words.values(field, "e")[:2]))


def _names(record: Record, title: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As the title page says them (200 f, g) where an access point is only a part of that: `博克` in `简·博克`."""
    said, said_translators = words.names_of(words.values(title, "fg"))
    creators: list[str] = []
    translators: list[str] = []
    for field in record.get_fields(*PERSONS, *BODIES):
        roles = words.values(field, "4")
        if not (name := _name(field)) or words.is_no_creator(roles):
            continue
        if words.translates(roles):
            translators.append(_as_said(name, said_translators))
        elif field.tag not in ("702", "712") or not creators:
            creators.append(_as_said(name, said))
    if not creators:
        creators = said
    return tuple(dict.fromkeys(creators)), tuple(dict.fromkeys(translators or said_translators))


def _name(field: Field) -> str:
    """UNIMARC parts the surname (a) from the rest (b)."""
    entry, rest = (words.bare_name(" ".join(words.values(field, code)[:1])) for code in "ab")
    if not rest or field.tag in BODIES:
        return entry
    return f"{entry}{rest}" if words.HAN.search(entry + rest) else f"{rest} {entry}".strip()


def _as_said(name: str, said: list[str]) -> str:
    return next((longer for longer in said if longer.endswith(name)), name) if words.HAN.search(name) else name


def _coded(record: Record) -> str:
    return next((field.get("a") or "" for field in record.get_fields("100")), "")


def _call_number(record: Record) -> str:
    """905 of Chinese libraries: class (d) and book number (e)."""
    return "/".join(words.values(field, "de")) if (field := record.get("905")) else ""


def _item_count(record: Record) -> int:
    """Barcodes stand in 905 or 906 b, one each. A record without any has at least one item."""
    return max(*(sum(len(words.values(field, "b")) for field in record.get_fields(tag)) for tag in ("905", "906")), 1)
