"""The forms there are, by the ending of their files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from personal_catalog.formats import bibtex, csl, marc21, ris, spreadsheet
from personal_catalog.formats.card import Card

XML_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n'


def _nothing() -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Format:
    ending: str
    label: str
    content_type: str
    write: Callable[[Card], bytes]
    head: Callable[[], bytes] = _nothing
    between: bytes = b""
    tail: bytes = b""

    def file(self, cards: Iterable[Card]) -> Iterator[bytes]:
        """Piece by piece, a card at a time."""
        yield self.head()
        for place, card in enumerate(cards):
            yield (self.between if place else b"") + self.write(card)
        yield self.tail


def _text(write: Callable[[Card], str]) -> Callable[[Card], bytes]:
    return lambda card: write(card).encode()


FORMATS = {
    made.ending: made
    for made in (
        Format("mrc", "MARC 21", "application/marc", marc21.iso2709),
        Format(
            "xml",
            "MARCXML",
            "application/marcxml+xml; charset=utf-8",
            marc21.xml,
            lambda: XML_HEAD,
            b"\n",
            b"\n</collection>\n",
        ),
        Format(
            "csv", "CSV", "text/csv; charset=utf-8", _text(spreadsheet.entry), lambda: spreadsheet.headings().encode()
        ),
        Format("bib", "BibTeX", "application/x-bibtex; charset=utf-8", _text(bibtex.entry), between=b"\n"),
        Format(
            "json",
            "CSL-JSON",
            "application/vnd.citationstyles.csl+json",
            _text(csl.entry),
            lambda: b"[\n",
            b",\n",
            b"\n]\n",
        ),
        Format("ris", "RIS", "application/x-research-info-systems; charset=utf-8", _text(ris.entry)),
    )
}
