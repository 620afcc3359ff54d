"""Blocking: the two are brought together no more, nobody can tell, and what is under way comes to its end (T-C8, P2)."""

from datetime import timedelta

import pytest

from library_bridge import forgetting
from sharing import (
    asks,
    blocks,
    conversations,
    erasing,
    offers,
    pass_on,
    pass_on_codes,
    policies,
    queues,
    requests,
    waves,
)
from sharing.errors import Denied, NotFound, WrongCode
from sharing.models import Ask, Block, Lending, Notification, Request
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World

LATER = timedelta(days=20)
"""When the same holder could be asked by the same reader again."""


def blocked(world: World, ask: Ask, *, by: str = "alice", end: bool = False) -> Block:
    who = getattr(world, by)
    return blocks.block_reader(conversation_id=ask.conversation.pk, actor=who, end_lending=end, now=world.now)


def test_t_c8_an_ask_that_waits_is_let_go_and_looks_like_silence_P2(world: World) -> None:
    ask = steps.asked(world)
    page = browsers.seen(browsers.of(world.bob), f"/requests/{ask.request_id}/")
    blocked(world, ask)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because) == ("withdrawn", "gone")
    with browsers.at(world.now):
        after = browsers.seen(browsers.of(world.bob), f"/requests/{ask.request_id}/")
    assert "1 holder has been asked" in page
    assert "1 holder has been asked" in after
    assert not Notification.objects.filter(reader=world.bob).exists()


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_t_c8_neither_is_asked_for_the_others_books(world: World, by: str) -> None:
    blocked(world, steps.asked(world), by=by)
    Request.objects.update(status="cancelled", closed_at=world.now)
    hers = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now + LATER)
    his = factories.copy(world.bob, factories.title("B"), now=world.now)
    theirs = requests.place_request(actor=world.alice, holding_key=his.key, now=world.now + LATER)
    assert not hers.asks.exists()
    assert not theirs.asks.exists()
    ready = queues.titles_to_serve(policy=policies.current(), now=world.now + LATER)
    assert ready == []  # else the sweep would look for holders again and again


def test_others_are_asked_as_before(world: World) -> None:
    blocked(world, steps.asked(world))
    factories.copy(world.charlie, world.title, now=world.now)
    Request.objects.update(status="cancelled", closed_at=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    assert request.asks.get().holder == world.charlie


def test_the_request_goes_on_to_the_next_holder(world: World) -> None:
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    ask = request.asks.get()
    factories.copy(world.charlie, world.title, now=world.now)
    blocked(world, ask, by="bob")
    waves.send_next_wave(request_id=request.pk, now=world.now)
    assert request.asks.waiting().get().holder == world.charlie


def test_t_r20_nothing_disappears_from_the_page_of_the_title(world: World) -> None:
    path = f"/titles/{world.title.pk}"
    before = [Api(who).get(path).json()["holdings"] for who in (world.alice, world.bob)]
    blocked(world, steps.asked(world))
    Request.objects.update(status="cancelled", closed_at=world.now)
    assert [Api(who).get(path).json()["holdings"] for who in (world.alice, world.bob)] == before


def test_an_offer_passes_the_blocked_one_by(world: World) -> None:
    blocked(world, steps.asked(world))
    charlies = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now + timedelta(hours=1))
    offers.offer_holding(holding_key=world.copy.key, actor=world.alice, now=world.now + timedelta(hours=2))
    assert Lending.objects.get().taker == world.charlie
    assert charlies.asks.get().status == "accepted"


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_passing_on_in_person_says_only_that_the_code_is_over(world: World, by: str) -> None:
    blocked(world, steps.asked(world), by=by)
    code = pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now)
    with pytest.raises(WrongCode, match="over"):
        pass_on.pass_on_now(actor=world.bob, pin=code.pin, now=world.now)
    assert pass_on.pass_on_now(actor=world.charlie, pin=code.pin, now=world.now).taker == world.charlie


def test_what_is_written_afterwards_is_neither_told_nor_read(world: World) -> None:
    ask = steps.asked(world)
    say = {"conversation_id": ask.conversation.pk, "now": world.now + timedelta(minutes=5)}
    conversations.send_message(actor=world.bob, text="Before", **{**say, "now": world.now})  # type: ignore[arg-type]
    told = Notification.objects.filter(reader=world.alice).count()
    blocked(world, ask)
    conversations.send_message(actor=world.bob, text="Answer me", **say)  # type: ignore[arg-type]
    assert Notification.objects.filter(reader=world.alice).count() == told
    page = browsers.seen(browsers.of(world.alice), f"/conversations/{ask.conversation.pk}/")
    listed = Api(world.alice).get(f"/conversations/{ask.conversation.pk}/messages").json()["items"]
    assert "Before" in page
    assert "Answer me" not in page
    assert [one["text"] for one in listed] == ["Before"]
    assert "Answer me" in browsers.seen(browsers.of(world.bob), f"/conversations/{ask.conversation.pk}/")


def test_a_lending_goes_on_to_its_end_and_can_be_written_about(world: World) -> None:
    lending = steps.on_loan(world)
    blocked(world, lending.ask)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=world.bob, text="At noon?", now=world.now
    )
    assert Notification.objects.filter(reader=world.alice, event__kind="message.sent").exists()
    back = steps.returned(lending, now=world.now + timedelta(days=2))
    assert back.status == "completed"


def test_what_is_agreed_is_cancelled_only_when_asked_for(world: World) -> None:
    lending = steps.agreed(world)
    blocked(world, lending.ask)
    lending.refresh_from_db()
    assert lending.status == "agreed"
    blocked(world, lending.ask, end=True)
    lending.refresh_from_db()
    assert (lending.status, lending.request.status) == ("cancelled", "open")
    assert not Ask.objects.waiting().exists()


def test_an_ask_cannot_be_accepted_in_the_moment_of_the_block(world: World) -> None:
    ask = steps.asked(world)
    Block.objects.create(blocker=world.bob, blocked=world.alice, side="holder", since=world.now)
    with pytest.raises(Denied):
        asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)


def test_it_is_lifted_and_the_two_meet_again(world: World) -> None:
    block = blocked(world, steps.asked(world))
    with pytest.raises(NotFound):
        blocks.lift_block(block_id=block.pk, actor=world.bob, now=world.now)
    blocks.lift_block(block_id=block.pk, actor=world.alice, now=world.now)
    assert not blocks.stands_between(world.alice.pk, world.bob.pk)


def test_charlie_can_block_nobody_here(world: World) -> None:
    with pytest.raises(NotFound):
        blocked(world, steps.asked(world), by="charlie")


def test_p1_the_list_names_them_as_they_were_known(world: World) -> None:
    """A name only where it was told before; the other side's page says nothing."""
    client, ask = browsers.of(world.alice), steps.asked(world)
    page = f"/conversations/{ask.conversation.pk}/block/"
    assert "neither of you is asked" in browsers.seen(client, page)
    client.post(page, {})
    seen = browsers.seen(client, "/me/data/")
    assert "Blocked by me" in seen
    assert "A reader, about" in seen
    assert "Bob" not in seen
    assert "Blocked by me" not in browsers.seen(browsers.of(world.bob), "/me/data/")
    client.post(f"/me/blocks/{Block.objects.get().pk}/lift/")
    assert not Block.objects.exists()


def test_after_consent_by_the_name_that_was_told(world: World) -> None:
    lending = steps.agreed(world)
    path = f"/conversations/{lending.ask.conversation.pk}/block"
    made = Api(world.alice).post(path, {"end_lending": True})
    assert (made.status_code, made.json()["known_as"]) == (201, "Bob")
    assert Api(world.alice).get("/me/blocks").json()["count"] == 1
    lending.refresh_from_db()
    assert lending.status == "cancelled"


def test_p6_about_which_book_is_forgotten_and_p8_goes_with_either_account(world: World) -> None:
    block = blocked(world, steps.asked(world))
    list(forgetting.act(now=world.now + timedelta(days=91)))
    block.refresh_from_db()
    assert block.book == ""
    Request.objects.update(status="cancelled", closed_at=world.now)
    erasure = erasing.ask_erasure(actor=world.bob, now=world.now)
    assert erasing.erase_account(erasure_id=erasure.pk, now=erasure.act_at)
    assert not Block.objects.exists()
