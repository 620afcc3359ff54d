"""The words of a catalogue card without its punctuation, and names without roles. Pure.

Patterns stay linear and work on text that has been cut (T-A11).
"""

import re
import unicodedata
from collections.abc import Iterable

from library_bridge.marc import fields
from library_bridge.marc.fields import Field, Record

LONGEST = 2_000
LONGEST_NAME = 150  # of what is longer the rest is no name
ISBD = " /:;,=."
ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b(?:Jr|Sr|etc|vols?|ed|Co|Inc|Ltd|pp?|v|ill|illus|Bd|Aufl))\.$")
YEAR = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
NO_BLANK_BEHIND = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\U00020000-\U0003ffff]$")
OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u2c80-\ua6ff\uac00-\ud7ff\U00010000-\U0003ffff]")
NATION = re.compile(r"^[\[(（【〔［]\s?[^\])）】〕］]{1,12}[\])）】〕］]\s?")
OTHERS = re.compile(r"[\s.…]{0,6}[\[(（［]?(?:等|et al\.?)[\])）］]?$")
TRANSLATES = re.compile(
    r"(?:译|譯|译者|譯者|编译|編譯|译注|transl?|translators?|trad|translated by.*)\.?$", re.IGNORECASE
)
ROLE = re.compile(
    r"[\s,，]?(?:主编|主編|编著|編著|编写|选编|改编|编译|译注|译著|合著|原著|编绘|口述|整理|绘著|[等]?[著编編撰辑輯译譯绘繪注校作文图]|著者|译者)$"
)
BETWEEN_NAMES = re.compile(r"\s?[,，、]\s?")
TRANSLATOR, NO_CREATOR = {"trl", "730"}, {"ill", "prt", "pbl", "fmo", "dte", "dnr", "bnd", "cns", "440", "610", "650"}


def values(field: Field, codes: str) -> list[str]:
    """The subfields of these codes, in the order of the record, cleaned and cut."""
    return [text[:LONGEST] for code, text in field.parts if code in codes]


def first(record: Record, tags: Iterable[str], codes: str) -> str:
    """The first that says something, by the order of the tags."""
    for tag in tags:
        for field in record.all(tag):
            for code, text in field.parts:
                if code in codes:
                    return text[:LONGEST]
    return ""


def coded(record: Record, tag: str, start: int = 0, end: int = LONGEST) -> str:
    """Of a control field, or of its places from `start` to `end`."""
    return line(field.data[start:end]) if (field := record.get(tag)) else ""


def every(record: Record, tags: Iterable[str], codes: str) -> list[str]:
    found = [value for field in record.by_tag(tags) for value in values(field, codes)]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def line(text: str, longest: int = LONGEST) -> str:
    return fields.line(text, longest)


def plain(text: str) -> str:
    """Without the punctuation that leads over to the next part: `Data structures :` → `Data structures`."""
    bare = text.strip()
    if not bare or (bare[-1] not in ISBD and bare[0] != "["):
        return bare
    while bare and bare[-1] in ISBD and not ABBREVIATED.search(bare[-8:]):
        bare = bare[:-1].rstrip()
    if bare.startswith("[") and bare.endswith("]") and bare.count("[") == bare.count("]") == 1:
        bare = plain(bare[1:-1])
    return bare


def running(parts: Iterable[str]) -> str:
    """Pieces of one text as one: a blank between them, but none behind a Chinese letter or mark."""
    made = ""
    for part in parts:
        made += part if not made or NO_BLANK_BEHIND.search(made) else f" {part}"
    return made


def year(text: str) -> int | None:
    found = YEAR.search(text if text.isascii() else unicodedata.normalize("NFKC", text))
    return int(found[0]) if found else None


def is_vernacular(text: str) -> bool:
    """Written in another script than Latin."""
    return bool(OTHER_SCRIPT.search(text))


def turned(name: str) -> str:
    """`Knuth, Donald E.` → `Donald E. Knuth`; Chinese names are written together."""
    surname, comma, given = (part.strip() for part in plain(name).partition(","))
    if not comma or not given:
        return surname
    given, _comma, suffix = (part.strip() for part in given.partition(","))
    return f"{surname}{given}" if HAN.search(name) else plain(f"{given} {surname} {suffix}")


def names_of(statements: Iterable[str]) -> tuple[list[str], list[str]]:
    """Creators and translators of statements of responsibility: `(美) 简·博克, 莱诺拉·袁著`, `蒋永强译`."""
    creators: list[str] = []
    translators: list[str] = []
    for statement in statements:
        for part in re.split("[;；]", line(statement)):
            part = plain(part)
            translated = TRANSLATES.search(part) or part.lower().startswith(("translated by ", "tr. by "))
            (translators if translated else creators).extend(_persons(part))
    return creators, translators


def _persons(part: str) -> list[str]:
    by = re.sub(r"^(?:(?:written|translated|edited|tr\.)? ?by) ", "", part, count=1, flags=re.IGNORECASE)
    pieces = BETWEEN_NAMES.split(by) if HAN.search(by) else re.split(r", (?:and )?| and | & ", by)
    return [name for piece in pieces if (name := bare_name(piece)) and len(name) <= LONGEST_NAME]


def bare_name(text: str) -> str:
    """`(美) 简·博克著` → `简·博克`."""
    name = OTHERS.sub("", NATION.sub("", plain(text)))
    cut = OTHERS.sub("", ROLE.sub("", name))
    return plain(cut if len(cut) > 1 else name)


def translates(roles: Iterable[str]) -> bool:
    return any(role[:3].lower() in TRANSLATOR or TRANSLATES.search(role) for role in map(plain, roles))


def is_no_creator(roles: Iterable[str]) -> bool:
    return any(role[:3].lower() in NO_CREATOR for role in roles)
