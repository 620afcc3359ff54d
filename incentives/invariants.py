"""What `manage.py check_invariants` asks of the ledger. The database carries M1 to M5 too; this is the third layer."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from incentives import triggers
from incentives.models import Account, Entry, LeaderboardEntry, Posting, Reward, RewardBudget, Seal, Subtotal, Voucher
from library_bridge.registers import Check
from sharing.models import CopyJourney


def _unbalanced() -> Iterator[str]:
    for summed in Entry.objects.annotate(total=Sum("postings__amount")).exclude(total=0):
        yield f"entry {summed.pk} adds up to {summed.total}"
    for entry in Entry.objects.filter(~Exists(Seal.objects.filter(entry=OuterRef("pk")))):
        yield f"entry {entry.pk} is not sealed"
    total = Posting.objects.aggregate(total=Sum("amount"))["total"] or 0
    if total:
        yield f"all postings add up to {total}"


def _overdrawn() -> Iterator[str]:
    """As of the latest entry: a clock that was ahead and went back makes nobody poorer (T1)."""
    latest = Entry.objects.aggregate(at=Max("at"))["at"]
    moment = max(filter(None, (timezone.now(), latest)))
    ready = Q(postings__entry__available_at=None) | Q(postings__entry__available_at__lte=moment)
    accounts = Account.objects.annotate(available=Sum("postings__amount", filter=ready))
    for account in accounts.filter(kind=Account.Kind.READER, available__lt=0):
        yield f"account {account.pk} has {account.available} to spend"
    for account in accounts.filter(kind=Account.Kind.DEBT, available__gt=0):
        yield f"debt account {account.pk} is above zero: {account.available}"


def _redeemed_in_debt() -> Iterator[str]:
    """What is owed counts against what is there, at the moment of each redemption."""
    for debt in Account.objects.filter(kind=Account.Kind.DEBT).select_related("reader"):
        assert debt.reader is not None
        for entry in Entry.objects.filter(kind=Entry.Kind.REDEMPTION, account__reader=debt.reader):
            ready = Q(entry__available_at=None) | Q(entry__available_at__lte=entry.at)
            own = Q(account__kind=Account.Kind.READER, entry__at__lte=entry.at) & ready
            owed = Q(account=debt, entry__at__lt=entry.at)
            counted = Posting.objects.filter(own | owed, account__reader=debt.reader)
            left = counted.aggregate(total=Sum("amount"))["total"] or 0
            if left < 0:
                yield f"redemption {entry.pk} was made with {-left} points owed"


def _untrue_subtotals() -> Iterator[str]:
    upto = Sum("account__postings__amount", filter=Q(account__postings__pk__lte=F("through")))
    for row in Subtotal.objects.annotate(summed=upto).exclude(summed=F("amount")):
        yield f"account {row.pk} has a subtotal of {row.amount} where its postings add up to {row.summed}"


def _unguarded() -> Iterator[str]:
    yield from (f"the database has no trigger {name}" for name in sorted(triggers.missing(connection)))
    doubled = Entry.objects.filter(reverses__isnull=False).values("reverses").annotate(n=Count("pk")).filter(n__gt=1)
    yield from (f"entry {row['reverses']} was reversed {row['n']} times" for row in doubled)


def _paid_twice() -> Iterator[str]:
    awards = Entry.objects.filter(kind=Entry.Kind.AWARD).order_by().values("event_id", "account", "rule")
    for row in awards.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"event {row['event_id']} paid account {row['account']} {row['n']} times by rule {row['rule']}"


def _vouchers_apart() -> Iterator[str]:
    redemptions = Entry.objects.filter(kind=Entry.Kind.REDEMPTION)
    yield from (f"redemption {entry.pk} has no voucher" for entry in redemptions.filter(voucher=None))
    yield from (f"voucher {v.pk} has no redemption" for v in Voucher.objects.exclude(entry__in=redemptions))
    returned = Exists(Entry.objects.filter(reverses=OuterRef("entry")))
    cancelled = Q(status=Voucher.Status.CANCELLED)
    apart = Voucher.objects.annotate(returned=returned).filter(
        Q(cancelled, returned=False) | ~cancelled & Q(returned=True)
    )
    yield from (f"voucher {voucher.pk}: status and points disagree" for voucher in apart)
    yield from (f"reward {reward.pk} has stock {reward.stock}" for reward in Reward.objects.filter(stock__lt=0))


def _budgets_apart() -> Iterator[str]:
    drawn = Q(vouchers__status__in=(Voucher.Status.ISSUED, Voucher.Status.USED))
    summed = RewardBudget.objects.annotate(drawn=Coalesce(Sum("vouchers__price", filter=drawn), 0))
    for budget in summed.filter(~Q(spent=F("drawn")) | Q(spent__gt=F("points"))):
        yield f"budget {budget.pk} of {budget.points} says {budget.spent}, its vouchers say {budget.drawn}"
    same_days = Q(starts_date__lte=OuterRef("ends_date"), ends_date__gte=OuterRef("starts_date"))
    later = RewardBudget.objects.filter(same_days, library=OuterRef("library"), pk__gt=OuterRef("pk"))
    for doubled in RewardBudget.objects.filter(Exists(later)):
        yield f"budget {doubled.pk} shares days with another of library {doubled.library_id}"


def _by_one_hand() -> Iterator[str]:
    by_hand = Entry.objects.filter(kind=Entry.Kind.ADJUSTMENT, adjustment=None)
    yield from (f"entry {entry.pk} was made by hand without an adjustment on record" for entry in by_hand)
    own = Entry.objects.filter(kind=Entry.Kind.ADJUSTMENT, actor=F("account__reader"))
    yield from (f"entry {entry.pk} was made by hand for oneself" for entry in own)


def _listed_unasked() -> Iterator[str]:
    """Only rows of readers who take part, under the pseudonym that is theirs."""
    opted_out = Q(reader__leaderboard_opt_in=False) | Q(reader__isnull=False, pseudonym="")
    for entry in LeaderboardEntry.objects.filter(opted_out):
        yield f"leaderboard row {entry.pk} shows a reader who does not take part"
    narrow = LeaderboardEntry.objects.exclude(scope=LeaderboardEntry.WHOLE)
    for entry in narrow.filter(reader__isnull=False).exclude(reader__incentive_choice__on_narrow_lists=True):
        yield f"leaderboard row {entry.pk} shows a reader on a narrower list than agreed"
    told = narrow.filter(copy__in=CopyJourney.objects.shown().values("copy"))  # another's since: shown to nobody
    for entry in told.exclude(copy__owner__incentive_choice__on_narrow_lists=True):
        yield f"leaderboard row {entry.pk} shows a book on a narrower list than its owner agreed"


CHECKS = (
    Check("M1", "postings of each entry add up to zero", _unbalanced),
    Check("M2", "nobody has less than nothing to spend", _overdrawn),
    Check("M3", "the ledger is guarded, and reversed at most once", _unguarded),
    Check("M4", "one event pays one account once per rule", _paid_twice),
    Check("M5", "points and vouchers go together, stock is never below zero", _vouchers_apart),
    Check(
        "M5", "a budget pays what its vouchers cost, never more than there is, and has its days alone", _budgets_apart
    ),
    Check("M6", "nobody redeems what is owed", _redeemed_in_debt),
    Check("M7", "what was changed by hand has its adjustment and was not for oneself", _by_one_hand),
    Check("M2", "a subtotal is the sum of its postings", _untrue_subtotals),
    Check("P7", "the lists hold only who takes part", _listed_unasked),
)
