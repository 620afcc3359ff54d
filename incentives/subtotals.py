"""Balances of busy accounts, rolled up at night: a balance is its subtotal and the postings after it, and equal to the sum of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from incentives.models import Account, Posting, Subtotal

FEWEST = 250
"""So many postings after its subtotal make an account worth another one: below that adding up costs less than a page's frame."""


@dataclass(frozen=True, slots=True)
class Begun:
    account: int
    kind: str
    amount: int
    through: int


def of(accounts: QuerySet[Account], *, at: datetime) -> list[Begun]:
    """What is known of each. Nothing where the clock has gone back behind the subtotal: then all is added up."""
    rows = accounts.values_list("pk", "kind", "subtotal__amount", "subtotal__through", "subtotal__at")
    return [
        Begun(account, kind, amount, through) if since is not None and since <= at else Begun(account, kind, 0, 0)
        for account, kind, amount, through, since in rows
    ]


def after(begun: Sequence[Begun]) -> Q:
    """The postings that come on top."""
    return reduce(or_, (Q(account=each.account, pk__gt=each.through) for each in begun), Q(pk__in=[]))


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
