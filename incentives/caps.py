"""How often a rule pays the same two readers, the same book and one reader's day (M8).

Counted on the ledger when an event pays, and on a supposed ledger when a librarian asks what other terms would have paid.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet

from incentives.models import Account, Entry, Rule, RuleVersion
from library_bridge.models import Reader
from sharing import prepared
from sharing.models import Ask, DomainEvent
from sharing.prepared import READER, Given


@dataclass(frozen=True)
class Case:
    """What `terms` may pay `reader` for an event; `partner` is the other side, None where nobody is."""

    terms: RuleVersion
    event: DomainEvent
    reader: Reader
    partner: Reader | None

    @property
    def rule(self) -> Rule:
        return self.terms.rule

    @cached_property
    def book(self) -> str:
        """The copy, or the library's item whoever has borrowed it."""
        ask = self.event.ask
        if ask is None:
            return ""
        return f"copy {ask.copy_id}" if ask.library_loan is None else f"item {ask.library_loan.barcode}"


class Paid(Protocol):
    """Events other than the case's own that have paid by the same rule, as far as the caps look."""

    def to_reader_that_day(self, case: Case) -> int: ...
    def between_the_two(self, case: Case) -> int: ...
    def between_the_two_for_the_book(self, case: Case) -> int: ...


def within_caps(case: Case, paid: Paid) -> bool:
    """The spans reach both ways, so that events delivered out of order can't pay more than in order."""
    terms, partner = case.terms, case.partner
    if terms.day_cap is not None and paid.to_reader_that_day(case) >= terms.day_cap:
        return False
    if partner is None:
        return True
    if case.event.at - partner.date_joined < timedelta(days=terms.partner_days):
        return False
    if terms.pair_cap is not None and paid.between_the_two(case) >= terms.pair_cap:
        return False
    return terms.copy_cap is None or paid.between_the_two_for_the_book(case) < terms.copy_cap


class PaidByLedger:
    def to_reader_that_day(self, case: Case) -> int:
        at, day = case.event.at, timedelta(days=1)
        values = {
            "reader": case.reader.pk,
            "rule": case.rule.pk,
            "event": case.event.pk,
            "after": at - day,
            "before": at + day,
        }
        return len(list(prepared.run(_paid_to_reader, values=values)))

    def between_the_two(self, case: Case) -> int:
        return _events(_between(case))

    def between_the_two_for_the_book(self, case: Case) -> int:
        return _events(_between(case).filter(event_id__in=_of_same_book(case.event).values("pk")))


_EVENT, _RULE = (Given(name, BigIntegerField()) for name in ("event", "rule"))
_AFTER, _BEFORE = (Given(name, DateTimeField()) for name in ("after", "before"))


def _paid_to_reader() -> "QuerySet[Entry, tuple[Any, ...]]":
    """Asked for whatever may be paid, so built once."""
    accounts = Account.objects.filter(kind=Account.Kind.READER, reader=READER)
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=_RULE, account__in=accounts.values("pk"))
    between = awards.filter(at__gt=_AFTER, at__lt=_BEFORE).exclude(event_id=_EVENT)
    return between.order_by().values_list("event_id").distinct()


def _events(awards: QuerySet[Entry]) -> int:
    return awards.values("event_id").distinct().count()


def _awards(case: Case, *, days: int) -> QuerySet[Entry]:
    at, span = case.event.at, timedelta(days=days)
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD, rule=case.rule, at__gt=at - span, at__lt=at + span)
    return awards.exclude(event_id=case.event.pk)


def _between(case: Case) -> QuerySet[Entry]:
    reader, partner = case.reader, case.partner
    events = DomainEvent.objects.filter(
        Q(request__requester=reader, ask__holder=partner) | Q(request__requester=partner, ask__holder=reader),
        kind=case.rule.event_kind,
    )
    accounts = Account.objects.filter(kind=Account.Kind.READER, reader__in=(reader, partner))
    return _awards(case, days=case.terms.cap_days).filter(account__in=accounts, event_id__in=events.values("pk"))


def _of_same_book(event: DomainEvent) -> QuerySet[DomainEvent]:
    ask = event.ask
    assert isinstance(ask, Ask)
    loan = ask.library_loan
    same = Q(ask__copy=ask.copy_id) if loan is None else Q(ask__library_loan__barcode=loan.barcode)
    return DomainEvent.objects.filter(same, kind=event.kind)


@dataclass(frozen=True, slots=True)
class _Award:
    event: int
    at: datetime
    reader: int
    pair: frozenset[int]
    book: str


class PaidIfSo:
    """A ledger of one rule that exists in memory only."""

    def __init__(self) -> None:
        self._of_reader: dict[int, list[_Award]] = {}
        self._of_pair: dict[frozenset[int], list[_Award]] = {}

    def add(self, case: Case) -> None:
        pair = frozenset({case.reader.pk, case.partner.pk if case.partner else case.reader.pk})
        award = _Award(case.event.pk, case.event.at, case.reader.pk, pair, case.book)
        self._of_reader.setdefault(award.reader, []).append(award)
        self._of_pair.setdefault(pair, []).append(award)

    def has_paid(self, reader: Reader) -> bool:
        return reader.pk in self._of_reader

    def to_reader_that_day(self, case: Case) -> int:
        return len(_near(case, self._of_reader.get(case.reader.pk, []), days=1))

    def between_the_two(self, case: Case) -> int:
        return len(_near(case, self._pair(case), days=case.terms.cap_days))

    def between_the_two_for_the_book(self, case: Case) -> int:
        same = [award for award in self._pair(case) if award.book == case.book]
        return len(_near(case, same, days=case.terms.cap_days))

    def _pair(self, case: Case) -> list[_Award]:
        assert case.partner is not None
        return self._of_pair.get(frozenset({case.reader.pk, case.partner.pk}), [])


def _near(case: Case, awards: list[_Award], *, days: int) -> set[int]:
    span, at = timedelta(days=days), case.event.at
    return {a.event for a in awards if at - span < a.at < at + span} - {case.event.pk}
