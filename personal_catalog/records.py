"""A record of a library, whatever it was written in, as facts for the catalogue. Pure: the one map that there is."""

from library_bridge.ports import BibliographicRecord
from personal_catalog import works
from personal_catalog.facts import BookFacts


def facts_of(record: BibliographicRecord) -> BookFacts:
    return BookFacts(
        isbns=record.isbn13s, title=record.title, subtitle=record.subtitle, original_title=record.original_title,
        creators=record.creators, translators=record.translators, contributors=record.contributors, publisher=record.publisher,
        edition=record.edition, series=record.series, series_number=record.series_number, year=record.year,
        language=record.language, languages=record.languages, extent=record.extent,
        volumes=record.volumes or works.volumes_in(record.extent), summary=record.summary, subjects=record.subjects,
        subject_headings=record.subject_headings, clc=record.clc, ddc=record.ddc, lcc=record.lcc,
        invalid_isbns=record.invalid_isbns, numbers=record.numbers, links=record.links,
    )  # fmt: skip
