"""More than the policy gives everybody, once: an app above decides who may have it, and each step runs inside its transaction, so
that what was given for it and what is done for it are one."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import deadlines, events, locks, policies
from sharing.errors import Denied, NotFound
from sharing.models import Lending, PurchaseSuggestion


def may_be_lengthened(reader: Reader, *, now: datetime) -> list[Lending]:
    """Books of other readers that are with this one and may stay longer, the first due first."""
    held = Lending.objects.filter(taker=reader, status=Lending.Status.ON_LOAN, longer_days=0).order_by("due_at", "pk")
    return [one for one in held.select_related("request__title") if policies.may_lengthen(one, reader, now)]


def may_be_put_first(reader: Reader) -> list[PurchaseSuggestion]:
    """The one that has waited longest first."""
    mine = PurchaseSuggestion.objects.filter(reader=reader, status=PurchaseSuggestion.Status.OPEN, is_first=False)
    return list(mine.order_by("created_at", "pk"))


@transaction.atomic
def lengthen_lending(*, lending_id: int, days: int, actor: Reader, now: datetime) -> Lending:
    """So many days on top of the due date; the owner is told the new one. Locks the lending. Raises NotFound, Denied."""
    lending = locks.lending(lending_id, actor=actor)
    policies.require(
        policies.may_lengthen(lending, actor, now),
        Denied(_("This book cannot stay longer: it is overdue or given back, or another reader waits for it.")),
    )
    assert lending.due_at is not None
    lending.due_at, lending.longer_days = deadlines.end_of_day(lending.due_at + timedelta(days=days)), days
    lending.reminders = 0
    lending.deadline_at = deadlines.next_due_reminder(lending.due_at, 0, policies.current())
    lending.save(update_fields=["due_at", "longer_days", "reminders", "deadline_at"])
    said = {"due_at": lending.due_at.isoformat(), "longer": days}
    events.record("lending.extended", now=now, actor=actor, lending=lending, data=said)
    return lending


@transaction.atomic
def put_purchase_first(*, suggestion_id: int, actor: Reader, now: datetime) -> PurchaseSuggestion:
    """To the top of the librarians' list, behind those that are there already. Locks it. Raises NotFound, Denied."""
    mine = PurchaseSuggestion.objects.filter(reader=actor, pk=suggestion_id)
    suggestion = mine.select_for_update(of=("self",), no_key=True).first()
    if suggestion is None:
        raise NotFound
    policies.require(
        policies.may_put_first(suggestion, actor),
        Denied(_("This suggestion has been answered, or stands at the top already.")),
    )
    suggestion.is_first = True
    suggestion.save(update_fields=["is_first"])
    events.record("purchase.put_first", now=now, actor=actor, data={"purchase": suggestion.pk})
    return suggestion
