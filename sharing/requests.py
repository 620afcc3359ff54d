"""What its reader does with a request: place it, withdraw it. How it ends is in `outcomes`."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import deadlines, events, holdings, locks, outcomes, policies, waves
from sharing.errors import Denied, NotFound
from sharing.holdings import Holding
from sharing.models import CirculationPolicy, Request


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
    outcomes.close(request, Request.Status.CANCELLED, "request.cancelled", actor=actor, now=now)
    return request
