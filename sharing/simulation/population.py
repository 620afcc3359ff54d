"""The campus of a simulation: readers in eight parts of it, titles few of which are sought by many, and who has a copy."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from library_bridge.models import Area, Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Title
from sharing import offers
from sharing.simulation.assumptions import Assumptions

AREAS = 8
MODES = (Copy.Mode.LEND,) * 7 + (Copy.Mode.DRIFT,) * 2 + (Copy.Mode.GIFT,)


@dataclass(frozen=True)
class Population:
    readers: list[Reader]
    titles: list[Title]
    sought: list[float]
    """How much each title is sought, in the order of the titles."""


def settle(*, readers: int, chance: Random, assume: Assumptions, consent: bool, now: datetime) -> Population:
    areas = Area.objects.bulk_create(
        Area(code=f"area-{number}", name_zh=f"{number}", name_en=f"{number}") for number in range(AREAS)
    )
    people = Reader.objects.bulk_create(
        Reader(username=f"reader-{number}", display_name=f"{number}", area=chance.choice(areas))
        for number in range(readers)
    )
    volumes = max(2, round(readers * assume.copies_per_reader))
    titles = Title.objects.bulk_create(
        Title(title=f"Title {number}", creators=[], language="chi")
        for number in range(max(1, round(volumes * assume.titles_per_copy)))
    )
    sought = [1 / (place + 3) for place in range(len(titles))]
    for title in chance.choices(titles, sought, k=volumes):
        _list(title, chance.choice(people), chance, assume, consent, now)
    return Population(people, titles, sought)


def _list(title: Title, owner: Reader, chance: Random, assume: Assumptions, consent: bool, now: datetime) -> None:
    copy = copies.register_copy(title=title, owner=owner, mode=chance.choice(MODES), now=now)
    agrees = chance.random() < assume.standing_consents
    if consent and agrees:
        offers.give_standing_consent(
            holding_key=f"copy-{copy.pk}", actor=owner, same_area=False, days_before_due=0, per_week=1, now=now
        )
