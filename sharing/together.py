"""Several books in one meeting: two people with several lendings between them meet once, and one code confirms all of them.

Each lending keeps its own handover, its own events and, for a library loan, its own transfer; what does not fit one of them
does not hold up the others.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from library_bridge.models import Reader
from sharing import collecting, collectors, handovers, late_codes, policies
from sharing.errors import SharingError
from sharing.models import Collector, Handover, Lending


@dataclass(frozen=True)
class Result:
    lending: Lending
    refusal: SharingError | None = None


def others(lending: Lending) -> list[Lending]:
    """Between the same two, going the same way, with a handover to come. One query where there are none."""
    rows = Lending.objects.to_meet().filter(giver=lending.giver_id, taker=lending.taker_id).exclude(pk=lending.pk)
    direction = policies.direction_now(lending)
    found = rows.select_related("request__title", "ask").prefetch_related("handovers").order_by("pk")
    return [row for row in found if policies.direction_now(row) == direction]


def open_handover(lending: Lending) -> Handover | None:
    """From rows that are there already."""
    direction = policies.direction_now(lending)
    return next((h for h in lending.handovers.all() if h.is_open and h.direction == direction), None)


def same_meeting(handover: Handover, found: Iterable[Lending]) -> list[Handover]:
    """The open handovers of the others that are to happen at that place and time."""
    theirs = [(row, open_handover(row)) for row in found]
    same = [(row, one) for row, one in theirs if one is not None and _fits(one, handover)]
    for row, one in same:
        one.lending = row
    return [one for _row, one in same]


def _fits(one: Handover, other: Handover) -> bool:
    return (one.method, one.place, one.starts_at, one.status) == (
        other.method, other.place, other.starts_at, other.status,
    )  # fmt: skip


def propose_for_others(handover: Handover, *, also: Collection[int], actor: Reader, now: datetime) -> list[Result]:
    """The same place and time for each of the chosen lendings, by the one who has just proposed it for the first."""
    chosen = [row for row in others(handover.lending) if row.pk in also]
    return [_tried(row, lambda row=row: _proposed(row, handover, actor, now)) for row in chosen]  # type: ignore[misc]


def _proposed(lending: Lending, like: Handover, actor: Reader, now: datetime) -> None:
    handovers.propose_handover(
        lending_id=lending.pk, actor=actor, method=like.method, place=like.place, starts_at=like.starts_at, now=now
    )


def agree_to_others(handover: Handover, *, actor: Reader, now: datetime) -> list[Result]:
    """Whoever agrees to one meeting agrees to it for every book that was proposed for it."""
    asked = Handover(method=handover.method, place=handover.place, starts_at=handover.starts_at, status="proposed")
    return [
        _tried(one.lending, lambda one=one: handovers.agree_handover(handover_id=one.pk, actor=actor, now=now))  # type: ignore[misc]
        for one in same_meeting(asked, others(handover.lending))
        if policies.may_agree(one, actor)
    ]


def confirm_meeting(
    handover: Handover, *, chosen: Collection[int], actor: Reader, pin: str = "", qr_payload: str = "", now: datetime
) -> list[Result]:
    """The book whose code it is, which may raise as `confirm_handover`; then those of the same meeting that the taker says are
    in their hands (`chosen`: primary keys of handovers), each with its own result."""
    among = same_meeting(handover, others(handover.lending)) if chosen else []
    proof = handovers.confirm_handover(handover_id=handover.pk, actor=actor, pin=pin, qr_payload=qr_payload, now=now)
    return _along(proof, among, chosen, actor, now)


def confirm_meeting_late(
    handover: Handover,
    *,
    chosen: Collection[int],
    actor: Reader,
    slip: str,
    seconds: int,
    pin: str,
    qr_payload: str,
    now: datetime,
) -> list[Result]:
    """The same, with a code that was read without network; raises as `late_codes.confirm_late`."""
    among = same_meeting(handover, others(handover.lending)) if chosen else []
    proof = late_codes.confirm_late(
        handover_id=handover.pk, actor=actor, slip=slip, seconds=seconds, pin=pin, qr_payload=qr_payload, now=now
    )
    return _along(proof, among, chosen, actor, now)


def name_for_others(lending: Lending, *, also: Collection[int], actor: Reader, now: datetime) -> list[Result]:
    """Whoever collects this book collects the chosen others, too: lendings between the same two."""
    return [
        _tried(row, lambda row=row: collectors.name_collector(lending_id=row.pk, actor=actor, now=now))  # type: ignore[misc]
        for row in others(lending)
        if row.pk in also
    ]


def sent_for_along(lending: Lending) -> list[Handover]:
    """The others of this meeting for which somebody is named, too. Two queries, one where nothing else is to be met for."""
    first = open_handover(lending)
    among = same_meeting(first, others(lending)) if first else []
    rows = Collector.objects.standing().filter(lending__in=[one.lending_id for one in among])
    named = set(rows.values_list("lending", flat=True)) if among else set()
    return [one for one in among if one.lending_id in named]


def confirm_collected(
    lending: Lending, *, chosen: Collection[int], actor: Reader, pin: str = "", qr_payload: str = "", now: datetime
) -> list[Result]:
    """The book whose collector's code it is, which may raise as `collecting.confirm_collected`; then those of the same meeting that
    the giver says they have handed over (`chosen`: primary keys of handovers), each with its own result."""
    among = sent_for_along(lending) if chosen else []
    collecting.confirm_collected(lending_id=lending.pk, actor=actor, pin=pin, qr_payload=qr_payload, now=now)
    return [
        _tried(
            one.lending,
            lambda one=one: collecting.confirm_along(  # type: ignore[misc]
                lending_id=one.lending_id, proof_id=lending.pk, actor=actor, now=now
            ),
        )
        for one in among
        if one.pk in chosen
    ]


def _along(
    proof: Handover, among: list[Handover], chosen: Collection[int], actor: Reader, now: datetime
) -> list[Result]:
    return [
        _tried(
            one.lending,
            lambda one=one: handovers.confirm_along(handover_id=one.pk, proof_id=proof.pk, actor=actor, now=now),  # type: ignore[misc]
        )
        for one in among
        if one.pk in chosen
    ]


def _tried(lending: Lending, act: Callable[[], object]) -> Result:
    try:
        act()
    except SharingError as refusal:
        return Result(lending, refusal)
    return Result(lending)
