"""Pass on now: two people stand together, one shows a code, the other confirms. Request, ask, consent and handover are the
usual transitions, made in one go: all of them or none."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import (
    asks,
    blocks,
    deadlines,
    events,
    handovers,
    jobs,
    kept,
    locks,
    outcomes,
    pass_on_codes,
    places,
    policies,
    requests,
    transferable,
    withdrawals,
    writes,
)
from sharing.errors import Denied, IllegalTransition
from sharing.holdings import Holding
from sharing.models import Ask, Handover, Lending, PassOnCode, Request
from sharing.pass_on_codes import Read

NOW = Ask.Consent.NOW


def pass_on_now(*, actor: Reader, pin: str = "", qr_payload: str = "", now: datetime) -> Lending:
    """The one who takes the book confirms what its holder shows. The same code again gives the same lending.

    Raises WrongCode, LimitReached, Denied, IllegalTransition, RefusedByLibrary or LibraryUnavailable with nothing saved.
    """
    read = pass_on_codes.read(pin=pin, qr_payload=qr_payload, actor=actor, now=now)
    if read.code.lending is not None and read.code.lending.taker_id == actor.pk:
        return read.code.lending
    require_fit(read, actor=actor, now=now)
    loan = read.code.library_loan
    if loan is not None:
        transferable.require(loan, taker=actor, policy=policies.current(), now=now)
    try:
        lending, released = _pass_on(read, actor, now)
    except IntegrityError:
        raise _elsewhere() from None
    for request_id in released:
        jobs.hurry("sharing.tasks.next_wave", request_id)
    if lending.status == Lending.Status.TRANSFERRING:
        jobs.hurry("sharing.tasks.advance_transfer", lending.pk)
        lending.refresh_from_db()
    return lending


def require_fit(read: Read, *, actor: Reader, now: datetime) -> Holding:
    """What can be said before the library is asked: the code lives, and the book may go from the one to the other."""
    if read.code.lending_id is not None or read.code.expires_at <= now or not read.code.holder.is_active:
        raise pass_on_codes.over()
    holding = pass_on_codes.holding_of(read.code, now=now)
    pass_on_codes.require_free(holding)
    if actor.pk in requests.own_readers(holding):
        raise Denied(_("This is your own copy, or it is with you already."), "own_holding")
    kept.require_for(holding, actor, now=now)
    if blocks.stands_between(actor.pk, read.code.holder_id):
        raise pass_on_codes.over()  # in words that tell neither of the two why
    return holding


@transaction.atomic(durable=True)
def _pass_on(read: Read, actor: Reader, now: datetime) -> tuple[Lending, list[int]]:
    """The lending, and the requests of others who were being asked for after the same book."""
    code = _locked(read, actor, now)
    holding = require_fit(Read(code, read.token), actor=actor, now=now)
    _lock_requests(holding, actor)
    request = _request_for(holding, actor, now)
    released = withdrawals.withdraw_others(holding.fields(), but=request, actor=holding.holder, now=now)
    ask = _ask_for(holding, request, now)
    lending = asks.agree_to(ask, actor=holding.holder, consent=NOW, now=now)
    handovers.both_confirmed(_met(lending, now), actor, now)
    code.lending = lending
    code.save(update_fields=["lending"])
    return lending, released


def _locked(read: Read, actor: Reader, now: datetime) -> PassOnCode:
    """Copy, code and reader, in this order. Whoever was second finds the code used."""
    locks.copies([read.code.copy_id] if read.code.copy_id else [])
    rows = PassOnCode.objects.select_for_update(of=("self",), no_key=True).select_related("holder", "lending")
    code = rows.get(pk=read.code.pk)
    if code.serial != read.code.serial:
        raise pass_on_codes.over()
    locks.readers([actor.pk])
    return code


def _lock_requests(holding: Holding, actor: Reader) -> None:
    asked = Ask.objects.waiting().filter(**holding.fields()).values_list("request_id", flat=True)
    own = Request.objects.live().filter(requester=actor, title=holding.title_id).values_list("pk", flat=True)
    locks.requests({*asked, *own})


def _request_for(holding: Holding, actor: Reader, now: datetime) -> Request:
    """The reader's open one for this title where this book can still answer it, else a new one for the book."""
    title = Title.objects.get(pk=holding.title_id)
    mine = Request.objects.live().filter(requester=actor, title=title).select_related("title", "requester").first()
    if mine is not None and mine.status == Request.Status.MATCHED:
        raise Denied(
            _("You have agreed on this title with a reader already. Finish or cancel that lending first."),
            "already_asked",
        )
    if mine is not None and mine.paused_at is not None:
        requests.wake(mine, actor=actor, now=now)
    if mine is not None and _can_be_answered_by(holding, mine):
        return mine
    if mine is not None:
        outcomes.close(
            mine, Request.Status.CANCELLED, "request.cancelled", actor=actor, now=now, why=outcomes.PASSED_ON_NOW
        )
    return requests.put_down(actor, title, holding, policies.current(), now)


def _can_be_answered_by(holding: Holding, request: Request) -> bool:
    """It waits for this very ask; or it is for any copy and has never been put to the holder of this one."""
    book = request.asks.filter(**holding.fields()).exclude(status=Ask.Status.WITHDRAWN)
    if book.filter(status=Ask.Status.ASKED).exists():
        return True
    return not book.exists() and request.copy_id is None and request.library_loan_id is None


def _ask_for(holding: Holding, request: Request, now: datetime) -> Ask:
    waiting = request.asks.waiting().filter(**holding.fields()).select_related("holder", "copy", "library_loan")
    if ask := waiting.first():
        ask.request = request
        return ask
    until = min(deadlines.respond_by(now, policies.current()), request.deadline_at)
    return asks.put(request, holding, until=until, consent=NOW, now=now)


def _met(lending: Lending, now: datetime) -> Handover:
    """Agreed as it happens: nobody has to be told of a time."""
    here, here_en = places.both_words(places.FACE_TO_FACE)
    handover = writes.add(Handover(
        lending=lending, direction=Handover.Direction.OUT, method=Handover.Method.IN_PERSON, place=here, place_en=here_en,
        starts_at=now, status=Handover.Status.AGREED, proposed_by=lending.giver, proposed_at=now, agreed_at=now,
    ))  # fmt: skip
    events.record("handover.agreed", now=now, actor=lending.giver, handover=handover, after=handover.status)
    return handover


def _elsewhere() -> IllegalTransition:
    return IllegalTransition(
        "asked", "accepted", _("Somebody else was a moment quicker with this book. Nothing was changed; try once more.")
    )
