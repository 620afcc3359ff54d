"""A query that is built once gives each reader and each moment their own answer, the same as one that is built anew (P5)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import addresses
from personal_catalog.models import Copy, Title
from sharing import asks, availability, catalogue, frame, locks, policies, prepared, queues
from sharing.availability import Held
from sharing.errors import NotFound
from sharing.filters import TitleFilter
from sharing.models import Ask, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.mark.django_db
def test_a_number_that_no_row_can_have_finds_none() -> None:
    """As in Django's own conditions; an address may hold any."""
    with transaction.atomic(), pytest.raises(NotFound):
        locks.request(2**63, actor=None)


def rows(found: dict[int, list[Held]]) -> dict[int, set[Held]]:
    return {title: set(held) for title, held in found.items()}


def both_ways(world: World, reader: Reader | None, now: datetime) -> dict[int, set[Held]]:
    """For a list, by the kept text; for a query, built anew."""
    policy = policies.current()
    titles: QuerySet[Title] = Title.objects.all()
    listed, asked = (
        rows(availability.of_titles(wanted, reader=reader, policy=policy, now=now))
        for wanted in (list(titles.values_list("pk", flat=True)), titles)
    )
    assert listed == asked
    return listed


@pytest.fixture
def shelf(world: World) -> World:
    """Copies of every mode for everyone, for nobody and for the groups; loans near and far from their day."""
    for visibility in ("nobody", "groups"):
        made = factories.copy(world.alice, factories.title(f"书 {visibility}"), now=world.now)
        Copy.objects.filter(pk=made.pk).update(visibility=visibility)
    for days in (1, 20):
        factories.library_loan(
            factories.patron(factories.reader(f"Loan {days}")),
            factories.title(f"Loan {days}"),
            now=world.now,
            days=days,
        )
    return world


def test_p5_one_text_serves_every_reader_and_shows_each_only_their_own(shelf: World) -> None:
    """First the one who sees most, then those who may not: nothing is left over from the reader before."""
    mine = both_ways(shelf, shelf.alice, shelf.now)
    assert sum(map(len, mine.values())) == 4
    for other in (None, shelf.charlie, shelf.bob):
        assert sum(map(len, both_ways(shelf, other, shelf.now).values())) == 3
    assert both_ways(shelf, shelf.alice, shelf.now) == mine


def test_the_moment_is_told_each_time(shelf: World) -> None:
    def free(now: datetime) -> int:
        return sum(held.free for one in both_ways(shelf, None, now).values() for held in one)

    assert [free(shelf.now + timedelta(days=days)) for days in (0, 18, 25)] == [3, 2, 1]


def test_what_is_out_says_until_when(shelf: World) -> None:
    lending = steps.on_loan(shelf)
    [held] = both_ways(shelf, None, shelf.now)[shelf.title.pk]
    assert (held.free, held.due_at) == (False, lending.due_at)


def test_no_titles_and_many_are_the_same_query(world: World) -> None:
    policy = policies.current()
    assert not availability.of_titles([], reader=None, policy=policy, now=world.now)
    many = [world.title.pk, *range(10_000_000, 10_003_000)]
    assert list(availability.of_titles(many, reader=None, policy=policy, now=world.now)) == [world.title.pk]


def test_a_changed_policy_counts_at_once(db: None) -> None:
    policy = policies.current()
    policy.loan_days = 45
    policy.save()
    assert policies.current() == policy
    assert (policies.current().loan_days, policies.current().quiet_from) == (
        45,
        policy.__class__.objects.get().quiet_from,
    )


def test_only_the_text_is_kept(world: World) -> None:
    """No title, no reader and no moment stands in it."""
    both_ways(world, world.alice, world.now)
    kept = prepared._prepared(availability._copies_of_listed, (True,), connection.vendor)
    names = {one.name for one in kept.values if isinstance(one, prepared.Given)}
    assert names == {"ids", "reader", "today"}
    assert not any(isinstance(one, datetime) for one in kept.values)


def test_a_list_asks_nothing_more_for_each_row(world: World, django_assert_num_queries: object) -> None:
    """What `works` leaves out of a title, a page does not ask for."""
    factories.copy(world.bob, factories.title("心理学导论", creators=["甲"], publisher="社"), now=world.now)
    page = catalogue.works(filters=TitleFilter({}, reader=None, now=world.now))
    with django_assert_num_queries(0):  # type: ignore[operator]
        for row in page.items:
            title = row.title
            assert [title.full_title, title.creators_text, title.publisher, title.year, title.clc, title.language_tag]
            assert title.get_absolute_url() == reverse("title", args=[title.pk])
            assert title.cover_id is None or title.cover_seed


def test_addresses_are_those_of_the_patterns() -> None:
    for name in ("title", "cover"):
        assert addresses.numbered(name, 1203) == reverse(name, args=[1203])


def test_p5_the_frame_counts_for_each_reader_what_waits_for_them(world: World) -> None:
    """The same text for Alice, who is asked, for Bob, who asks, and for Alice when she has answered."""
    ask = steps.asked(world)
    counts = [frame.of(reader, now=world.now).todo for reader in (world.alice, world.bob, world.charlie)]
    assert counts == [1, 0, 0]
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    assert frame.of(world.alice, now=world.now).todo == 0


def test_the_frame_counts_a_late_book_from_its_day_on(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    days = [frame.of(world.bob, now=lending.due_at + timedelta(days=days)).todo for days in (-1, 1)]
    assert days == [0, 1]


def test_visitors_see_the_first_library_s_name_as_it_is_now(db: None) -> None:
    assert frame.library_name() == ""
    made = factories.library()
    assert frame.library_name() == made.name_en
    made.is_active = False
    made.save()
    assert frame.library_name() == ""


def test_objects_are_those_of_the_queryset_with_what_hangs_on_them(world: World) -> None:
    ask = steps.asked(world)
    locked = locks.ask(ask.pk, actor=world.alice)
    with CaptureQueriesContext(connection) as asked:
        assert (locked, locked.holder, locked.copy) == (ask, world.alice, world.copy)
        assert (locked.request.requester, locked.request.title) == (world.bob, world.title)
        assert (locked.asked_at, locked.request.areas) == (ask.asked_at, [])
        assert locked.conversation.ask_id == ask.pk
    assert not asked.captured_queries


def test_a_stranger_s_row_is_not_found_by_the_text_that_found_it_for_its_reader(world: World) -> None:
    ask = steps.asked(world)
    locks.ask(ask.pk, actor=world.alice)
    with pytest.raises(NotFound):
        locks.ask(ask.pk, actor=world.charlie)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_outside_a_transaction() -> None:
    """Though the text was built inside one."""
    with transaction.atomic(), pytest.raises(NotFound):
        locks.request(1, actor=None)
    with pytest.raises(transaction.TransactionManagementError):
        locks.request(1, actor=None)


def test_a_span_counts_from_the_moment_that_is_told(world: World) -> None:
    week_ago = (prepared.NOW - timedelta(days=8)) + timedelta(days=1)
    assert week_ago.told({"now": world.now}) == prepared.NOW.told({"now": world.now - timedelta(days=7)})


def test_whoever_could_be_asked_for_is_the_same_by_the_kept_text(world: World) -> None:
    """Two want the book, which is free, and one a book that nobody has."""
    ends = world.now + timedelta(days=14)
    for reader, title in ((world.bob, world.title), (world.charlie, world.title), (world.bob, factories.title("孤本"))):
        Request.objects.create(requester=reader, title=title, placed_at=world.now, deadline_at=ends)
    policy = policies.current()
    ready = queues.could_go_on(policy=policy, now=world.now)
    assert [row.title_id for row in ready] == [world.title.pk] * 2
    assert queues.titles_to_serve(policy=policy, now=world.now) == [world.title.pk]
    first = queues.next_of_title(world.title.pk, tried=(), policy=policy, now=world.now)
    second = queues.next_of_title(world.title.pk, tried=[ready[0].pk, ready[1].pk], policy=policy, now=world.now)
    assert (first, second) == (ready.in_line()[0], None)


def test_an_object_is_filled_as_django_fills_it(world: World) -> None:
    """Field by field, with those that hang on it."""
    steps.asked(world)
    (mine,) = prepared.objects(_asks_with_all, values={})
    (django_s,) = _asks_with_all()
    for ours, theirs in ((mine, django_s), (mine.copy, django_s.copy), (mine.request.title, django_s.request.title)):
        assert ours is not None
        assert theirs is not None
        (state, other), kept = (vars(one).pop("_state") for one in (ours, theirs)), vars(ours)
        assert kept == vars(theirs)
        assert (state.db, state.adding, state.fields_cache.keys()) == (other.db, False, other.fields_cache.keys())
    assert mine._meta.model is Ask


def _asks_with_all() -> QuerySet[Ask]:
    return Ask.objects.select_related("holder", "copy", "library_loan", "request__title").annotate(n=F("wave") + 1)
