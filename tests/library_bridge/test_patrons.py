"""One card is one account, and only an answer for that card counts (K2, C5, T-I1)."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from library_bridge import patrons
from library_bridge.models import EmbeddedPatron, Library, Patron, Reader
from library_bridge.patrons import TooManyTries, WrongPin
from library_bridge.ports import Unavailable
from tests.library_bridge import doubles
from tests.library_bridge.doubles import Script
from tests.library_bridge.factories import PIN, Campus, embedded_patron


@pytest.fixture
def sign_in(campus: Campus, now: datetime) -> Callable[..., Reader]:
    def made(card_number: str = campus.alice.card_number, pin: str = PIN, library_code: str = "demo") -> Reader:
        return patrons.sign_in(library_code=library_code, card_number=card_number, pin=pin, address="10.0.0.1", now=now)

    return made


def test_c5_the_same_card_is_the_same_reader(sign_in: Callable[..., Reader], campus: Campus) -> None:
    assert sign_in() == sign_in() == campus.alice.reader
    assert Patron.objects.count() == 3


def test_c5_a_card_typed_in_small_letters_makes_no_second_account(
    sign_in: Callable[..., Reader], campus: Campus, script: Script
) -> None:
    EmbeddedPatron.objects.filter(pk=embedded_patron(campus.library, campus.category).pk).update(
        card_number="CQ20230077"
    )
    card = "CQ20230077"
    reader = sign_in(card)
    script.on("authenticate", doubles.alters(card_number=card.lower()))  # a system that says the card as it was typed
    assert sign_in(card) == reader
    second = Reader.objects.create(username="second", display_name="Second")
    with pytest.raises(IntegrityError), transaction.atomic():
        Patron.objects.create(library=campus.library, reader=second, card_number=card.lower())


def test_a_first_sign_in_makes_a_nameless_reader(sign_in: Callable[..., Reader], campus: Campus, now: datetime) -> None:
    card = embedded_patron(campus.library, campus.category, name="王小明")
    reader = sign_in(card.card_number)
    assert reader.username.startswith("r-")
    assert reader.display_name.startswith("Reader ")
    assert not reader.has_usable_password()
    assert Patron.objects.get(reader=reader).checked_at == now


def test_a_card_is_found_without_naming_the_only_library(sign_in: Callable[..., Reader], campus: Campus) -> None:
    assert sign_in(library_code="") == campus.alice.reader
    Library.objects.create(code="other", name_zh="乙", name_en="B")
    with pytest.raises(WrongPin):
        sign_in(library_code="")


def test_full_width_digits_and_blanks_are_the_same_card(sign_in: Callable[..., Reader], campus: Campus) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in campus.alice.card_number)
    assert sign_in(f" {wide} ") == campus.alice.reader


def test_a_blocked_card_signs_in_and_is_known_to_be_blocked(sign_in: Callable[..., Reader], campus: Campus) -> None:
    EmbeddedPatron.objects.update(blocked=True)
    sign_in()
    campus.alice.refresh_from_db()
    assert campus.alice.blocked_reason == "card_blocked"


def test_a_reader_who_was_shut_out_gets_the_same_answer(sign_in: Callable[..., Reader], campus: Campus) -> None:
    Reader.objects.update(is_active=False)
    with pytest.raises(WrongPin):
        sign_in()


def test_an_inactive_library_signs_nobody_in(sign_in: Callable[..., Reader], campus: Campus) -> None:
    Library.objects.update(is_active=False)
    with pytest.raises(WrongPin):
        sign_in()


def test_k2_an_answer_for_another_card_is_not_believed(
    sign_in: Callable[..., Reader], campus: Campus, script: Script
) -> None:
    script.on("authenticate", doubles.alters(card_number=campus.bob.card_number))
    with pytest.raises(Unavailable):
        sign_in()


@pytest.mark.parametrize("card", ["1|2", "1\r2", "1\n2", "1\x002", "1\x1b2", "1" * 41, "", "  "])
def test_t_i1_what_no_card_has_is_not_sent(
    sign_in: Callable[..., Reader], campus: Campus, script: Script, card: str
) -> None:
    with pytest.raises(WrongPin):
        sign_in(card)
    assert script.calls["authenticate"] == 0


@pytest.mark.parametrize("pin", ["1|2", "1\r\nAO", "\x00", "1" * 129, ""])
def test_t_i1_what_no_pin_has_is_not_sent(
    sign_in: Callable[..., Reader], campus: Campus, script: Script, pin: str
) -> None:
    with pytest.raises(WrongPin):
        sign_in(pin=pin)
    assert script.calls["authenticate"] == 0


def test_t_i9_the_library_system_never_sees_a_sixth_guess(
    sign_in: Callable[..., Reader], campus: Campus, script: Script
) -> None:
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongPin) as wrong:
            sign_in(pin="1")
        assert wrong.value.tries_left == left
    for _try in range(3):
        with pytest.raises(TooManyTries):
            sign_in()
    assert script.calls["authenticate"] == 5


def test_a_right_pin_clears_the_count(sign_in: Callable[..., Reader], campus: Campus) -> None:
    for _round in range(3):
        for _try in range(4):
            with pytest.raises(WrongPin):
                sign_in(pin="1")
        sign_in()


def test_refreshing_a_patron_keeps_the_systems_word(campus: Campus, now: datetime) -> None:
    EmbeddedPatron.objects.update(lost=True)
    assert patrons.refresh_patron(patron=campus.bob, now=now).blocked_reason == "card_lost"
    campus.bob.refresh_from_db()
    assert (campus.bob.blocked_reason, campus.bob.checked_at) == ("card_lost", now)
