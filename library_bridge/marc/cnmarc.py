"""CNMARC and UNIMARC bibliographic records as the port's plain fields. Pure. Source: 新版中国机读目录格式使用手册; UNIMARC Manual.

Capital subfield codes hold the pinyin of the small ones and are not read.
"""

from library_bridge.marc import links, relators, words
from library_bridge.marc.fields import CODED, Field, Record
from library_bridge.marc.isbns import isbn13s, not_valid
from library_bridge.marc.names import NOT_TOLD, Names
from library_bridge.marc.numbers import control
from library_bridge.marc.problems import Unusable
from library_bridge.ports import BibliographicRecord

TAGS = frozenset({
    "003", "010", "011", "035", "091", "100", "101", "200", "205", "210", "214", "215", "225", "330", "454", "600", "601", "606", "607",
    "610", "676", "680", "690", "700", "701", "702", "710", "711", "712", "905", "906",
})  # fmt: skip
KINDS = {"600": "person", "601": "body", "606": "", "607": "place"}
HEADINGS = frozenset(KINDS)
SUBJECTS = ("600", "601", "606", "607", "610")
LONGEST_SUMMARY = 4_000
BODIES = frozenset({"710", "711", "712"})
NAMED = BODIES | {"700", "701", "702"}


def bibliographic_record(record: Record, record_id: str) -> BibliographicRecord:
    """Raises Unusable for a record without a title."""
    field = record.get("200")
    title, subtitle = _title(field) if field else ("", "")
    if field is None or not title:
        raise Unusable("it has no title (field 200)", "give it a title, or leave it out of the export")
    creators, translators, contributors = _names(record, field)
    said, withdrawn, spoken = (
        words.every(record, [tag], code) for tag, code in (("010", "a"), ("010", "z"), ("101", "a"))
    )
    return BibliographicRecord(
        record_id=record_id,
        title=title,
        subtitle=subtitle,
        creators=creators,
        translators=translators,
        contributors=contributors,
        original_title=words.plain(words.first(record, ["454"], "ta")),
        isbn13s=isbn13s(said),
        invalid_isbns=not_valid(said, withdrawn),
        numbers=_numbers(record),
        edition=words.plain(words.first(record, ["205"], "a")),
        publisher=words.plain(words.first(record, ["210", "214"], "c")),
        year=words.year(words.first(record, ["210", "214"], "d")) or words.year(_coded(record)[9:13]),
        language=next(iter(spoken), "")[:3],
        languages=tuple(spoken[1:]),
        extent=words.plain(words.first(record, ["215"], "a")),
        series=words.plain(words.first(record, ["225"], "a")),
        series_number=words.plain(words.first(record, ["225"], "v")),
        clc=words.first(record, ["690"], "a"),
        ddc=words.first(record, ["676"], "a").replace("/", ""),
        lcc=words.first(record, ["680"], "a"),
        subject_headings=_headings(record),
        summary=_summary(record),
        links=links.of(record),
        subjects=_once(list(map(words.plain, words.every(record, SUBJECTS, "a")))),
        call_number=_call_number(record),
        item_count=_item_count(record),
    )


def _title(field: Field) -> tuple[str, str]:
    """A further `a` is another work by the same hand in one volume; number and name of a part (h, i) belong to the title."""
    own = words.values(field, "a")[:1] + words.values(field, "hi")
    return " ".join(map(words.plain, own)), " ".join(map(words.plain, words.values(field, "e")[:2]))


def _names(record: Record, title: Field) -> Names:
    """As the title page says them (200 f, g) where an access point is only a part of that: `博克` in `简·博克`."""
    said, said_translators = words.names_of(words.values(title, "fg"))
    creators: list[str] = []
    translators: list[str] = []
    contributors: list[str] = []
    for field in record.in_order(NAMED):
        roles = words.values(field, "4")
        if not (name := _name(field)):
            continue
        codes = [code for role in roles if (code := relators.code_of(role))]
        contributors += [f"{code}: {_as_said(name, said)}" for code in codes if code not in NOT_TOLD]
        if words.is_no_creator(roles):
            continue
        if words.translates(roles):
            translators.append(_as_said(name, said_translators))
        elif field.tag not in ("702", "712") or not creators or relators.CREATES & set(codes):
            creators.append(_as_said(name, said))
    if not creators:
        creators = said
    return _once(creators), _once(translators or said_translators), _once(contributors)


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _numbers(record: Record) -> tuple[str, ...]:
    """统一书号 of before 1987 stands in 091."""
    found = [f"csbn:{text}" for text in words.every(record, ["091"], "a")]
    found += [f"issn:{text}" for text in words.every(record, ["011"], "a")]
    return (*found, *(line for text in words.every(record, ["035"], "a") if (line := control(text))))


def _headings(record: Record) -> tuple[str, ...]:
    """Those that name their list (2); most Chinese records leave it out."""
    found = []
    for field in record.in_order(HEADINGS):
        kind, source = KINDS[field.tag], field.get("2").strip(" .").lower()
        parts = [*words.values(field, "a")[:1], *words.values(field, "jxyz")]
        if source and parts:
            found.append(f"{source}{'.' if kind else ''}{kind}: {'--'.join(map(words.plain, parts))}")
    return _once(found)


def _summary(record: Record) -> str:
    texts = (text for field in record.all("330") for code, text in field.parts if code == "a")
    return words.running(texts)[:LONGEST_SUMMARY]


def _name(field: Field) -> str:
    """UNIMARC parts the surname (a) from the rest (b)."""
    entry, rest = (words.bare_name(" ".join(words.values(field, code)[:1])) for code in "ab")
    if not rest or field.tag in BODIES:
        return entry
    return f"{entry}{rest}" if words.HAN.search(entry + rest) else f"{rest} {entry}".strip()


def _as_said(name: str, said: list[str]) -> str:
    return next((longer for longer in said if longer.endswith(name)), name) if words.HAN.search(name) else name


def _coded(record: Record) -> str:
    return field.data if (field := record.get(CODED)) else ""


def _call_number(record: Record) -> str:
    """905 of Chinese libraries: class (d) and book number (e)."""
    return "/".join(words.values(field, "de")) if (field := record.get("905")) else ""


def _item_count(record: Record) -> int:
    """Barcodes stand in 905 or 906 b, one each. A record without any has at least one item."""
    return max(*(sum(len(words.values(field, "b")) for field in record.all(tag)) for tag in ("905", "906")), 1)
