"""Erasing an account: it waits for what is open and says why, can be taken back, and leaves nobody's name behind."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from incentives.models import Account, Posting
from library_bridge import registers
from library_bridge.models import CampusAccount, Patron, Reader
from personal_catalog.models import Copy
from sharing import conversations, due, erasing, events, requests
from sharing.errors import Denied
from sharing.models import DomainEvent, Erasure, Lending, Message
from tests import factories
from tests.incentives.factories import given
from tests.sharing import browsers, lives, markers, steps
from tests.sharing.conftest import World

WEEK = timedelta(days=7)


def wish(world: World, who: Reader) -> Erasure:
    return erasing.ask_erasure(actor=who, now=world.now)


def erased(world: World, who: Reader) -> Reader:
    list(due.act(now=wish(world, who).act_at))
    who.refresh_from_db()
    return who


def exchanged(world: World) -> Lending:
    """With a word from each of the two."""
    lending = steps.agreed(world)
    for who in (world.alice, world.bob):
        conversations.send_message(
            conversation_id=lending.ask.conversation.pk, actor=who, text="See you", now=world.now
        )
    return steps.returned(steps.handed_over(lending, now=world.now), now=world.now + timedelta(days=2))


def test_t_o3_it_waits_for_what_is_open_and_says_why(world: World) -> None:
    lending = steps.agreed(world)
    erasure = wish(world, world.alice)
    assert not erasing.erase_account(erasure_id=erasure.pk, now=world.now + WEEK)
    page = browsers.seen(browsers.of(world.alice), "/me/data/")
    assert "It waits for:" in page
    assert lending.get_absolute_url() in page


def test_it_happens_once_the_last_lending_has_ended(world: World) -> None:
    exchanged(world)
    erasure = wish(world, world.alice)
    assert erasing.erase_account(erasure_id=erasure.pk, now=erasure.act_at)
    assert not erasing.erase_account(erasure_id=erasure.pk, now=erasure.act_at)


def test_within_the_week_it_can_be_taken_back(world: World) -> None:
    erasure = wish(world, world.bob)
    assert not erasing.erase_account(erasure_id=erasure.pk, now=world.now + WEEK - timedelta(seconds=1))
    erasing.take_back(actor=world.bob, now=world.now)
    erasing.take_back(actor=world.bob, now=world.now)
    assert not Erasure.objects.exists()
    list(due.act(now=world.now + WEEK))
    assert Reader.objects.get(pk=world.bob.pk).is_active


def test_meanwhile_nobody_is_asked(world: World) -> None:
    ask = steps.asked(world)
    wish(world, world.alice)
    ask.refresh_from_db()
    assert ask.status == "withdrawn"
    wanted = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now)
    assert not wanted.asks.exists()


def test_staff_are_sent_to_an_administrator(world: World) -> None:
    with pytest.raises(Denied):
        wish(world, world.lin)


def test_p8_nothing_of_the_reader_is_left_in_the_database(world: World) -> None:
    exchanged(world)
    lives.alone(world, world.bob)
    mark = markers.mark(world.bob)
    assert markers.found_in_database(mark)
    erased(world, world.bob)
    assert markers.found_in_database(mark) == set()


def test_p8_a_control_a_column_that_nobody_erases_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lives.alone(world, world.bob)
    mark = markers.mark(world.bob)
    rows = [
        kept._replace(erased={}) if kept.model == "sharing.SavedSearch" else kept for kept in erasing.keeping.rows()
    ]
    monkeypatch.setattr(erasing.keeping, "rows", lambda: rows)
    erased(world, world.bob)
    assert "sharing_savedsearch" in markers.found_in_database(mark)


def test_p8_the_other_side_keeps_the_lending_without_a_name(world: World) -> None:
    lending = exchanged(world)
    erased(world, world.bob)
    assert Message.objects.get(author=world.bob).text == ""
    page = browsers.seen(browsers.of(world.alice), lending.get_absolute_url())
    assert "Bob" not in page


def test_p8_what_somebody_else_was_told_stays_readable(world: World) -> None:
    said = {"title": "M", "language": "", "title_id": world.title.pk, "until_date": "2026-12-01"}
    for readers in ([world.charlie.pk], []):
        with transaction.atomic():
            events.record("holding.kept", now=world.now, actor=world.bob, why="W", data={**said, "readers": readers})
    erased(world, world.bob)
    told, untold = DomainEvent.objects.filter(kind="holding.kept").order_by("pk")
    assert (told.data["title"], told.why, untold.data) == ("M", "", {})
    assert "“M”" in browsers.seen(browsers.of(world.charlie), "/notifications/")
    erased(world, world.charlie)
    told.refresh_from_db()
    assert told.data == {}


def test_m3_the_ledger_keeps_its_postings_without_a_person(world: World) -> None:
    given(world.bob, 30, now=world.now)
    before = Posting.objects.count()
    erased(world, world.bob)
    assert Posting.objects.count() == before
    assert Account.objects.get(kind="reader", reader=world.bob).reader.username == f"gone-{world.bob.pk}"


def test_the_door_is_shut_everywhere(world: World) -> None:
    card = factories.patron(world.bob, card_number="20230001")
    CampusAccount.objects.create(provider="p", fingerprint="f", patron=card, linked_at=world.now)
    client = browsers.of(world.bob)
    erased(world, world.bob)
    assert client.get("/me/").status_code == 302
    assert not Patron.objects.filter(card_number="20230001").exists()
    assert not CampusAccount.objects.exists()


def test_own_copies_leave_the_shelf(world: World) -> None:
    erased(world, world.alice)
    assert Copy.objects.get(pk=world.copy.pk).status == Copy.Status.WITHDRAWN


def test_all_invariants_hold_afterwards(world: World) -> None:
    exchanged(world)
    lives.alone(world, world.bob)
    before = violations()
    erased(world, world.bob)
    assert violations() <= before


def violations() -> set[str]:
    return {line for check in registers.all_checks() for line in check.violations()}


def test_the_button_wants_its_box_ticked(world: World) -> None:
    client: Client = browsers.of(world.bob)
    client.post("/me/data/erase/")
    assert not Erasure.objects.exists()
    client.post("/me/data/erase/", {"sure": "yes"})
    assert "Keep my account" in browsers.seen(client, "/me/data/")
    client.post("/me/data/keep/")
    assert "Erase my account" in browsers.seen(client, "/me/data/")
