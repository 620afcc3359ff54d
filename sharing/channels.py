"""Push and messenger: what a reader wants by them, and the rows of what has to go out, written with what they tell (N1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, QuerySet

from library_bridge.models import Reader
from sharing import deadlines, jobs, prepared
from sharing.mailing import subjects
from sharing.models import ChannelChoice, CirculationPolicy, Delivery, DomainEvent, MailChoice, Notification, PushDevice
from sharing.prepared import Given

Channel = Delivery.Channel

WANTED_UNASKED = {
    Channel.PUSH: {
        MailChoice.Subject.ASKS,
        MailChoice.Subject.REQUESTS,
        MailChoice.Subject.LENDINGS,
        MailChoice.Subject.MESSAGES,
    },
    Channel.MESSENGER: set[MailChoice.Subject](),  # leaves the service for another: only for whoever says so
}
"""A device is named by hand, and then it is told what presses."""
READ_FIRST = timedelta(minutes=1)
"""A message that is read in the service meanwhile needs no other."""


def choices_of(reader: Reader, channel: Delivery.Channel) -> set[str]:
    """The subjects of which they want to be told so."""
    said = dict(ChannelChoice.objects.filter(reader=reader, channel=channel).values_list("subject", "wanted"))
    return {subject for subject in MailChoice.Subject.values if said.get(subject, subject in WANTED_UNASKED[channel])}


@transaction.atomic(durable=True)
def choose(*, actor: Reader, channel: Delivery.Channel, subjects_wanted: Iterable[str]) -> None:
    wanted = set(subjects_wanted)
    for subject in MailChoice.Subject.values:
        ChannelChoice.objects.update_or_create(
            reader=actor, channel=channel, subject=subject, defaults={"wanted": subject in wanted}
        )


def put(notifications: Sequence[Notification], event: DomainEvent) -> None:
    """Inside the event's transaction. Two short questions where nobody wants anything so."""
    subject = subjects.of_event(event.kind)
    if not notifications or subject is None:
        return
    told = {notification.reader_id: notification for notification in notifications}
    rows = [*_pushes(told, subject, event), *_messages(told, subject, event)]
    if not rows:
        return
    wait = READ_FIRST if subject == MailChoice.Subject.MESSAGES else timedelta()
    at = deadlines.after_quiet_hours(event.at + wait, _policy())
    for row in rows:
        row.next_try_at = at
    Delivery.objects.bulk_create(rows)
    transaction.on_commit(partial(jobs.hurry, "sharing.tasks.carry"))


def _pushes(told: Mapping[int, Notification], subject: MailChoice.Subject, event: DomainEvent) -> list[Delivery]:
    values = {"readers": prepared.listed(list(told))}
    devices = prepared.objects(_devices_of, values=values) if settings.PUSH_HOSTS else []
    if not devices:
        return []
    said = ChannelChoice.objects.filter(reader__in=told, channel=Channel.PUSH, subject=subject)
    wanted = dict(said.values_list("reader_id", "wanted"))
    by_default = subject in WANTED_UNASKED[Channel.PUSH]
    return [
        _row(told[device.reader_id], Channel.PUSH, subject, event, device)
        for device in devices
        if wanted.get(device.reader_id, by_default)
    ]


def _messages(told: Mapping[int, Notification], subject: MailChoice.Subject, event: DomainEvent) -> list[Delivery]:
    values = {"readers": prepared.listed(list(told)), "subject": subject}
    readers = prepared.run(_wanting_messages, values=values)
    return [_row(told[pk], Channel.MESSENGER, subject, event, None) for (pk,) in readers]


def _devices_of() -> QuerySet[PushDevice]:
    return PushDevice.objects.filter(reader__in=prepared.among("readers"), reader__is_active=True)


def _wanting_messages() -> "QuerySet[ChannelChoice, tuple[Any, ...]]":
    said = ChannelChoice.objects.filter(
        reader__in=prepared.among("readers"), reader__is_active=True,
        channel=Channel.MESSENGER, subject=Given("subject", CharField()), wanted=True,
    )  # fmt: skip
    return said.order_by("reader_id").values_list("reader_id")


def _row(
    told: Notification,
    channel: Delivery.Channel,
    subject: MailChoice.Subject,
    event: DomainEvent,
    device: PushDevice | None,
) -> Delivery:
    return Delivery(
        reader_id=told.reader_id, notification=told, channel=channel, device=device, created_at=event.at,
        priority=subjects.priority(subject, digest=False),
    )  # fmt: skip


def _policy() -> CirculationPolicy:
    policy: CirculationPolicy = CirculationPolicy.load()
    return policy


def is_quiet(now: datetime) -> bool:
    """Nobody is woken: what is due by then goes out in the morning."""
    return deadlines.after_quiet_hours(now, _policy()) != now
