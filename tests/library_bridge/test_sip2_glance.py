"""What a reader sees costs one question: the sign-in's answer serves the list that follows, and titles are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.core.cache import cache

from library_bridge import loans, patrons
from library_bridge.models import Library, LibraryLoan, Patron
from tests.library_bridge.factories import Campus
from tests.library_bridge.playing_sip2 import DATE, Player, Step, an_item, patron, system

SIGNED_IN = patron("AA21|AECANARY-name|BLY|CQY|AU1|AU2|", count="0002")
LIST = patron("AA21|BLY|AU1|AU2|", count="0002")
RENEWED = Step(f"301YNN{DATE}AA21|AB1|AJSoil|AH20270107    235900|")


@contextmanager
def later(**time: float) -> Iterator[None]:
    moment = datetime.now(UTC) + timedelta(**time)
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


@pytest.fixture
def known(player: Player) -> Player:
    """Somebody has looked at this list before."""
    player.will(LIST, an_item("1"), an_item("2"))
    system(player).loans("21")
    player.pieces.clear()
    return player


def test_sign_in_and_list_are_one_question_whoever_asks(known: Player) -> None:
    known.will(SIGNED_IN)
    system(known).authenticate("21", "CANARY-pin")
    listed = system(known).glance("21")
    assert [loan.title for loan in listed.loans] == ["Soil", "Soil"]
    assert (listed.complete, len(known.pieces)) == (True, 1)
    assert listed.as_of is not None


def test_k12_the_kept_answer_holds_no_pin_and_no_name(known: Player) -> None:
    known.will(SIGNED_IN)
    system(known).authenticate("21", "CANARY-pin")
    kept = b"".join(cache._cache.values())  # type: ignore[attr-defined]  # the local one
    assert b"Soil" in kept
    assert b"CANARY" not in kept


def test_a_sign_in_serves_one_list_only(known: Player) -> None:
    known.will(SIGNED_IN, LIST)
    system(known).authenticate("21", "CANARY-pin")
    assert system(known).glance("21").as_of
    assert system(known).glance("21").as_of is None
    assert known.count("63") == 2


def test_a_decision_never_rests_on_it(known: Player) -> None:
    known.will(SIGNED_IN, LIST)
    system(known).authenticate("21", "CANARY-pin")
    system(known).loans("21")
    assert known.count("63") == 2


def test_an_act_since_then_has_the_list_asked_anew(known: Player) -> None:
    known.will(SIGNED_IN, RENEWED, an_item("1", "AJSoil|AH20270107    235900|"))
    system(known).authenticate("21", "CANARY-pin")
    system(known).renew("21", "1")
    known.will(LIST, an_item("1", "AJSoil|AH20270107    235900|"))
    assert [loan.due_at.year for loan in system(known).glance("21").loans] == [2027, 2026]


def test_due_dates_serve_a_glance_for_a_day_and_a_decision_for_minutes(known: Player) -> None:
    with later(hours=20):
        known.will(LIST, LIST, an_item("1"), an_item("2"))
        seen = system(known).glance("21").loans
        assert all(loan.as_of for loan in seen)
        assert known.count("17") == 0
        assert not any(loan.as_of for loan in system(known).loans("21").loans)
    assert known.count("17") == 2


def test_only_what_is_new_on_the_card_is_asked(known: Player) -> None:
    known.will(patron("AA21|BLY|AU1|AU2|AU3|", count="0003"), an_item("3"))
    assert len(system(known).glance("21").loans) == 3
    assert known.count("17") == 1


def test_a_title_is_kept_where_the_list_tells_due_dates(player: Player) -> None:
    dated = patron("AA21|BLY|AU1;2026-12-07|", count="0001")
    player.will(dated, an_item("1"), dated)
    for _look in range(2):
        [loan] = system(player, au_format="barcode;due").loans("21").loans
        assert (loan.title, loan.due_at.day) == ("Soil", 7)
    assert player.count("17") == 1


# on the page


@pytest.fixture
def alice(campus: Campus, player: Player) -> Patron:
    settings = {"host": "127.0.0.1", "port": player.port, "login": "a", "password": "b"}
    Library.objects.filter(pk=campus.library.pk).update(adapter="sip2", settings=settings)
    Patron.objects.filter(pk=campus.alice.pk).update(card_number="21")
    return Patron.objects.select_related("library").get(pk=campus.alice.pk)


def sign_in(alice: Patron) -> None:
    now = datetime.now(UTC)
    patrons.sign_in(library_code="demo", card_number="21", pin="CANARY-pin", address="127.0.0.1", now=now)


def test_sign_in_and_the_first_page_are_one_question(alice: Patron, player: Player) -> None:
    player.will(LIST, an_item("1"), an_item("2"))
    loans.refresh_loans(patron=alice, now=datetime.now(UTC) - timedelta(hours=1))
    player.will(SIGNED_IN)
    before = len(player.pieces)
    sign_in(alice)
    assert len(loans.glance(patron=alice, now=datetime.now(UTC))) == 2
    assert len(player.pieces) - before == 1


def test_what_was_written_down_since_the_sign_in_stands(alice: Patron, player: Player) -> None:
    player.will(SIGNED_IN)
    sign_in(alice)
    player.will(patron("AA21|BLY|", count="0000"), an_item("1"), an_item("2"), patron("AA21|BLY|", count="0000"))
    loans.refresh_loans(patron=alice, now=datetime.now(UTC))  # somebody has taken both over
    assert loans.glance(patron=alice, now=datetime.now(UTC)) == []


def test_i6_a_glance_says_how_old_a_due_date_is(alice: Patron, player: Player) -> None:
    player.will(LIST, an_item("1"), an_item("2"), LIST)
    loans.refresh_loans(patron=alice, now=datetime.now(UTC))
    with later(hours=3):
        loans.glance(patron=alice, now=datetime.now(UTC) + timedelta(hours=3))
    assert all(loan.checked_at < datetime.now(UTC) for loan in LibraryLoan.objects.open())
