"""Which titles go together, counted at night, and what that suggests to a reader.

Only readers who agreed are counted, and only they are shown anything. A pair of titles is kept when at least five of them
have both; who they are is forgotten with the count (P6, T-R20). Who stops taking part is out of all numbers with the next
round of the scheduler.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import sqrt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from sharing.crowds import FEWEST_PEOPLE
from sharing.models import Lending, RelatedTitle, SuggestionCount

REMEMBERED = timedelta(days=90)  # after its end no lending counts (P6)
NIGHT = 3  # o'clock
LEASE = timedelta(hours=1)
MOST_TITLES = 60  # of one reader: the pairs of a great shelf would outweigh everybody else's
MOST_RELATED = 12  # of one title
SHOWN = 8
LOOKED_AT = 100  # of a reader's own titles, the newest

Tastes = dict[int, set[int]]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Because:
    """What is suggested, and the reader's own title that is the reason for it."""

    title: Title
    how: str
    """lent, borrowed or have."""
    others: list[Title]


# taking part


@transaction.atomic(durable=True)
def take_part(*, actor: Reader, now: datetime) -> None:
    """From the next night on. Again changes nothing."""
    Reader.objects.filter(pk=actor.pk).update(suggestions_opt_in=True)


@transaction.atomic(durable=True)
def leave(*, actor: Reader, now: datetime) -> None:
    """Everything is counted anew without this reader in the scheduler's next round."""
    if Reader.objects.filter(pk=actor.pk, suggestions_opt_in=True).update(suggestions_opt_in=False):
        _plan(now)
        SuggestionCount.objects.update(next_at=now)


# counting


def act(*, now: datetime) -> Iterator[dict[str, object]]:
    """Once a night. The turn is taken before the work, so that two sweeps never count at the same time."""
    row = _plan(now)
    if row.next_at > now or not _claim(row, now):
        return
    relations = count(now=now)
    if relations or row.relations:
        yield {"did": "suggestions.counted", "count": relations}


@transaction.atomic(durable=True)
def count(*, now: datetime) -> int:
    """Puts the relations in the place of the last ones; how many there are."""
    rows = [
        RelatedTitle(title_id=title, other_id=other, readers=readers, strength=strength)
        for title, others in _related(tastes(now=now)).items()
        for other, readers, strength in others
    ]
    RelatedTitle.objects.all().delete()
    RelatedTitle.objects.bulk_create(rows, batch_size=1_000)
    _plan(now)
    SuggestionCount.objects.update(next_at=next_night(now), counted_at=now, relations=len(rows))
    return len(rows)


def next_night(now: datetime) -> datetime:
    local = timezone.localtime(now)
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def tastes(*, now: datetime) -> Tastes:
    """Per reader who agreed: the newest titles that they list for everyone, lend or borrow. Two queries."""
    dated: dict[int, dict[int, datetime]] = defaultdict(dict)
    for reader, title, at in (*_shelves(), *_lendings(now)):
        dated[reader][title] = max(at, dated[reader].get(title, at))
    return {reader: set(sorted(ages, key=lambda t: ages[t])[-MOST_TITLES:]) for reader, ages in dated.items()}


def _shelves() -> Iterator[tuple[int, int, datetime]]:
    listed = Copy.objects.in_register().filter(visibility=Copy.Visibility.EVERYONE, owner__suggestions_opt_in=True)
    rows = listed.filter(title__in=presentable().values("pk")).order_by()
    yield from rows.values_list("owner_id", "title_id", "created_at").iterator()


def _lendings(now: datetime) -> Iterator[tuple[int, int, datetime]]:
    either = Q(giver__suggestions_opt_in=True) | Q(taker__suggestions_opt_in=True)
    rows = _remembered(now).filter(either, request__title__in=presentable().values("pk")).order_by()
    facts = rows.values_list(
        "giver_id", "taker_id", "giver__suggestions_opt_in", "taker__suggestions_opt_in", "request__title_id",
        "handed_over_at",
    )  # fmt: skip
    for giver, taker, giver_agrees, taker_agrees, title, at in facts.iterator():
        assert at is not None
        if giver_agrees:
            yield giver, title, at
        if taker_agrees:
            yield taker, title, at


def _remembered(now: datetime) -> QuerySet[Lending]:
    recent = Q(closed_at=None) | Q(closed_at__gt=now - REMEMBERED)
    return Lending.objects.filter(recent, handed_over_at__isnull=False)


def presentable() -> QuerySet[Title]:
    """A record that only a number or one reader's typing stands behind is not set before others."""
    return Title.objects.filter(status=Title.Status.APPROVED, lookup_pending=False)


def _related(tastes: Tastes) -> dict[int, list[tuple[int, int, float]]]:
    """Per title the strongest others, with the number of readers of both. Pure."""
    alone = Counter(title for titles in tastes.values() for title in titles)
    often = {title for title, readers in alone.items() if readers >= FEWEST_PEOPLE}
    both: Counter[Pair] = Counter()
    for titles in tastes.values():
        both.update(combinations(sorted(titles & often), 2))
    found: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
    for (one, other), readers in both.items():
        if readers >= FEWEST_PEOPLE:
            strength = readers / sqrt(alone[one] * alone[other])
            found[one].append((other, readers, strength))
            found[other].append((one, readers, strength))
    return {title: _strongest(others) for title, others in found.items()}


def _strongest(others: Iterable[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    return sorted(others, key=lambda row: (-row[2], -row[1], row[0]))[:MOST_RELATED]


def _plan(now: datetime) -> SuggestionCount:
    return SuggestionCount.objects.get_or_create(pk=1, defaults={"next_at": next_night(now)})[0]


def _claim(row: SuggestionCount, now: datetime) -> bool:
    mine = SuggestionCount.objects.filter(pk=row.pk, next_at=row.next_at)
    return bool(mine.update(next_at=now + LEASE))


# showing


def because(*, reader: Reader | None) -> Because | None:
    """What goes with the newest of the reader's own titles that something goes with: one that was lent before one that was
    borrowed or is only had. None for who takes no part. Three queries."""
    if reader is None or not reader.suggestions_opt_in:
        return None
    mine = _mine(reader)
    rows = RelatedTitle.objects.filter(title__in=list(mine), other__in=presentable()).exclude(other__in=list(mine))
    found: dict[int, list[RelatedTitle]] = defaultdict(list)
    for row in rows.select_related("title", "other").defer("title__summary", "other__summary"):
        found[row.title_id].append(row)
    first = next((title for title in mine if title in found), None)
    if first is None:
        return None
    return Because(found[first][0].title, mine[first], [row.other for row in found[first][:SHOWN]])


def _mine(reader: Reader) -> dict[int, str]:
    """The reader's own titles and how they came to be that, in the order in which they are reasons. Two queries."""
    moved = Lending.objects.filter(Q(giver=reader) | Q(taker=reader), handed_over_at__isnull=False)
    facts = list(moved.order_by("-handed_over_at").values_list("request__title_id", "giver_id")[:LOOKED_AT])
    had = Copy.objects.owned_by(reader).order_by("-created_at").values_list("title_id", flat=True)[:LOOKED_AT]
    reasons = [(title, "lent") for title, giver in facts if giver == reader.pk]
    reasons += [(title, "borrowed") for title, giver in facts if giver != reader.pk]
    reasons += [(title, "have") for title in had]
    found: dict[int, str] = {}
    for title, how in reasons:
        found.setdefault(title, how)
    return found
