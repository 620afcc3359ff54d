"""Whose a finished request was, and with whom, is forgotten after a while (P6): the rows stay for the figures, without the readers.
Whoever wants to keep their own history keeps their own side of it."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import cycle

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q

from library_bridge import keeping
from library_bridge.formers import former_readers
from library_bridge.models import Reader
from personal_catalog import stays
from sharing import events
from sharing.models import (
    Ask,
    ConditionCheck,
    DomainEvent,
    Handover,
    JourneyStop,
    Lending,
    Message,
    Notification,
    Rating,
    Request,
)

PLACES: tuple[tuple[type[Model], str, str], ...] = (
    (Request, "pk", "requester"),
    (Ask, "request", "holder"),
    (Lending, "request", "giver"),
    (Lending, "request", "taker"),
    (Handover, "lending__request", "proposed_by"),
    (ConditionCheck, "handover__lending__request", "reader"),
    (Rating, "lending__request", "reader"),
    (Message, "conversation__ask__request", "author"),
    (DomainEvent, "request", "actor"),
)
"""Where a reader stands in a request: model, the way from it to the request, and the column."""


def forget_histories(*, now: datetime, most: int) -> int:
    """One batch of requests, and one of stays in the chains of custody; the larger number."""
    over = now - timedelta(days=keeping.days("history"))
    going_on = Lending.objects.filter(request=OuterRef("pk")).exclude(closed_at__lte=over)
    ended = Request.objects.filter(~Exists(going_on), forgotten_at=None, closed_at__lte=over).order_by("pk")
    requests = list(ended.values_list("pk", flat=True)[:most])
    for pk in requests:
        forget_request(request_id=pk, now=now)
    tells = JourneyStop.objects.filter(journey__copy=OuterRef("copy"), reader=OuterRef("to_holder"))
    spared = Q(Exists(tells)) | Q(to_holder__keeps_history=True)
    gone = stays.forget_stays(ended_by=over, stand_ins=former_readers(), spared=spared, most=most)
    return max(len(requests), gone)


@transaction.atomic
def forget_request(*, request_id: int, now: datetime) -> None:
    """Nobody locks a request that has ended; a second time changes nothing."""
    instead = dict(_stand_ins(request_id))
    for model, way, column in PLACES:
        for reader, somebody in instead.items():
            rows = model._base_manager.filter(**{way: request_id, column: reader})
            rows.update(**{column: somebody})
    Notification.objects.filter(event__request=request_id, reader__in=instead).delete()
    for event in DomainEvent.objects.filter(request=request_id):
        event.audience = [reader for reader in event.audience if reader not in instead]
        event.save(update_fields=["audience"])
    for unlink in keeping.hooks("unlink"):
        unlink(request_id, instead.keys())
    Request.objects.filter(pk=request_id).update(forgotten_at=now)


def _stand_ins(request_id: int) -> Iterator[tuple[int, int]]:
    """For the requester one, for all holders others."""
    formers = former_readers()
    there = {reader for model, way, column in PLACES for reader in _readers(model, way, column, request_id)}
    staff_or_keeping = Reader.objects.filter(Q(is_staff=True) | Q(keeps_history=True), pk__in=there)
    going = there - set(formers) - set(staff_or_keeping.values_list("pk", flat=True))
    requester = Request.objects.values_list("requester", flat=True).get(pk=request_id)
    turn = request_id % len(formers)
    first, *others = formers[turn:] + formers[:turn]
    yield from zip(sorted(going - {requester}), cycle(others), strict=False)
    if requester in going:
        yield requester, first


def _readers(model: type[Model], way: str, column: str, request_id: int) -> Collection[int]:
    rows = model._base_manager.filter(**{way: request_id}).exclude(**{column: None})
    return set(rows.values_list(column, flat=True))


def unlink_events(event_ids: Collection[int]) -> None:
    """Inside the caller's transaction: that they happened is all that they say from now on."""
    DomainEvent.objects.filter(pk__in=event_ids).update(request=None, ask=None, lending=None, handover=None)


@transaction.atomic(durable=True)
def keep_history(*, actor: Reader, keep: bool, now: datetime) -> None:
    """What has been forgotten does not come back. Who keeps no longer is forgotten in the next night."""
    reader = Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    if reader.keeps_history == keep:
        return
    reader.keeps_history = keep
    reader.save(update_fields=["keeps_history"])
    if not keep:
        mine = Request.objects.filter(Q(requester=actor) | Q(asks__holder=actor), forgotten_at__isnull=False)
        Request.objects.filter(pk__in=mine.values("pk")).update(forgotten_at=None)
    events.record("data.history_kept" if keep else "data.history_not_kept", now=now, actor=actor)
