"""The outbox of mails: what has to go out stands in rows, written in the transaction of what they tell."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from library_bridge.models import Reader
from sharing import jobs, prepared
from sharing.mailing import subjects
from sharing.models import Delivery, DomainEvent, MailChoice, Notification

When = MailChoice.When

READ_FIRST = timedelta(minutes=5)
"""A message that is read in the service meanwhile needs no mail."""
DIGEST_AT = time(18)


def put(notifications: Sequence[Notification], event: DomainEvent) -> None:
    """Inside the event's transaction. Readers without an address, and those who want none of it, get no row."""
    subject = subjects.of_event(event.kind)
    if not notifications or subject is None or not settings.MAIL_FROM:
        return
    told = {notification.reader_id: notification for notification in notifications}
    reached = prepared.run(_with_address, values={"readers": prepared.listed(list(told))})
    readers = sorted(pk for (pk,) in reached)
    if not readers:
        return
    rows = MailChoice.objects.filter(reader__in=readers, subject=subject)
    chosen = dict(rows.values_list("reader_id", "when"))
    Delivery.objects.bulk_create(
        _row(told[pk], event, subject, digest=when == When.DAILY)
        for pk in readers
        if (when := chosen.get(pk, subjects.DEFAULTS[subject])) != When.NEVER
    )
    transaction.on_commit(partial(jobs.hurry, "sharing.tasks.send_mails"))


def _with_address() -> "QuerySet[Reader, tuple[Any, ...]]":
    active = Reader.objects.filter(pk__in=prepared.among("readers"), is_active=True)
    return active.exclude(email="").order_by().values_list("pk")


def _row(told: Notification, event: DomainEvent, subject: MailChoice.Subject, *, digest: bool) -> Delivery:
    wait = READ_FIRST if subject == MailChoice.Subject.MESSAGES else timedelta()
    return Delivery(
        reader_id=told.reader_id, notification=told, digest=digest, created_at=event.at,
        priority=subjects.priority(subject, digest=digest),
        next_try_at=_evening(event.at) if digest else event.at + wait,
    )  # fmt: skip


def _evening(at: datetime) -> datetime:
    """The next 18:00 by the campus's clock."""
    local = timezone.localtime(at)
    evening = timezone.make_aware(datetime.combine(local.date(), DIGEST_AT))
    return evening if evening > at else timezone.make_aware(datetime.combine(local.date() + timedelta(1), DIGEST_AT))


def confirm(*, reader: Reader, address: str, now: datetime) -> Delivery:
    """Inside the caller's transaction: the mail whose link shows that the address is the reader's."""
    row = Delivery.objects.create(
        reader=reader, purpose=Delivery.Purpose.CONFIRM, address=address, priority=Delivery.Priority.TALK,
        created_at=now, next_try_at=now,
    )  # fmt: skip
    transaction.on_commit(partial(jobs.hurry, "sharing.tasks.send_mails"))
    return row
