"""What happens to a request: placed, put to holders in waves, ended with an answer."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import deadlines, events, holdings, locks, policies, states, waves, withdrawals
from sharing.errors import Denied, NotFound
from sharing.holdings import Holding
from sharing.models import Ask, CirculationPolicy, Request


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
    wanted = holdings.get(holding_key, policy=policy, now=now) if holding_key else None
    title = _title(wanted.title_id if wanted else title_id)
    _require_sense(actor, title, wanted, policy, now)
    placed = _place(actor, title, wanted, message, needed_by, areas or [], policy, now)
    waves.send_next_wave(request_id=placed.pk, now=now)
    placed.refresh_from_db()
    return placed


def _title(title_id: int | None) -> Title:
    title = Title.objects.live().filter(pk=title_id).first() if title_id else None
    if title is None:
        raise NotFound
    return title


def _require_sense(
    actor: Reader, title: Title, wanted: Holding | None, policy: CirculationPolicy, now: datetime
) -> None:
    """Reads the library system where the wish is for one loan; that is why it runs before the transaction."""
    if wanted is None:
        _require_a_chance(actor, title, policy, now)
        return
    if actor.pk in _own_readers(wanted):
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
        holdings.require_transferable(wanted.loan, taker=actor, policy=policy, now=now)


def _require_a_chance(actor: Reader, title: Title, policy: CirculationPolicy, now: datetime) -> None:
    found = holdings.of_title(title.pk, policy=policy, now=now)
    others = [holding for holding in found if actor.pk not in _own_readers(holding)]
    if found and not others:
        raise Denied(
            _("The only copy we know of is your own, or with you already. Nothing was sent."),
            "own_holding",
            field="title_id",
        )
    loans = [h.loan for h in others if isinstance(h, holdings.LoanHolding) and h.free]
    if loans and len(loans) == len(others):
        holdings.require_card(loans[0], taker=actor, now=now)


def _own_readers(holding: Holding) -> set[int]:
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
    Reader.objects.select_for_update(of=("self",), no_key=True).get(
        pk=actor.pk
    )  # two tabs must not pass the limit together
    if Request.objects.live().filter(requester=actor, title=title).exists():
        raise Denied(
            _("You have asked for this title already; your page shows how it stands. Nothing was sent twice."),
            "already_asked",
        )
    policies.require_room_for_request(actor, policy)
    policies.require_calm_requester(actor, now)
    try:
        with transaction.atomic():
            placed = Request.objects.create(
                requester=actor, title=title, **(wanted.fields() if wanted else {}), message=message.strip(),
                needed_by=needed_by, areas=areas,
                placed_at=now,
                deadline_at=deadlines.after_quiet_hours(now + timedelta(days=policy.request_days), policy),
            )  # fmt: skip
    except IntegrityError:
        raise Denied(
            _("You have asked for this title already; your page shows how it stands. Nothing was sent twice."),
            "already_asked",
        ) from None
    events.record("request.placed", now=now, actor=actor, request=placed, after=placed.status)
    return placed


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
    close(request, Request.Status.CANCELLED, "request.cancelled", actor=actor, now=now)
    return request


@transaction.atomic(durable=True)
def expire_request(*, request_id: int, now: datetime) -> Request:
    """The deadline has passed: whoever is still asked is released and the requester gets a result."""
    request = locks.request(request_id, actor=None)
    if request.status == Request.Status.OPEN and request.deadline_at <= now:
        close(request, Request.Status.UNFILLED, "request.unfilled", actor=None, now=now, why="deadline")
    return request


_BECAUSE = {"request.cancelled": Ask.Because.CANCELLED, "request.unfilled": Ask.Because.EXPIRED}


def close(
    request: Request, status: Request.Status, kind: str, *, actor: Reader | None, now: datetime, why: str = ""
) -> None:
    """Inside the caller's transaction, with the request locked."""
    states.require(states.REQUEST, request.status, status)
    before, request.status, request.closed_at, request.close_reason = request.status, status, now, why
    request.save(update_fields=["status", "closed_at", "close_reason"])
    withdrawals.withdraw_asks(request, because=_BECAUSE.get(kind, Ask.Because.NOT_NEEDED), now=now)
    asked = request.asks.values("holder").distinct().count()
    events.record(
        kind, now=now, actor=actor, request=request, before=before, after=status, why=why, data={"asked": asked}
    )


def match(request: Request, *, accepted: Ask, actor: Reader, now: datetime) -> None:
    states.require(states.REQUEST, request.status, Request.Status.MATCHED)
    request.status = Request.Status.MATCHED
    request.save(update_fields=["status"])
    withdrawals.withdraw_asks(request, because=Ask.Because.NOT_NEEDED, now=now, but=accepted)
    events.record("request.matched", now=now, actor=actor, request=request, before="open", after=request.status)


def fulfil(request: Request, *, now: datetime) -> None:
    close(request, Request.Status.FULFILLED, "request.fulfilled", actor=None, now=now)


def reopen(request: Request, *, now: datetime) -> None:
    """The lending fell through by no fault of the requester: on with the search while there is time, else an honest end."""
    if request.deadline_at <= now:
        close(request, Request.Status.UNFILLED, "request.unfilled", actor=None, now=now, why="fell_through")
        return
    states.require(states.REQUEST, request.status, Request.Status.OPEN)
    before, request.status = request.status, Request.Status.OPEN
    request.save(update_fields=["status"])
    events.record("request.reopened", now=now, actor=None, request=request, before=before, after=request.status)
