"""What one reader is told of another, in plain words: whether a library vouches, how long here, what became of appointments,
asks and agreements. Words without figures: nobody has a score, and fewer than five occasions say nothing yet."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Patron, Reader
from sharing import appointments
from sharing.appointments import number
from sharing.models import Ask, DomainEvent, Lending
from sharing.people import FEW, Record

NEW, LONG = timedelta(days=30), timedelta(days=365)
LOOKS_BACK = timedelta(days=365)
ENDED = (Ask.Status.ACCEPTED, Ask.Status.DECLINED, Ask.Status.LAPSED)


def words_about(reader: Reader, *, now: datetime) -> list[str]:
    """For whoever deals with them. One query."""
    seen: Any = _seen(now).get(pk=reader.pk)  # with its annotations
    said = (
        _("library card checked") if seen.card else "",
        _age(now - reader.date_joined),
        Record(seen.handovers, seen.kept, seen.arranged).words,
        _answers(seen.asked, seen.lapsed),
        _steps_back(seen.agreed, seen.cancelled),
    )
    return [words for words in said if words]


def _seen(now: datetime) -> QuerySet[Reader]:
    since = now - LOOKS_BACK
    mine, theirs = Q(giver=OuterRef("pk")), Q(taker=OuterRef("pk"))
    asks = Ask.objects.filter(holder=OuterRef("pk"), status__in=ENDED, asked_at__gt=since)
    return Reader.objects.annotate(
        card=Exists(Patron.objects.filter(reader=OuterRef("pk"), blocked_reason="")),
        asked=number(asks),
        lapsed=number(asks.filter(status=Ask.Status.LAPSED)),
        agreed=number(Lending.objects.filter(mine | theirs, agreed_at__gt=since)),
        cancelled=number(DomainEvent.objects.filter(kind="lending.cancelled", actor=OuterRef("pk"), at__gt=since)),
        **appointments.counts(),
    )


def _age(since: timedelta) -> str:
    if since < NEW:
        return _("new here")
    return _("here for more than a year") if since >= LONG else _("here for some months")


def _answers(asked: int, lapsed: int) -> str:
    if asked < FEW:
        return ""
    if lapsed <= 0.1 * asked:
        return _("nearly always answers")
    return _("mostly answers") if lapsed <= 0.4 * asked else _("often does not answer")


def _steps_back(agreed: int, cancelled: int) -> str:
    """The rate of withdrawals after consent (T-C10)."""
    if agreed < FEW or cancelled < 0.1 * agreed:
        return ""
    often = cancelled >= agreed / 3
    return _("often steps back after agreeing") if often else _("now and then steps back after agreeing")
