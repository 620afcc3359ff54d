from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incentives import entries, leaderboards, ledger
from incentives.errors import PseudonymTaken
from incentives.models import LeaderboardEntry
from tests import factories
from tests.incentives.factories import a_reader, awarded, something_happened

pytestmark = pytest.mark.django_db


def lent(name, times, *, now, opt_in=True):
    reader = a_reader(name, pseudonym=f"{name}'s mask", leaderboard_opt_in=opt_in)
    for _time in range(times):
        event = something_happened(now=now)
        awarded(reader, event.pk, at=now - timedelta(days=1))
    return reader


def places(reader, period="month"):
    return [(row.place, row.count) for row in leaderboards.board("lenders", period, reader).rows]


def test_ties_share_a_place(now):
    readers = [lent(name, times, now=now) for name, times in zip("ABCDE", (9, 7, 7, 4, 2), strict=True)]
    leaderboards.compute(now=now)
    assert places(readers[0]) == [(1, 9), (2, 7), (2, 7), (4, 4), (5, 2)]


@pytest.mark.parametrize(("period", "days"), [("week", 7), ("month", 30)])
def test_a_list_reaches_back_so_many_days_on_any_date(now, period, days):
    first = now.replace(year=2027, month=3, day=1)  # a Monday, and the first of a month
    midnight = first.replace(hour=0)
    readers = [lent(name, 1, now=midnight - timedelta(days=days - 1, hours=-1)) for name in "ABCDE"]
    lent("Late", 1, now=midnight - timedelta(days=days - 1, hours=1))
    leaderboards.compute(now=first)
    assert len(places(readers[0], period)) == 5


def test_p6_fewer_than_five_people_make_no_list(now):
    readers = [lent(name, 1, now=now) for name in "ABCD"]
    lent("Hidden", 3, now=now, opt_in=False)
    leaderboards.compute(now=now)
    assert places(readers[0]) == []
    assert not LeaderboardEntry.objects.exists()


def test_p7_a_list_names_pseudonyms_of_those_who_chose_to_be_on_it(now):
    reader, *_others = (lent(name, 2, now=now) for name in "ABCDE")
    lent("Charlie", 9, now=now, opt_in=False)
    leaderboards.compute(now=now)
    rows = leaderboards.board("lenders", "month", reader).rows
    assert {row.pseudonym for row in rows} == {f"{name}'s mask" for name in "ABCDE"}


def test_my_place_stands_with_its_neighbours_and_the_way_up(now):
    readers = [lent(f"R{n}", 20 - n, now=now) for n in range(10)]
    leaderboards.compute(now=now)
    board = leaderboards.board("lenders", "month", readers[8])
    assert [row.place for row in board.rows] == [1, 2, 3, 4, 5, 8, 9, 10]
    assert [row.place for row in board.rows if row.after_gap] == [8]
    assert (board.steps_up, board.next_place) == (1, 8)


def test_a_board_is_one_query(now, django_assert_num_queries):
    readers = [lent(f"R{n}", 10 - n, now=now) for n in range(7)]
    leaderboards.compute(now=now)
    with django_assert_num_queries(1):
        leaderboards.board("lenders", "month", readers[6])


def test_who_is_on_no_list_reads_its_first_five_and_no_place_of_theirs(now):
    for n in range(10):
        lent(f"R{n}", 20 - n, now=now)
    stranger = lent("Stranger", 15, now=now, opt_in=False)
    leaderboards.compute(now=now)
    board = leaderboards.board("lenders", "month", stranger)
    assert [row.place for row in board.rows] == [1, 2, 3, 4, 5]
    assert (board.takes_part, board.steps_up) == (False, 0)


def test_n6_lists_computed_twice_are_the_same(now):
    reader, *_others = [lent(name, times, now=now) for name, times in zip("ABCDE", (9, 7, 7, 4, 2), strict=True)]
    leaderboards.compute(now=now)
    before = places(reader)
    leaderboards.compute(now=now + timedelta(hours=3))
    assert places(reader) == before
    assert LeaderboardEntry.objects.filter(board="lenders", period="month").count() == 5


def test_a_night_asks_as_much_for_twelve_readers_as_for_five(now):
    readers = [lent(name, 1, now=now) for name in "ABCDE"]
    with CaptureQueriesContext(connection) as few:
        leaderboards.compute(now=now)
    readers += [lent(name, 2, now=now) for name in "FGHIJKL"]
    with CaptureQueriesContext(connection) as many:
        leaderboards.compute(now=now)
    assert LeaderboardEntry.objects.filter(board="lenders", period="month").count() == len(readers)
    assert len(many) == len(few)


def test_p7_a_list_is_not_live(now):
    readers = [lent(name, 1, now=now) for name in "ABCDE"]
    leaderboards.compute(now=now)
    event = something_happened(now=now)
    awarded(readers[0], event.pk, at=now)
    assert places(readers[0])[0] == (1, 1)


def test_an_award_that_was_taken_back_does_not_count(now):
    readers = [lent(name, 2, now=now) for name in "ABCDE"]
    ledger.reverse(entry=entries.of(readers[0]).first(), reason="test", at=now)
    leaderboards.compute(now=now)
    assert places(readers[0])[-1] == (5, 1)


def test_who_leaves_is_off_the_lists_at_once(now):
    readers = [lent(name, 1, now=now) for name in "ABCDEF"]
    leaderboards.compute(now=now)
    leaderboards.leave(actor=readers[0])
    assert "A's mask" not in {row.pseudonym for row in leaderboards.board("lenders", "month", readers[1]).rows}


@pytest.mark.parametrize("name", ["Alice", "ALICE ", "a mask"])
def test_a_pseudonym_is_neither_ones_own_name_nor_anothers(name):
    alice = a_reader("Alice")
    a_reader("Bob", pseudonym="A Mask")
    with pytest.raises(PseudonymTaken):
        leaderboards.take_part(actor=alice, pseudonym=name)


def test_one_keeps_a_pseudonym_in_other_letters(now):
    alice = a_reader("Alice", pseudonym="Owl", leaderboard_opt_in=True)
    leaderboards.take_part(actor=alice, pseudonym="OWL")
    alice.refresh_from_db()
    assert alice.pseudonym == "OWL"


def test_who_takes_part_is_listed_from_the_next_night(client, now):
    alice = a_reader("Alice")
    client.force_login(alice)
    client.post("/leaderboards/take-part/", {"pseudonym": "松间"})
    alice.refresh_from_db()
    assert (alice.pseudonym, alice.leaderboard_opt_in) == ("松间", True)
    assert "松间" in client.get("/leaderboards/").content.decode()
    client.post("/leaderboards/leave/")
    alice.refresh_from_db()
    assert not alice.leaderboard_opt_in


def test_cataloguers_are_counted_by_approved_titles(now):
    readers = [a_reader(name, pseudonym=name + "!", leaderboard_opt_in=True) for name in "ABCDE"]
    for reader in readers:
        factories.title(created_by=reader, created_at=now - timedelta(days=1), updated_at=now)
    leaderboards.compute(now=now)
    assert len(leaderboards.board("cataloguers", "week", readers[0]).rows) == 5
