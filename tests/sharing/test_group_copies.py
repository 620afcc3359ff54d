"""What is shown to a group: who finds it everywhere, who nowhere, and what happens when somebody leaves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict

from library_bridge.models import Reader
from personal_catalog import audiences, copies
from personal_catalog.models import Copy, Membership, ReaderGroup, Title
from personal_catalog.search.index import reindex
from sharing import (
    asks,
    availability,
    catalogue,
    groups,
    holdings,
    policies,
    requests,
    saved_searches,
    shelves,
    waves,
    withdrawals,
)
from sharing.errors import Denied, NotFound
from sharing.filters import TitleFilter
from sharing.models import Ask, Lending, Request
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world: World) -> ReaderGroup:
    """Alice and Bob are in it; her copy is for her groups."""
    made = groups.make_group(actor=world.alice, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    Membership.objects.create(group=made, reader=world.bob, name="Bo", joined_at=world.now)
    show(world, "groups")
    return made


def show(world: World, to: str) -> None:
    copies.update_copy(copy_id=world.copy.pk, actor=world.alice, changes={"visibility": to}, now=world.now)
    world.copy.refresh_from_db()


def places(world: World, reader: Reader | None) -> Iterator[bool]:
    """Whether the copy is there, in each place where a reader could come upon it."""
    policy, now, title = policies.current(), world.now, world.title.pk
    filters = TitleFilter(QueryDict("available=true"), reader=reader, now=now)
    yield bool(holdings.of_title(title, reader=reader, policy=policy, now=now))
    yield bool(availability.of_titles([title], reader=reader, policy=policy, now=now))
    yield availability.free_copies(reader=reader, now=now).exists()
    yield availability.shown_copies(reader=reader).exists()
    yield catalogue.results(filters=filters).count == 1
    yield bool(catalogue.results(filters=filters).facets["mode"])
    yield bool(catalogue.works(filters=filters).items)
    yield bool(catalogue.rows_of([title], filters=TitleFilter({}, reader=reader, now=now))[0].holdings.personal)
    yield bool(shelves.newly_listed(reader=reader))


def seen_by(world: World, reader: Reader | None) -> bool:
    """Everywhere or nowhere."""
    world.title.status = "approved"
    world.title.save()
    found = set(places(world, reader))
    assert len(found) == 1, list(places(world, reader))
    return found.pop()


def test_p2_a_copy_for_my_groups_is_found_by_members_and_by_nobody_else(world: World, group: ReaderGroup) -> None:
    assert [seen_by(world, who) for who in (world.alice, world.bob, world.charlie, None)] == [True, True, False, False]


def test_p2_a_copy_for_one_group_is_not_shown_to_another(world: World, group: ReaderGroup) -> None:
    other = groups.make_group(actor=world.alice, name="Film club", kind="club", my_name="Ali", now=world.now)
    Membership.objects.create(group=other, reader=world.charlie, name="Ch", joined_at=world.now)
    show(world, other.key)
    assert [seen_by(world, who) for who in (world.alice, world.bob, world.charlie)] == [True, False, True]
    show(world, "groups")
    assert seen_by(world, world.bob)


def test_p2_pages_and_the_public_count_tell_a_stranger_nothing(world: World, group: ReaderGroup) -> None:
    public = "/api/v1/availability?isbn=9787300113906"
    for who, there in ((world.bob, [world.copy.key]), (world.charlie, [])):
        assert on_the_titles_page(world, who) == there
    assert browsers.of(world.bob).get(public).json()["items"][0]["copies"] == 0  # kept for everybody, so for strangers
    assert browsers.of(world.bob).get(f"/c/{world.copy.code}/").context["may_ask"]
    assert not browsers.of(world.charlie).get(f"/c/{world.copy.code}/").context["may_ask"]


def on_the_titles_page(world: World, who: Reader) -> list[str]:
    return [one["id"] for one in Api(who).get(f"/titles/{world.title.pk}").json()["holdings"]]


def test_t_u4_photographs_are_for_the_group_too(world: World, group: ReaderGroup) -> None:
    def visible(who: Reader) -> QuerySet[Copy]:
        return Copy.objects.visible_to(who)

    assert [visible(who).exists() for who in (world.alice, world.bob, world.charlie)] == [True, True, False]


def test_only_a_member_can_ask_for_it(world: World, group: ReaderGroup) -> None:
    with pytest.raises(NotFound):
        requests.place_request(actor=world.charlie, holding_key=world.copy.key, now=world.now)
    by_title = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now)
    assert not by_title.asks.exists()
    placed = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    assert placed.asks.get().copy == world.copy


def test_a_stranger_who_waited_first_keeps_no_member_waiting(world: World, group: ReaderGroup) -> None:
    Copy.objects.update(status="paused")
    for who in (world.charlie, world.bob):
        requests.place_request(actor=who, title_id=world.title.pk, now=world.now)
    copies.resume_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    waves.serve_title(title_id=world.title.pk, now=world.now)
    assert [ask.request.requester for ask in Ask.objects.waiting()] == [world.bob]


def leave(world: World, group: ReaderGroup) -> None:
    groups.leave_group(group_id=group.pk, actor=world.bob, now=world.now)


def test_an_ask_that_waits_ends_in_silence_when_its_reader_has_left(world: World, group: ReaderGroup) -> None:
    ask = steps.asked(world)
    leave(world, group)
    assert list(withdrawals.vain_asks(now=world.now)) == [ask]
    withdrawals.withdraw_vain_ask(ask_id=ask.pk, now=world.now)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because) == ("withdrawn", "gone")
    assert Request.objects.get().status == "open"


def test_a_holder_cannot_agree_to_one_who_has_left(world: World, group: ReaderGroup) -> None:
    ask = steps.asked(world)
    leave(world, group)
    with pytest.raises(Denied):
        asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    assert not Lending.objects.exists()


def test_what_is_agreed_goes_on_after_leaving(world: World, group: ReaderGroup) -> None:
    lending = steps.agreed(world)
    leave(world, group)
    assert steps.handed_over(lending, now=world.now).status == "on_loan"
    assert on_the_titles_page(world, world.bob) == [world.copy.key]


def test_whoever_shows_to_fewer_lets_the_others_go(world: World, group: ReaderGroup) -> None:
    show(world, "everyone")
    placed = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now)
    show(world, "groups")
    assert placed.asks.get().status == "withdrawn"


def test_who_leaves_shows_the_group_nothing_any_more(world: World, group: ReaderGroup) -> None:
    mine = factories.copy(world.bob, world.title, now=world.now, visibility=group.key)
    assert groups.leave_group(group_id=group.pk, actor=world.bob, now=world.now) == 1
    mine.refresh_from_db()
    assert (mine.visibility, mine.group) == ("nobody", None)
    groups.close_group(group_id=group.pk, actor=world.alice, now=world.now)
    assert not seen_by(world, world.bob)


@pytest.mark.parametrize("word", ["group-0", "group-x", "group-", "class-1", "", "GROUP"])
def test_t_r4_only_ones_own_groups_can_be_chosen(world: World, group: ReaderGroup, word: str) -> None:
    for wrong in (word, group.key):
        with pytest.raises(ValueError):
            audiences.chosen(wrong, owner=world.charlie)
    with pytest.raises(IntegrityError), transaction.atomic():
        Copy.objects.update(visibility="everyone", group=group)


def test_a_gift_leaves_the_groups_of_the_one_who_gave_it(world: World, group: ReaderGroup) -> None:
    copies.move_custody(copy=world.copy, to_holder=world.bob, reason="gift", now=world.now, new_owner=world.bob)
    assert (world.copy.visibility, world.copy.status) == ("nobody", "paused")


def test_a_saved_search_tells_members_only(world: World, group: ReaderGroup) -> None:
    saved = {
        who: saved_searches.save_search(actor=who, text=world.title.title, now=world.now)
        for who in (world.bob, world.charlie)
    }
    factories.copy(world.alice, world.title, now=world.now, visibility=group.key)
    Title.objects.update(created_at=world.now - timedelta(days=900))
    reindex(Title.objects.prefetch_related("isbns"))
    for who, told in ((world.bob, True), (world.charlie, False)):
        assert saved_searches.look_through(search_id=saved[who].pk, now=world.now) is told


def test_the_page_offers_ones_groups_and_saves_the_choice(world: World, group: ReaderGroup) -> None:
    alice, page = browsers.of(world.alice), world.copy.get_absolute_url()
    assert "Third floor" in browsers.seen(alice, page)
    said = {"mode": "lend", "condition": "good", "visibility": group.key, "area": "", "tags": "", "note": ""}
    assert alice.post(page, said).status_code == 302
    world.copy.refresh_from_db()
    assert (world.copy.visibility, world.copy.group) == ("groups", group)
    assert "Third floor" not in browsers.seen(browsers.of(world.charlie), "/add/?by_hand")


def test_the_groups_page_shows_what_is_for_it(world: World, group: ReaderGroup) -> None:
    page = browsers.seen(browsers.of(world.bob), group.get_absolute_url())
    assert world.title.title in page
    assert "Alice" not in page
    show(world, "everyone")
    assert world.title.title not in browsers.seen(browsers.of(world.bob), group.get_absolute_url())


def test_the_api_knows_groups(world: World, group: ReaderGroup) -> None:
    show(world, group.key)
    api, path = Api(world.alice), f"/copies/{world.copy.pk}"
    assert api.get(path).json()["visibility"] == group.key
    assert api.patch(path, {"visibility": "groups"}).json()["visibility"] == "groups"
    refused = api.patch(path, {"visibility": "group-9999"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["visibility"])
    assert [one["id"] for one in api.get("/me/groups").json()["items"]] == [group.key]
