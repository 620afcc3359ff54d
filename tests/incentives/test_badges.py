from datetime import timedelta

import pytest
from django.utils import translation

from incentives import badges, choices, due, leaderboards
from incentives.badges import Progress
from incentives.models import Badge, ReaderChoice
from tests import factories
from tests.incentives.factories import a_lending, a_reader, awarded, something_happened

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    alice = a_reader("Alice", pseudonym="松间", leaderboard_opt_in=True)
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return alice


def passed_on(reader, times, *, now):
    for _time in range(times):
        awarded(reader, something_happened(now=now).pk, at=now - timedelta(days=1))


def counts(reader):
    return {each.code: each.count for each in badges.progress(reader)}


def test_every_badge_counts_what_it_is_for(alice, now):
    passed_on(alice, 3, now=now)
    copy = factories.copy(alice, now=now)
    for name in ("Bob", "Charlie", "Bob"):
        a_lending(alice, a_reader(name), now=now, copy=copy)
    factories.title(created_by=alice, created_at=now, updated_at=now)
    slow = a_lending(alice, a_reader("Dora"), now=now).ask
    slow.answered_at = slow.asked_at + timedelta(hours=2)
    slow.save()
    assert counts(alice) == {
        "first_lending": 3, "ten_lendings": 3, "ten_hands": 3, "quick_answers": 3, "fifty_titles": 1,
    }  # fmt: skip


def test_the_hands_are_of_one_book_and_different_ones(alice, now):
    bob = a_reader("Bob")
    for copy in (factories.copy(alice, now=now), factories.copy(alice, now=now)):
        for _time in range(2):
            a_lending(alice, bob, now=now, copy=copy)
    assert counts(alice)["ten_hands"] == 1


def test_a_badge_is_given_at_night_once_and_kept(alice, now):
    passed_on(alice, 10, now=now)
    assert badges.give_nightly(now=now) == 2
    assert badges.give_nightly(now=now + timedelta(days=1)) == 0
    assert set(Badge.objects.values_list("reader", "code")) == {
        (alice.pk, "first_lending"), (alice.pk, "ten_lendings"),
    }  # fmt: skip
    assert [each.is_earned for each in badges.progress(alice)] == [True, True, False, False, False]


def test_the_nightly_job_gives_them(alice, now):
    passed_on(alice, 1, now=now)
    assert {"did": "badges.given", "new": 1} in list(due.act(now=now))


def test_the_nearest_come_first_and_the_earned_are_not_among_them(alice, now):
    passed_on(alice, 4, now=now)
    assert badges.nearest(alice, most=2)[0].code == "ten_lendings"


def test_the_page_says_how_far_it_is(client, alice, now):
    passed_on(alice, 4, now=now)
    page = client.get("/badges/").content.decode()
    assert "6 to go" in page
    assert 'value="4" max="10"' in page


def test_p7_badges_stand_on_the_lists_only_where_their_reader_wants_them(client, alice, now):
    others = [a_reader(name, pseudonym=name + "!", leaderboard_opt_in=True) for name in "ABCD"]
    for reader in (alice, *others):
        passed_on(reader, 1, now=now)
    list(due.act(now=now))
    client.post("/badges/places/", {"on_lists": "on"})
    rows = leaderboards.board("lenders", "month", others[0]).rows
    assert {row.pseudonym for row in rows if row.badges} == {"松间"}


def test_p2_the_other_side_of_a_lending_sees_them_if_asked_for_and_nobody_else(client, alice, now):
    bob = a_reader("Bob")
    lending = a_lending(bob, alice, now=now)
    passed_on(bob, 1, now=now)
    badges.give_nightly(now=now)
    address = f"/lendings/{lending.pk}/badges/"
    assert "svg" not in client.get(address).content.decode()
    choices.show_badges(actor=bob, on_lists=False, to_partners=True)
    assert "First book passed on" in client.get(address).content.decode()
    client.force_login(a_reader("Charlie"))
    assert client.get(address).status_code == 404


def test_what_is_missing_is_counted_by_its_own_word():
    with translation.override("zh-hans"):
        told = [Progress(code, 1).to_go for code in ("ten_lendings", "ten_hands", "fifty_titles")]
    assert told == ["还差 9 次", "还差 9 位", "还差 49 种"]


def test_a_reader_switches_everything_off_and_on_again(client, alice, now):
    passed_on(alice, 1, now=now)
    client.post("/points/off/")
    alice.refresh_from_db()
    assert not alice.leaderboard_opt_in
    assert client.get("/points/chip/").content == b""
    for address in ("/points/", "/rewards/", "/leaderboards/", "/leaderboards/take-part/", "/badges/"):
        page = client.get(address).content.decode()
        assert "You have switched off points" in page
        assert "First book passed on" not in page
    client.post("/points/on/")
    assert ReaderChoice.objects.get(reader=alice).sees_points
    assert b"To spend" in client.get("/points/").content
