"""Kept for a certain reader or group first: nobody else is asked for it or given it, and afterwards it is open to all."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import ReaderGroup
from sharing import (
    availability,
    due,
    following,
    groups,
    holdings,
    kept,
    notices,
    pass_on,
    pass_on_codes,
    policies,
    requests,
)
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import Block, DomainEvent, Kept, Request
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World

WEEK = timedelta(days=7)


def keep(world: World, **whom: Any) -> Kept:
    day = (world.now + WEEK).date()
    return kept.keep_holding(holding_key=world.copy.key, actor=world.alice, last_date=day, now=world.now, **whom)


def for_charlie(world: World) -> Kept:
    row = keep(world)
    return kept.claim(token=token_of(row), actor=world.charlie, now=world.now)


def token_of(row: Kept) -> str:
    return kept.address_of(row).rstrip("/").rsplit("/", 1)[1]


def wish(world: World, who: Reader) -> Request:
    return requests.place_request(actor=who, title_id=world.title.pk, now=world.now)


def free(world: World, who: Reader | None) -> tuple[bool, bool, bool]:
    """As the page of the title, the search and the waves see it."""
    policy, ids = policies.current(), [world.title.pk]
    (one,) = holdings.of_titles(ids, reader=who, policy=policy, now=world.now)
    (row,) = availability.of_titles(ids, reader=who, policy=policy, now=world.now)[world.title.pk]
    return one.free, row.free, availability.free_copies(reader=who, now=world.now).exists()


def test_only_the_one_for_whom_it_is_kept_is_served(world: World) -> None:
    for_charlie(world)
    assert not wish(world, world.bob).asks.exists()
    assert wish(world, world.charlie).asks.get().holder == world.alice


def test_page_search_and_waves_agree_on_for_whom_it_is_free(world: World) -> None:
    for_charlie(world)
    assert free(world, world.charlie) == (True, True, True)
    assert free(world, world.alice) == (True, True, True)
    assert free(world, world.bob) == free(world, None) == (False, False, False)


def test_an_ask_of_another_is_let_go_without_a_mark(world: World) -> None:
    ask = steps.asked(world)
    keep(world)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because) == ("withdrawn", "gone")


def test_s2_after_its_last_day_it_is_open_to_all(world: World) -> None:
    for_charlie(world)
    request = wish(world, world.bob)
    list(due.act(now=world.now + WEEK))
    assert not request.asks.exists()
    list(due.act(now=world.now + WEEK + timedelta(days=1)))
    assert request.asks.get().holder == world.alice
    assert not Kept.objects.exists()


def test_opened_to_all_it_goes_to_whoever_waits(world: World) -> None:
    keep(world)
    request = wish(world, world.bob)
    kept.end_keeping(holding_key=world.copy.key, actor=world.alice, now=world.now)
    assert request.asks.get().holder == world.alice


def test_for_a_group_its_members_are_served(world: World) -> None:
    group = groups.make_group(actor=world.alice, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    group.memberships.create(reader=world.charlie, name="C", joined_at=world.now)
    keep(world, group_key=group.key)
    assert not wish(world, world.bob).asks.exists()
    assert wish(world, world.charlie).asks.exists()
    with pytest.raises(Denied):
        keep(world, group_key="group-999")


@pytest.mark.parametrize("how", ["left", "put out", "closed"])
def test_what_was_kept_for_a_group_is_open_to_all_once_its_holder_is_no_member(
    world: World, how: str, django_capture_on_commit_callbacks
) -> None:
    runner = world.alice if how == "closed" else world.charlie
    group = groups.make_group(actor=runner, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    mine, _new = group.memberships.get_or_create(reader=world.alice, defaults={"name": "A", "joined_at": world.now})
    keep(world, group_key=group.key)
    assert free(world, world.bob) == (False, False, False)
    with mock.patch("sharing.jobs.hurry") as hurried, django_capture_on_commit_callbacks(execute=True):
        if how == "left":
            groups.leave_group(group_id=group.pk, actor=world.alice, now=world.now)
        elif how == "put out":
            groups.remove_member(group_id=group.pk, member_id=mine.pk, actor=world.charlie, now=world.now)
        else:
            groups.close_group(group_id=group.pk, actor=world.alice, now=world.now)
    assert free(world, world.bob) == (True, True, True)
    assert mock.call("sharing.tasks.serve_title", world.title.pk) in hurried.call_args_list


def test_what_was_kept_for_a_group_that_is_over_all_the_same_is_open_at_the_next_round(world: World) -> None:
    group = groups.make_group(actor=world.alice, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    keep(world, group_key=group.key)
    ReaderGroup.objects.update(closed_at=world.now)
    list(due.act(now=world.now))
    assert free(world, world.bob) == (True, True, True)


def test_for_the_reader_of_a_shelf_that_is_followed_and_they_are_told(world: World) -> None:
    shelf = following.open_shelf(actor=world.charlie, name="Under the plum", now=world.now)
    with pytest.raises(Denied):
        keep(world, shelf_code=shelf.code)
    following.follow_shelf(code=shelf.code, actor=world.alice, now=world.now)
    keep(world, shelf_code=shelf.code)
    (told,) = notices.for_list(world.charlie)
    words = notices.sentence(told, world.charlie).text
    assert "keeps “拖延心理学” for you until" in words
    assert "Alice" not in words
    assert wish(world, world.charlie).asks.exists()


@pytest.fixture
def shelf(world: World) -> str:
    """Charlie's, which Alice follows."""
    code = following.open_shelf(actor=world.charlie, name="Under the plum", now=world.now).code
    following.follow_shelf(code=code, actor=world.alice, now=world.now)
    return code


def test_t_c8_kept_again_it_is_no_news_and_so_often_a_day(
    world: World, shelf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_A_DAY", 2)
    for _again in range(2):
        keep(world, shelf_code=shelf)
    assert notices.for_list(world.charlie).count() == 1
    with pytest.raises(LimitReached):
        keep(world, shelf_code=shelf)
    assert keep(world).reader is None  # the link is told to nobody


def test_t_c8_whom_a_block_stands_between_is_not_told_and_the_holder_cannot_tell(world: World, shelf: str) -> None:
    Block.objects.create(blocker=world.charlie, blocked=world.alice, side="holder", since=world.now)
    row = keep(world, shelf_code=shelf)
    assert (row.reader, DomainEvent.objects.filter(kind="holding.kept").count()) == (world.charlie, 1)
    assert not notices.for_list(world.charlie)


def test_passing_on_in_person_respects_it(world: World) -> None:
    for_charlie(world)
    code = pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now)
    with pytest.raises(Denied, match="keeps this book"):
        pass_on.pass_on_now(actor=world.bob, pin=code.pin, now=world.now)
    assert pass_on.pass_on_now(actor=world.charlie, pin=code.pin, now=world.now).taker == world.charlie
    assert not Kept.objects.exists()  # it has changed hands


def test_a_library_loan_can_be_kept_too(world: World, loan: LibraryLoan, library_agrees: object) -> None:
    day = (world.now + WEEK).date()
    row = kept.keep_holding(holding_key=f"loan-{loan.pk}", actor=world.alice, last_date=day, now=world.now)
    kept.claim(token=token_of(row), actor=world.charlie, now=world.now)
    title = kept.title_of(row)
    theirs, his = (
        requests.place_request(actor=who, title_id=title.pk, now=world.now) for who in (world.bob, world.charlie)
    )
    assert not theirs.asks.exists()
    assert his.asks.exists()


def test_the_link_is_for_the_first_and_its_holder_is_none(world: World) -> None:
    token = token_of(keep(world))
    with pytest.raises(Denied):
        kept.claim(token=token, actor=world.alice, now=world.now)
    for _again in range(2):
        kept.claim(token=token, actor=world.charlie, now=world.now)
    with pytest.raises(NotFound):
        kept.claim(token=token, actor=world.bob, now=world.now)
    keep(world)
    with pytest.raises(NotFound):  # kept anew, the old link is over
        kept.claim(token=token, actor=world.charlie, now=world.now)


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_t_c8_one_whom_a_block_stands_between_comes_too_late(world: World, blocker: str) -> None:
    row = keep(world)
    sides = (world.alice, world.bob) if blocker == "alice" else (world.bob, world.alice)
    Block.objects.create(blocker=sides[0], blocked=sides[1], side="holder", since=world.now)
    with browsers.at(world.now):
        assert browsers.of(world.bob).get(f"/kept/{token_of(row)}/").status_code == 404
    with pytest.raises(NotFound):
        kept.claim(token=token_of(row), actor=world.bob, now=world.now)
    assert kept.claim(token=token_of(row), actor=world.charlie, now=world.now).reader == world.charlie


def test_a_link_that_ends_as_it_is_opened_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = keep(world)
    monkeypatch.setattr(kept, "of_token", lambda *args, **kwargs: row)
    kept.end_keeping(holding_key=world.copy.key, actor=world.alice, now=world.now)
    with pytest.raises(NotFound):
        kept.claim(token="", actor=world.charlie, now=world.now)


@pytest.mark.parametrize("days", [-1, 31])
def test_within_a_month(world: World, days: int) -> None:
    day = (world.now + timedelta(days=days)).date()
    with pytest.raises(Denied) as refused:
        kept.keep_holding(holding_key=world.copy.key, actor=world.alice, last_date=day, now=world.now)
    assert refused.value.field == "last_date"


def test_what_is_promised_is_kept_for_nobody_else_and_only_by_its_holder(world: World) -> None:
    steps.agreed(world)
    with pytest.raises(Denied):
        keep(world)
    with pytest.raises(NotFound):
        kept.keep_holding(holding_key=world.copy.key, actor=world.bob, last_date=world.now.date(), now=world.now)


def test_t_c3_the_pages_keep_claim_and_open(world: World) -> None:
    alice, charlie, page = browsers.of(world.alice), browsers.of(world.charlie), f"/holdings/{world.copy.key}/"
    with browsers.at(world.now):
        alice.post(f"{page}kept/", {"whom": "", "last_date": (world.now + WEEK).date().isoformat()})
        row = Kept.objects.get()
        link = kept.address_of(row)
        assert link in browsers.seen(alice, page)
        path = link[link.index("/kept/") :]
        assert "Keep it for me" in browsers.seen(charlie, path)
        row.refresh_from_db()
        assert row.reader is None
        charlie.post(path)
        assert browsers.of(world.bob).get(path).status_code == 404
        assert "Kept for one reader" in browsers.seen(alice, page)
        alice.post(f"{page}kept/end/")
    assert not Kept.objects.exists()


def test_the_api_keeps_claims_and_opens(world: World) -> None:
    path, day = f"/holdings/{world.copy.key}/kept", (world.now + WEEK).date().isoformat()
    with browsers.at(world.now):
        made = Api(world.alice).call("PUT", path, {"until": day}).json()
        claimed = Api(world.charlie).post(f"/kept/{made['url'].rstrip('/').rsplit('/', 1)[1]}/claim").json()
        assert claimed["holding_id"] == world.copy.key
        assert Api(world.alice).get(path).json()["for_one_reader"] is True
        assert Api(world.alice).delete(path).status_code == 204
        assert Api(world.alice).get(path).status_code == 404


def test_the_api_keeps_for_a_group_or_a_shelf_and_not_for_both(world: World, shelf: str) -> None:
    group = groups.make_group(actor=world.alice, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    said = {"until": (world.now + WEEK).date().isoformat(), "group_id": group.key, "shelf_code": shelf}
    with browsers.at(world.now):
        refused = Api(world.alice).call("PUT", f"/holdings/{world.copy.key}/kept", said)
    assert refused.status_code == 422
    assert "not both" in refused.content.decode()
    assert not Kept.objects.exists()
