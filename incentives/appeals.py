"""A reader who thinks that something wrongly counts against them asks a librarian, who answers."""

from datetime import datetime

from django.db import transaction

from incentives import standing
from incentives.errors import AppealOpen, NotForOneself
from incentives.models import Appeal
from library_bridge.models import Reader
from sharing import events
from sharing.errors import IllegalTransition, NotFound

Status = Appeal.Status
RIGHT = "incentives.change_appeal"


def of(reader: Reader) -> list[Appeal]:
    """The latest first."""
    return list(Appeal.objects.filter(reader=reader).order_by("-made_at", "-pk")[:5])


@transaction.atomic(durable=True)
def make_appeal(*, actor: Reader, words: str, now: datetime) -> Appeal:
    """One at a time. Locks the reader."""
    Reader.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    if Appeal.objects.filter(reader=actor, status=Status.OPEN).exists():
        raise AppealOpen
    return Appeal.objects.create(reader=actor, words=words.strip(), made_at=now)


@transaction.atomic(durable=True)
def answer_appeal(*, appeal_id: int, grant: bool, answer: str, actor: Reader, now: datetime) -> Appeal:
    """By somebody with the right, not about oneself. Granted, what was recorded before counts against the reader no longer."""
    if not actor.has_perm(RIGHT):
        raise NotFound
    appeal = Appeal.objects.select_related("reader").select_for_update(of=("self",)).filter(pk=appeal_id).first()
    if appeal is None:
        raise NotFound
    if appeal.reader_id == actor.pk:
        raise NotForOneself
    after = Status.GRANTED if grant else Status.REFUSED
    if appeal.status != Status.OPEN:
        raise IllegalTransition(appeal.status, after)
    appeal.status, appeal.answer, appeal.answered_by, appeal.answered_at = after, answer.strip(), actor, now
    appeal.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    standing.apply(appeal.reader, now=now)
    events.record(
        "standing.answered", now=now, actor=actor, before="open", after=after, why=appeal.answer,
        data={"readers": [appeal.reader_id]},
    )  # fmt: skip
    return appeal
