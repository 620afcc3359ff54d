"""Sixty readers and three of the staff. Every PIN and password is 246810, hashed once: this is a demo, not a model."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from library_bridge.demo.circulation import Rules
from library_bridge.demo.names import AREAS, BLOOMS, DEPARTMENTS, NICKNAMES, THINGS
from library_bridge.models import Area, EmbeddedPatron, Library, Patron, Reader

PIN = "246810"
BRANCH_AREAS = ("huxi",)  # whose readers the branch librarian looks after
CARDS = [f"{2023000000 + n}" for n in range(1, 61)]
BOB = 1  # lives where Alice does, so that her books are the first he is offered
EXPIRED, LIMIT, FINED, BLOCKED = 38, 39, 46, 49  # places in the list of cards


def make_cards(library: Library, rules: Rules, *, now: datetime) -> list[EmbeddedPatron]:
    pin, term = make_password(PIN), now.astimezone(library.zone).date()
    cards = [
        EmbeddedPatron(
            library=library,
            card_number=number,
            pin=pin,
            category=rules.categories[category_of(place)],
            expires_on=date(term.year - 1, 6, 30) if place == EXPIRED else date(term.year + 3, 6, 30),
            blocked=place == BLOCKED,
            fines=Decimal("12.50") if place == FINED else Decimal(0),
        )
        for place, number in enumerate(CARDS)
    ]
    return EmbeddedPatron.objects.bulk_create(cards)


def category_of(place: int) -> str:
    if place < 40:
        return "undergraduate"
    return "postgraduate" if place < 52 else "teacher"


def make_readers(library: Library, random: Random, *, now: datetime) -> list[Patron]:
    areas = make_areas()
    names = ["Alice", "Bob", "Charlie", *NICKNAMES]
    pseudonyms = random.sample([f"{bloom}{thing}" for bloom in BLOOMS for thing in THINGS], len(CARDS))
    readers = [
        Reader(
            username=f"r-demo-{place + 1:02d}",
            password=make_password(None),
            display_name=names[place],
            pseudonym=pseudonyms[place],
            area=areas[0 if place == BOB else place % len(areas)],
            department=DEPARTMENTS[place % len(DEPARTMENTS)],
            leaderboard_opt_in=place % 3 != 2,
            date_joined=now - timedelta(days=400 + place),
        )
        for place in range(len(CARDS))
    ]
    Reader.objects.bulk_create(readers)
    patrons = [
        Patron(library=library, reader=r, card_number=n, checked_at=now) for r, n in zip(readers, CARDS, strict=True)
    ]
    return Patron.objects.bulk_create(patrons)


def make_areas() -> list[Area]:
    return [
        Area.objects.get_or_create(code=code, defaults={"name_zh": zh, "name_en": en, "sort": sort})[0]
        for sort, (code, zh, en) in enumerate(AREAS)
    ]


def make_staff() -> None:
    """What each group may do stands in one table, above: the demo only says who is in which."""
    password = make_password(PIN)
    _staff("lin", "Lin", password, is_superuser=True)
    groups = {"branch": "Branch librarians", "curator": "Cataloguers", "wen": "Librarians"}
    for username, group in groups.items():
        _staff(username, username.capitalize(), password).groups.add(Group.objects.get_or_create(name=group)[0])
    for area in Area.objects.filter(code__in=BRANCH_AREAS):
        area.staff.add(Reader.objects.get(username="branch"))


def _staff(username: str, name: str, password: str, *, is_superuser: bool = False) -> Reader:
    made = {"display_name": name, "password": password, "is_staff": True, "is_superuser": is_superuser}
    return Reader.objects.get_or_create(username=username, defaults=made)[0]
