"""Blocking the other side of a conversation: from then on the service brings the two together no more, in either direction.

The blocked one can't tell it from a holder who has no time: nothing disappears before their eyes, their requests go round
the other's books as they go round those of a holder who was asked enough already, and no refusal names a reason (P2, T-C8).
For the same cause nothing disappears before the blocker's eyes: else a block would tell whose the books on a page are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Q, QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import events, jobs, lendings, locks, people, policies, prepared, withdrawals
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import Ask, Block, Conversation, Lending
from sharing.prepared import READER, Given

MOST = 200


def block_reader(*, conversation_id: int, actor: Reader, end_lending: bool = False, now: datetime) -> Block:
    """Asks that wait between the two are let go without a mark; so is the lending of this conversation with `end_lending`,
    as long as its book has not changed hands. Every other lending goes on to its end, and so does what is written about it:
    a book has to come home. Again changes nothing but that.

    Locks both readers. Raises NotFound, Denied or LimitReached.
    """
    found = Conversation.objects.visible_to(actor).filter(pk=conversation_id)
    conversation = found.select_related("ask__holder", "ask__request__requester", "ask__request__title").first()
    if conversation is None:
        raise NotFound
    block = _block(conversation.ask, actor, now)
    for ask_id, request_id in _waiting_between(block).values_list("pk", "request_id"):
        if withdrawals.withdraw_vain_ask(ask_id=ask_id, actor=actor, now=now):
            jobs.hurry("sharing.tasks.next_wave", request_id)
    lending = (
        Lending.objects.filter(ask=conversation.ask, status=Lending.Status.AGREED).first() if end_lending else None
    )
    if lending is not None and policies.may_cancel(lending, actor):
        lendings.cancel_lending(lending_id=lending.pk, actor=actor, now=now)
    return block


@transaction.atomic(durable=True)
def _block(ask: Ask, actor: Reader, now: datetime) -> Block:
    holds = ask.holder_id == actor.pk
    other, side = (ask.request.requester, Block.Side.REQUESTER) if holds else (ask.holder, Block.Side.HOLDER)
    if not other.is_active:
        raise Denied(_("This reader is no longer here; there is nothing to block."))
    locks.readers([actor.pk, other.pk])  # against a wave that is about to ask one of the two for the other
    there = Block.objects.filter(blocker=actor, blocked=other).first()
    if there is not None:
        return there
    if Block.objects.filter(blocker=actor).count() >= MOST:
        raise LimitReached(_("You have blocked %(most)d readers. Lift one of the blocks first.") % {"most": MOST})
    title = ask.request.title
    block = Block.objects.create(
        blocker=actor, blocked=other, side=side, named=ask.status == Ask.Status.ACCEPTED, book=title.title,
        language=title.language, since=now,
    )  # fmt: skip
    events.record("block.put", now=now, actor=actor, data={"block": block.pk})
    return block


@transaction.atomic(durable=True)
def lift_block(*, block_id: int, actor: Reader, now: datetime) -> None:
    """The other's block, if there is one, goes on. Again, or for another's, changes nothing and raises NotFound."""
    if not Block.objects.visible_to(actor).filter(pk=block_id).delete()[0]:
        raise NotFound
    events.record("block.lifted", now=now, actor=actor, data={"block": block_id})


def stands_between(one: int, other: int) -> bool:
    """Whoever of the two has said so. One query."""
    return any(prepared.run(_between, values={"reader": one, "other": other}))


def _between() -> "QuerySet[Block, tuple[Any, ...]]":
    return Block.objects.between(READER, Given("other", BigIntegerField())).order_by().values_list("pk")


def apart_from(reader: Reader) -> set[int]:
    """Readers with whom this one is not brought together. One query."""
    rows = prepared.run(_with, values={"reader": reader.pk})
    return {pk for pair in rows for pk in pair} - {reader.pk}


def _with() -> "QuerySet[Block, tuple[Any, ...]]":
    rows = Block.objects.filter(Q(blocker=READER) | Q(blocked=READER))
    return rows.order_by().values_list("blocker_id", "blocked_id")


def of(reader: Reader) -> "QuerySet[Block]":
    return Block.objects.visible_to(reader).select_related("blocked")


@dataclass(frozen=True)
class Shown:
    pk: int
    who: str
    book: Title | None
    since: datetime


def shown(reader: Reader) -> list[Shown]:
    """The reader's own, the latest first."""
    return [Shown(row.pk, known_as(row), _book(row), row.since) for row in of(reader)]


def known_as(block: Block) -> str:
    """What the blocker knew of them, and nothing that has become known since: by a name only if it was told."""
    if block.named:
        return people.name(block.blocked)
    return _("The holder") if block.side == Block.Side.HOLDER else _("A reader")


def _book(block: Block) -> Title | None:
    """As it was called then; None once it is forgotten."""
    return Title(title=block.book, language=block.language) if block.book else None


def _waiting_between(block: Block) -> "QuerySet[Ask]":
    one, other = block.blocker_id, block.blocked_id
    pairs = Q(holder=one, request__requester=other) | Q(holder=other, request__requester=one)
    return Ask.objects.waiting().filter(pairs).order_by("pk")
