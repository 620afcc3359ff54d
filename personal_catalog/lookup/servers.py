"""The servers that an administrator names: SRU servers for records, others for covers. docs/sources.md lists the settings.

`SRU_SERVERS=dnb,ours` asks one that is known here and one that is described by `SRU_OURS_ADDRESS` and so on; `COVER_SERVERS`
likewise. A server that is described wrongly is left out, and `manage.py check` says so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from django.conf import settings

from personal_catalog.lookup import places
from personal_catalog.lookup.places import Place

Options = Mapping[str, str]

NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
VERSIONS = ("1.1", "1.2", "2.0")
YES = {"1", "true", "yes", "on"}
SRU_OPTIONS = ("address", "query", "schema", "version", "label", "per_minute", "inside", "hosts")
COVER_OPTIONS = ("address", "label", "per_minute", "inside", "hosts")

KNOWN_SRU: dict[str, Options] = {
    "dnb": {
        "address": "https://services.dnb.de/sru/dnb",
        "query": "NUM={isbn}",
        "schema": "MARC21-xml",
        "version": "1.1",
        "label": "Deutsche Nationalbibliothek",
    },
    "bnf": {
        "address": "https://catalogue.bnf.fr/api/SRU",
        "query": 'bib.isbn all "{isbn}"',
        "schema": "unimarcxchange",
        "version": "1.2",
        "label": "Bibliothèque nationale de France",
    },
    "k10plus": {
        "address": "https://sru.k10plus.de/opac-de-627",
        "query": "pica.isb={isbn}",
        "schema": "marcxml",
        "version": "1.1",
        "label": "K10plus",
    },
}
KNOWN_COVERS: dict[str, Options] = {
    "openlibrary": {
        "address": "https://covers.openlibrary.org/b/isbn/{isbn}-L.jpg?default=false",
        "hosts": "archive.org,*.archive.org",
        "per_minute": "20",  # its own limit is 100 in five minutes
        "label": "Open Library",
    },
}


@dataclass(frozen=True, slots=True)
class SruServer:
    name: str
    place: Place
    query: str
    schema: str
    version: str
    label: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class CoverServer:
    name: str
    place: Place
    label: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class Problem:
    """`option` is the one to mend, as the environment names it."""

    server: str
    option: str
    says: str


class Wrong(ValueError):
    def __init__(self, option: str, says: str) -> None:
        super().__init__(says)
        self.option, self.says = option, says


Server = TypeVar("Server", SruServer, CoverServer)


def sru() -> list[SruServer]:
    return [made for made in _made(settings.SRU_SERVERS, _sru) if isinstance(made, SruServer)]


def covers() -> list[CoverServer]:
    return [made for made in _made(settings.COVER_SERVERS, _cover) if isinstance(made, CoverServer)]


def problems() -> list[Problem]:
    return [*_problems("SRU", settings.SRU_SERVERS, _sru), *_problems("COVER", settings.COVER_SERVERS, _cover)]


def _problems(kind: str, described: Mapping[str, Options], make: Callable[[str, Options], Server]) -> Iterator[Problem]:
    for one in _made(described, make):
        if isinstance(one, Problem):
            option = f"{kind}_{one.server.upper()}_{one.option.upper()}" if one.option else f"{kind}_SERVERS"
            yield replace(one, option=option)


def label_of(source: str) -> str:
    """What to call `sru:dnb` or `cover:openlibrary`; empty for any other source."""
    kind, _colon, name = source.partition(":")
    known = {"sru": (settings.SRU_SERVERS, KNOWN_SRU), "cover": (settings.COVER_SERVERS, KNOWN_COVERS)}.get(kind)
    if not known or not name:
        return ""
    described, ready = known
    return str(described.get(name, {}).get("label") or ready.get(name, {}).get("label") or name)


def _made(described: Mapping[str, Options], make: Callable[[str, Options], Server]) -> Iterator[Server | Problem]:
    for name, options in described.items():
        try:
            if not NAME.fullmatch(name):
                raise Wrong("", "a name has small letters and digits, at most 20")
            yield make(name, options)
        except Wrong as wrong:
            yield Problem(name, wrong.option, wrong.says)


def _sru(name: str, options: Options) -> SruServer:
    given = _given(name, options, KNOWN_SRU, SRU_OPTIONS)
    if "{isbn" not in given.get("query", ""):
        raise Wrong("query", "must be a CQL query with {isbn} in it, e.g. bath.isbn={isbn}")
    if given.get("version", "1.2") not in VERSIONS:
        raise Wrong("version", f"must be one of {', '.join(VERSIONS)}")
    _filled(given["query"], "query")
    return SruServer(
        name=name,
        place=_place(given),
        query=given["query"],
        schema=given.get("schema", ""),
        version=given.get("version", "1.2"),
        label=given.get("label", name),
        per_minute=_per_minute(given),
    )


def _cover(name: str, options: Options) -> CoverServer:
    given = _given(name, options, KNOWN_COVERS, COVER_OPTIONS)
    if "{isbn" not in given.get("address", ""):
        raise Wrong("address", "must be an address with {isbn} in it")
    return CoverServer(name=name, place=_place(given), label=given.get("label", name), per_minute=_per_minute(given))


def _given(name: str, options: Options, known: Mapping[str, Options], allowed: tuple[str, ...]) -> dict[str, str]:
    for option in options:
        if option not in allowed:
            raise Wrong(option, f"is no setting; there are {', '.join(allowed)}")
    given = {**known.get(name, {}), **options}
    if not given.get("address"):
        ready = ", ".join(sorted(known))
        raise Wrong("address", f"must be set; only {ready} can be named without it")
    return given


def _place(given: Options) -> Place:
    hosts = tuple(host.strip().lower() for host in given.get("hosts", "").split(",") if host.strip())
    place = Place(given["address"], hosts, inside=given.get("inside", "").lower() in YES)
    if problem := places.problem_of(place):
        raise Wrong("address", problem)
    return place


def _filled(text: str, option: str) -> None:
    try:
        text.format(isbn="", isbn10="")
    except (IndexError, KeyError, ValueError):
        raise Wrong(option, "only {isbn} and {isbn10} may stand in braces") from None


def _per_minute(given: Options) -> int:
    text = given.get("per_minute", "30")
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 6000):
        raise Wrong("per_minute", "must be a number from 1 to 6000")
    return int(text)
