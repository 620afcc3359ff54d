"""Balances of busy accounts, rolled up at night: a balance is its subtotal and the postings after it, and equal to the sum of all."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from incentives.models import Account, Posting, Subtotal
from sharing import prepared
from sharing.prepared import NOW, READER

FEWEST = 250
"""So many postings after its subtotal make an account worth another one: below that adding up costs less than a page's frame."""


@dataclass(frozen=True, slots=True)
class Sums:
    """By kind of account: what counts, and what still waits."""

    counting: Counter[str]
    waiting: Counter[str]


def of(reader: int, *, at: datetime) -> Sums:
    """Of all accounts of this reader at that time. One query. Where the clock has gone back behind a subtotal, all is added up."""
    sums = Sums(Counter(), Counter())
    for kind, counting, all_ in prepared.run(_begun_and_after, values={"reader": reader, "now": at}):
        sums.counting[kind] += counting or 0
        sums.waiting[kind] += all_ - (counting or 0)
    return sums


def _begun_and_after() -> "QuerySet[Any, tuple[Any, ...]]":
    begun = Account.objects.filter(reader=READER, subtotal__at__lte=NOW).order_by()
    through = Case(When(account__subtotal__at__lte=NOW, then=F("account__subtotal__through")), default=0)
    own = Posting.objects.filter(account__reader=READER).order_by().annotate(through=through)
    after = own.filter(pk__gt=F("through")).values("account__kind")
    counts = Q(entry__available_at=None) | Q(entry__available_at__lte=NOW)
    added = after.annotate(counting=Sum("amount", filter=counts), all=Sum("amount"))
    amount = F("subtotal__amount")
    rows: QuerySet[Any, tuple[Any, ...]] = added.values_list("account__kind", "counting", "all").union(
        begun.values_list("kind", amount, amount), all=True
    )
    return rows


def roll_up(*, now: datetime, fewest: int = FEWEST) -> int:
    """How many accounts got a new subtotal. Again does nothing more."""
    beyond = Count("postings", filter=Q(postings__pk__gt=Coalesce("subtotal__through", 0)))
    grown = Account.objects.filter(kind__in=Account.OF_A_READER).annotate(beyond=beyond).filter(beyond__gte=fewest)
    return sum(_roll_up(account, now=now) for account in list(grown.only("pk", "reader")))


@transaction.atomic
def _roll_up(account: Account, *, now: datetime) -> bool:
    """Locks the reader's account, as all who write do; so no posting of a lower number is still under way."""
    Account.objects.select_for_update(of=("self",)).filter(kind=Account.Kind.READER, reader=account.reader_id).first()
    waits = Q(entry__available_at__gt=now)
    first_waiting = account.postings.filter(waits).aggregate(first=Min("pk"))["first"]
    counting: QuerySet[Posting] = account.postings.all()
    if first_waiting is not None:
        counting = counting.filter(pk__lt=first_waiting)
    facts = counting.aggregate(through=Max("pk"), amount=Sum("amount"))
    before = Subtotal.objects.filter(pk=account.pk).values_list("through", flat=True).first() or 0
    if facts["through"] is None or facts["through"] <= before:
        return False
    Subtotal.objects.update_or_create(account=account, defaults={**facts, "at": now})
    return True
