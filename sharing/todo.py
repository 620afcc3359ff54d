"""What waits for a reader, what the reader waits for, what is to be returned, and where one's books are."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import chains
from sharing.models import Ask, Handover, Lending, Request
from sharing.prepared import Given

Asker = Reader | Given
Moment = datetime | Given
"""Both, or what stands for them in a query that is built once (`sharing.prepared`)."""


def asks_to_answer(reader: Asker) -> QuerySet[Ask]:
    return Ask.objects.visible_to(reader).waiting().for_page()


def lendings_to_act_on(reader: Asker, now: Moment) -> QuerySet[Lending]:
    """Where the next step is this reader's: a proposal to answer, or nothing proposed yet, a code to show or to enter, a
    book to leave, send or collect, or to give back that is late."""
    open_one = Handover.objects.open().filter(lending=OuterRef("pk"))
    mine = open_one.filter(_is_next_for(reader))
    moving = Lending.objects.visible_to(reader).to_meet().filter(~Exists(open_one) | Exists(mine))
    late = Lending.objects.visible_to(reader).filter(taker=reader, status=Lending.Status.ON_LOAN, due_at__lt=now)
    return (moving | late).for_page()


def _is_next_for(reader: Asker) -> Q:
    """Of open handovers; `Scene.meets`, as a query."""
    way, status, method = Handover.Direction, Handover.Status, Handover.Method
    hands_over = Q(direction=way.OUT, lending__giver=reader) | Q(direction=way.BACK, lending__taker=reader)
    return (
        (Q(status=status.PROPOSED) & ~Q(proposed_by=reader))
        | Q(status=status.AGREED, method=method.IN_PERSON)
        | (Q(status=status.AGREED) & hands_over)
        | (Q(status=status.DEPOSITED) & ~hands_over)
    )


def requests_waiting(reader: Reader) -> QuerySet[Request]:
    return Request.objects.visible_to(reader).filter(status=Request.Status.OPEN).for_page()


def borrowed(reader: Reader) -> QuerySet[Lending]:
    return Lending.objects.filter(taker=reader, status=Lending.Status.ON_LOAN).for_page().order_by("due_at")


def library_loans(reader: Reader) -> QuerySet[LibraryLoan]:
    return (
        LibraryLoan.objects.visible_to(reader)
        .filter(closed_at=None)
        .select_related("library", "catalogued__title")
        .annotate(wanted=chains.somebody_waits("catalogued__title", but=reader))
        .order_by("due_at")
    )


def away(reader: Reader) -> QuerySet[Copy]:
    return Copy.objects.away().filter(owner=reader).select_related("title", "holder")


def count(reader: Reader, now: datetime) -> int:
    """The badge: only what waits for this reader, as `agenda.for_me`. One query."""
    asks = Ask.objects.visible_to(reader).waiting().values("pk").order_by()
    acts = lendings_to_act_on(reader, now).select_related(None).prefetch_related(None).values("pk").order_by()
    return asks.union(acts, all=True).count()
