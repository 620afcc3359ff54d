"""What happened outside any request is forgotten, too (P6): that it did stays for the figures, not who did what, nor to whom it was
told. Events of a request are forgotten with it (`histories`)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import BigIntegerField, Case, Exists, OuterRef, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from library_bridge import keeping
from library_bridge.formers import former_readers
from sharing.models import DomainEvent, Flag, PurchaseSuggestion, TitleNote

KEPT = {
    "search": "wishes", "purchase": "wishes", "outside": "outside",
    "title": "catalogue_work", "suggestion": "catalogue_work", "note": "catalogue_work",
    "flag": "catalogue_work", "moderation": "catalogue_work",
}  # fmt: skip
"""By what the kind is about, the period in `settings.KEEP_DAYS`; for all others it is that of the history."""
AT_LEAST = timedelta(days=2)
"""What may be done so many times a day is counted on events."""


@transaction.atomic
def forget_events(*, now: datetime, most: int) -> int:
    """One batch; how many. Where somebody acted a former reader stands, for without one it was the clock."""
    pks = list(_over(now).order_by("pk").values_list("pk", flat=True)[:most])
    nobody = Case(When(actor=None, then=None), default=Value(former_readers()[0]))
    DomainEvent.objects.filter(pk__in=pks).update(actor=nobody, why="", data={}, audience=[], forgotten_at=now)
    return len(pks)


def _over(now: datetime) -> "QuerySet[DomainEvent]":
    by_noun = (When(kind__startswith=f"{noun}.", then=Value(_before(days, now))) for noun, days in KEPT.items())
    rows = DomainEvent.objects.filter(request=None, forgotten_at=None, delivered_at__isnull=False)
    rows = rows.filter(at__lte=Case(*by_noun, default=Value(_before("history", now))))
    for noun, there in _still_read().items():
        number = Case(When(kind__startswith=f"{noun}.", then=Cast(KT(f"data__{noun}"), BigIntegerField())))
        rows = rows.alias(**{f"its_{noun}": number}).filter(~Exists(there.filter(pk=OuterRef(f"its_{noun}"))))
    return rows


def _before(days: str, now: datetime) -> datetime:
    return now - max(timedelta(days=keeping.days(days)), AT_LEAST)


def _still_read() -> "dict[str, QuerySet[PurchaseSuggestion] | QuerySet[TitleNote] | QuerySet[Flag]]":
    """Whose events are read as long as they are there: points for a suggestion may come back, a moderator reads what became of
    a note before, and who was reported or has reported reads of each look."""
    return {
        "purchase": PurchaseSuggestion.objects.all(), "note": TitleNote.objects.standing(), "flag": Flag.objects.all(),
    }  # fmt: skip
