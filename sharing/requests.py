"""What its reader does with a request: place it, pause it, let another go first, withdraw it. How it ends is in `outcomes`."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import (
    deadlines,
    events,
    holdings,
    jobs,
    limits,
    locks,
    outcomes,
    policies,
    prepared,
    queues,
    transferable,
    waves,
    withdrawals,
    writes,
)
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.holdings import Holding
from sharing.models import Ask, CirculationPolicy, Request
from sharing.prepared import PK


def place_request(
    *,
    actor: Reader,
    title_id: int | None = None,
    holding_key: str = "",
    message: str = "",
    needed_by: date | None = None,
    areas: list[str] | None = None,
    now: datetime,
) -> Request:
    """Ask for a title, or for one holding of it. The first wave of asks goes out at once, in the same call.

    Raises Denied, LimitReached, RefusedByLibrary, LibraryUnavailable or NotFound with nothing saved.
    """
    policy = policies.current()
    wanted = holdings.get(holding_key, reader=actor, policy=policy, now=now) if holding_key else None
    title = _title(wanted.title_id if wanted else title_id)
    require_sense(actor, title, wanted, policy, now)
    placed = _place(actor, title, wanted, message, needed_by, areas or [], policy, now)
    waves.send_next_wave(request_id=placed.pk, now=now)
    placed.refresh_from_db()
    return placed


def _title(title_id: int | None) -> Title:
    found = prepared.objects(_live_title, values={"pk": title_id}) if title_id else []
    if not found:
        raise NotFound
    return found[0]


def _live_title() -> QuerySet[Title]:
    return Title.objects.live().filter(pk=PK).order_by()


def require_sense(
    actor: Reader, title: Title, wanted: Holding | None, policy: CirculationPolicy, now: datetime
) -> None:
    """Reads the library system where the wish is for one loan; that is why it runs before the transaction."""
    if wanted is None:
        _require_a_chance(actor, title, policy, now)
        return
    if actor.pk in own_readers(wanted):
        raise Denied(
            _("This is your own copy, or it is with you already. Nothing was sent."), "own_holding", field="holding_id"
        )
    if wanted.status == "display":
        raise Denied(
            _("This copy is only shown on its owner's shelf; it is not lent. Nothing was sent."),
            "display_only",
            field="holding_id",
        )
    if isinstance(wanted, holdings.LoanHolding):
        transferable.require(wanted.loan, taker=actor, policy=policy, now=now)


def _require_a_chance(actor: Reader, title: Title, policy: CirculationPolicy, now: datetime) -> None:
    found = holdings.of_title(title.pk, reader=actor, policy=policy, now=now)
    others = [holding for holding in found if actor.pk not in own_readers(holding)]
    if found and not others:
        raise Denied(
            _("The only copy we know of is your own, or with you already. Nothing was sent."),
            "own_holding",
            field="title_id",
        )
    loans = [h.loan for h in others if isinstance(h, holdings.LoanHolding) and h.free]
    if loans and len(loans) == len(others):
        transferable.require_card(loans[0], taker=actor, now=now)


def own_readers(holding: Holding) -> set[int]:
    if isinstance(holding, holdings.CopyHolding):
        return {holding.copy.holder_id, holding.copy.owner_id}
    return {holding.holder.pk}


@transaction.atomic(durable=True)
def _place(
    actor: Reader,
    title: Title,
    wanted: Holding | None,
    message: str,
    needed_by: date | None,
    areas: list[str],
    policy: CirculationPolicy,
    now: datetime,
) -> Request:
    locks.readers([actor.pk])  # two tabs must not pass the limit together
    if Request.objects.live().filter(requester=actor, title=title).exists():
        raise _asked_already()
    words = {"message": message.strip(), "needed_by": needed_by, "areas": areas}
    return put_down(actor, title, wanted, policy, now, **words)


def put_down(
    actor: Reader, title: Title, wanted: Holding | None, policy: CirculationPolicy, now: datetime, **words: Any
) -> Request:
    """Within the reader's limits; inside the caller's transaction, with the reader locked."""
    limits.require_room_for_request(actor, policy)
    limits.require_calm_requester(actor, now)
    limits.require_not_cooling_off(actor, policy, now)
    deadline_at = result_by(now, policy)
    fields = wanted.fields() if wanted else {}
    try:
        with transaction.atomic():
            placed = writes.add(
                Request(requester=actor, title=title, placed_at=now, deadline_at=deadline_at, **fields, **words)
            )
    except IntegrityError:
        raise _asked_already() from None
    events.record("request.placed", now=now, actor=actor, request=placed, after=placed.status)
    return placed


def result_by(now: datetime, policy: CirculationPolicy) -> datetime:
    """When a request that is placed now ends at the latest; the title's page promises the same day."""
    return deadlines.after(now, timedelta(days=policy.request_days), policy)


def _asked_already() -> Denied:
    return Denied(
        _("You have asked for this title already; your page shows how it stands. Nothing was sent twice."),
        "already_asked",
    )


@transaction.atomic(durable=True)
def cancel_request(*, request_id: int, actor: Reader, now: datetime) -> Request:
    """The requester no longer wants it; holders who were asked are released. Again changes nothing."""
    request = locks.request(request_id, actor=actor)
    if request.status == Request.Status.CANCELLED:
        return request
    if request.status == Request.Status.MATCHED:
        raise Denied(
            _("This request is agreed. Cancel the lending on its own page, so that the other side learns of it."),
            "illegal_transition",
        )
    outcomes.close(request, Request.Status.CANCELLED, "request.cancelled", actor=actor, now=now)
    return request


def pause_request(*, request_id: int, actor: Reader, now: datetime) -> Request:
    """Nobody is asked for it until it is resumed; the place in the queue stays, and so does the deadline. Asks that run are
    taken back as by withdrawing: else pausing would tell who has said no already (P2). Again changes nothing."""
    paused = _pause(request_id, actor, now)
    jobs.hurry("sharing.tasks.next_wave", request_id)  # for whoever comes next
    return paused


@transaction.atomic(durable=True)
def _pause(request_id: int, actor: Reader, now: datetime) -> Request:
    request = locks.request(request_id, actor=actor)
    if request.paused_at is not None:
        return request
    _require_open(request)
    request.paused_at = now
    request.save(update_fields=["paused_at"])
    withdrawals.withdraw_asks(request, because=Ask.Because.CANCELLED, now=now)
    events.record("request.paused", now=now, actor=actor, request=request)
    return request


def resume_request(*, request_id: int, actor: Reader, now: datetime) -> Request:
    """On from the place that was kept. Again changes nothing."""
    resumed = _resume(request_id, actor, now)
    waves.send_next_wave(request_id=request_id, now=now)
    resumed.refresh_from_db()
    return resumed


@transaction.atomic(durable=True)
def _resume(request_id: int, actor: Reader, now: datetime) -> Request:
    request = locks.request(request_id, actor=actor)
    if request.paused_at is not None:
        _require_open(request)
        wake(request, actor=actor, now=now)
    return request


def wake(request: Request, *, actor: Reader, now: datetime) -> None:
    """Inside the caller's transaction, with the paused request locked."""
    request.paused_at = None
    request.save(update_fields=["paused_at"])
    events.record("request.resumed", now=now, actor=actor, request=request)


def pass_turn(*, request_id: int, actor: Reader, now: datetime, seen: str | None = None) -> Request:
    """Let the next in the queue go first, and stand behind them. Asks that run are taken back.

    `seen` is the turn (`queues.turn_seen`) that the page or the API showed: when the request has moved on since, this is a second click
    and changes nothing. Raises Denied when nobody waits behind.
    """
    passed = _pass_turn(request_id, actor, now, seen)
    waves.serve_title(title_id=passed.title_id, now=now)
    passed.refresh_from_db()
    return passed


@transaction.atomic(durable=True)
def _pass_turn(request_id: int, actor: Reader, now: datetime, seen: str | None) -> Request:
    request = locks.request(request_id, actor=actor)
    _require_open(request)
    if seen is not None and seen != queues.turn_seen(request):
        return request
    after = queues.behind(request)
    if after is None:
        raise Denied(_("Nobody waits behind you, so there is nobody to let go first."), "nobody_behind")
    request.turn_at = queues.turn_of(after) + timedelta(microseconds=1)
    request.save(update_fields=["turn_at"])
    withdrawals.withdraw_asks(request, because=Ask.Because.CANCELLED, now=now)
    events.record("request.turn_passed", now=now, actor=actor, request=request)
    return request


def _require_open(request: Request) -> None:
    if request.status != Request.Status.OPEN:
        raise IllegalTransition(request.status, "paused")
