"""A reader's own library loans, asked of the library system; its errors become the reader's sentences."""

from datetime import datetime, timedelta

from library_bridge import loans, reasons
from library_bridge.models import LibraryLoan, Patron, Reader
from library_bridge.ports import NotSupported, Refused, Unavailable
from sharing import harvest
from sharing.errors import LibraryUnavailable, NotFound, RefusedByLibrary

FRESH_FOR = timedelta(minutes=15)


def as_of(reader: Reader) -> datetime | None:
    """How old the oldest of the reader's lists is; None when one was never asked for, or there is no card."""
    asked = list(Patron.objects.filter(reader=reader).values_list("loans_checked_at", flat=True))
    return min(moment for moment in asked if moment) if asked and all(asked) else None


def is_stale(asked_at: datetime | None, *, now: datetime) -> bool:
    return asked_at is None or now - asked_at > FRESH_FOR


def refresh(*, reader: Reader, now: datetime) -> None:
    """Ask the library of each of the reader's cards. Outside any transaction. Raises LibraryUnavailable or
    RefusedByLibrary with the old snapshot standing."""
    for patron in Patron.objects.filter(reader=reader).select_related("library"):
        try:
            harvest.catalogue_loans(loans.refresh_loans(patron=patron, now=now), now=now)
        except Unavailable:
            raise LibraryUnavailable from None
        except NotSupported:
            raise RefusedByLibrary(reasons.sentence("not_supported")) from None
        except Refused as refusal:
            raise RefusedByLibrary(reasons.sentence(refusal.code)) from None


def renew(*, loan_id: int, actor: Reader, seen: datetime | None = None, now: datetime) -> LibraryLoan:
    """The library's new due date; `seen` as for `loans.renew_loan`.

    Raises NotFound, RefusedByLibrary or LibraryUnavailable with nothing changed."""
    try:
        return loans.renew_loan(loan_id=loan_id, actor=actor, seen=seen, now=now)
    except LibraryLoan.DoesNotExist:
        raise NotFound from None
    except Unavailable:
        raise LibraryUnavailable from None
    except NotSupported:
        raise RefusedByLibrary(reasons.sentence("not_supported")) from None
    except Refused as refusal:
        raise RefusedByLibrary(reasons.sentence(refusal.code)) from None
