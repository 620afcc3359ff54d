"""The first place where the library's records and the shared catalogue meet.

A library loan finds its title by ISBN, else by title and creator; whole catalogues are taken over in `harvests`. Whether an item
is in is never copied: that is asked through the port.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from library_bridge import registry
from library_bridge.models import Library, LibraryLoan
from library_bridge.ports import ItemRecord, LibrarySystemError
from personal_catalog import titles
from personal_catalog.facts import BookFacts
from personal_catalog.models import Title
from personal_catalog.people import match_key
from sharing.models import LoanTitle

logger = logging.getLogger(__name__)


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


def _facts_of_loan(loan: LibraryLoan) -> BookFacts:
    creators = tuple(name.strip() for name in re.split(r"[;；/|]", loan.creators) if name.strip())
    return BookFacts(isbns=(loan.isbn13,) if loan.isbn13 else (), title=loan.title.strip(), creators=creators)
