"""A reader's own library loans, asked of the library system; its errors become the reader's sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q

from library_bridge import loans, reasons
from library_bridge.models import LibraryLoan, Patron, Reader
from library_bridge.ports import NotSupported, Refused, Unavailable
from sharing import harvest
from sharing.errors import LibraryUnavailable, NotFound, RefusedByLibrary

FRESH_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Age:
    """`asked_at` is of the oldest of the reader's lists, None when one was never asked for, or there is no card; `as_of` of the
    oldest due date in them, which a glance may leave as it was."""

    asked_at: datetime | None
    as_of: datetime | None

    def is_stale(self, *, now: datetime) -> bool:
        return self.asked_at is None or now - self.asked_at > FRESH_FOR


def age(reader: Reader) -> Age:
    oldest = Min("loans__checked_at", filter=Q(loans__closed_at=None))
    rows = list(Patron.objects.filter(reader=reader).annotate(oldest=oldest).values_list("loans_checked_at", "oldest"))
    if not rows or not all(asked for asked, _oldest in rows):
        return Age(None, None)
    asked_at = min(asked for asked, _oldest in rows if asked)
    return Age(asked_at, min([asked_at, *(told for _asked, told in rows if told)]))


def refresh(*, reader: Reader, now: datetime) -> None:
    """Ask the library of each of the reader's cards. Outside any transaction. Raises LibraryUnavailable or
    RefusedByLibrary with the old snapshot standing."""
    _ask(loans.refresh_loans, reader, now)


def glance(*, reader: Reader, now: datetime) -> None:
    """The same when a page does it by itself: with as few questions to the library as will do."""
    _ask(loans.glance, reader, now)


def _ask(look: Callable[..., list[LibraryLoan]], reader: Reader, now: datetime) -> None:
    for patron in Patron.objects.filter(reader=reader).select_related("library"):
        try:
            harvest.catalogue_loans(look(patron=patron, now=now), now=now)
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
