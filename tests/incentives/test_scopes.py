"""Lists of an area, a department, a group: for those who belong there, of those who agreed; and the list of books."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from incentives import invariants, leaderboards, scopes
from incentives.models import LeaderboardEntry, ReaderChoice
from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Membership, ReaderGroup, Title
from sharing import copy_journeys
from tests import factories
from tests.incentives.factories import a_reader, awarded, something_happened

pytestmark = pytest.mark.django_db


def lent(name: str, times: int, *, now: datetime, narrow: bool = True, **facts: object) -> Reader:
    reader = a_reader(name, pseudonym=f"{name}'s mask", leaderboard_opt_in=True, **facts)
    ReaderChoice.objects.create(reader=reader, on_narrow_lists=narrow)
    for _time in range(times):
        awarded(reader, something_happened(now=now).pk, at=now - timedelta(days=1))
    return reader


def listed(reader: Reader, code: str, board: str = "lenders") -> list[str]:
    scope = scopes.of(reader).chosen(code)
    assert scope is not None
    return [row.pseudonym for row in leaderboards.board(board, "week", reader, scope).rows]


@pytest.mark.parametrize("code", ["area", "department"])
def test_p7_a_narrow_list_holds_readers_of_the_same_who_agreed(code: str, now: datetime) -> None:
    same = {"area": factories.area(), "department": "School of Letters"}
    alice, *_rest = (lent(name, 2, now=now, **same) for name in "ABCDE")
    lent("F", 3, now=now, area=factories.area("bamboo"), department="Physics")
    lent("G", 4, now=now, narrow=False, **same)
    leaderboards.compute(now=now)
    assert listed(alice, code) == [f"{name}'s mask" for name in "ABCDE"]
    assert listed(alice, "all")[0] == "G's mask"


def test_p6_four_who_agreed_make_no_narrow_list(now: datetime) -> None:
    alice, *_rest = (lent(name, 2, now=now, area=factories.area()) for name in "ABCD")
    lent("E", 2, now=now, area=factories.area(), narrow=False)
    leaderboards.compute(now=now)
    assert scopes.of(alice).chosen("area") is None
    assert not LeaderboardEntry.objects.exclude(scope=scopes.WHOLE).exists()


def test_departments_are_one_whatever_their_spaces_and_case(now: datetime) -> None:
    names = ("School of Letters", "school of letters", " School  of Letters ", "SCHOOL OF LETTERS", "School of letters")
    alice, *_rest = (lent(n, 1, now=now, department=name) for n, name in zip("ABCDE", names, strict=True))
    leaderboards.compute(now=now)
    assert len(listed(alice, "department")) == 5


def test_a_group_s_list_is_for_its_members(now: datetime) -> None:
    group = ReaderGroup.objects.create(name="Night boat", kind="club", made_at=now)
    readers = [lent(name, 1, now=now) for name in "ABCDEF"]
    for reader in readers[:5]:
        Membership.objects.create(group=group, reader=reader, name=reader.display_name, joined_at=now)
    leaderboards.compute(now=now)
    assert listed(readers[0], f"group-{group.pk}") == [f"{name}'s mask" for name in "ABCDE"]
    assert scopes.of(readers[5]).chosen(f"group-{group.pk}") is None


def test_scopes_are_the_reader_s_own_in_one_query(now: datetime, django_assert_num_queries: object) -> None:
    alice = a_reader("Alice", area=factories.area(), department="Letters")
    for name in ("A", "B"):
        group = ReaderGroup.objects.create(name=name, kind="class", made_at=now)
        Membership.objects.create(group=group, reader=alice, name="x", joined_at=now)
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = scopes.of(alice)
    assert [scope.name for scope in found.scopes][1:] == ["Letters", "A", "B"]
    assert (found.narrow, found.honours) == (False, False)
    assert found.switches.both


def test_the_lists_are_not_asked_apart_from_the_switches(client: Client, django_assert_num_queries: object) -> None:
    client.force_login(a_reader("Alice"))
    client.get("/leaderboards/")
    with django_assert_num_queries(5):  # type: ignore[operator]  # session, reader and frame; the place, the list
        client.get("/leaderboards/")


def test_p7_the_list_of_an_area_is_read_by_who_stood_on_it_last_night(now: datetime) -> None:
    """Readers say themselves in which area they are."""
    plum, bamboo = factories.area(), factories.area("bamboo")
    alice, *_rest = (lent(name, 1, now=now, area=plum) for name in "ABCDE")
    curious = lent("Curious", 1, now=now, area=bamboo)
    leaderboards.compute(now=now)
    assert scopes.of(alice).chosen("area")
    for area in (plum, bamboo):
        Reader.objects.filter(pk=curious.pk).update(area=area)
        assert scopes.of(curious).chosen("area") is None
    Reader.objects.filter(pk=alice.pk).update(area=bamboo)
    assert scopes.of(alice).chosen("area") is None
    facts = {"board": "books", "period": "month", "scope": f"area-{bamboo.pk}", "place": 1, "position": 1, "count": 1}
    LeaderboardEntry.objects.create(copy=factories.copy(alice, now=now), **facts)
    assert scopes.of(alice).chosen("area")  # with a book


def test_p7_rows_of_a_night_that_began_before_the_consent_was_taken_back_are_not_shown(
    now: datetime, travelled: list[Copy]
) -> None:
    group = ReaderGroup.objects.create(name="Night boat", kind="club", made_at=now)
    alice, bob = lent("A", 1, now=now, narrow=False), lent("B", 1, now=now)
    scope = scopes.Scope("", f"group-{group.pk}", "")
    facts = {"period": "month", "scope": scope.key, "place": 1, "count": 1}
    for position, reader in enumerate((alice, bob), start=1):
        LeaderboardEntry.objects.create(board="lenders", position=position, reader=reader, pseudonym="Owl", **facts)
    for position, copy in enumerate(travelled[:2], start=1):
        LeaderboardEntry.objects.create(board="books", position=position, copy=copy, **facts)
    ReaderChoice.objects.create(reader=travelled[1].owner, on_narrow_lists=True)
    assert len(leaderboards.board("lenders", "month", bob, scope).rows) == 1
    assert [row.copy for row in leaderboards.board("books", "month", bob, scope).rows] == [travelled[1]]
    assert [line.split()[5] for line in invariants._listed_unasked()] == ["reader", "book"]


def test_p7_who_takes_the_narrow_lists_back_is_off_them_at_once(now: datetime) -> None:
    alice, bob, *_rest = (lent(name, 1, now=now, area=factories.area()) for name in "ABCDEF")
    leaderboards.compute(now=now)
    leaderboards.take_part(actor=alice, pseudonym="A's mask", narrow=False)
    assert "A's mask" not in listed(bob, "area")
    assert "A's mask" in listed(bob, "all")


@pytest.fixture
def travelled(now: datetime) -> list[Copy]:
    """Five readers' books, each passed on a fortnight ago, the first of them twice; their journeys are open."""
    books = []
    for number in range(5):
        owner, others = a_reader(f"Owner {number}"), [a_reader(f"R {number} {n}") for n in range(2)]
        copy = factories.copy(owner, factories.title(f"Book {number}"), now=now - timedelta(days=40), mode="drift")
        for days, other in list(zip((14, 12), others, strict=True))[: 2 if number == 0 else 1]:
            copies.move_custody(copy=copy, to_holder=other, reason="handover", now=now - timedelta(days=days))
        copy_journeys.open_journey(copy_id=copy.pk, actor=owner, now=now)
        books.append(copy)
    return books


def titles(reader: Reader, period: str = "month") -> list[tuple[int, str]]:
    rows = leaderboards.board("books", period, reader).rows
    return [(row.count, row.copy.title.title) for row in rows if row.copy]


def test_p7_books_are_listed_while_their_journey_is_open(now: datetime, travelled: list[Copy]) -> None:
    owner = travelled[1].owner
    leaderboards.compute(now=now)
    assert titles(owner) == [(2, "Book 0"), *((1, f"Book {n}") for n in range(1, 5))]
    assert [row.is_me for row in leaderboards.board("books", "month", owner).rows] == [False, True, False, False, False]
    copy_journeys.close_journey(copy_id=travelled[0].pk, actor=travelled[0].owner, now=now)
    assert "Book 0" not in dict(titles(owner)).values()
    Title.objects.filter(title="Book 2").update(status="rejected")
    assert "Book 2" not in [name for _count, name in titles(owner)]


def test_p6_a_way_is_told_a_week_late(now: datetime, travelled: list[Copy]) -> None:
    leaderboards.compute(now=now)
    assert titles(travelled[0].owner, "week") == [(2, "Book 0"), *((1, f"Book {n}") for n in range(1, 5))]
    copies.move_custody(copy=travelled[3], to_holder=a_reader("Next"), reason="handover", now=now - timedelta(days=5))
    leaderboards.compute(now=now)
    assert dict.fromkeys(count for count, _title in titles(travelled[0].owner)) == {2: None, 1: None}


def test_p6_books_of_four_owners_make_no_list(now: datetime, travelled: list[Copy]) -> None:
    copy_journeys.close_journey(copy_id=travelled[4].pk, actor=travelled[4].owner, now=now)
    leaderboards.compute(now=now)
    assert titles(travelled[0].owner) == []


def test_p7_a_list_of_books_names_no_reader(now: datetime, travelled: list[Copy]) -> None:
    leaderboards.compute(now=now)
    assert not LeaderboardEntry.objects.exclude(reader=None, pseudonym="").exists()
