"""The library system is right, our snapshot follows (I7). Reads only: it may run at any time, any number of times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from library_bridge.loans import refresh_loans
from library_bridge.models import Library, LibraryLoan, Patron
from library_bridge.ports import NotSupported, Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: appeared, gone, due_changed, unknown_patron, unavailable, not_supported."""

    what: str
    patron_id: int
    barcode: str = ""


def reconcile(*, library: Library, now: datetime) -> Iterator[Difference]:
    """Every patron of a library. Outside any transaction."""
    yield from reconcile_patrons(Patron.objects.filter(library=library), now=now)


def reconcile_patrons(patrons: Iterable[Patron], *, now: datetime) -> Iterator[Difference]:
    """Stops at the first sign that the system is down: what is left is still the oldest next time. Of one that lists loans no
    more, what was listed stands until it is due: after that nobody knows where the book is."""
    for patron in patrons:
        before = _snapshot(patron)
        try:
            refresh_loans(patron=patron, now=now)
        except Refused:
            Patron.objects.filter(pk=patron.pk).update(loans_checked_at=now)
            yield Difference("unknown_patron", patron.pk)
        except Unavailable:
            yield Difference("unavailable", patron.pk)
            return
        except NotSupported:
            yield Difference("not_supported", patron.pk)
            yield from _close_past_due(patron.library_id, now)
            return
        else:
            yield from _differences(patron.pk, before, _snapshot(patron))


def _close_past_due(library_id: int, now: datetime) -> Iterator[Difference]:
    passed = list(LibraryLoan.objects.open().filter(library=library_id, due_at__lt=now).order_by("pk"))
    LibraryLoan.objects.open().filter(pk__in=[loan.pk for loan in passed]).update(closed_at=now)
    yield from (Difference("gone", loan.patron_id, loan.barcode) for loan in passed)


def _snapshot(patron: Patron) -> dict[str, datetime]:
    return dict(LibraryLoan.objects.open().filter(patron=patron).values_list("barcode", "due_at"))


def _differences(patron_id: int, before: dict[str, datetime], after: dict[str, datetime]) -> Iterator[Difference]:
    for barcode in sorted(before.keys() | after.keys()):
        if barcode not in before:
            yield Difference("appeared", patron_id, barcode)
        elif barcode not in after:
            yield Difference("gone", patron_id, barcode)
        elif before[barcode] != after[barcode]:
            yield Difference("due_changed", patron_id, barcode)
