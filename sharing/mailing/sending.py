"""Sending the mails that stand in the outbox: a job of its own, so that no page and no other job waits for a mail server."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from sharing import deliveries
from sharing.mailing import letters, post
from sharing.models import Delivery

logger = logging.getLogger(__name__)
Status, Reason = Delivery.Status, Delivery.Reason
MAIL = Delivery.Channel.MAIL

AT_ONCE = 100
"""So many rows in one round."""


def send_due(*, now: datetime) -> Iterator[dict[str, object]]:
    """Everything that is due, asks first, as far as the quota goes; one dict a mail. Outside any transaction. Stops at once
    when the server cannot be reached: what waits goes out with a later round."""
    if not settings.MAIL_FROM:
        return
    most = min(AT_ONCE, quota_left(now=now))
    with post.Postman() as postman:
        for row in deliveries.due(MAIL, now=now)[:most]:
            if not deliveries.claim(row, now=now):
                continue
            outcome = _send(row, postman, now=now)
            yield {"did": f"mail.{outcome}", "mail": row.pk}
            if outcome == Reason.DOWN:
                return


def quota_left(*, now: datetime) -> int:
    """Mails that may still go out, by settings.MAILS_PER_HOUR and MAILS_PER_DAY (0: no bound by day)."""
    left = settings.MAILS_PER_HOUR - deliveries.sent_since(MAIL, now - timedelta(hours=1))
    if settings.MAILS_PER_DAY:
        left = min(left, settings.MAILS_PER_DAY - deliveries.sent_since(MAIL, now - timedelta(days=1)))
    return max(0, left)


def _send(row: Delivery, postman: post.Postman, *, now: datetime) -> str:
    together = [row, *_rest_of_digest(row, now=now)] if row.digest else [row]
    try:
        letter, left_out = letters.write(together, now=now)
    except Exception:  # one that cannot be worded must not keep the others from going out
        logger.exception("mail %s cannot be worded", row.pk)
        for one in together:
            deliveries.put_off(one, Reason.WORDS, now=now)
        return Reason.WORDS
    for one, reason in left_out.items():
        deliveries.end(one, Status.SUPPRESSED, reason, now=now)
    told = [one for one in together if one not in left_out]
    if letter is None:
        return Status.SUPPRESSED
    outcome = postman.send(letter)
    if outcome != post.SENT:
        for one in told:
            deliveries.put_off(one, outcome, now=now)
        return outcome
    for one in told:
        one.message_id = row.message_id
        deliveries.end(one, Status.SENT, "", now=now)
    return outcome


def _rest_of_digest(row: Delivery, *, now: datetime) -> list[Delivery]:
    others = deliveries.due(MAIL, now=now).filter(reader=row.reader_id, digest=True).exclude(pk=row.pk)
    return [other for other in others if deliveries.claim(other, now=now)]
