"""Sending what stands in the outbox: a job of its own, so that no page and no other job waits for a mail server.

A row is claimed by moving its next try into the future, so that of two workers one sends it. A worker that dies between the
server's yes and our note of it leaves the row marked as begun: it is sent once more, under the same Message-ID, and then
never again (N3).
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from sharing.mailing import letters, post
from sharing.models import Delivery

logger = logging.getLogger(__name__)
Status, Reason = Delivery.Status, Delivery.Reason

AT_ONCE = 100
"""So many rows in one round."""
LEASE = timedelta(minutes=15)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=4)
MOST_TRIES = 20
"""Some three days."""
UNSEEN = timedelta(hours=24)
"""What waits longer is shown to staff (N2)."""


def send_due(*, now: datetime) -> Iterator[dict[str, object]]:
    """Everything that is due, asks first, as far as the quota goes; one dict a mail. Outside any transaction. Stops at once
    when the server cannot be reached: what waits goes out with a later round."""
    if not settings.MAIL_FROM:
        return
    most = min(AT_ONCE, quota_left(now=now))
    with post.Postman() as postman:
        for row in _due(now)[:most]:
            if not _claim(row, now=now):
                continue
            outcome = _send(row, postman, now=now)
            yield {"did": f"mail.{outcome}", "mail": row.pk}
            if outcome == Reason.DOWN:
                return


def _due(now: datetime) -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(status=Status.WAITING, next_try_at__lte=now)
    return waiting.order_by("priority", "next_try_at", "pk").select_related("reader")


def quota_left(*, now: datetime) -> int:
    """Mails that may still go out in this hour, by settings.MAILS_PER_HOUR; a digest is one, however much it tells."""
    lately = Delivery.objects.filter(status=Status.SENT, finished_at__gt=now - timedelta(hours=1))
    return max(0, settings.MAILS_PER_HOUR - lately.values("message_id").distinct().count())


def late(*, now: datetime) -> QuerySet[Delivery]:
    """What should have gone out a day ago."""
    long_ago = now - UNSEEN
    return Delivery.objects.filter(
        Q(digest=False, created_at__lt=long_ago) | Q(next_try_at__lt=long_ago), status=Status.WAITING
    )


def failed() -> QuerySet[Delivery]:
    return Delivery.objects.filter(status=Status.FAILED)


def _claim(row: Delivery, *, now: datetime) -> bool:
    """Once more at most after a worker that did not come back."""
    begun = row.reason in (Reason.SENDING, Reason.AGAIN)
    mine = Delivery.objects.filter(pk=row.pk, status=Status.WAITING, next_try_at=row.next_try_at)
    if row.reason == Reason.AGAIN:
        mine.update(status=Status.FAILED, next_try_at=None, finished_at=now)
        return False
    row.reason = Reason.AGAIN if begun else Reason.SENDING
    return bool(mine.update(next_try_at=now + LEASE, reason=row.reason, tries=F("tries") + 1))


def _send(row: Delivery, postman: post.Postman, *, now: datetime) -> str:
    together = [row, *_rest_of_digest(row, now=now)] if row.digest else [row]
    try:
        letter, left_out = letters.write(together, now=now)
    except Exception:  # one that cannot be worded must not keep the others from going out
        logger.exception("mail %s cannot be worded", row.pk)
        _put_off(together, Reason.WORDS, now=now)
        return Reason.WORDS
    for one, reason in left_out.items():
        _end(one, Status.SUPPRESSED, reason, now=now)
    told = [one for one in together if one not in left_out]
    if letter is None:
        return Status.SUPPRESSED
    outcome = postman.send(letter)
    if outcome != post.SENT:
        _put_off(told, outcome, now=now)
        return outcome
    for one in told:
        one.message_id = row.message_id
        _end(one, Status.SENT, "", now=now)
    return outcome


def _put_off(rows: Iterable[Delivery], reason: str, *, now: datetime) -> None:
    """Tried again later and later, and in the end not any more."""
    for row in rows:
        if reason == Reason.REFUSED or row.tries + 1 >= MOST_TRIES:
            _end(row, Status.FAILED, reason, now=now)
            continue
        pause = min(FIRST_RETRY * 2 ** min(row.tries, 10), LONGEST_RETRY)
        Delivery.objects.filter(pk=row.pk, status=Status.WAITING).update(reason=reason, next_try_at=now + pause)


def _rest_of_digest(row: Delivery, *, now: datetime) -> list[Delivery]:
    others = _due(now).filter(reader=row.reader_id, digest=True).exclude(pk=row.pk)
    return [other for other in others if _claim(other, now=now)]


def _end(row: Delivery, status: Delivery.Status, reason: str, *, now: datetime) -> None:
    Delivery.objects.filter(pk=row.pk, status=Status.WAITING).update(
        status=status, reason=reason, next_try_at=None, finished_at=now, message_id=row.message_id
    )
