"""The campus library's rules, and a day in its life: who has which book until when, and who waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from library_bridge.adapters.embedded.circulation import end_of_day
from library_bridge.models import (
    CirculationRule,
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    ItemType,
    Library,
    PatronCategory,
)

CATEGORIES = {"undergraduate": ("本科生", 20, 30), "postgraduate": ("研究生", 30, 60), "teacher": ("教师", 40, 90)}
TYPES = {"book": ("图书", True), "course-reserve": ("教学参考书", True), "reference": ("工具书（不外借）", False)}
AT_LIMIT, BLOCKED = 39, 49  # places in the list of cards
HARDLY_READING = {38, BLOCKED}

# What the cast and their neighbours have: place of the card, place of the item, due in so many days, renewals used.
SCENES = (
    (0, 5, 12, 0), (0, 6, 18, 0), (0, 0, 24, 0), (0, 4, 29, 0), (0, 8, 2, 1), (0, 9, 15, 0),
    (1, 12, 20, 0), (1, 13, 9, 0), (2, 14, 17, 0), (2, 15, 26, 0),
    (3, 1, 21, 0), (4, 2, 13, 0), (5, 3, 27, 0), (6, 7, 11, 0), (7, 10, 19, 0), (8, 11, -4, 0),
)  # fmt: skip
SECOND_ITEMS = ((9, 0), (10, 1), (11, 4), (12, 5), (13, 6))  # card, wished-for title whose other item it has


@dataclass(frozen=True, slots=True)
class Rules:
    categories: dict[str, PatronCategory]
    item_types: dict[str, ItemType]


def make_rules(library: Library) -> Rules:
    categories = {
        code: PatronCategory.objects.create(library=library, code=code, name=name, loan_limit=limit)
        for code, (name, limit, _days) in CATEGORIES.items()
    }
    types = {
        code: ItemType.objects.create(library=library, code=code, name=name, for_loan=for_loan)
        for code, (name, for_loan) in TYPES.items()
    }
    for code, (_name, _limit, days) in CATEGORIES.items():
        books = {"loan_days": days, "renewal_limit": 1, "renewal_days": 30}
        reserve = {"loan_days": 7, "loan_limit": 3, "renewal_limit": 0, "renewal_days": 0}
        CirculationRule.objects.create(category=categories[code], item_type=types["book"], **books)
        CirculationRule.objects.create(category=categories[code], item_type=types["course-reserve"], **reserve)
    return Rules(categories, types)


def lend(
    cards: list[EmbeddedPatron], items: list[EmbeddedItem], random: Random, *, library: Library, now: datetime
) -> None:
    seconds = _second_items(items)
    plan = [(cards[card], items[item], days, used) for card, item, days, used in SCENES if item < len(items)]
    plan += [(cards[card], seconds[title], 14 + card, 0) for card, title in SECOND_ITEMS if title in seconds]
    shown = {item.pk for _card, item, _days, _used in plan} | {item.pk for item in items[:12]}
    shelf = [item for item in items if item.pk not in shown and item.item_type.for_loan]
    random.shuffle(shelf)
    plan += _everybody(cards, iter(shelf), random)
    loans = [_loan(*scene, library=library, now=now) for scene in plan]
    EmbeddedLoan.objects.bulk_create(loans)
    _wait(cards, items, loans, now=now)


def _second_items(items: list[EmbeddedItem]) -> dict[int, EmbeddedItem]:
    """Place of a wished-for title → its other item."""
    places = {item.record_id: place for place, item in enumerate(items[:12])}
    return {places[item.record_id]: item for item in items[12:] if item.record_id in places}


def _everybody(
    cards: list[EmbeddedPatron], shelf: Iterator[EmbeddedItem], random: Random
) -> Iterator[tuple[EmbeddedPatron, EmbeddedItem, int, int]]:
    """Fresh, middling, due in one to three days, overdue, and renewed as often as possible; one card is full."""
    for place, card in enumerate(cards[3:], start=3):
        number = 20 if place == AT_LIMIT else 1 if place in HARDLY_READING else random.choice((1, 2, 2, 3))
        for _round in range(number):
            item = next(shelf, None)
            if item is None:
                return
            reserve = item.item_type.code == "course-reserve"
            longest = 7 if reserve else 29
            some, near, late = random.randint(1, longest), random.randint(1, 3), -random.randint(1, 20)
            days = random.choices((longest, some, near, late), weights=(3, 5, 1, 1))[0]
            used = 0 if reserve else random.choice((0, 0, 0, 1))
            yield card, item, days, used


def _loan(
    card: EmbeddedPatron, item: EmbeddedItem, days: int, used: int, *, library: Library, now: datetime
) -> EmbeddedLoan:
    due_at = end_of_day(library, now, days=days)
    period = 7 if item.item_type.code == "course-reserve" else CATEGORIES[card.category.code][2]
    open_at = (due_at - timedelta(days=period + 30 * used)).replace(hour=9 + days % 11)  # the desk is open then
    taken = min(open_at, now - timedelta(hours=3))
    return EmbeddedLoan(item=item, patron=card, checked_out_at=taken, due_at=due_at, renewals=used)


def _wait(cards: list[EmbeddedPatron], items: list[EmbeddedItem], loans: list[EmbeddedLoan], *, now: datetime) -> None:
    """One hold on a book that Alice has, some on others', one item waiting on the hold shelf, one lost, one under way."""
    waited_for = [items[9], *[loan.item for loan in loans[40:90:10]]]
    holds = [
        EmbeddedHold(record=item.record, item=item, patron=cards[20 + place], placed_at=now - timedelta(days=place + 1))
        for place, item in enumerate(waited_for)
    ]
    charged = {loan.item_id for loan in loans}
    free = [item for item in items[12:] if item.pk not in charged and item.item_type.for_loan]
    states = (EmbeddedItem.Status.HOLD_SHELF, EmbeddedItem.Status.LOST, EmbeddedItem.Status.IN_TRANSIT)
    for item, state in zip(free, states, strict=False):
        item.status = state
        item.save(update_fields=["status"])
    if free:
        shelved = {"placed_at": now - timedelta(days=9), "filled_at": now - timedelta(days=1)}
        holds.append(EmbeddedHold(record=free[0].record, item=free[0], patron=cards[30], **shelved))
    EmbeddedHold.objects.bulk_create(holds)
