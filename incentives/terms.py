"""Changing a rule, and what other terms would have paid."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from incentives import rules
from incentives.caps import Case, PaidIfSo, within_caps
from incentives.errors import StartsInThePast
from incentives.models import Entry, Rule, RuleVersion
from library_bridge.models import Reader
from sharing.errors import NotFound
from sharing.models import DomainEvent

LOOKS_BACK = timedelta(days=30)
RIGHT = "incentives.change_rule"


@transaction.atomic(durable=True)
def change_rule(*, terms: RuleVersion, actor: Reader, now: datetime) -> RuleVersion:
    """Saves unsaved terms as the rule's next version, never for a time that has passed: what that paid is paid. Locks the rule."""
    if not actor.has_perm(RIGHT):
        raise NotFound
    rule = Rule.objects.select_for_update(of=("self",)).get(pk=terms.rule_id)
    if terms.starts_at < now:
        raise StartsInThePast
    latest = rule.versions.order_by("-number").values_list("number", flat=True).first() or 0
    terms.number, terms.made_by, terms.made_at = latest + 1, actor, now
    terms.save(force_insert=True)
    return terms


@dataclass(slots=True)
class Outcome:
    """What terms would have paid from `since` to `until`."""

    since: datetime
    until: datetime
    points: int = 0
    awards: int = 0
    paid: set[int] = field(default_factory=set)

    @property
    def readers(self) -> int:
        return len(self.paid)


def preview(terms: RuleVersion, *, now: datetime) -> Outcome:
    """The last 30 days' events once more, through the function that pays, into a ledger in memory; nothing is locked or
    written. The caps look back as far as they do, so it begins earlier by their days, after what the ledger did pay until then,
    and counts from `since` on. Start and end of the terms are left aside, and that a check by the library may hold or take
    back an award."""
    outcome = Outcome(since=now - LOOKS_BACK, until=now)
    first = outcome.since - timedelta(days=terms.cap_days)
    purse = SupposedPurse(_paid_before(terms.rule, first) if terms.rule.once else set(), _still_seen(terms, first))
    for event in _events(terms.rule, first, now).iterator(chunk_size=1000):
        for case in rules.pay_by(terms, event, purse):
            if event.at >= outcome.since:
                outcome.points += rules.points_of(case)[0]
                outcome.awards += 1
                outcome.paid.add(case.reader.pk)
    return outcome


def has_paid(rule: Rule, *, now: datetime) -> Outcome:
    """What the rule did pay in the same days, to lay beside a preview."""
    outcome = Outcome(since=now - LOOKS_BACK, until=now)
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=rule, at__gte=outcome.since, at__lte=now)
    rows = awards.filter(postings__amount__gt=0).values_list("account__reader_id", "postings__amount")
    for reader, points in rows:
        outcome.points += points
        outcome.awards += 1
        outcome.paid.add(reader)
    return outcome


class SupposedPurse:
    def __init__(self, had: set[int], paid: PaidIfSo) -> None:
        self.had, self.paid = had, paid

    def award(self, case: Case) -> bool:
        once_more = case.rule.once and (case.reader.pk in self.had or self.paid.has_paid(case.reader))
        if once_more or not within_caps(case, self.paid):
            return False
        self.paid.add(case)
        return True


def _paid_before(rule: Rule, moment: datetime) -> set[int]:
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=rule, at__lt=moment, account__reader__isnull=False)
    return {reader for reader in awards.values_list("account__reader_id", flat=True) if reader is not None}


def _still_seen(terms: RuleVersion, first: datetime) -> PaidIfSo:
    """What the ledger did pay before, as far back as the caps of the first events look."""
    paid, earliest = PaidIfSo(), first - timedelta(days=terms.cap_days)
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=terms.rule, at__gte=earliest, at__lt=first)
    to = set(awards.values_list("event_id", "account__reader_id"))
    for event in _events(terms.rule, earliest, first).filter(pk__in={event for event, _reader in to}):
        for reader, partner in rules.payees(terms.rule, event):
            if (event.pk, reader.pk) in to:
                paid.add(Case(terms, event, reader, partner))
    return paid


def _events(rule: Rule, first: datetime, last: datetime) -> QuerySet[DomainEvent]:
    sides = ("ask__holder", "ask__request__requester", "ask__library_loan", "lending__giver", "lending__taker")
    happened = DomainEvent.objects.filter(at__gte=first, at__lte=last, kind=rule.event_kind)
    return happened.select_related(*sides, "handover", "request").order_by("at", "pk")
