"""A title as MARC 21, which `library_bridge.marc` reads back as the same facts. Source: MARC 21 Format for Bibliographic Data, LoC.

Names stay in the order of the title page (first indicator 0): which part is the family name is not known for certain. The record's
control number is the title's own, without an agency.
"""

import re
from collections.abc import Iterable, Iterator

from pymarc import Field, Indicators, Leader, Record, Subfield, record_to_xml

from library_bridge.marc.relators import CREATES
from personal_catalog import controlled, links, works
from personal_catalog.credits import parsed, role_of
from personal_catalog.facts import BookFacts
from personal_catalog.formats.card import Card, is_body

LEADER = "00000nam a2200000   4500"
MOST_BYTES = 99_999  # of a record of ISO 2709; a field has at most 9,999
LONGEST_PART = 2_500  # letters of a part of a summary: at most 9,000 bytes with what is around it
MAY_BE_CUT = ("856", "653", "650", "651", "610", "600", "655", "700", "520")
HEADING_TAGS = {"person": "600", "body": "610", "": "650", "place": "651", "form": "655"}
HEADING_MARKS = {"lcsh": "0", "mesh": "2"}
NUMBER_TAGS = {"lccn": "010", "issn": "022"}
OTHER_NUMBERS = {"doi": ("7", "2", "doi"), "douban": ("7", "2", "douban"), "csbn": ("8", "q", "统一书号")}
IMPRINT_YEARS = range(1400, 2100)
LEADS_ON = re.compile(r"[,.;:]?\s+|(?=--)")
HAN_END = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]")


def iso2709(card: Card) -> bytes:
    """A record that would be longer than the standard lets it be loses fields from its end: links, subjects, names."""
    made = record(card)
    while len(written := bytes(made.as_marc())) > MOST_BYTES:
        made.fields.remove(next(field for tag in MAY_BE_CUT for field in reversed(made.get_fields(tag))))
    return written


def xml(card: Card) -> bytes:
    """One record element, without the collection around it."""
    return bytes(record_to_xml(record(card)))  # type: ignore[no-untyped-call]  # pymarc's own


def record(card: Card) -> Record:
    made = Record(force_utf8=True)
    made.leader = Leader(LEADER)
    made.fields = [
        Field("001", data=str(card.number)),
        Field("005", data=f"{card.changed_at:%Y%m%d%H%M%S}.0"),
        Field("008", data=_coded(card)),
        *sorted(_fields(card.facts), key=lambda field: int(field.tag[0])),
    ]
    return made


def _fields(facts: BookFacts) -> Iterator[Field]:
    yield from _numbers(facts)
    yield from _languages(facts)
    yield from _classes(facts)
    yield from _names(facts)
    yield from _description(facts)
    yield from _series(facts)
    for part in _pieces(facts.summary):
        yield _field("520", "  ", ("a", part))
    yield from _subjects(facts)
    if facts.original_title:
        yield _field("765", "0 ", ("t", facts.original_title))
    yield from _links(facts)


def _field(tag: str, marks: str, *parts: tuple[str, str]) -> Field:
    return Field(tag, Indicators(marks[0], marks[1]), [Subfield(code, text) for code, text in parts if text])


def _coded(card: Card) -> str:
    """008: entered on, single date and year, no place, language, made from an unmodified record of others (d)."""
    facts = card.facts
    year = f"s{facts.year}" if facts.year in IMPRINT_YEARS else "nuuuu"
    return f"{card.changed_at:%y%m%d}{year}    xx {'|' * 17}{facts.language or 'und'} d"


def _numbers(facts: BookFacts) -> Iterator[Field]:
    for isbn13 in facts.isbns:
        yield _field("020", "  ", ("a", isbn13))
    for number in facts.invalid_isbns:
        yield _field("020", "  ", ("z", number))
    for line in facts.numbers:
        scheme, _colon, value = line.partition(":")
        if tag := NUMBER_TAGS.get(scheme):
            yield _field(tag, "  ", ("a", value))
        elif scheme in OTHER_NUMBERS:
            mark, code, name = OTHER_NUMBERS[scheme]
            yield _field("024", f"{mark} ", ("a", value), (code, name))
        else:
            yield _field("035", "  ", ("a", f"({'OCoLC' if scheme == 'oclc' else scheme}){value}"))


def _languages(facts: BookFacts) -> Iterator[Field]:
    if facts.languages:
        spoken = [facts.language, *facts.languages] if facts.language else facts.languages
        yield _field("041", "1 " if facts.translators else "0 ", *(("a", code) for code in spoken))
    if facts.year is not None and facts.year not in IMPRINT_YEARS:
        yield _field("046", "  ", ("k", f"{facts.year:05d}" if facts.year < 0 else f"{facts.year:04d}"), ("2", "edtf"))


def _classes(facts: BookFacts) -> Iterator[Field]:
    if facts.lcc:
        yield _field("050", " 4", ("a", facts.lcc))
    if facts.ddc:
        yield _field("082", "04", ("a", facts.ddc))
    if facts.clc:
        yield _field("084", "  ", ("a", facts.clc), ("2", "clc"))


def _names(facts: BookFacts) -> Iterator[Field]:
    """The first author is the main entry; a book that has only editors or the like has none (RDA 19.2)."""
    roles = {name: role_of(name, facts.contributors) for name in facts.creators}
    others = _others(facts)
    has_main = bool(others) or any(role in CREATES or is_body(name) for name, role in roles.items())
    for place, (name, role) in enumerate(roles.items()):
        codes, is_main = _said_of(name, facts) or [role], has_main and place == 0
        beside = ["cre"] if has_main and not is_main and not CREATES & set(codes) else []
        yield _name(name, [*beside, *codes], is_main=is_main)
    for name in facts.translators:
        yield _name(name, ["trl", *(_said_of(name, facts) if name not in roles else [])])
    for name, codes in others.items():
        yield _name(name, codes)


def _said_of(name: str, facts: BookFacts) -> list[str]:
    return [credit.role for line in facts.contributors if (credit := parsed(line)) and credit.name == name]


def _others(facts: BookFacts) -> dict[str, list[str]]:
    """Further names with what they did."""
    found = [credit for line in facts.contributors if (credit := parsed(line))]
    known = {*facts.creators, *facts.translators}
    return {credit.name: _said_of(credit.name, facts) for credit in found if credit.name not in known}


def _name(name: str, codes: Iterable[str], *, is_main: bool = False) -> Field:
    tag = (
        ("110" if is_main else "710")
        if is_body(name) and (is_main or CREATES & set(codes))
        else "100"
        if is_main
        else "700"
    )
    return _field(tag, "2 " if tag[1] == "1" else "0 ", ("a", name), *(("4", code) for code in dict.fromkeys(codes)))


def _description(facts: BookFacts) -> Iterator[Field]:
    said = ", ".join(facts.creators[:3])
    yield _field("245", f"{1 if facts.creators else 0}0", ("a", facts.title), ("b", facts.subtitle), ("c", said))
    if facts.edition:
        yield _field("250", "  ", ("a", facts.edition))
    year = str(facts.year) if facts.year in IMPRINT_YEARS else ""
    if facts.publisher or year:
        yield _field("264", " 1", ("b", facts.publisher), ("c", year))
    if facts.extent:
        yield _field("300", "  ", ("a", facts.extent))
    if facts.volumes and facts.volumes != works.volumes_in(facts.extent):
        yield _field("300", "  ", ("a", str(facts.volumes)), ("f", "volumes"))


def _series(facts: BookFacts) -> Iterator[Field]:
    if facts.series:
        yield _field("490", "0 ", ("a", facts.series), ("v", facts.series_number))


def _subjects(facts: BookFacts) -> Iterator[Field]:
    """Headings and words in the order in which they were said; a word that no list has goes into 653."""
    waiting = [heading for line in facts.subject_headings if (heading := controlled.parsed(line))]
    told: set[str] = set()
    for subject in facts.subjects:
        place = next((at for at, one in enumerate(waiting) if _subject_of(one, facts.subjects) == subject), None)
        if place is not None:
            for one in waiting[: place + 1]:
                told.add(_subject_of(one, facts.subjects))
                yield _heading(one, _subject_of(one, facts.subjects))
            waiting = waiting[place + 1 :]
        elif subject not in told:
            yield _field("653", "  ", ("a", subject))
    yield from (_heading(one, _subject_of(one, facts.subjects)) for one in waiting)


def _subject_of(heading: controlled.Heading, subjects: Iterable[str]) -> str:
    main = heading.parts[0]
    found = [subject for subject in subjects if heading.kind != "form" and _begins(main, subject)]
    return max(found, key=len, default=main)


def _begins(main: str, subject: str) -> bool:
    return main == subject or (main.startswith(subject) and bool(LEADS_ON.match(main, len(subject))))


def _heading(heading: controlled.Heading, subject: str) -> Field:
    main, tag = heading.parts[0], HEADING_TAGS[heading.kind]
    leads = LEADS_ON.match(main, len(subject)) if main != subject else None
    first, rest = (subject + leads[0].rstrip(), main[leads.end() :]) if leads else (main, "")
    code = "d" if tag == "600" and rest[:1].isdigit() else "b" if tag == "610" else "c"
    mark = HEADING_MARKS.get(heading.source, "7")
    source = ("2", heading.source) if mark == "7" else ("2", "")
    parts = (("x", part) for part in heading.parts[1:])
    return _field(
        tag,
        f"{'0' if tag == '600' else '2' if tag == '610' else ' '}{mark}",
        ("a", first),
        (code, rest),
        *parts,
        source,
    )


def _links(facts: BookFacts) -> Iterator[Field]:
    for link in (link for line in facts.links if (link := links.parsed(line))):
        if link.isbn13:
            yield _field("776", "08", ("i", link.label), ("z", link.isbn13))
        else:
            yield _field("856", "4 ", ("u", link.address), ("y", link.label))


def _pieces(text: str) -> Iterator[str]:
    """Cut at a blank, or behind a Chinese letter, where the reader puts them together again."""
    while len(text) > LONGEST_PART:
        cut = next((at for at in range(LONGEST_PART, 0, -1) if _parts(text, at)), LONGEST_PART)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _parts(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    return bool(HAN_END.match(before) and after != " ") or (after == " " and not HAN_END.match(before))
