"""Who is told what: written in the transition's transaction, worded when it is shown."""

from collections.abc import Callable
from datetime import datetime

from library_bridge.models import Reader
from sharing import channels, writes
from sharing.mailing import outbox
from sharing.models import Ask, Block, DomainEvent, Notification


def _requester(event: DomainEvent) -> set[int]:
    return {event.request.requester_id} if event.request else set()


def _holder(event: DomainEvent) -> set[int]:
    return {event.ask.holder_id} if event.ask else set()


def _holder_to_answer(event: DomainEvent) -> set[int]:
    """An ask that accepts itself is told once, when it has."""
    return set() if "consent" in event.data else _holder(event)


def _both(event: DomainEvent) -> set[int]:
    return _requester(event) | _holder(event)


def _other_side(event: DomainEvent) -> set[int]:
    """A holder who said no, or whoever has blocked the writer, is not called back by what the other, who cannot know, still
    writes."""
    if event.ask is None or event.ask.status == Ask.Status.ACCEPTED:
        return _both(event)
    told = _requester(event) if event.ask.status == Ask.Status.DECLINED else _both(event)
    return told - set(
        Block.objects.filter(blocker__in=told, blocked=event.actor_id).values_list("blocker_id", flat=True)
    )


def _borrower(event: DomainEvent) -> set[int]:
    return {event.lending.taker_id} if event.lending else set()


def audience(event: DomainEvent) -> list[int]:
    """Whose open pages ring: both sides of a lending, unless one has rated and the other has not (T-C9). Before consent only
    who is told and who acted (P2): on the stream too a no, a reminder and a lapse are silence to the requester."""
    if event.lending is not None and event.kind != "lending.rated":
        return sorted(_both(event))
    tell = TELLS.get(event.kind, _holder if event.ask else _requester)
    return sorted(tell(event) | (_both(event) & {event.actor_id}))


def _both_if_proposed(event: DomainEvent) -> set[int]:
    """The way back opens agreed, and the start of the return has told it."""
    return _both(event) if event.from_status else set()


def _receives(event: DomainEvent) -> set[int]:
    """Who gets the book, there or back."""
    return {event.handover.taker_id} if event.handover else set()


def _gives(event: DomainEvent) -> set[int]:
    return {event.handover.giver_id} if event.handover else set()


def _both_unless_present(event: DomainEvent) -> set[int]:
    """Two who stand together are told of the handover, which is the same moment."""
    return set() if event.why == Ask.Consent.NOW else _both(event)


def _giver(event: DomainEvent) -> set[int]:
    return {event.lending.giver_id} if event.lending else set()


def _owners(event: DomainEvent) -> set[int]:
    return set(event.data.get("owners", ()))


def _named(event: DomainEvent) -> set[int]:
    """Nobody any more, once it is forgotten."""
    return set(event.data.get("readers", ()))


def _both_once_open(event: DomainEvent) -> set[int]:
    """Who rates first is told when the other has, too; before, nobody is told that somebody rated."""
    return _both(event) if event.data.get("both") else set()


TELLS: dict[str, Callable[[DomainEvent], set[int]]] = {
    "request.unfilled": _requester,
    "request.reopened": _requester,
    "request.widened": _requester,
    "request.merged": _requester,
    "ask.sent": _holder_to_answer,
    "ask.reminded": _holder,
    "ask.accepted": _both_unless_present,
    "ask.withdrawn": _holder,
    "lending.cancelled": _both,
    "lending.no_show": _both,
    "lending.handed_over": _both,
    "lending.completed": _both,
    "lending.needs_librarian": _both,
    "lending.still_waiting": _both,
    "lending.due_soon": _borrower,
    "lending.overdue": _both,
    "lending.extended": _both,
    "lending.returning": _both,
    "lending.return_waits": _both,
    "lending.disputed": _both,
    "lending.settled": _both,
    "lending.rated": _both_once_open,
    "handover.proposed": _both,
    "handover.agreed": _both_if_proposed,
    "handover.deposited": _receives,
    "handover.waits": _receives,
    "handover.left": _gives,
    "handover.not_there": _receives,
    "handover.looked_into": _both,
    "handover.sent": _receives,
    "handover.arriving": _receives,
    "handover.corrected": _receives,
    "condition.worse": _both,
    "copy.found": _named,
    "outside.due": _named,
    "message.sent": _other_side,
    "title.rejected": _owners,
    "search.matched": _named,
    "search.ended": _named,
    "purchase.ordered": _named,
    "purchase.declined": _named,
    "purchase.late": _named,
    "purchase.lapsed": _named,
    "purchase.reminded": _named,
    "standing.answered": _named,
    "group.put_in": _named,
    "group.handed_on": _named,
    "group.removed": _named,
    "group.closed": _named,
    "shelf.grew": _named,
    "note.hidden": _named,
    "note.shown": _named,
    "flag.decided": _named,
    "flag.reminded": _named,
    "collector.named": _giver,
    "collector.revoked": _giver,
    "collector.withdrawn": _both,
    "holding.kept": _named,
    "moderation.hidden": _named,
    "moderation.warned": _named,
    "moderation.suspended": _named,
}


def notify(event: DomainEvent) -> None:
    """One row for each reader concerned, never for the one who acted. Inside the event's transaction (N1)."""
    tell = TELLS.get(event.kind)
    if tell is None:
        return
    if not (readers := tell(event) - {event.actor_id or 0}):
        return
    rows = [Notification(reader_id=pk, event=event, created_at=event.at) for pk in sorted(readers)]
    told = [writes.add(rows[0])] if len(rows) == 1 else Notification.objects.bulk_create(rows)
    outbox.put(told, event)
    channels.put(told, event)


def unread_count(reader: Reader) -> int:
    return Notification.objects.filter(reader=reader, read_at=None).count()


def mark_read(*, reader: Reader, ids: list[int] | None = None, now: datetime) -> int:
    """Mark one's own notifications read, all of them without `ids`; the number of those that were unread."""
    rows = Notification.objects.filter(reader=reader, read_at=None)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(read_at=now)
