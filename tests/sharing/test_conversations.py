import pytest

from sharing import asks, conversations, requests
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import Conversation, Message, Notification
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
