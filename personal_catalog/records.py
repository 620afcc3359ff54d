"""A record of a library, whatever it was written in, as facts for the catalogue. Pure."""

from library_bridge.ports import BibliographicRecord
from personal_catalog.facts import BookFacts


def facts_of(record: BibliographicRecord) -> BookFacts:
    return BookFacts(
        isbns=record.isbn13s, title=record.title, subtitle=record.subtitle, creators=record.creators, translators=record.translators,
        publisher=record.publisher, series=record.series, year=record.year, language=record.language, subjects=record.subjects,
        clc=record.clc, ddc=record.ddc,
    )  # fmt: skip
