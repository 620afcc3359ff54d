"""Half a year on the campus: what is asked for, day by day, and the scheduler's rounds in between."""

from collections.abc import Iterator
from datetime import datetime

from library_bridge.models import Reader
from personal_catalog.models import Copy
from sharing import due
from sharing.demo.campus import Campus, Story
from sharing.demo.cast import Cast
from sharing.demo.desk import Desk
from sharing.demo.meetings import Plan
from sharing.demo.wishes import Wishes
from sharing.models import HarvestedRecord

DAYS = 178
ROUNDS = ((9, 5), (20, 5))
LONG_PAST = 40

# The study's twelve titles, in its order: how often each is passed on in these months. The library's records count alike.
STUDY = (10, 6, 6, 6, 5, 5, 4, 4, 4, 4, 4, 4)
STUDY_UNTIL = 34  # days ago; from then on the personas have some of these titles

EVERYDAY = {
    "lent": 48, "unanswered": 16, "nobody_has_it": 2, "withdrawn": 13, "giver_steps_back": 6, "taker_steps_back": 6, "no_show": 2,
}  # fmt: skip
DESK_LOANS = 28
JOURNEYS = 4
SOUGHT_FROM = (57, 52, 48, 44)  # days ago
SOUGHT_BY = 7


def keep_the_rounds(campus: Campus, wishes: Wishes) -> None:
    campus.tell(_rounds(campus, wishes), at=campus.day(DAYS, *ROUNDS[0]))


def tell(campus: Campus, cast: Cast, desk: Desk, wishes: Wishes) -> None:
    _study(campus, desk, wishes)
    _desk_loans(campus, desk)
    _everyday(campus, wishes)
    _journeys(campus, wishes)
    _personas(campus, cast, wishes)
    _sought(campus, cast, wishes)


def _rounds(campus: Campus, wishes: Wishes) -> Story:
    """What the scheduler does every minute, here twice a day, and once where it is long past."""
    while True:
        for _deed in due.act(now=campus.clock):
            pass
        wishes.look_for_asks()
        rounds = ROUNDS if campus.clock > campus.day(LONG_PAST, 0) else ROUNDS[:1]
        today = (campus.days_on(0, *clock) for clock in rounds)
        yield next((moment for moment in today if moment > campus.clock), campus.days_on(1, *ROUNDS[0]))


def _titles_of_the_study() -> dict[str, int]:
    """The library's records of them are its first."""
    record_ids = [f"{number:06d}" for number in range(1, len(STUDY) + 1)]
    return dict(HarvestedRecord.objects.filter(record_id__in=record_ids).values_list("record_id", "title_id"))


def _study(campus: Campus, desk: Desk, wishes: Wishes) -> None:
    """One item of each travels from reader to reader."""
    titles = _titles_of_the_study()
    record_ids = sorted(titles)
    for place, item in enumerate(desk.buy(record_ids)):
        campus.tell(desk.borrowed(item.barcode, again=True), at=campus.day(DAYS - place / 4, 10, 15))
        for ago in _spread(DAYS - 4, STUDY_UNTIL, STUDY[place]):
            campus.tell(_wanted(campus, wishes, titles[record_ids[place]]), at=_some_hour(campus, ago))


def _wanted(campus: Campus, wishes: Wishes, title_id: int) -> Story:
    """Somebody asks for the title as soon as there is one to be had; for one holding while others are yet to be listed."""
    for _day in range(6):
        free = [h for h in wishes.pool.lasting([title_id]) if h.free]
        if free:
            key = "" if wishes.pool.is_complete(title_id) else campus.random.choice(free).key
            yield from wishes.wish(Plan("lent"), title_id=0 if key else title_id, holding_key=key)
            return
        yield campus.later(30, 60)


def _spread(first: int, last: int, times: int) -> Iterator[float]:
    step = (first - last) / times
    return (first - step * number for number in range(times))


def _some_hour(campus: Campus, ago: float) -> datetime:
    return campus.day(int(ago), campus.random.randint(8, 20), campus.random.randint(0, 59))


def _desk_loans(campus: Campus, desk: Desk) -> None:
    items = list(desk.free_items())
    for item in campus.random.sample(items, min(DESK_LOANS, len(items))):
        story = desk.borrowed(item.barcode)
        campus.tell(story, at=_some_hour(campus, campus.random.uniform(6, DAYS - 2)))


def _everyday(campus: Campus, wishes: Wishes) -> None:
    """More towards the present: the service gets known."""
    for ends, number in EVERYDAY.items():
        for _time in range(number):
            ago = (DAYS - 8) * campus.random.random() ** 2 + 0.9
            campus.tell(wishes.wish(Plan(ends)), at=_some_hour(campus, ago))


def _journeys(campus: Campus, wishes: Wishes) -> None:
    """Drifting copies go on from hand to hand."""
    drifting = Copy.objects.lendable().filter(mode=Copy.Mode.DRIFT).order_by("created_at", "pk")
    of_alice = drifting.filter(owner=wishes.cast.alice)
    for copy in [*of_alice, *drifting.exclude(owner__in=wishes.cast.personas)[:JOURNEYS]]:
        listed = (campus.end - copy.created_at).days
        for ago in _spread(min(DAYS - 8, listed - 1), 10, 4):
            campus.tell(wishes.wish(Plan("lent"), holding_key=f"copy-{copy.pk}"), at=_some_hour(campus, ago))


def _personas(campus: Campus, cast: Cast, wishes: Wishes) -> None:
    """They have a past, too: Alice has lent, Bob and Charlie have borrowed."""
    for ago in range(160, 50, -14):
        campus.tell(_lends(campus, cast.alice, wishes), at=campus.day(ago, 11, 40))
    for ago in (152, 131, 112, 93, 79, 61, 47, 38):
        campus.tell(_lends(campus, cast.bob, wishes), at=campus.day(ago, 10, 25))
    for ago in (150, 128, 119, 101, 88, 76, 66, 58, 49, 41):
        campus.tell(wishes.wish(Plan("lent", keep=18), by=cast.bob), at=campus.day(ago, 19, 5))
    for ago in (139, 95):
        campus.tell(wishes.wish(Plan("lent", keep=25), by=cast.charlie), at=campus.day(ago, 13, 30))
    campus.tell(wishes.wish(Plan("lent", keep=21), by=cast.alice), at=campus.day(88, 9, 50))


def _lends(campus: Campus, reader: Reader, wishes: Wishes) -> Story:
    mine = wishes.pool.of_reader(reader)
    if mine:
        plan = Plan("lent", keep=campus.random.uniform(9, 20))
        yield from wishes.wish(plan, holding_key=campus.random.choice(mine).key)


def _sought(campus: Campus, cast: Cast, wishes: Wishes) -> None:
    """Some titles are asked for by one reader after the other: of two somebody has copies, two nobody has."""
    for number, first in enumerate(SOUGHT_FROM):
        campus.tell(
            _asked_for_by_many(campus, cast, wishes, nobody_has_it=number % 2 == 1), at=campus.day(first, 16, 5)
        )


def _asked_for_by_many(campus: Campus, cast: Cast, wishes: Wishes, *, nobody_has_it: bool) -> Story:
    held = sorted(set(wishes.pool.titles_held_by(2, 3, 4)).difference(_titles_of_the_study().values()))
    title = wishes.pool.a_title_nobody_has() if nobody_has_it or not held else campus.random.choice(held)
    for reader in campus.random.sample(cast.others, SOUGHT_BY):
        plan = Plan("nobody_has_it" if nobody_has_it else "lent", keep=9)
        campus.tell(wishes.wish(plan, title_id=title, by=reader), at=campus.clock)
        yield campus.later(60, 150)
