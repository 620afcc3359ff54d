"""One line: what servers and networks do to a conversation (protocols/testing.md, S)."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest

from library_bridge.adapters.sip2 import messages
from library_bridge.adapters.sip2.messages import Message
from library_bridge.adapters.sip2.settings import OPTIONS
from library_bridge.ports import ItemStatus, Refused
from tests.library_bridge.playing_sip2 import CHARGED, DATE, ITEM, RETURNED, Player, Step, silence_of, system

# S2, S3: pieces and ends


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n\r", b"\r\n\r\n"])
def test_s2_answers_may_end_as_they_like(player: Player, end: bytes) -> None:
    player.end = end
    asked = system(player)
    for _time in range(3):
        player.will(Step(ITEM))
        assert asked.item("0110").title == "Soil"
    assert player.lines == 1


def test_s2_ends_that_are_not_awaited_are_named(player: Player) -> None:
    player.end = b"\n"
    assert "terminator" in silence_of(lambda: system(player, timeout_s=0.2).item("0110")).reason


@pytest.mark.parametrize(
    ("message", "setting"), [("login", "login empty"), ("status", "sc_status=no"), ("", "patron_information=no")]
)
def test_what_a_server_does_not_know_is_named(player: Player, message: str, setting: str) -> None:
    if message:
        setattr(player, message, Step("", raw=True, end=b"", hang_up=True))
    assert setting in silence_of(lambda: system(player).patron("21")).reason


def test_s2_we_end_in_cr_only_and_send_in_one_piece(player: Player) -> None:
    player.will(Step(ITEM))
    system(player).item("0110")
    assert len(player.pieces) == 3
    assert all(piece.endswith(b"\r") and piece.count(b"\r") == 1 and b"\n" not in piece for piece in player.pieces)


def test_a_server_may_end_its_lines_as_unix_does(player: Player) -> None:
    player.end = player.stop = b"\n"
    player.will(Step(ITEM))
    assert system(player, terminator="LF").item("0110").title == "Soil"


def test_s3_an_answer_in_pieces_of_one_byte(player: Player) -> None:
    player.will(Step(ITEM, by_bytes=True))
    assert system(player).item("0110").title == "Soil"


def test_s3_of_two_answers_in_one_piece_the_first_counts_and_the_line_is_closed(player: Player) -> None:
    player.will(Step(ITEM, times=2), Step(ITEM))
    asked = system(player)
    asked.item("0110")
    asked.item("0110")
    assert player.lines == 2


def test_s3_without_an_end_only_a_right_checksum_makes_it_whole(player: Player) -> None:
    player.will(Step(ITEM, end=b"", hang_up=True), Step(ITEM))
    asked = system(player)
    assert asked.item("0110").title == "Soil"
    asked.item("0110")
    assert player.lines == 2


def test_s3_without_an_end_and_checksum_it_is_asked_again(player: Player) -> None:
    player.will(Step(ITEM, end=b"", hang_up=True), Step(ITEM))
    assert system(player, error_detection="off").item("0110").title == "Soil"
    assert player.lines == 2


def test_s3_more_than_64_kib_is_no_answer(player: Player) -> None:
    endless = Step("x" * (64 * 1024 + 1), raw=True)
    player.will(endless, endless)
    assert silence_of(lambda: system(player).item("0110")).reason == "the answer is too long"


def test_s3_just_below_64_kib_is_one(player: Player) -> None:
    player.will(Step(ITEM + f"AF{'x' * 65_000}|"))
    assert system(player).item("0110").title == "Soil"


# S1, S5: checksum, sequence, resend


def test_s5_the_number_counts_up_to_nine_and_begins_again(player: Player) -> None:
    asked = system(player)
    for _time in range(12):
        player.will(Step(ITEM))
        asked.item("0110")
    assert [messages.unwrap(piece).sequence for piece in player.pieces] == [*range(10), *range(4)]


@pytest.mark.parametrize("sequence", [None, 7])
def test_s5_an_answer_with_no_or_another_number_is_not_believed(player: Player, sequence: int | None) -> None:
    player.will(Step(ITEM, sequence=sequence), Step(ITEM))
    assert system(player).item("0110").title == "Soil"
    assert player.lines == 2


def test_s5_nor_after_a_write_which_is_not_sent_again(player: Player) -> None:
    player.will(Step(CHARGED, sequence=7))
    assert not silence_of(lambda: system(player).check_out("21", "0110")).nothing_sent
    assert player.count("11") == 1


@pytest.mark.parametrize("checksum", [b"0000", b"7F3", b""])
def test_s1_wrong_checksums_are_told_apart_by_the_setting(player: Player, checksum: bytes) -> None:
    answer = Step(ITEM, checksum=checksum)
    player.will(*[answer] * 4)
    assert "error_detection" in silence_of(lambda: system(player).item("0110")).reason
    assert player.steps_left == (0 if checksum else 2)  # what came without one is not asked for again on the same line
    player.forget()
    player.will(answer)
    assert system(player, error_detection="send-only").item("0110").title == "Soil"


def test_s1_where_it_is_off_we_send_none(player: Player) -> None:
    player.will(Step(ITEM, sequence=None, checksum=b""))
    assert system(player, error_detection="off").item("0110").title == "Soil"
    assert player.pieces[-1].endswith(b"AB0110|AC|\r")


def test_s5_a_garbled_answer_to_a_question_is_asked_for_once_more(player: Player) -> None:
    player.will(Step(ITEM, checksum=b"0000"), Step(ITEM, sequence=0))
    assert system(player).item("0110").title == "Soil"
    assert player.pieces[-1] == b"97AZFEF5\r"
    assert (player.lines, player.count("17")) == (1, 1)


def test_s5_a_97_that_gives_no_whole_frame_ends_the_line(player: Player) -> None:
    player.will(Step(ITEM, checksum=b"0000"), Step(ITEM, checksum=b"0000"), Step(ITEM))
    assert system(player).item("0110").title == "Soil"
    assert (player.lines, player.count("97")) == (2, 1)


def test_s5_a_garbled_answer_to_an_act_is_silence(player: Player) -> None:
    player.will(Step(RETURNED, checksum=b"0000"))
    assert not silence_of(lambda: system(player).check_in("0110")).nothing_sent
    assert (player.count("09"), player.count("97")) == (1, 0)


@pytest.mark.parametrize("times", [1, 2])
def test_s5_their_96_gets_the_same_bytes_again(player: Player, times: int) -> None:
    player.will(*[Step("96", sequence=None)] * times, Step(CHARGED))
    assert system(player).check_out("21", "0110").barcode == "0110"
    assert len(set(player.pieces[2:])) == 1
    assert player.count("11") == times + 1


def test_s5_but_not_for_ever(player: Player) -> None:
    player.will(*[Step("96", sequence=None)] * 3)
    silence_of(lambda: system(player).check_out("21", "0110"))
    assert player.count("11") == 3


def test_i4_an_answer_about_another_item_is_not_believed(player: Player) -> None:
    player.will(Step(ITEM.replace("0110", "0111")), Step(ITEM))
    assert system(player).item("0110").title == "Soil"
    assert player.lines == 2


def test_x8_a_late_answer_is_nobodys(player: Player) -> None:
    player.will(Step(CHARGED, late_by=0.5), Step(ITEM))
    asked = system(player, timeout_s=0.3)
    silence_of(lambda: asked.check_out("21", "0110"))
    time.sleep(0.4)
    assert system(player).item("0110").status == ItemStatus.CHARGED
    assert player.count("11") == 1


# S11: login, status, idle lines


def test_s11_login_goes_before_status(player: Player) -> None:
    player.will(Step(ITEM))
    system(player, cp="desk 1").item("0110")
    assert [piece[:2] for piece in player.pieces] == [b"93", b"99", b"17"]
    assert player.pieces[0].startswith(b"9300CNa|COb|CPdesk 1|AY0AZ")


def test_s11_status_may_go_first_or_not_at_all(player: Player) -> None:
    player.will(Step(ITEM))
    system(player, sc_status_first=True).item("0110")
    assert [piece[:2] for piece in player.pieces] == [b"99", b"93", b"17"]
    player.forget()
    player.will(Step(ITEM))
    system(player, sc_status=False, login="").item("0110")
    assert [piece[:2] for piece in player.pieces] == [b"17"]


def test_s11_a_refused_login_is_nothing_sent(player: Player) -> None:
    player.login = Step("940")
    problem = silence_of(lambda: system(player).check_in("0110"))
    assert (problem.nothing_sent, player.count("09")) == (True, 0)
    assert "refused the login" in problem.reason


@pytest.mark.parametrize("step", [Step("941|"), Step("94Y")])
def test_s11_a_login_is_answered_in_more_than_one_way(player: Player, step: Step) -> None:
    player.login = step
    player.will(Step(ITEM))
    assert system(player).item("0110").title == "Soil"


def test_s11_hanging_up_after_the_login_is_nothing_sent(player: Player) -> None:
    player.login = Step("941", raw=True, end=b"", hang_up=True, times=0)
    assert silence_of(lambda: system(player).check_in("0110")).nothing_sent


def test_a_server_that_is_off_line_is_not_asked(player: Player) -> None:
    player.status = Step(player.status.text.replace("98Y", "98N"))
    assert silence_of(lambda: system(player).check_out("21", "0110")).nothing_sent


def test_nobody_there_is_nothing_sent(player: Player) -> None:
    player.close()
    assert silence_of(lambda: system(player).check_out("21", "0110")).nothing_sent


@pytest.mark.parametrize(("ao", "sent"), [("", b"AOMAIN|"), ("EAST", b"AOEAST|")])
def test_the_institution_is_what_the_server_calls_itself_unless_it_is_set(player: Player, ao: str, sent: bytes) -> None:
    player.will(Step(ITEM))
    system(player, ao=ao).item("0110")
    assert sent in player.pieces[-1]


def test_s11_a_line_closed_while_idle_costs_a_question_nothing(player: Player) -> None:
    asked = system(player)
    player.will(Step(ITEM), Step(ITEM))
    asked.item("0110")
    player.hang_up()
    assert asked.item("0110").title == "Soil"
    assert (player.lines, player.count("17")) == (2, 2)


def test_s11_and_an_act_is_sent_once(player: Player) -> None:
    asked = system(player)
    player.will(Step(ITEM), Step(CHARGED))
    asked.item("0110")
    player.hang_up()
    assert asked.check_out("21", "0110").barcode == "0110"
    assert player.count("11") == 1


def test_s11_a_line_that_breaks_under_an_act_is_unknown(player: Player) -> None:
    asked = system(player)
    player.will(Step(ITEM), Step("", raw=True, end=b"", hang_up=True))
    asked.item("0110")
    assert not silence_of(lambda: asked.check_out("21", "0110")).nothing_sent
    assert player.count("11") == 1


def test_s11_a_question_whose_line_breaks_is_asked_once_more_and_no_more(player: Player) -> None:
    gone = Step("", raw=True, end=b"", hang_up=True)
    player.will(gone, gone, gone)
    silence_of(lambda: system(player).item("0110"))
    assert player.count("17") == 2


def test_a_line_idle_for_too_long_is_not_used_again(player: Player) -> None:
    asked = system(player, idle_close_s=0.05)
    player.will(Step(ITEM), Step(ITEM))
    asked.item("0110")
    time.sleep(0.1)
    asked.item("0110")
    assert player.lines == 2


# K13: time


def test_k13_a_slow_drip_does_not_outlast_the_limit(player: Player) -> None:
    player.will(Step(ITEM, by_bytes=True, pause=0.1))
    assert silence_of(lambda: system(player, timeout_s=0.5).item("0110")).reason == "no whole answer in time"


def test_k13_the_limit_holds_for_connecting_and_login_too(player: Player) -> None:
    player.login = Step("941", late_by=5)
    assert silence_of(lambda: system(player, timeout_s=0.3).item("0110")).nothing_sent


# S9, S10


@pytest.mark.parametrize("value", ["", " ", "a|b", "a\rb", "a\nb", "a\x00b", "１２", "借", "1" * 256])
def test_s10_what_no_card_or_barcode_is_opens_no_line(player: Player, value: str) -> None:
    asked = system(player)
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: asked.item(value), "unknown_item"),
        (lambda: asked.check_in(value), "unknown_item"),
        (lambda: asked.check_out("21", value), "unknown_item"),
        (lambda: asked.renew("21", value), "unknown_item"),
        (lambda: asked.check_out(value, "0110"), "unknown_patron"),
        (lambda: asked.patron(value), "unknown_patron"),
        (lambda: asked.loans(value), "unknown_patron"),
        (lambda: asked.authenticate(value, "1"), "wrong_pin"),
    ]
    for act, code in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == code
    assert player.lines == 0


@pytest.mark.parametrize("pin", ["", "  ", "a|b", "a\r", "\x00", "1" * 256])
def test_s10_nor_does_what_no_pin_is(player: Player, pin: str) -> None:
    with pytest.raises(Refused, match="wrong_pin"):
        system(player).authenticate("21", pin)
    assert player.lines == 0


def test_s9_nothing_is_ever_sent_that_acts_behind_the_librarys_back(player: Player, now: datetime) -> None:
    ended = Step(f"36Y{DATE}AOMAIN|AA21|")
    held = Step(f"161N{DATE}AOMAIN|AA21|AB0110|")
    renewed = Step(CHARGED.replace("121NNY", "301YNN"))
    player.will(Step(CHARGED), Step(RETURNED), renewed, Step(ITEM), held, held, ended)
    asked = system(player)
    asked.check_out("21", "0110")
    asked.check_in("0110")
    asked.renew("21", "0110")
    asked.place_hold("21", "0110")
    asked.cancel_hold("21", "0110")
    assert asked.end_session("21")
    sent = [messages.decode(piece) for piece in player.pieces]
    assert [message["no_block"] for message in sent if message.code in ("11", "09", "29")] == ["N"] * 3
    assert {message.get(name) or "N" for message in sent for name in ("BO", "BI")} == {"N"}
    assert not {message.code for message in sent} & {"01", "19", "25", "37", "65"}
    assert [message["mode"] for message in sent if message.code == "15"] == ["+", "-"]


def test_no_pin_goes_along_with_an_act(player: Player) -> None:
    player.will(Step(CHARGED), Step(CHARGED))
    system(player).check_out("21", "0110")
    system(player, send_ad_in_circ=True).check_out("21", "0110")
    first, second = (messages.decode(piece) for piece in player.pieces if piece.startswith(b"11"))
    assert (first.has("AD"), second.all("AD")) == (False, ("",))


def test_a_renewal_may_be_a_checkout(player: Player) -> None:
    player.will(Step(CHARGED), Step(ITEM))
    system(player, renew_by="11", nb_due_date="blank").renew("21", "0110")
    asked = next(messages.decode(piece) for piece in player.pieces if piece.startswith(b"11"))
    assert (asked["renewal_policy"], asked["no_block_due"]) == ("Y", " " * 18)


def test_every_setting_is_told_in_the_documentation(settings: object) -> None:
    text = (settings.BASE_DIR / "docs" / "adapters.md").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert [option.name for option in OPTIONS if f"`{option.name}`" not in text] == []


def test_a_message_knows_its_fields_by_name() -> None:
    assert Message("94", ("1",))["ok"] == "1"
