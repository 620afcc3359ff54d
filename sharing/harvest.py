"""The first place where the library's records and the shared catalogue meet.

Bibliographic records are taken over into the catalogue with their source; a library loan finds its title by ISBN, else by
title and creator. Whether an item is in is never copied: that is asked through the port.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from library_bridge import registry
from library_bridge.models import Library, LibraryLoan
from library_bridge.ports import BibliographicRecord, ItemRecord, LibrarySystemError
from personal_catalog import titles
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title
from personal_catalog.people import match_key
from sharing.models import HarvestedRecord, LoanTitle

logger = logging.getLogger(__name__)


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
    """Give every loan of the list its title in the shared catalogue. Where that fails the sweep comes back to the loan."""
    loans = list(charged)
    known = set(LoanTitle.objects.filter(library_loan__in=loans).values_list("library_loan_id", flat=True))
    for loan in loans:
        if loan.pk not in known:
            try:
                catalogue_loan(loan, now=now)
            except Exception:
                logger.exception("loan %s has no title yet", loan.pk)


def catalogue_loan(loan: LibraryLoan, *, now: datetime) -> None:
    """A loan of which the library names no title goes by the item's record, else by its barcode."""
    facts = _facts_of_loan(loan)
    item = None if facts.title and _tells(facts) else _item_of(loan, now)
    if not facts.title:
        facts = replace(facts, title=(item.title.strip() if item else "") or loan.barcode)
    title = _title(loan.library, facts, item.record_id if item else "", now)
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


def _item_of(loan: LibraryLoan, now: datetime) -> ItemRecord | None:
    try:
        return registry.system_for(loan.library, now=now).item(loan.barcode)
    except LibrarySystemError:
        return None


def _facts(record: BibliographicRecord) -> BookFacts:
    return BookFacts(
        isbns=record.isbn13s, title=record.title, subtitle=record.subtitle, creators=record.creators, translators=record.translators,
        publisher=record.publisher, series=record.series, year=record.year, language=record.language, subjects=record.subjects,
        clc=record.clc, ddc=record.ddc,
    )  # fmt: skip


def _facts_of_loan(loan: LibraryLoan) -> BookFacts:
    creators = tuple(name.strip() for name in re.split(r"[;；/|]", loan.creators) if name.strip())
    return BookFacts(isbns=(loan.isbn13,) if loan.isbn13 else (), title=loan.title.strip(), creators=creators)
