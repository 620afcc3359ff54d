import unicodedata

import pytest

from sharing import asks, codes, conversations, handovers, masking, requests
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import Conversation, Handover, Message, Notification
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.fixture
def talk(world: World) -> Conversation:
    return steps.asked(world).conversation


def _say(talk: Conversation, who: object, text: str, world: World) -> Message:
    return conversations.send_message(conversation_id=talk.pk, actor=who, text=text, now=world.now)  # type: ignore[arg-type]


def test_both_sides_write_in_one_order_N5(world: World, talk: Conversation) -> None:
    _say(talk, world.bob, "Is it in good shape?", world)
    _say(talk, world.alice, "还不错", world)
    assert [(m.seq, m.author) for m in talk.messages.all()] == [(1, world.bob), (2, world.alice)]


def test_a_second_click_sends_nothing_twice(world: World, talk: Conversation) -> None:
    for _click in range(2):
        conversations.send_message(conversation_id=talk.pk, actor=world.bob, text="Hello", seen=0, now=world.now)
    assert talk.messages.count() == 1


def test_the_same_words_can_be_sent_again_once_they_were_seen(world: World, talk: Conversation) -> None:
    for seen in range(2):
        conversations.send_message(conversation_id=talk.pk, actor=world.bob, text="Hello", seen=seen, now=world.now)
    assert talk.messages.count() == 2


def test_nobody_has_a_name_before_consent_P2(world: World, talk: Conversation) -> None:
    seen_by_bob = conversations.name_of(world.alice.pk, conversation=talk, viewer=world.bob)
    seen_by_alice = conversations.name_of(world.bob.pk, conversation=talk, viewer=world.alice)
    assert (seen_by_bob, seen_by_alice) == ("The holder", "A reader")


def test_after_consent_each_sees_the_others_name(world: World) -> None:
    talk = steps.agreed(world).ask.conversation
    assert conversations.name_of(world.alice.pk, conversation=talk, viewer=world.bob) == "Alice"


def test_a_stranger_neither_writes_nor_counts_T_R1(world: World, talk: Conversation) -> None:
    with pytest.raises(NotFound):
        _say(talk, world.charlie, "Hello", world)
    assert not Message.objects.exists()


def test_an_ended_conversation_can_only_be_read_P4(world: World, talk: Conversation) -> None:
    requests.cancel_request(request_id=talk.ask.request_id, actor=world.bob, now=world.now)
    with pytest.raises(IllegalTransition, match="only be read"):
        _say(talk, world.bob, "Please?", world)


def test_a_no_looks_like_silence_until_the_time_to_answer_is_over_P2(world: World, talk: Conversation) -> None:
    asks.decline_ask(ask_id=talk.ask_id, actor=world.alice, now=world.now)
    assert _say(talk, world.bob, "Please?", world).seq == 1
    assert not Notification.objects.filter(reader=world.alice, event__kind="message.sent").exists()
    world.now = talk.ask.respond_by
    with pytest.raises(IllegalTransition):
        _say(talk, world.bob, "Please?", world)


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 2001])
def test_empty_and_endless_messages_are_refused(world: World, talk: Conversation, text: str) -> None:
    with pytest.raises(Denied):
        _say(talk, world.bob, text, world)


def test_thirty_messages_a_minute_are_the_most_T_R11(world: World, talk: Conversation) -> None:
    for n in range(30):
        _say(talk, world.bob, str(n), world)
    with pytest.raises(LimitReached):
        _say(talk, world.bob, "one more", world)


def test_the_other_side_is_told_and_oneself_is_not_N1(world: World, talk: Conversation) -> None:
    _say(talk, world.bob, "Hello", world)
    assert list(Notification.objects.filter(event__kind="message.sent").values_list("reader", flat=True)) == [
        world.alice.pk
    ]


@pytest.fixture
def meeting(world: World) -> Handover:
    return steps.arranged(steps.agreed(world), now=world.now)


def _pin(meeting: Handover, world: World) -> str:
    return handovers.issue_code(handover_id=meeting.pk, actor=world.alice, now=world.now).pin


def test_t_c6_the_code_is_left_out_however_it_is_written(world: World, meeting: Handover) -> None:
    pin = _pin(meeting, world)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in pin)
    token = codes.token_of(Handover.objects.get(pk=meeting.pk))
    with_gaps = (" ".join(pin), f"{pin[:3]}-{pin[3:]}", " . ".join(pin), f"7 {' '.join(pin)} 7")
    for said in (pin, f"PIN:{pin}!", wide, *with_gaps, f"?code={token}"):
        sent = _say(meeting.lending.ask.conversation, world.alice, f"here: {said}", world)
        kept = "".join(c for c in unicodedata.normalize("NFKC", sent.text) if c.isalnum())
        assert pin not in kept
        assert token not in sent.text
        assert "left out" in masking.notice(sent.text)


@pytest.mark.parametrize("status", ["deposited", "sent"])
def test_t_c6_nor_does_it_stand_there_while_the_book_is_underway(world: World, meeting: Handover, status: str) -> None:
    pin = _pin(meeting, world)
    Handover.objects.filter(pk=meeting.pk).update(status=status)
    assert pin not in _say(meeting.lending.ask.conversation, world.alice, f"here: {pin}", world).text


@pytest.mark.parametrize(
    "text", ["2026-11-24 at 15:30", "Room 4711, floor 3", "13812345678", "12:30 or 14:00", "ISBN 9787300113906"]
)
def test_dates_rooms_and_other_numbers_stay(world: World, meeting: Handover, text: str) -> None:
    _pin(meeting, world)
    assert _say(meeting.lending.ask.conversation, world.alice, text, world).text == text
    assert masking.notice(text) == ""


def test_without_a_meeting_six_digits_are_only_digits(world: World, talk: Conversation) -> None:
    assert _say(talk, world.bob, "call number 610231", world).text == "call number 610231"
