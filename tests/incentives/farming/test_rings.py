"""T-P3: a ring is named, friends and clubs are not."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from incentives.farming import population, simulation
from incentives.farming.rings import Exchange, find_rings
from incentives.farming.simulation import Pay

PAY = Pay(points=10, waiting_days=7, pair_cap=3, cap_days=30, min_hours_out=24, cheapest_reward=25)


def exchanges(now: datetime, *ways: tuple[int, int], hours: float = 30, books: int = 3) -> list[Exchange]:
    """One a day, the last one today."""
    first = now - timedelta(days=len(ways) - 1)
    return [
        Exchange(n, giver, taker, f"book {n % books}", first + timedelta(days=n), hours)
        for n, (giver, taker) in enumerate(ways)
    ]


def elsewhere(now: datetime) -> list[Exchange]:
    """What the rest of a campus does meanwhile."""
    return [
        Exchange(1000 + n, 100 + n, 500 + n * 7 % 400, f"other {n}", now - timedelta(days=n % 80), 300)
        for n in range(300)
    ]


IN_TURN = ((1, 2), (2, 3), (3, 1)) * 4


def test_three_who_pass_few_books_round_in_haste_are_a_ring(now: datetime) -> None:
    (ring,) = find_rings([*exchanges(now, *IN_TURN), *elsewhere(now)], now=now)
    assert ring.members == {1, 2, 3}
    assert set(ring.signs) == {"circular", "hurried", "few_books", "intense"}


def test_a_pair_is_no_ring_however_often_they_meet(now: datetime) -> None:
    assert find_rings([*exchanges(now, *((1, 2), (2, 1)) * 8), *elsewhere(now)], now=now) == []


def test_friends_who_read_their_books_are_no_ring(now: datetime) -> None:
    read = exchanges(now, *IN_TURN, hours=24 * 14, books=12)
    assert find_rings([*read, *elsewhere(now)], now=now) == []


def test_one_who_lends_to_many_is_not_drawn_into_a_ring(now: datetime) -> None:
    generous = [Exchange(5000 + n, 1, 200 + n, f"own {n}", now - timedelta(days=n), 200) for n in range(60)]
    found = find_rings([*exchanges(now, *IN_TURN), *generous, *elsewhere(now)], now=now)
    assert all(1 not in ring.members for ring in found)


def test_what_is_longer_ago_than_ninety_days_does_not_count(now: datetime) -> None:
    past = exchanges(now - timedelta(days=90), *IN_TURN)
    assert find_rings([*past, *elsewhere(now)], now=now) == []


def test_on_a_campus_with_colluders_nine_in_ten_of_their_points_are_held_and_hardly_anybody_else() -> None:
    made = population.make(readers=1000, days=120, colluding=0.05, seed=2)
    outcome = simulation.run(made, readers=1000, pay=PAY)
    assert outcome.ring_points_held_share >= 0.9
    assert outcome.honest_readers_touched_share <= 0.01


def test_without_colluders_hardly_anybody_is_touched() -> None:
    made = population.make(readers=300, days=60, colluding=0.0, seed=3)
    assert simulation.run(made, readers=300, pay=PAY).honest_readers_touched_share <= 0.01


def test_the_command_tells_the_same_before_there_are_any_tables(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the rules with which a new service begins."""
    for tables in (connection.introspection.table_names(), []):
        monkeypatch.setattr(connection.introspection, "table_names", lambda tables=tables: tables)
        call_command("simulate_rings", "--readers", "60", "--days", "40", "--json")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert first["ring_points"] > 0
