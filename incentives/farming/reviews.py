"""From a ring that was found to a librarian's word: what its members earned by it waits on their frozen accounts meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from incentives import ledger
from incentives.errors import NotEnoughPoints, NotForOneself
from incentives.farming.rings import LOOKS_BACK, Exchange, Ring, find_rings
from incentives.models import Entry, HeldAward, RingReview
from incentives.models.reviews import DECIDE_WITHIN
from library_bridge.models import Reader
from sharing.errors import IllegalTransition, NotFound
from sharing.models import Lending

Status = RingReview.Status
RIGHT = "incentives.change_ringreview"


def look_for_rings(*, now: datetime) -> list[RingReview]:
    """Reviews that were opened or have grown. Again and again holds nothing twice."""
    found = (_hold(ring, now=now) for ring in find_rings(list(_exchanges(now=now)), now=now))
    return [review for review in found if review is not None]


@transaction.atomic(durable=True)
def decide_review(*, review_id: int, clear: bool, why: str, actor: Reader, now: datetime) -> RingReview:
    """Gives the points free, or takes them back. By somebody with the right who is not among those it is about."""
    if not actor.has_perm(RIGHT):
        raise NotFound
    return _settle(review_id, Status.CLEARED if clear else Status.TAKEN_BACK, why=why, actor=actor, now=now)


def clear_overdue(*, now: datetime) -> list[int]:
    """Nobody waits longer than 30 days for a decision: then the points are theirs."""
    due = list(RingReview.objects.filter(status=Status.OPEN, decide_by__lte=now).values_list("pk", flat=True))
    for pk in due:
        with transaction.atomic(durable=True):
            _settle(pk, Status.CLEARED, why="", actor=None, now=now)
    return due


def open_reviews() -> QuerySet[RingReview]:
    return RingReview.objects.filter(status=Status.OPEN)


def _exchanges(*, now: datetime) -> Iterator[Exchange]:
    """Completed lendings, without those that a librarian has looked at and cleared."""
    looked_at = HeldAward.objects.filter(review__status=Status.CLEARED, award__event__lending__isnull=False)
    cleared = looked_at.values("award__event__lending")
    done = Lending.objects.filter(
        status=Lending.Status.COMPLETED, closed_at__gt=now - LOOKS_BACK, closed_at__lte=now
    ).exclude(pk__in=cleared)
    rows = done.order_by("pk").values_list(
        "pk", "giver_id", "taker_id", "copy_id", "library_loan__barcode", "closed_at", "handed_over_at", "mode"
    )
    for pk, giver, taker, copy, barcode, closed_at, handed_over_at, mode in rows:
        assert closed_at is not None
        hours = None
        if mode == Lending.Mode.LEND and handed_over_at is not None:
            hours = (closed_at - handed_over_at) / timedelta(hours=1)
        yield Exchange(pk, giver, taker, f"copy {copy}" if copy else f"item {barcode or f'of {pk}'}", closed_at, hours)


@transaction.atomic(durable=True)
def _hold(ring: Ring, *, now: datetime) -> RingReview | None:
    """Locks the members' accounts, then the review."""
    members = list(Reader.objects.filter(pk__in=ring.members).order_by("pk"))
    ledger.lock(*members)
    return put_aside(members, _awards(ring), signs=ring.signs, exchanges=len(ring.exchanges), now=now)


@transaction.atomic
def put_aside(
    members: list[Reader], awards: Iterable[Entry], *, signs: Sequence[str], exchanges: int, now: datetime
) -> RingReview | None:
    """With the members' accounts locked. None where everything has been spent; else an open review about one of them grows, or
    a new one begins."""
    held = [(award, hold) for award in awards if (hold := _put_aside(award, now)) is not None]
    if not held:
        return None
    review = open_reviews().select_for_update(of=("self",)).filter(pk__in=_about(members)).order_by("pk").first()
    if review is None:
        review = RingReview.objects.create(found_at=now, decide_by=now + DECIDE_WITHIN)
    review.members.add(*members)
    review.signs, review.exchanges = sorted({*review.signs, *signs}), max(exchanges, review.exchanges)
    review.save(update_fields=["signs", "exchanges"])
    for award, hold in held:
        HeldAward.objects.create(review=review, award=award, hold=hold)
    return review


def _put_aside(award: Entry, now: datetime) -> Entry | None:
    try:
        return ledger.hold(entry=award, at=now)
    except NotEnoughPoints:
        return None


def _about(members: list[Reader]) -> QuerySet[RingReview, int]:
    return RingReview.objects.filter(members__in=members).values_list("pk", flat=True)


def _awards(ring: Ring) -> QuerySet[Entry]:
    """What the ring's lendings have paid its members, whatever for, the latest first: the oldest points are spent first."""
    return (
        Entry.objects.filter(
            kind=Entry.Kind.AWARD, event__lending__in=[each.key for each in ring.exchanges],
            account__reader__in=ring.members, held=None, reversed_by=None,
        )
        .select_related("account__reader")
        .order_by("-at", "-pk")
    )  # fmt: skip


def _settle(review_id: int, after: Status, *, why: str, actor: Reader | None, now: datetime) -> RingReview:
    members = list(
        Reader.objects.filter(pk__in=RingReview.members.through.objects.filter(ringreview=review_id).values("reader"))
    )
    ledger.lock(*members)
    review = RingReview.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
    if review is None:
        raise NotFound
    if actor in members:
        raise NotForOneself
    if review.status != Status.OPEN:
        raise IllegalTransition(review.status, after)
    for held in review.held.filter(settled=None).select_related("award__account__reader"):
        held.settled = _given_free(held, actor, now) if after == Status.CLEARED else _taken_back(held, actor, now)
        held.save(update_fields=["settled"])
    review.status, review.why, review.decided_by, review.decided_at = after, why.strip(), actor, now
    review.save(update_fields=["status", "why", "decided_by", "decided_at"])
    return review


def _given_free(held: HeldAward, actor: Reader | None, now: datetime) -> Entry:
    return ledger.release(entry=held.award, at=now, actor=actor)


def _taken_back(held: HeldAward, actor: Reader | None, now: datetime) -> Entry:
    return ledger.reverse(entry=held.award, reason="taken_back", at=now, actor=actor)
