"""What every channel's outbox has in common: rows that are claimed, put off and ended.

A row is claimed by moving its next try into the future, so that of two workers one sends it. A worker that dies between the
other side's yes and our note of it leaves the row marked as begun: it is sent once more, under the same id, and then never
again (N3).
"""

import random
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from library_bridge.models import Reader
from sharing.mailing import subjects
from sharing.models import Ask, Delivery, MailChoice, Notification

Status, Reason, Channel = Delivery.Status, Delivery.Reason, Delivery.Channel

LEASE = timedelta(minutes=15)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=4)
JITTER = 0.2
"""Each pause is up to so much longer or shorter, so that what failed together does not come back together."""
MOST_TRIES = 20
"""Some three days."""
UNSEEN = timedelta(hours=24)
"""What waits longer is shown to staff (N2)."""


def due(channel: Delivery.Channel, *, now: datetime) -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(channel=channel, status=Status.WAITING, next_try_at__lte=now)
    return waiting.order_by("priority", "next_try_at", "pk").select_related("reader", "device")


def sent_since(channel: Delivery.Channel, start: datetime) -> int:
    """A digest is one, however much it tells."""
    lately = Delivery.objects.filter(channel=channel, status=Status.SENT, finished_at__gt=start)
    return lately.values("message_id").distinct().count()


def claim(row: Delivery, *, now: datetime) -> bool:
    """Once more at most after a worker that did not come back."""
    begun = row.reason in (Reason.SENDING, Reason.AGAIN)
    mine = Delivery.objects.filter(pk=row.pk, status=Status.WAITING, next_try_at=row.next_try_at)
    if row.reason == Reason.AGAIN:
        mine.update(status=Status.FAILED, next_try_at=None, finished_at=now)
        return False
    row.reason = Reason.AGAIN if begun else Reason.SENDING
    return bool(mine.update(next_try_at=now + LEASE, reason=row.reason, tries=F("tries") + 1))


def put_off(row: Delivery, reason: str, *, now: datetime) -> None:
    """Tried again later and later, and in the end not any more."""
    if reason == Reason.REFUSED or row.tries + 1 >= MOST_TRIES:
        end(row, Status.FAILED, reason, now=now)
        return
    pause = min(FIRST_RETRY * 2 ** min(row.tries, 10), LONGEST_RETRY) * random.uniform(1 - JITTER, 1 + JITTER)
    Delivery.objects.filter(pk=row.pk, status=Status.WAITING).update(reason=reason, next_try_at=now + pause)


def end(row: Delivery, status: Delivery.Status, reason: str, *, now: datetime) -> None:
    Delivery.objects.filter(pk=row.pk, status=Status.WAITING).update(
        status=status, reason=reason, next_try_at=None, finished_at=now, message_id=row.message_id
    )


def why_not(told: Notification | None, reader: Reader, *, wanted: bool) -> str:
    """Why this reader is not to be told by this channel any more, as things stand now (P3); empty when they are."""
    if not reader.is_active:
        return Reason.CLOSED
    if told is None or told.read_at is not None:
        return Reason.READ
    subject = subjects.of_event(told.event.kind)
    if subject is None or not wanted:
        return Reason.TURNED_OFF
    waits = told.event.ask is not None and told.event.ask.status == Ask.Status.ASKED
    return Reason.OVER if subject == MailChoice.Subject.ASKS and not waits else ""


def late(*, now: datetime) -> QuerySet[Delivery]:
    """What should have gone out a day ago."""
    long_ago = now - UNSEEN
    return Delivery.objects.filter(
        Q(digest=False, created_at__lt=long_ago) | Q(next_try_at__lt=long_ago), status=Status.WAITING
    )


def failed() -> QuerySet[Delivery]:
    return Delivery.objects.filter(status=Status.FAILED)


def retry(*, delivery_id: int, now: datetime) -> bool:
    """Staff have mended what it failed on. False when it was not failed."""
    gone = failed().filter(pk=delivery_id)
    return bool(gone.update(status=Status.WAITING, reason="", tries=0, next_try_at=now, finished_at=None))
