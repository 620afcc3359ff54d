"""A request's page: how it stands and what comes next, in words; whom it was put to is never among them."""

import re
from datetime import timedelta

import pytest
import time_machine

from personal_catalog.merging import merge_titles
from sharing import asks, conversations, lendings, outcomes, pass_on, pass_on_codes, requests
from sharing.models import CirculationPolicy, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get, queries


def path(found: Request) -> str:
    return f"/requests/{found.pk}/"


def page_of(found: Request, reader, now):
    return get(path(found), reader, now=now)


def test_an_open_request_says_who_acts_next_and_until_when(world: World):
    factories.copy(world.charlie, world.title, now=world.now)
    CirculationPolicy.objects.update_or_create(pk=CirculationPolicy.load().pk, defaults={"wave_size": 1})
    placed = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    page = page_of(placed, world.bob, world.now)
    assert "1 holder has been asked" in page
    assert "If nobody has agreed by Thursday 10:00, we go on to the next holders." in page
    assert "You will have a result by 8 December." in page
    assert "R-" in page


def test_the_place_in_the_queue_is_no_place_to_meet(world: World):
    page = page_of(steps.placed(world), world.bob, world.now)
    assert "#i-place" not in page.html


def test_nobody_is_promised_a_next_holder_where_none_is_left(world: World):
    page = page_of(steps.placed(world), world.bob, world.now)
    assert "we go on to the next holders" not in page
    assert "If somebody else can lend it, we ask at once. You will have a result by 8 December at the latest." in page
    assert "The holders’ time to answer ends" in page


def test_after_the_return_the_request_says_so(world: World):
    lending = steps.on_loan(world)
    steps.returned(lending, now=world.now + timedelta(days=3))
    page = page_of(lending.request, world.bob, world.now + timedelta(days=4))
    assert "You had this book and gave it back" in page
    assert "See this lending" in page


def test_a_stranger_and_the_holder_find_nothing(world: World):
    """T-R1, P2"""
    placed = steps.placed(world)
    for reader in (world.alice, world.charlie, world.lin):
        assert page_of(placed, reader, world.now).status == 404
        with time_machine.travel(world.now):
            assert browser(reader).post(f"{path(placed)}cancel/").status_code == 404
    placed.refresh_from_db()
    assert placed.status == "open"


def test_nobody_who_was_asked_is_named(world: World):
    """P2"""
    placed = steps.placed(world)
    conversation = placed.asks.get().conversation
    conversations.send_message(conversation_id=conversation.pk, actor=world.alice, text="Tomorrow?", now=world.now)
    page = page_of(placed, world.bob, world.now)
    assert "The holder (1)" in page
    assert "1 message" in page
    assert "Alice" not in page.html


@pytest.mark.parametrize("others", [0, 1])
def test_a_no_looks_like_silence(world: World, others):
    """P2: nothing on the page tells that somebody said no, not even when it was the only one asked."""
    for _number in range(others):
        factories.copy(world.charlie, world.title, now=world.now)
    placed = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    later = world.now + timedelta(hours=1)
    before = page_of(placed, world.bob, later).html
    ask = placed.asks.get(holder=world.alice)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, reason="away", now=world.now)
    after = page_of(placed, world.bob, later).html
    assert main(before) == main(after)


def main(html: str) -> str:
    body = html.split("<main")[1].split("</main>")[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)


def test_without_any_holder_it_waits_and_says_so(world: World):
    lonely = factories.title("围城")
    placed = requests.place_request(actor=world.bob, title_id=lonely.pk, now=world.now)
    page = page_of(placed, world.bob, world.now)
    assert "Nobody has it to lend just now" in page
    assert "On the waiting list" in page


def test_who_waits_behind_another_sees_the_place_and_not_that_somebody_was_asked(world: World):
    steps.placed(world)
    placed = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now + timedelta(minutes=1))
    page = page_of(placed, world.charlie, world.now + timedelta(hours=1))
    assert "You are number 2 in the queue" in page
    assert "has been asked" not in page


def test_once_a_holder_has_agreed_the_way_leads_to_the_lending(world: World):
    lending = steps.agreed(world)
    page = page_of(lending.request, world.bob, world.now + timedelta(hours=2))
    assert "A holder has agreed" in page
    assert f'href="/lendings/{lending.pk}/"' in page.html
    assert "Withdraw the request" not in page


def test_a_request_that_found_nobody_ends_with_a_sentence(world: World):
    placed = steps.placed(world)
    late = placed.deadline_at + timedelta(minutes=1)
    outcomes.expire_request(request_id=placed.pk, now=late)
    page = page_of(placed, world.bob, late)
    assert "1 holder asked, who could not lend it this time" in page
    assert "Ended without a lender" in page


def says_what_became_of(ended: Request, other: Request, world: World) -> str:
    ended.refresh_from_db()
    page = page_of(ended, world.bob, world.now)
    assert f'href="/requests/{other.pk}/"' in page.html
    assert "withdrew" not in page
    return re.search(r"<h1>(.+?)</h1>", page.html)[1]


@pytest.mark.parametrize("kept_is_older", [True, False])
def test_one_that_a_merger_has_ended_leads_to_the_one_that_goes_on(world: World, kept_is_older: bool):
    twin = factories.title("拖延 心理学")
    pair = [requests.place_request(actor=world.bob, title_id=pk, now=world.now) for pk in (world.title.pk, twin.pk)]
    keep, double = (world.title, twin) if kept_is_older else (twin, world.title)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=world.lin, now=world.now)
    assert says_what_became_of(pair[1], pair[0], world) == "Your other request goes on"


def test_one_that_a_book_passed_on_in_person_has_ended_leads_to_that_one(world: World):
    placed = steps.placed(world)
    asks.decline_ask(ask_id=placed.asks.get().pk, actor=world.alice, now=world.now)
    code = pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now)
    lending = pass_on.pass_on_now(actor=world.bob, pin=code.pin, now=world.now)
    assert says_what_became_of(placed, lending.request, world) == "You came by this book another way"


def test_withdrawing_by_the_button(world: World):
    placed = steps.placed(world)
    with time_machine.travel(world.now):
        page = browser(world.bob).post(f"{path(placed)}cancel/", follow=True).content.decode()
    placed.refresh_from_db()
    assert placed.status == "cancelled"
    assert "You withdrew this request" in page


def test_withdrawing_what_is_agreed_is_refused_with_a_sentence(world: World):
    """T-R5"""
    lending = steps.agreed(world)
    with time_machine.travel(world.now):
        page = browser(world.bob).post(f"{path(lending.request)}cancel/", follow=True).content.decode()
    assert "Cancel the lending on its own page" in page


def test_a_lending_that_fell_through_stands_on_the_slip(world: World):
    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now + timedelta(hours=3))
    page = page_of(lending.request, world.bob, world.now + timedelta(hours=4))
    assert "The lending fell through; the search goes on" in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(world: World, method):
    placed = steps.placed(world)
    with time_machine.travel(world.now):
        client = browser(world.bob)
        getattr(client, method)(path(placed))
        assert getattr(client, method)(f"{path(placed)}cancel/").status_code == 405
    placed.refresh_from_db()
    assert placed.status == "open"


def test_thirty_asks_need_no_more_queries_than_one(world: World):
    placed = steps.placed(world)
    for_one = queries(path(placed), world.bob, now=world.now)
    for number in range(29):
        other = factories.copy(factories.reader(), world.title, now=world.now)
        ask = placed.asks.create(
            holder=other.owner,
            copy=other,
            wave=number + 2,
            asked_at=world.now,
            respond_by=world.now + timedelta(days=2),
        )
        conversations.Conversation.objects.create(ask=ask)
    for_thirty = queries(path(placed), world.bob, now=world.now)
    assert len(for_one) == len(for_thirty) <= 15


def test_the_readers_own_words_are_shown_as_text(world: World):
    """T-R6"""
    placed = requests.place_request(
        actor=world.bob, title_id=world.title.pk, message="<script>alert(1)</script>", now=world.now
    )
    assert "<script>alert" not in page_of(placed, world.bob, world.now).html
