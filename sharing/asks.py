"""What a holder does with an ask, and what the clock does when nobody answers."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import (
    blocks,
    deadlines,
    events,
    holdings,
    jobs,
    lendings,
    locks,
    outcomes,
    policies,
    prepared,
    states,
    transferable,
    withdrawals,
    writes,
)
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.holdings import Holding
from sharing.models import Ask, Conversation, Lending, Request
from sharing.prepared import PK, READER


def put(
    request: Request,
    holding: Holding,
    *,
    until: datetime,
    remind_at: datetime | None = None,
    consent: str,
    now: datetime,
) -> Ask:
    """The ask with its conversation, inside the caller's transaction. `consent` as in Ask.Consent where it accepts itself.
    IntegrityError where the book is being asked for already."""
    ask = writes.add(Ask(
        request=request, holder=holding.holder, **holding.fields(), wave=request.wave, asked_at=now, respond_by=until,
        remind_at=remind_at,
    ))  # fmt: skip
    writes.add(Conversation(ask=ask))
    data = {"consent": consent} if consent else {}
    events.record("ask.sent", now=now, actor=None, ask=ask, request=request, after=ask.status, data=data)
    return ask


def accept_ask(*, ask_id: int, actor: Reader, now: datetime, consent: str = "") -> Lending:
    """The holder agrees; the other holders are released. Again gives the same lending. `consent` as in Ask.Consent, when
    the holder has said so of the book and not of this ask.

    Raises NotFound, IllegalTransition, Denied, RefusedByLibrary (the library says no now) or LibraryUnavailable.
    """
    ask = next(iter(prepared.objects(_seen_with_loan, values={"pk": ask_id, "reader": actor.pk})), None)
    if ask is None:
        raise NotFound
    if ask.status == Ask.Status.ASKED and ask.library_loan is not None:
        transferable.require(ask.library_loan, taker=ask.request.requester, policy=policies.current(), now=now)
    return _accept(ask_id, actor, consent, now)


def _seen_with_loan() -> QuerySet[Ask]:
    rows = Ask.objects.visible_to(READER).filter(pk=PK).order_by()
    return rows.select_related("library_loan__library", "request__requester")


@transaction.atomic(durable=True)
def _accept(ask_id: int, actor: Reader, consent: str, now: datetime) -> Lending:
    ask = locks.ask(ask_id, actor=actor)
    if ask.status == Ask.Status.ACCEPTED:
        return ask.lending
    return agree_to(ask, actor=actor, consent=consent, now=now)


def agree_to(ask: Ask, *, actor: Reader | None, consent: str, now: datetime) -> Lending:
    """Inside the caller's transaction, with copy, request and ask locked and the library asked. `actor` None: what the
    holder had said beforehand (`consent`) answers. Raises IllegalTransition or Denied."""
    ask.consent = consent
    _answer(ask, Ask.Status.ACCEPTED, now)
    _require_at_hand(ask)
    try:
        with transaction.atomic():
            lending = lendings.agree(ask, now=now)
    except IntegrityError:
        raise Denied(
            _("This book is promised to another reader already, so nothing was agreed here."), "taken"
        ) from None
    outcomes.match(ask.request, accepted=ask, actor=actor, now=now)
    hours = (now - ask.asked_at).total_seconds() / 3600
    events.record(
        "ask.accepted",
        now=now,
        actor=actor,
        ask=ask,
        lending=lending,
        before="asked",
        after=ask.status,
        why=consent,
        data={"hours": round(hours, 2)},
    )
    events.record("lending.agreed", now=now, actor=actor, lending=lending, after=lending.status)
    return lending


def _require_at_hand(ask: Ask) -> None:
    """With the copy locked: between the ask and the answer it may have gone on, or its owner has taken it off the shelf."""
    if ask.copy is not None and ask.copy.holder_id != ask.holder_id:
        raise Denied(_("This copy is no longer with you, so it is not yours to promise. It does no harm."), "copy_away")
    if ask.copy is not None and not holdings.CopyHolding(ask.copy, None).free:
        raise Denied(_("This copy is paused or withdrawn. List it again before you agree."), "copy_away")
    if ask.copy is not None and not _is_shown(ask.copy, ask.request.requester):
        raise Denied(
            _("This copy is not shown to the reader who asks any more, so nothing was agreed. It does no harm."),
            "copy_away",
        )
    if blocks.stands_between(ask.holder_id, ask.request.requester_id):
        raise Denied(_("This request is no longer put to you, so nothing was agreed. It does no harm."), "copy_away")
    if ask.library_loan is not None and ask.library_loan.closed_at is not None:
        raise Denied(transferable.sentence("not_on_givers_card"), "refused_by_library")


def _is_shown(copy: Copy, reader: Reader) -> bool:
    return any(prepared.run(_shown_copy, values={"pk": copy.pk, "reader": reader.pk}))


def _shown_copy() -> "QuerySet[Copy, tuple[Any, ...]]":
    return Copy.objects.shown_to(READER).filter(pk=PK).order_by().values_list("pk")


def decline_ask(*, ask_id: int, actor: Reader, reason: str = "", words: str = "", now: datetime) -> Ask:
    """Not this time; costs nothing. When nobody else is left to answer, the next wave goes out. The holder's own `words`
    (at most 500 characters) stand in the trail that staff read."""
    ask = _decline(ask_id, actor, reason, words, now)
    jobs.hurry("sharing.tasks.next_wave", ask.request_id)
    return ask


@transaction.atomic(durable=True)
def _decline(ask_id: int, actor: Reader, reason: str, words: str, now: datetime) -> Ask:
    ask = locks.ask(ask_id, actor=actor)
    if ask.status == Ask.Status.DECLINED:
        return ask
    _answer(ask, Ask.Status.DECLINED, now, reason=reason if reason in Ask.Reason.values else "")
    withdrawals.close_conversation(ask, now, at_once=False)
    events.record(
        "ask.declined",
        now=now,
        actor=actor,
        ask=ask,
        before="asked",
        after=ask.status,
        why=words or ask.decline_reason,
    )
    return ask


@transaction.atomic(durable=True)
def remind_holder(*, ask_id: int, now: datetime) -> bool:
    """Half-way and near the end of the answer window; True when a reminder went out."""
    ask = locks.ask(ask_id, actor=None)
    if ask.status != Ask.Status.ASKED or ask.remind_at is None or ask.remind_at > now:
        return False
    ask.reminders += 1
    ask.remind_at = deadlines.remind_at(ask.asked_at, ask.respond_by, ask.reminders, policies.current())
    writes.change(ask, "reminders", "remind_at")
    events.record("ask.reminded", now=now, actor=None, ask=ask, data={"reminder": ask.reminders})
    return True


@transaction.atomic(durable=True)
def lapse_ask(*, ask_id: int, now: datetime) -> bool:
    """Nobody answered in time; True when the ask ended here."""
    ask = locks.ask(ask_id, actor=None)
    if ask.status != Ask.Status.ASKED or ask.respond_by > now:
        return False
    _answer(ask, Ask.Status.LAPSED, now)
    withdrawals.close_conversation(ask, now, at_once=False)
    events.record("ask.lapsed", now=now, actor=None, ask=ask, before="asked", after=ask.status)
    return True


def _answer(ask: Ask, status: Ask.Status, now: datetime, *, reason: str = "") -> None:
    if status not in states.ASK[ask.status]:
        raise IllegalTransition(ask.status, status, _TOO_LATE.get(ask.status, lambda: "")())
    ask.status, ask.answered_at, ask.remind_at, ask.decline_reason = status, now, None, reason
    writes.change(ask, "status", "answered_at", "remind_at", "decline_reason", "consent")


_TOO_LATE = {
    "lapsed": lambda: _("The time to answer has passed and the next holder has been asked. It does no harm."),
    "withdrawn": lambda: _("The reader no longer needs an answer. It does no harm."),
    "accepted": lambda: _("You have agreed to this already. To step back, cancel the lending on its page."),
    "declined": lambda: _("You have said no to this already, and the next holder has been asked."),
}
