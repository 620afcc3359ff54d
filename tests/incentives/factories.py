"""Rows of this app for its tests, and finished lendings as sharing would have left them."""

from datetime import datetime, timedelta

from incentives import ledger
from incentives.models import Entry, Reward, Rule
from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing.models import Ask, Conversation, DomainEvent, Handover, Lending, Request
from tests import factories


def a_reader(name: str = "Alice", **facts: object) -> Reader:
    """Has been here for a year."""
    reader = factories.reader(name, **facts)
    reader.date_joined -= timedelta(days=365)
    reader.save()
    return reader


def a_rule(code: str = Rule.Code.LENDING_COMPLETED) -> Rule:
    return Rule.objects.get_or_create(code=code, defaults={"event_kind": "lending.completed", "pays": Rule.Pays.GIVER})[
        0
    ]


def something_happened(*, now: datetime) -> DomainEvent:
    return DomainEvent.objects.create(kind="test", at=now)


def awarded(reader: Reader, event_id: int, *, at: datetime, rule: Rule | None = None, points: int = 10) -> Entry | None:
    return ledger.award(rule=rule or a_rule(), points=points, waiting_days=7, reader=reader, event_id=event_id, at=at)


def given(reader: Reader, points: int, *, now: datetime) -> Entry:
    """So many points, spendable now."""
    long_ago = now - timedelta(days=30)
    entry = awarded(reader, something_happened(now=now).pk, at=long_ago, points=points)
    assert entry is not None
    return entry


def a_reward(*, now: datetime, **facts: object) -> Reward:
    defaults = {"name_zh": "打印 40 页", "name_en": "40 pages of print", "price": 36, "stock": 5}
    return Reward.objects.create(starts_at=now - timedelta(days=1), **{**defaults, **facts})


def a_lending(giver: Reader, taker: Reader, *, now: datetime, copy: Copy | None = None, **facts: object) -> Lending:
    """Handed over two days ago; asked, answered within the hour and agreed the day before that."""
    copy = copy or factories.copy(giver, now=now)
    asked_at = now - timedelta(days=3)
    request = Request.objects.create(
        requester=taker, title=copy.title, status="fulfilled", placed_at=asked_at, deadline_at=now, closed_at=now
    )
    ask = Ask.objects.create(
        request=request, holder=giver, copy=copy, wave=1, status="accepted", asked_at=asked_at,
        respond_by=now, answered_at=asked_at + timedelta(hours=1),
    )  # fmt: skip
    Conversation.objects.create(ask=ask)
    defaults = {
        "mode": copy.mode, "status": "completed", "closed_at": now, "due_at": now + timedelta(days=30),
        "handed_over_at": now - timedelta(days=2),
    }  # fmt: skip
    return Lending.objects.create(
        request=request, ask=ask, copy=copy, kind="personal_copy", giver=giver, taker=taker, agreed_at=asked_at,
        deadline_at=now, **{**defaults, **facts},
    )  # fmt: skip


def an_event(kind: str, lending: Lending, *, at: datetime, **facts: object) -> DomainEvent:
    return DomainEvent.objects.create(
        kind=kind, at=at, lending=lending, ask=lending.ask, request=lending.request, actor=lending.giver, **facts
    )


def a_handover(lending: Lending, *, starts_at: datetime, **facts: object) -> Handover:
    before = starts_at - timedelta(days=1)
    defaults = {
        "direction": "out", "method": "in_person", "place": "Hall", "proposed_at": before, "agreed_at": before,
    }  # fmt: skip
    return Handover.objects.create(
        lending=lending, starts_at=starts_at, proposed_by=lending.taker, status="agreed", **{**defaults, **facts}
    )
