"""One policy, from the first request to the end of the last, on a database of its own."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from sharing import due, jobs
from sharing.demo.campus import Campus, Story
from sharing.models import Ask, CirculationPolicy, Request
from sharing.simulation import figures, population
from sharing.simulation.assumptions import Assumptions
from sharing.simulation.readers import Readers
from sharing.simulation.rules import Rules

FIRST_DAY = date(2026, 3, 2)
ROUNDS = ((8, 10), (13, 0), (19, 0))
AFTERWARDS = timedelta(days=30)  # for the last requests to end


def play(rules: Rules, *, readers: int, days: int, requests: int, seed: int, assume: Assumptions) -> dict[str, float]:
    """The figures of `figures.of_all_requests`. The database must hold nobody's data but that of simulations."""
    if Request.objects.exists():
        raise RuntimeError("There are requests in this database already: a simulation needs one of its own.")
    start = timezone.make_aware(datetime.combine(FIRST_DAY, time(8)))
    _set(rules)
    with jobs.left_to_the_sweep():
        chance = Random(seed)
        made = population.settle(readers=readers, chance=chance, assume=assume, consent=rules.consent, now=start)
        campus = Campus(start=start, end=start + timedelta(days=days) + AFTERWARDS, seed=seed)
        people = Readers(campus, made, rules, assume)
        for _request in range(requests):
            campus.tell(people.wish(), at=campus.by_day(start + timedelta(days=days * chance.random())))
        campus.tell(_rounds(campus, people), at=start)
        campus.run()
    return figures.of_all_requests(days=days)


def _set(rules: Rules) -> None:
    policy = CirculationPolicy.load()
    for name, value in rules.circulation().items():
        setattr(policy, name, value)
    policy.save()


def _rounds(campus: Campus, people: Readers) -> Story:
    """The scheduler's own round, at a few hours of the day; readers learn of it as they do from their notices."""
    while True:
        for deed in list(due.act(now=campus.clock)):
            if deed["did"] == "ask.sent":
                people.asked(Ask.objects.get(pk=int(str(deed["ask"]))))
            elif deed["did"] == "ask.reminded":
                people.reminded(int(str(deed["ask"])))
        today = (campus.days_on(0, *clock) for clock in ROUNDS)
        yield next((moment for moment in today if moment > campus.clock), campus.days_on(1, *ROUNDS[0]))
