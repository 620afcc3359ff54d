"""The first place where the library's records and the shared catalogue meet.

Bibliographic records are taken over into the catalogue with their source; a library loan finds its title by ISBN, else by
title and creator. Whether an item is in is never copied: that is asked through the port.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from library_bridge import registry
from library_bridge.models import Library, LibraryLoan
from library_bridge.ports import BibliographicRecord, Unavailable
from personal_catalog import titles
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title
from personal_catalog.people import match_key
from sharing.models import HarvestedRecord, LoanTitle


def harvest_library(library: Library, *, now: datetime) -> int:
    """Take over every record of a library; the number of records seen. Again it only updates the counts."""
    seen = 0
    for record in registry.system_for(library, now=now).records():
        title = _title(library, _facts(record), record.record_id, now)
        HarvestedRecord.objects.update_or_create(
            library=library,
            record_id=record.record_id,
            defaults={"title": title, "items": record.item_count, "harvested_at": now},
        )
        seen += 1
    return seen


def catalogue_loans(charged: Iterable[LibraryLoan], *, now: datetime) -> None:
    """Give every loan of the list its title in the shared catalogue."""
    loans = list(charged)
    known = set(LoanTitle.objects.filter(library_loan__in=loans).values_list("library_loan_id", flat=True))
    for loan in loans:
        if loan.pk not in known:
            facts = _facts_of_loan(loan)
            title = _title(loan.library, facts, "" if _tells(facts) else _record_of(loan, now), now)
            LoanTitle.objects.update_or_create(library_loan=loan, defaults={"title": title})


def _title(library: Library, facts: BookFacts, record_id: str, now: datetime) -> Title:
    """A record that names neither ISBN nor creator is known by its number, else by standing as bare under the same words."""
    if not _tells(facts):
        known = Title.objects.live().filter(harvested__library=library, harvested__record_id=record_id)
        alike = Title.objects.filter(
            status=Title.Status.APPROVED, match_key=match_key(facts.title, ()), isbns=None, year=facts.year
        )
        found = known.first() or alike.order_by("pk").first()
        if found is not None:
            return found
    return titles.find_or_create(facts=facts, source=f"library:{library.code}", now=now)


def _tells(facts: BookFacts) -> bool:
    return bool(facts.isbns or facts.creators)


def _record_of(loan: LibraryLoan, now: datetime) -> str:
    try:
        return registry.system_for(loan.library, now=now).item(loan.barcode).record_id
    except Unavailable:
        return ""


def _facts(record: BibliographicRecord) -> BookFacts:
    return BookFacts(
        isbns=record.isbn13s, title=record.title, subtitle=record.subtitle, creators=record.creators, translators=record.translators,
        publisher=record.publisher, series=record.series, year=record.year, language=record.language, subjects=record.subjects,
        clc=record.clc, ddc=record.ddc,
    )  # fmt: skip


def _facts_of_loan(loan: LibraryLoan) -> BookFacts:
    creators = tuple(name.strip() for name in re.split(r"[;；/|]", loan.creators) if name.strip())
    return BookFacts(isbns=(loan.isbn13,) if loan.isbn13 else (), title=loan.title, creators=creators)
