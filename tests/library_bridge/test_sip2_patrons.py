"""Cards over SIP2: who is signed in, how a card stands, and what is on it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from library_bridge.ports import NotSupported, Unavailable
from tests.library_bridge.playing_sip2 import DATE, Player, Step, an_item, code_of, patron, system

# S7: who is signed in


@pytest.mark.parametrize("bl", ["BLY|", "BLN|", ""])
@pytest.mark.parametrize("cq", ["CQY|", "CQN|", ""])
def test_s7_only_yes_and_yes_signs_in(player: Player, bl: str, cq: str) -> None:
    player.will(patron(f"AA21|AELin|{bl}{cq}"))
    asked = system(player)
    if (bl, cq) == ("BLY|", "CQY|"):
        assert asked.authenticate("21", "4821").card_number == "21"
    else:
        assert code_of(lambda: asked.authenticate("21", "4821")) == "wrong_pin"


def test_k2_an_answer_for_another_card_is_not_believed(player: Player) -> None:
    player.will(*[patron("AA22|AELin|BLY|CQY|")] * 2)
    with pytest.raises(Unavailable):
        system(player).authenticate("21", "4821")


def test_a_card_is_the_same_in_upper_and_lower_case(player: Player) -> None:
    player.will(patron("AAa21|AELin|BLY|CQY|"))
    assert system(player).authenticate("A21", "4821").card_number == "a21"


@pytest.mark.parametrize(
    ("status", "fields", "reason"),
    [
        ("", "", ""),
        ("N" * 14, "", ""),
        ("Y", "", "card_blocked"),
        ("Y", "PA20261123|", "card_expired"),
        ("", "PA20261123|", ""),  # the library lets it borrow all the same
        ("    Y", "", "card_lost"),
        ("     Y", "", "loan_limit"),
        (" Y Y", "", ""),  # no renewals and no holds: it may borrow
        ("          Y", "", ""),
        ("", "CB0005|", "loan_limit"),
        ("", "CB0000|", ""),
        ("", "CBmany|PAnever|", ""),
    ],
)
def test_k3_standing_from_the_letters_of_a_status(player: Player, status: str, fields: str, reason: str) -> None:
    player.will(patron(f"AA21|AELin|BLY|{fields}", status=status, count="0005"))
    assert system(player).patron("21").blocked_reason == reason


@pytest.mark.parametrize("fields", ["AA21|AE|BLN|", "AA|AE|BLN|", "AA21|AE|"])
def test_k3_an_unknown_card(player: Player, fields: str) -> None:
    player.will(patron(fields, status="YYYY"))
    assert code_of(lambda: system(player).patron("21")) == "unknown_patron"


# where there is no Patron Information


def status(fields: str, marks: str = "") -> Step:
    return Step(f"24{marks.ljust(14)}000{DATE}AOMAIN|AA21|{fields}")


def test_patron_status_signs_in_and_tells_how_a_card_stands(player: Player) -> None:
    player.will(status("AELin|BLY|CQY|"), status("AELin|BLY|", "Y"), status("AELin|BLY|CQN|"))
    asked = system(player, patron_information="no")
    assert asked.authenticate("21", "4821").card_number == "21"
    assert asked.patron("21").blocked_reason == "card_blocked"
    assert code_of(lambda: asked.authenticate("21", "4822")) == "wrong_pin"
    assert (player.count("23"), player.count("63")) == (3, 0)


def test_without_patron_information_there_are_no_lists(player: Player) -> None:
    asked = system(player, patron_information="no")
    for ask in (asked.loans, asked.glance):
        with pytest.raises(NotSupported):
            ask("21")


# S8: lists


def of(player: Player, *steps: Step, **settings: object) -> tuple[list[str], bool]:
    player.will(*steps)
    listed = system(player, **settings).loans("21")
    return [loan.barcode for loan in listed.loans], listed.complete


def au(*barcodes: str, count: int | None = None) -> Step:
    number = f"{len(barcodes) if count is None else count:04d}"
    return patron("AA21|BLY|" + "".join(f"AU{barcode}|" for barcode in barcodes), count=number)


def test_s8_pages_until_the_count_is_reached(player: Player) -> None:
    pages = [au("1", "2", count=5), au("3", "4", count=5), au("5", count=5)]
    items = [an_item(barcode) for barcode in "12345"]
    assert of(player, *pages, *items, page_size=2) == (list("12345"), True)
    asked = [piece for piece in player.pieces if piece.startswith(b"63")]
    assert [b"BP" in piece for piece in asked] == [False, True, True]
    assert b"BP3|BQ4|" in asked[1]
    assert b"BP5|BQ6|" in asked[2]


def test_s8_a_system_that_ignores_pages_and_counts_more_than_it_lists(player: Player) -> None:
    assert of(player, au("1", count=25), au("1", count=25), an_item("1")) == (["1"], False)


def test_s8_a_page_that_never_ends_does(player: Player) -> None:
    endless = [au(*[str(number * 2), str(number * 2 + 1)], count=9999) for number in range(60)]
    player.will(*endless[:51])
    player.always = None
    with pytest.raises(
        Unavailable
    ):  # the list is cut after fifty pages; then its first item is asked for, and nobody answers
        system(player).loans("21")
    assert player.count("63") == 51


def test_s8_without_pages_a_longer_count_is_a_cut_list(player: Player) -> None:
    assert of(player, au("1", count=2), an_item("1"), page_size=0) == (["1"], False)


def test_s8_the_same_barcode_twice_is_one_loan(player: Player) -> None:
    assert of(player, au("1", "1"), an_item("1")) == (["1"], True)


def test_s8_a_count_that_is_not_told_is_made_sure_of(player: Player) -> None:
    first = patron("AA21|BLY|AU1|", count="    ")
    assert of(player, first, first, an_item("1")) == (["1"], True)


@pytest.mark.parametrize(
    ("text", "form", "barcode", "title"),
    [
        ("01100231 Data structures", "barcode", "01100231", "Soil"),
        ("01100231;2026-12-07", "barcode", "01100231", "Soil"),
        ("01100231 Data structures", "barcode title", "01100231", "Soil"),
        ("01100231;2026-12-07;Data", "barcode;due;title", "01100231", "Data"),
        ("01100231   2026-12-07", "barcode due", "01100231", "Soil"),
    ],
)
def test_s8_what_an_entry_holds_is_a_setting(player: Player, text: str, form: str, barcode: str, title: str) -> None:
    player.will(au(text), an_item(barcode))
    listed = system(player, au_format=form).loans("21")
    assert [(loan.barcode, loan.title) for loan in listed.loans] == [(barcode, title)]
    assert player.count("17") == (0 if {"due", "title"} <= set(form.replace(";", " ").split()) else 1)


@pytest.mark.parametrize("entry", ["東方雜誌", ""])
def test_s8_an_entry_without_a_barcode_cuts_the_list(player: Player, entry: str) -> None:
    assert of(player, au(entry, "1"), au(entry, "1"), an_item("1")) == (["1"], False)


def test_s8_nor_is_a_title_taken_for_an_item(player: Player) -> None:
    assert of(player, au("Data structures"), an_item("Data", "AJ|", "01")) == ([], False)


def test_s8_overdue_items_may_be_told_apart(player: Player) -> None:
    late = patron("AA21|BLY|AT2|", count="0001")
    steps = [au("1"), late, an_item("2"), an_item("1")]
    barcodes, complete = of(player, *steps, overdue_apart=True)
    assert (set(barcodes), complete) == ({"1", "2"}, True)


def test_k11_a_due_date_that_cannot_be_read_cuts_the_list(player: Player) -> None:
    assert of(player, au("1", "2"), an_item("1", "AJSoil|AH20260231    235900|"), an_item("2")) == (["2"], False)


def test_i6_due_dates_are_in_the_zone_of_the_library_or_of_its_server(player: Player) -> None:
    player.will(an_item("1"), an_item("1"))
    assert system(player).item("1").due_at == datetime(2026, 12, 7, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert system(player, timezone="UTC").item("1").due_at == datetime(2026, 12, 7, 23, 59, tzinfo=ZoneInfo("UTC"))


# round trips


def test_sign_in_and_loans_are_one_round_trip_on_a_warm_line(player: Player) -> None:
    player.will(patron("AA21|BLY|AU1|", count="0001"), an_item("1"))
    system(player).loans("21")
    player.will(patron("AA21|BLY|CQY|AU1|", count="0001"))
    before, asked = len(player.pieces), system(player)
    asked.authenticate("21", "4821")
    assert [loan.title for loan in asked.loans("21").loans] == ["Soil"]
    assert asked.patron("21").loan_count == 1
    assert len(player.pieces) - before == 1


def test_a_transfer_reads_item_giver_and_taker_in_three(player: Player) -> None:
    player.will(an_item("1"), au("1"), patron("AA22|BLY|"))
    asked = system(player)
    asked.item("1")
    assert asked.loans("21").of("1")
    assert not asked.loans("22").loans
    assert asked.patron("22").blocked_reason == ""
    assert [piece[:2] for piece in player.pieces[2:]] == [b"17", b"63", b"63"]


def test_an_act_ends_what_was_known_of_the_item(player: Player) -> None:
    renewed = Step(f"301YNN{DATE}AA21|AB1|AJSoil|AH20270107    235900|")
    player.will(au("1"), an_item("1"), renewed, an_item("1", "AJSoil|AH20270107    235900|"), au("1"))
    player.will(an_item("1", "AJSoil|AH20270107    235900|"))
    asked = system(player)
    asked.loans("21")
    asked.renew("21", "1")
    assert [loan.due_at.year for loan in asked.loans("21").loans] == [2027]


def test_nothing_is_remembered_for_another_card(player: Player) -> None:
    player.will(au("1"), an_item("1"), patron("AA22|BLY|AU1|", count="0001"), an_item("1"))
    system(player).loans("21")
    assert system(player).loans("22").of("1")
    assert player.count("17") == 2
