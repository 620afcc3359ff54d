"""Sending what stands in the outbox for push and messenger, worded at that moment with the rights of that moment (P3).

A job of its own, so that no page waits for another service. Each place that cannot be reached is asked once a round.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from sharing import channels, deliveries, notices
from sharing.mailing import subjects
from sharing.messenger import bridge
from sharing.models import Delivery
from sharing.notices import Notice
from sharing.pushing import message

logger = logging.getLogger(__name__)
Status, Reason, Channel = Delivery.Status, Delivery.Reason, Delivery.Channel
SENT = "sent"
AT_ONCE = 200


@dataclass(frozen=True)
class Carrier:
    """`send` gives SENT or a reason; `place` names what one that is down has in common; `most`: in an hour."""

    channel: Delivery.Channel
    send: Callable[[Delivery, Notice, datetime], str]
    place: Callable[[Delivery], str]
    most: Callable[[], int]


CARRIERS = (
    Carrier(Channel.PUSH, message.send, message.place, lambda: settings.PUSHES_PER_HOUR),
    Carrier(Channel.MESSENGER, bridge.send, lambda row: "", lambda: settings.MESSENGER_PER_HOUR),
)


def send_due(*, now: datetime) -> Iterator[dict[str, object]]:
    """Everything that is due, asks first, as far as the quota of each channel goes; one dict each. Outside any transaction."""
    for carrier in CARRIERS:
        rows = deliveries.due(carrier.channel, now=now)
        if rows.exists() and not channels.is_quiet(now):
            yield from _carry(carrier, now)


def _carry(carrier: Carrier, now: datetime) -> Iterator[dict[str, object]]:
    left = carrier.most() - deliveries.sent_since(carrier.channel, now - timedelta(hours=1))
    down: set[str] = set()
    for row in deliveries.due(carrier.channel, now=now)[: max(0, min(AT_ONCE, left))]:
        place = carrier.place(row)
        if place in down or not deliveries.claim(row, now=now):
            continue
        outcome = _send(row, carrier, now)
        yield {"did": f"{carrier.channel}.{outcome}", "delivery": row.pk}
        if outcome == Reason.DOWN:
            down.add(place)


def _send(row: Delivery, carrier: Carrier, now: datetime) -> str:
    try:
        with translation.override(row.reader.language or settings.LANGUAGE_CODE):
            notice, why = _worded(row)
            outcome = carrier.send(row, notice, now) if notice else why
    except Exception:  # one that cannot be worded must not keep the others from going out
        logger.exception("delivery %s cannot be worded", row.pk)
        outcome = Reason.WORDS
    return _note(row, outcome, now)


def _worded(row: Delivery) -> tuple[Notice | None, str]:
    told = notices.for_list(row.reader).filter(deliveries=row).first()
    subject = subjects.of_event(told.event.kind) if told else None
    wanted = subject in channels.choices_of(row.reader, Channel(row.channel))
    why = deliveries.why_not(told, row.reader, wanted=wanted)
    return (notices.sentence(told, row.reader), "") if told and not why else (None, why)


def _note(row: Delivery, outcome: str, now: datetime) -> str:
    if outcome == SENT:
        deliveries.end(row, Status.SENT, "", now=now)
    elif outcome in (Reason.DOWN, Reason.LATER, Reason.REFUSED, Reason.WORDS):
        deliveries.put_off(row, outcome, now=now)
    else:
        deliveries.end(row, Status.SUPPRESSED, outcome, now=now)
    return outcome
