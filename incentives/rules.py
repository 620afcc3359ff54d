"""Which award an event earns. Only what both sides, the library or a curator have confirmed pays, and caps bound it (M8)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from math import ceil
from typing import Any, Protocol

from django.db import transaction
from django.db.models import CharField, QuerySet

from incentives import campaigns, ledger
from incentives.caps import Case, PaidByLedger, within_caps
from incentives.farming import second_accounts
from incentives.models import Campaign, Entry, IncentiveSettings, Rule, RuleVersion
from library_bridge.models import Reader
from sharing import appointments, prepared
from sharing.models import Ask, DomainEvent, Handover, Lending
from sharing.prepared import Given

Code = Rule.Code
PAYING = frozenset({"lending.completed", "ask.accepted", "handover.confirmed", "suggestion.accepted"})
"""Kinds of events that a rule can be about; all others are passed by without a question to the database."""


class Purse(Protocol):
    """Where awards go: the ledger, or a supposed one. True where it took the award."""

    def award(self, case: Case) -> bool: ...


def are_on() -> bool:
    """As `IncentiveSettings.load().enabled`, for every event that could pay."""
    for (enabled,) in prepared.run(_switch, values={}):
        return bool(enabled)
    return IncentiveSettings().enabled


def _switch() -> "QuerySet[IncentiveSettings, tuple[Any, ...]]":
    first: QuerySet[IncentiveSettings, tuple[Any, ...]] = IncentiveSettings.objects.order_by("pk").values_list(
        "enabled"
    )
    return first[:1]


def pay(event: DomainEvent) -> list[Entry]:
    """Pays what the event earns, by the terms of its day; again and again gives nothing more (M4)."""
    purse = LedgerPurse()
    for terms in terms_about(event.kind, at=event.at):
        pay_by(terms, event, purse)
    return purse.entries


def terms_about(kind: str, *, at: datetime) -> list[RuleVersion]:
    """Of each rule about such events the terms that hold then, where it has some. One query."""
    versions = prepared.objects(_versions_about, values={"kind": kind})
    of_each = [RuleVersion.at(at, of_one) for _rule, of_one in groupby(versions, key=lambda one: one.rule_id)]
    return [terms for terms in of_each if terms is not None]


def _versions_about() -> QuerySet[RuleVersion]:
    rows = RuleVersion.objects.filter(rule__event_kind=Given("kind", CharField())).select_related("rule")
    return rows.order_by("rule__code")


def pay_by(terms: RuleVersion, event: DomainEvent, purse: Purse) -> list[Case]:
    """What was paid."""
    return [case for case in _cases(terms, event) if purse.award(case)]


class LedgerPurse:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    @transaction.atomic
    def award(self, case: Case) -> bool:
        accounts = ledger.lock(*(reader for reader in (case.reader, case.partner) if reader is not None))
        if not within_caps(case, PaidByLedger()):
            return False
        points, campaign = points_of(case)
        entry = ledger.award(
            rule=case.rule, points=points, waiting_days=case.terms.waiting_days, reader=case.reader,
            event_id=case.event.pk, at=case.event.at, params=_params(case, campaign), account=accounts[case.reader.pk],
        )  # fmt: skip
        if entry is not None:
            self.entries.append(entry)
            if case.partner is not None:
                second_accounts.hold_if_alike(entry, case.reader, case.partner, now=case.event.at)
        return entry is not None


def points_of(case: Case) -> tuple[int, Campaign | None]:
    """Whole points, and the campaign that multiplied them."""
    best = campaigns.best_for(case.rule, case.event)
    return case.terms.points * (100 if best is None else best.percent) // 100, best


def _cases(terms: RuleVersion, event: DomainEvent) -> Iterator[Case]:
    if _earned(terms, event):
        for reader, partner in payees(terms.rule, event):
            yield Case(terms, event, reader, partner)


def _earned(terms: RuleVersion, event: DomainEvent) -> bool:
    match terms.rule.code:
        case Code.FIRST_LENDING | Code.LENDING_COMPLETED:
            return event.lending is not None and was_out_long_enough(event.lending, terms=terms, completed_at=event.at)
        case Code.QUICK_ANSWER:
            return event.ask is not None and was_quick(event.ask, terms=terms)
        case Code.KEPT_APPOINTMENT:
            met_at = event.read_at or event.at
            return event.handover is not None and was_kept(event.handover, terms=terms, confirmed_at=met_at)
        case Code.CAREFUL_RETURN:
            return event.lending is not None and came_back_in_time(event.lending, terms=terms, returned_at=event.at)
        case Code.CATALOGUING_HELP:
            return True  # a curator has accepted it; see `_payees`
        case Code.DRIFT_JOURNEY:
            return event.lending is not None and is_far_travelled(event.lending, terms=terms, by=event.at)
    return False


def was_out_long_enough(lending: Lending, *, terms: RuleVersion, completed_at: datetime) -> bool:
    """A copy on loan must have been away for a while, and so a loan of which only a librarian's word says that it moved (M8); a
    transfer the library confirmed, a gift or a drifting book counts at once."""
    by_sight = lending.transfer is not None and lending.transfer.was_seen
    if lending.mode != Lending.Mode.LEND and not by_sight:
        return True
    out_at = lending.handed_over_at
    return out_at is not None and completed_at - out_at >= timedelta(hours=terms.min_hours_out)


def was_quick(ask: Ask, *, terms: RuleVersion) -> bool:
    """An ask that accepted itself, because its holder had said so beforehand, was answered by nobody."""
    if ask.consent or ask.answered_at is None:
        return False
    return ask.answered_at - ask.asked_at <= timedelta(hours=terms.within_hours or 0)


def was_kept(handover: Handover, *, terms: RuleVersion, confirmed_at: datetime) -> bool:
    """Points ask more than standing does (`sharing.appointments`): both agreed while the meeting was still to come, and too early
    is not in time either."""
    if not appointments.is_one(handover) or handover.agreed_at is None or handover.starts_at <= handover.agreed_at:
        return False
    return abs(confirmed_at - handover.starts_at) <= timedelta(hours=terms.within_hours or 0)


def came_back_in_time(lending: Lending, *, terms: RuleVersion, returned_at: datetime) -> bool:
    back_at = lending.return_started_at or returned_at
    if lending.mode != Lending.Mode.LEND or lending.due_at is None or back_at > lending.due_at:
        return False
    return was_out_long_enough(lending, terms=terms, completed_at=returned_at)


def is_far_travelled(lending: Lending, *, terms: RuleVersion, by: datetime) -> bool:
    """Different readers, so that a book that goes to and fro between two gets nowhere."""
    if lending.mode != Lending.Mode.DRIFT or lending.copy_id is None:
        return False
    drifts = Lending.objects.filter(
        copy=lending.copy_id, mode=Lending.Mode.DRIFT, status=Lending.Status.COMPLETED, closed_at__lte=by
    )
    return drifts.values("taker").distinct().count() >= (terms.hands_at_least or 1)


def payees(rule: Rule, event: DomainEvent) -> list[tuple[Reader, Reader | None]]:
    """Pairs of who is paid and who was the other."""
    if rule.pays == Rule.Pays.HELPER:
        helpers = Reader.objects.filter(pk__in=event.data.get("readers", [])).exclude(pk=event.actor_id or 0)
        return [(helper, None) for helper in helpers.order_by("pk")]
    if rule.pays == Rule.Pays.ACTOR:
        return [(event.ask.holder, event.ask.request.requester)] if event.ask else []
    if event.lending is None:
        return []
    giver, taker = event.lending.giver, event.lending.taker
    match rule.pays:
        case Rule.Pays.GIVER:
            return [(giver, taker)]
        case Rule.Pays.TAKER:
            return [(taker, giver)]
    return [(giver, taker), (taker, giver)]


def _params(case: Case, campaign: Campaign | None) -> dict[str, Any]:
    """Figures for the words of the page; who and which book is found through the event (P6)."""
    params: dict[str, Any] = {} if campaign is None else {"campaign": campaign.pk, "percent": campaign.percent}
    ask = case.event.ask
    if case.rule.code == Code.QUICK_ANSWER and ask and ask.answered_at:
        params["hours"] = max(1, ceil((ask.answered_at - ask.asked_at) / timedelta(hours=1)))
    return params
