"""The library's budget for rewards: a voucher for a real thing draws its price on it, and what is returned or never used comes back.

Rewards that the service carries out by itself cost the library nothing and draw on none. A library without a budget on a day has
set no limit.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from incentives.errors import BudgetUsedUp
from incentives.models import Account, Posting, Reward, RewardBudget
from library_bridge.models import Library, Patron, Reader

Kind = Account.Kind


def draw(reward: Reward, reader: Reader, *, now: datetime) -> RewardBudget | None:
    """Inside the transaction that redeems; locks the budget, after account and reward. None where no limit is set. Raises
    BudgetUsedUp, also where something is left, but less than the price."""
    found = _of(payer(reward, reader), now=now) if reward.is_given_by_hand else None
    if found is None:
        return None
    budget = RewardBudget.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if budget.left < reward.price:
        raise BudgetUsedUp(budget)
    budget.spent += reward.price
    budget.save(update_fields=["spent"])
    return budget


def give_back(budget_id: int | None, points: int) -> None:
    """To the budget that paid, also when its days are over. Inside the caller's transaction, which closes the voucher."""
    if budget_id is not None:
        RewardBudget.objects.filter(pk=budget_id).update(spent=F("spent") - points)


def payer(reward: Reward, reader: Reader) -> int | None:
    """The library whose budget pays: the reward's own, else that of the reader's card (of the first, of several)."""
    return reward.library_id or home_of(reader)


def home_of(reader: Reader) -> int | None:
    """Who has no card counts as the first library's, so that nobody gets round a budget."""
    cards = Patron.objects.filter(reader=reader).order_by("pk").values_list("library", flat=True)
    return cards.first() or Library.objects.order_by("pk").values_list("pk", flat=True).first()


@dataclass(frozen=True)
class SetAside:
    """What can still be had of rewards by one reader: `budgets` by library, as they stand on this day."""

    home: int | None
    budgets: dict[int, RewardBudget]

    def of(self, reward: Reward) -> RewardBudget | None:
        """The budget that would pay; None where nothing limits it."""
        library = reward.library_id or self.home
        return self.budgets.get(library) if library is not None and reward.is_given_by_hand else None

    def is_used_up_for(self, reward: Reward) -> bool:
        budget = self.of(reward)
        return budget is not None and budget.left < reward.price


def set_aside_for(reader: Reader, *, now: datetime) -> SetAside:
    budgets = _by_library(now)
    return SetAside(home_of(reader) if budgets else None, budgets)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One library's, in points. `budget` is None without a limit. `promised` can be redeemed at once, `waiting` soon."""

    library: Library
    budget: RewardBudget | None
    promised: int
    waiting: int

    @property
    def is_short(self) -> bool:
        """More is in readers' hands than there is to give for it."""
        return self.budget is not None and self.promised > self.budget.left


def overview(*, now: datetime) -> list[Outlook]:
    budgets = _by_library(now)
    libraries = list(Library.objects.order_by("pk"))
    return [
        Outlook(library, budgets.get(library.pk), *_in_hands(_readers_of(library, first=not place), now=now))
        for place, library in enumerate(libraries)
    ]


def _in_hands(readers: QuerySet[Reader], *, now: datetime) -> tuple[int, int]:
    """What they can spend, each for themselves less what they owe, and what still waits for its date."""
    own = Posting.objects.filter(account__kind__in=(Kind.READER, Kind.DEBT), account__reader__in=readers)
    ready = Q(entry__available_at=None) | Q(entry__available_at__lte=now)
    by_reader = own.filter(ready).order_by().values("account__reader").annotate(net=Sum("amount")).filter(net__gt=0)
    return by_reader.aggregate(sum=Sum("net"))["sum"] or 0, own.exclude(ready).aggregate(sum=Sum("amount"))["sum"] or 0


def _readers_of(library: Library, *, first: bool) -> QuerySet[Reader]:
    """Those whose home it is, as `home_of` says."""
    home = Subquery(Patron.objects.filter(reader=OuterRef("pk")).order_by("pk").values("library")[:1])
    at_home = Reader.objects.annotate(home=home)
    return at_home.filter(Q(home=library.pk) | Q(home=None)) if first else at_home.filter(home=library.pk)


def _by_library(now: datetime) -> dict[int, RewardBudget]:
    """The one that `draw` would take, of each library."""
    found: dict[int, RewardBudget] = {}
    for budget in _on(now):
        found.setdefault(budget.library_id, budget)
    return found


def _of(library_id: int | None, *, now: datetime) -> RewardBudget | None:
    return _on(now).filter(library=library_id).first()


def _on(now: datetime) -> QuerySet[RewardBudget]:
    today = timezone.localdate(now)
    return RewardBudget.objects.filter(starts_date__lte=today, ends_date__gte=today).order_by("-starts_date", "pk")
