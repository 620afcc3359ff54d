"""The only place that writes points. Amounts are whole points; every function here works inside the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.transaction import TransactionManagementError

from incentives import subtotals
from incentives.errors import AlreadyReversed, NotEnoughPoints
from incentives.models import Account, Entry, HeldAward, Posting, Rule, Seal
from library_bridge.models import Reader
from sharing import prepared, writes
from sharing.prepared import Given

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Balance:
    """`spendable` now, `waiting` for their date, `owed` after a reversal that found too little, `held` until a librarian has looked."""

    spendable: int
    waiting: int
    owed: int
    held: int = 0

    @property
    def total(self) -> int:
        return self.spendable + self.waiting + self.held - self.owed


def balance(reader: Reader, *, now: datetime) -> Balance:
    sums = subtotals.of(reader.pk, at=now)
    net = sums.counting[Kind.READER] + sums.counting[Kind.DEBT] + sums.waiting[Kind.DEBT]
    held = sums.counting[Kind.FROZEN] + sums.waiting[Kind.FROZEN]
    return Balance(spendable=max(net, 0), waiting=sums.waiting[Kind.READER], owed=max(-net, 0), held=held)


def standing_awards(*codes: str) -> QuerySet[Entry]:
    """Awards by these rules that are their readers': neither taken back nor held for a check."""
    reversal = Entry.objects.filter(reverses=OuterRef("pk"))
    held = HeldAward.objects.filter(award=OuterRef("pk"), settled=None)
    return Entry.objects.filter(~Exists(reversal), ~Exists(held), kind=Entry.Kind.AWARD, rule__code__in=codes)


def lock(*readers: Reader) -> dict[int, Account]:
    """Locks the readers' accounts in one order, so that two that name the same readers can't block each other. One query, but
    for a reader's first time. Refused outside a transaction."""
    wanted = {reader.pk for reader in readers}
    if missing := wanted - (found := _locked(wanted)).keys():
        for pk in sorted(missing):
            Account.objects.get_or_create(kind=Kind.READER, reader_id=pk)
        found = _locked(wanted)
    return found


def _locked(readers: Collection[int]) -> dict[int, Account]:
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock without a transaction holds nothing")
    rows = prepared.objects(_accounts_of, values={"readers": prepared.listed(list(readers))})
    return {account.reader_id: account for account in rows if account.reader_id is not None}


def _accounts_of() -> QuerySet[Account]:
    rows = Account.objects.filter(kind=Kind.READER, reader__in=prepared.among("readers"))
    return rows.select_for_update(of=("self",)).order_by("pk")


@transaction.atomic
def award(
    *,
    rule: Rule,
    points: int,
    waiting_days: int,
    reader: Reader,
    event_id: int,
    at: datetime,
    params: Mapping[str, Any] | None = None,
    account: Account | None = None,
) -> Entry | None:
    """None if this event has paid this reader under this rule before (M4), or a once-only rule has. `account` is the reader's,
    where the caller has locked it."""
    account = account or lock(reader)[reader.pk]
    issuing, has_paid = _issuing(rule, account, event_id)
    if has_paid:
        return None
    return _post(
        {account: points, issuing: -points},
        kind=Entry.Kind.AWARD,
        account=account,
        rule=rule,
        event_id=event_id,
        once=rule.once,
        reason=rule.code,
        params=dict(params or {}),
        at=at,
        available_at=at + timedelta(days=waiting_days),
    )


@transaction.atomic
def redeem(*, reader: Reader, points: int, at: datetime, params: Mapping[str, Any]) -> Entry:
    """Takes points at once. Raises NotEnoughPoints; a debt counts against what is there (M6)."""
    account = lock(reader)[reader.pk]
    missing = points - balance(reader, now=at).spendable
    if missing > 0:
        raise NotEnoughPoints(missing)
    return _post(
        {account: -points, service_account(Kind.REDEMPTION): points},
        kind=Entry.Kind.REDEMPTION,
        account=account,
        reason="redemption",
        params=dict(params),
        at=at,
    )


@transaction.atomic
def reverse(
    *, entry: Entry, reason: str, at: datetime, actor: Reader | None = None, params: Mapping[str, Any] | None = None
) -> Entry:
    """Undoes an entry once. What has been spent meanwhile becomes a debt (M6); what still waits never gets spendable."""
    reader = entry.account.reader
    assert reader is not None
    account = lock(reader)[reader.pk]
    if entry.kind == Entry.Kind.REVERSAL or Entry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed
    if is_held(entry):
        return _move(entry, {frozen_account(reader): -_points(entry), service_account(Kind.ISSUING): _points(entry)},
                     kind=Entry.Kind.REVERSAL, reason=reason, at=at, actor=actor, reverses=entry)  # fmt: skip
    amounts = {posting.account: -posting.amount for posting in entry.postings.select_related("account")}
    waits = entry.available_at is not None and entry.available_at > at
    return _post(
        amounts if waits else _covered(amounts, account, at=at),
        kind=Entry.Kind.REVERSAL,
        account=account,
        rule=entry.rule,
        reason=reason,
        params=dict(params or entry.params),
        at=at,
        available_at=entry.available_at if waits else None,
        reverses=entry,
        actor=actor,
    )


@transaction.atomic
def adjust(*, reader: Reader, points: int, actor: Reader, at: datetime) -> Entry:
    """By hand, through `incentives.adjustments` only. Below zero becomes a debt. The reason stands in the Adjustment: what
    somebody typed must be able to go with the reader (P8), and an entry never does."""
    account = lock(reader)[reader.pk]
    return _post(
        _covered({account: points, service_account(Kind.ISSUING): -points}, account, at=at),
        kind=Entry.Kind.ADJUSTMENT,
        account=account,
        reason="adjustment",
        at=at,
        actor=actor,
    )


@transaction.atomic
def hold(*, entry: Entry, at: datetime) -> Entry:
    """An award is put aside, out of its reader's reach, until `release` or `reverse`. Raises NotEnoughPoints where it has been
    spent, at least in part."""
    reader = _reader_of(entry)
    account = lock(reader)[reader.pk]
    points, waits = _points(entry), entry.available_at is not None and entry.available_at > at
    if not waits and (missing := points - _available(account, at=at)) > 0:
        raise NotEnoughPoints(missing)
    return _move(
        entry, {account: -points, frozen_account(reader): points}, kind=Entry.Kind.HOLD, reason="held", at=at,
        available_at=entry.available_at if waits else None,
    )  # fmt: skip


@transaction.atomic
def release(*, entry: Entry, at: datetime, actor: Reader | None) -> Entry:
    """A held award is its reader's again, to be spent from the date that it had, or at once where that has passed."""
    reader = _reader_of(entry)
    account = lock(reader)[reader.pk]
    waits = entry.available_at is not None and entry.available_at > at
    amounts = {account: _points(entry), frozen_account(reader): -_points(entry)}
    available_at = entry.available_at if waits else None
    return _move(
        entry, amounts, kind=Entry.Kind.RELEASE, reason="cleared", at=at, available_at=available_at, actor=actor
    )


def is_held(entry: Entry) -> bool:
    return HeldAward.objects.filter(award=entry, settled=None).exists()


def frozen_account(reader: Reader) -> Account:
    return Account.objects.get_or_create(kind=Kind.FROZEN, reader=reader)[0]


def _reader_of(entry: Entry) -> Reader:
    assert entry.account.reader is not None
    return entry.account.reader


def _points(award: Entry) -> int:
    return award.postings.get(account=award.account).amount


def _move(award: Entry, amounts: Mapping[Account, int], **facts: Any) -> Entry:
    """An entry about an award, with its rule and event for the words."""
    return _post(amounts, account=award.account, rule=award.rule, event_id=award.event_id, params=award.params, **facts)


_ACCOUNT, _RULE, _EVENT = (Given(name, BigIntegerField()) for name in ("account", "rule", "event"))


def _issuing(rule: Rule, account: Account, event_id: int) -> tuple[Account, bool]:
    """The account that points come from, and whether the rule has paid for this, or at all where it pays once: one query."""
    look = partial(prepared.run, _paid_before, rule.once)
    asked = {"account": account.pk, "rule": rule.pk, "event": event_id}
    found = list(look(values=asked))
    if not found:
        service_account(Kind.ISSUING)
        found = list(look(values=asked))
    ((issuing, has_paid),) = found
    return Account(pk=issuing, kind=Kind.ISSUING), bool(has_paid)


def _paid_before(once: bool) -> "QuerySet[Account, tuple[Any, ...]]":
    paid = Entry.objects.filter(kind=Entry.Kind.AWARD, account=_ACCOUNT, rule=_RULE)
    paid = paid if once else paid.filter(event=_EVENT)
    return Account.objects.filter(kind=Kind.ISSUING, reader=None).values_list("pk", Exists(paid))


def service_account(kind: Account.Kind) -> Account:
    return Account.objects.get_or_create(kind=kind, reader=None)[0]


def _covered(amounts: Mapping[Account, int], account: Account, *, at: datetime) -> dict[Account, int]:
    """The same amounts, with what the reader's account can't bear moved to the debt account."""
    moved = dict(amounts)
    short = -moved.get(account, 0) - _available(account, at=at)
    if moved.get(account, 0) < 0 and short > 0:
        debt, _created = Account.objects.get_or_create(kind=Kind.DEBT, reader=account.reader)
        moved[account] += short
        moved[debt] = moved.get(debt, 0) - short
    return moved


def _available(account: Account, *, at: datetime) -> int:
    assert account.reader_id is not None
    return subtotals.of(account.reader_id, at=at).counting[Kind.READER]


def _post(amounts: Mapping[Account, int], **facts: Any) -> Entry:
    """Entry, postings, seal: in this order, because the seal closes the entry (see `incentives.triggers`)."""
    if any(type(amount) is not int for amount in amounts.values()):
        raise TypeError("points are whole numbers")
    number = uuid4()
    entry = writes.add(Entry(pk=number, seal_id=number, **facts))
    Posting.objects.bulk_create(_postings(entry, amounts.items()))
    writes.add(Seal(entry=entry))
    return entry


def _postings(entry: Entry, amounts: Iterable[tuple[Account, int]]) -> list[Posting]:
    return [Posting(entry=entry, account=account, amount=amount) for account, amount in amounts if amount]
