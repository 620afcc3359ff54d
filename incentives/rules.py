"""Which award an event earns. Only what both sides or the library have confirmed pays, and caps bound it (M8)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import Q, QuerySet

from incentives import ledger
from incentives.models import Account, Entry, Rule
from library_bridge.models import Reader
from sharing.models import Ask, DomainEvent, Handover, Lending

Code = Rule.Code


def pay(event: DomainEvent) -> list[Entry]:
    """Pays what the event earns; again and again gives nothing more (M4)."""
    return [
        entry for rule in Rule.objects.filter(active=True, event_kind=event.kind) for entry in _pay_one(rule, event)
    ]


def _pay_one(rule: Rule, event: DomainEvent) -> Iterator[Entry]:
    if not _earned(rule, event):
        return
    for reader, partner in _payees(rule, event):
        if (entry := _award_within_caps(rule, event, reader, partner)) is not None:
            yield entry


@transaction.atomic
def _award_within_caps(rule: Rule, event: DomainEvent, reader: Reader, partner: Reader) -> Entry | None:
    ledger.lock(reader, partner)
    if not within_caps(rule, event, reader, partner):
        return None
    return ledger.award(rule=rule, reader=reader, event_id=event.pk, at=event.at, params=_params(rule, event))


def _earned(rule: Rule, event: DomainEvent) -> bool:
    match rule.code:
        case Code.FIRST_LENDING | Code.LENDING_COMPLETED:
            return event.lending is not None and was_out_long_enough(event.lending, rule=rule, completed_at=event.at)
        case Code.QUICK_ANSWER:
            return event.ask is not None and was_quick(event.ask, rule=rule)
        case Code.KEPT_APPOINTMENT:
            return event.handover is not None and was_kept(event.handover, rule=rule, confirmed_at=event.at)
        case Code.CAREFUL_RETURN:
            return event.lending is not None and came_back_in_time(event.lending, rule=rule, returned_at=event.at)
    return False


def was_out_long_enough(lending: Lending, *, rule: Rule, completed_at: datetime) -> bool:
    """A copy on loan must have been away for a while; a transfer the library confirmed, a gift or a drifting book counts at once."""
    if lending.mode != Lending.Mode.LEND:
        return True
    out_at = lending.handed_over_at
    return out_at is not None and completed_at - out_at >= timedelta(hours=rule.min_hours_out)


def was_quick(ask: Ask, *, rule: Rule) -> bool:
    return ask.answered_at is not None and ask.answered_at - ask.asked_at <= timedelta(hours=rule.within_hours or 0)


def was_kept(handover: Handover, *, rule: Rule, confirmed_at: datetime) -> bool:
    """Only a meeting agreed on beforehand can be kept: a drop point or a courier waits for nobody."""
    if handover.method != Handover.Method.IN_PERSON or handover.agreed_at is None:
        return False
    if handover.starts_at <= handover.agreed_at:
        return False
    return abs(confirmed_at - handover.starts_at) <= timedelta(hours=rule.within_hours or 0)


def came_back_in_time(lending: Lending, *, rule: Rule, returned_at: datetime) -> bool:
    back_at = lending.return_started_at or returned_at
    if lending.mode != Lending.Mode.LEND or lending.due_at is None or back_at > lending.due_at:
        return False
    return was_out_long_enough(lending, rule=rule, completed_at=returned_at)


def _payees(rule: Rule, event: DomainEvent) -> list[tuple[Reader, Reader]]:
    """Pairs of who is paid and who was the other."""
    if rule.pays == Rule.Pays.ACTOR:
        return [(event.ask.holder, event.ask.request.requester)] if event.ask else []
    if event.lending is None:
        return []
    giver, taker = event.lending.giver, event.lending.taker
    pairs = {Rule.Pays.GIVER: [(giver, taker)], Rule.Pays.TAKER: [(taker, giver)]}
    return pairs.get(Rule.Pays(rule.pays), [(giver, taker), (taker, giver)])


def within_caps(rule: Rule, event: DomainEvent, reader: Reader, partner: Reader) -> bool:
    """Same two readers in either direction, same two with the same book, and one reader's day.

    The spans reach both ways, so that events delivered out of order can't pay more than in order.
    """
    if event.at - partner.date_joined < timedelta(days=rule.partner_days):
        return False
    between = _paid_between(rule, event, reader, partner)
    if _reached(between, rule.pair_cap):
        return False
    if _reached(between.filter(event_id__in=_events_of_same_book(event).values("pk")), rule.copy_cap):
        return False
    return not _reached(_paid(rule, event, days=1).filter(account__reader=reader), rule.day_cap)


def _reached(paid: QuerySet[Entry], cap: int | None) -> bool:
    return cap is not None and paid.values("event_id").distinct().count() >= cap


def _paid(rule: Rule, event: DomainEvent, *, days: int) -> QuerySet[Entry]:
    span = timedelta(days=days)
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=rule, at__gt=event.at - span, at__lt=event.at + span)
    return awards.exclude(event_id=event.pk)


def _paid_between(rule: Rule, event: DomainEvent, reader: Reader, partner: Reader) -> QuerySet[Entry]:
    events = DomainEvent.objects.filter(
        Q(request__requester=reader, ask__holder=partner) | Q(request__requester=partner, ask__holder=reader),
        kind=rule.event_kind,
    )
    accounts = Account.objects.filter(kind=Account.Kind.READER, reader__in=(reader, partner))
    return _paid(rule, event, days=rule.cap_days).filter(account__in=accounts, event_id__in=events.values("pk"))


def _events_of_same_book(event: DomainEvent) -> QuerySet[DomainEvent]:
    ask = event.ask
    assert ask is not None
    loan = ask.library_loan
    same = Q(ask__copy=ask.copy_id) if loan is None else Q(ask__library_loan__barcode=loan.barcode)
    return DomainEvent.objects.filter(same, kind=event.kind)


def _params(rule: Rule, event: DomainEvent) -> dict[str, int]:
    """Figures for the words of the page; who and which book is found through the event (P6)."""
    if rule.code == Code.QUICK_ANSWER and event.ask and event.ask.answered_at:
        return {"hours": max(1, ceil((event.ask.answered_at - event.ask.asked_at) / timedelta(hours=1)))}
    return {}
