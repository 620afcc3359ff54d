"""What the adapter makes of answers about items, of refusals, and of its settings."""

import pytest

from library_bridge.adapters.options import Misconfigured
from library_bridge.adapters.sip2.adapter import Sip2System
from library_bridge.adapters.sip2.profiles import PROFILES
from library_bridge.models import Library
from library_bridge.ports import Capability, ItemStatus, Refused, Unavailable
from tests.library_bridge.playing_sip2 import DATE, Player, Step, an_item, code_of, patron, system

# items and refusals


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("03", ItemStatus.AVAILABLE),
        ("04", ItemStatus.CHARGED),
        ("05", ItemStatus.CHARGED),
        ("07", ItemStatus.CHARGED),
        ("08", ItemStatus.HOLD_SHELF),
        ("09", ItemStatus.AVAILABLE),
        ("10", ItemStatus.IN_TRANSIT),
        ("11", ItemStatus.LOST),
        ("12", ItemStatus.LOST),
        ("13", ItemStatus.LOST),
        ("01", ItemStatus.UNKNOWN),
        ("99", ItemStatus.UNKNOWN),
    ],
)
def test_k5_circulation_status(player: Player, status: str, expected: ItemStatus) -> None:
    player.will(an_item("1", "AJSoil|", status))
    found = system(player).item("1")
    assert (found.status, found.recalled) == (expected, status == "07")


@pytest.mark.parametrize(("fields", "count"), [("CF2|", 2), ("CF0|", 0), ("", None), ("CF|", None), ("CFtwo|", None)])
def test_k5_holds_known_none_and_not_told(player: Player, fields: str, count: int | None) -> None:
    player.will(an_item("1", f"AJSoil|{fields}"))
    assert system(player).item("1").hold_count == count


@pytest.mark.parametrize(
    ("alert", "fields", "expected"),
    [
        ("N", "AA21|", ItemStatus.AVAILABLE),
        ("Y", "AA21|CV01|", ItemStatus.HOLD_SHELF),
        ("Y", "AA21|CV02|", ItemStatus.IN_TRANSIT),
        ("Y", "AA21|CV04|", ItemStatus.IN_TRANSIT),
        ("Y", "AA21|CV00|", ItemStatus.UNKNOWN),
        ("Y", "AA21|", ItemStatus.UNKNOWN),
        ("N", "AA21|CY2100|", ItemStatus.HOLD_SHELF),
    ],
)
def test_k7_where_a_returned_item_went(player: Player, alert: str, fields: str, expected: ItemStatus) -> None:
    player.will(Step(f"101YN{alert}{DATE}AOMAIN|AB1|AQ|AJSoil|{fields}"))
    record = system(player).check_in("1")
    assert (record.status, record.card_number) == (expected, "21")


def test_k7_ok_proves_nothing_where_it_is_said_of_everything(player: Player) -> None:
    player.will(*[Step(f"101YNN{DATE}AOMAIN|AB1|AQ|AJSoil|")] * 2)
    assert system(player).check_in("1").status == ItemStatus.AVAILABLE
    assert system(player, checkin_ok_means_charged=False).check_in("1").status == ItemStatus.UNKNOWN


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Item checked out to another patron", "on_loan_to_other"),
        ("Item on Hold for Another User", "hold_by_other"),
        ("Patron Blocked", "card_blocked"),
        ("Greetings from Koha. -- Patron card has expired", "card_expired"),
        ("您已超过最大借书册数", "loan_limit"),
        ("该书已被预约", "hold_by_other"),
        ("读者证已挂失", "card_lost"),
        ("Fine of 3.00 &amp; more", "card_blocked"),
    ],
)
def test_refusals_become_one_of_our_codes(player: Player, words: str, code: str) -> None:
    player.will(Step(f"120NUN{DATE}AOMAIN|AA21|AB1|AJSoil|AH|AF{words}|"))
    assert code_of(lambda: system(player).check_out("21", "1")) == code


def test_the_librarys_own_patterns_come_first(player: Player) -> None:
    player.will(Step(f"120NUN{DATE}AOMAIN|AA21|AB1|AJSoil|AH|AFPatron Blocked 17|"))
    asked = system(player, refusal_patterns=r"blocked 1\d = card_expired; ^x$ = other")
    assert code_of(lambda: asked.check_out("21", "1")) == "card_expired"


def test_a_fee_is_the_librarians_business(player: Player) -> None:
    player.will(Step(f"120NUN{DATE}AOMAIN|AA21|AB1|AJSoil|AH|BT02|BV1.50|AFPlease pay|"))
    assert code_of(lambda: system(player).check_out("21", "1")) == "fee_required"


def test_without_words_it_looks_where_the_item_stands(player: Player) -> None:
    player.will(Step(f"120NUN{DATE}AOMAIN|AA21|AB1|AJ|AH|"), an_item("1"), patron("AA21|BLY|AU1|", count="0001"))
    assert code_of(lambda: system(player).check_out("21", "1")) == "already_on_card"
    player.will(Step(f"100NNN{DATE}AOMAIN|AB1|AQ|AJ|"), an_item("1", status="03"))
    assert code_of(lambda: system(player).check_in("1")) == "not_on_loan"


def test_k12_the_words_shown_hold_no_name(player: Player) -> None:
    answer = Step(f"300NUN{DATE}AA21|AB1|AJ|AH|AFItem not checked out to CANARY|")
    player.will(answer, answer)
    with pytest.raises(Refused) as refusal:
        system(player).renew("21", "1")
    assert refusal.value.reason == "not checked out to"
    with pytest.raises(Refused) as refusal:
        system(player, show_messages=True).renew("21", "1")
    assert refusal.value.reason == "Item not checked out to CANARY"


def test_neither_yes_nor_no_is_no_answer(player: Player) -> None:
    player.will(Step(f"12?NUN{DATE}AOMAIN|AA21|AB1|AJ|AH|"))
    with pytest.raises(Unavailable):
        system(player).check_out("21", "1")


def test_a_checkout_without_a_readable_due_date_reads_it_back(player: Player) -> None:
    player.will(Step(f"121NUN{DATE}AOMAIN|AA21|AB1|AJSoil|AHsoon|"), an_item("1"))
    assert system(player).check_out("21", "1").due_at.day == 7


def test_an_escaped_delimiter_in_a_title(player: Player) -> None:
    player.will(*[an_item("1", "AJAC&#124;DC|")] * 2)
    assert system(player).item("1").title == "AC|DC"
    assert system(player, unescape_pipe=False).item("1").title == "AC&#124;DC"


# settings


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_can_be_used(name: str) -> None:
    made = Sip2System(Library(pk=1, settings={"host": "127.0.0.1", "name": name}))
    assert (Capability.CHECK_OUT_MOVES in made.capabilities) == (name == "sierra")


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "GBK", "cp936", "Big5", "ISO-8859-1", "latin-1", "cp850"])
def test_a_character_set_has_many_names(name: str) -> None:
    assert Sip2System(Library(pk=1, settings={"host": "127.0.0.1", "charset": name})).settings.profile.charset == name


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "unheard of"},
        {"timezone": "Mars/Olympus"},
        {"pool_size": 0},
        {"port": 0},
        {"page_size": -1},
        {"language": "zh"},
        {"au_format": "title"},
        {"ao": "a|b"},
        {"password": "a\rb"},
        {"tls_pin": "12"},
        {"refusal_patterns": "("},
        {"refusal_patterns": "( = other"},
        {"charset": "utf-16"},
        {"charset": "utf-7"},
        {"charset": "rot13"},
        {"charset_fallback": "morse"},
    ],
)
def test_what_cannot_be_used_is_named(settings: dict[str, object]) -> None:
    with pytest.raises(Misconfigured):
        Sip2System(Library(pk=1, settings={"host": "127.0.0.1", **settings}))
