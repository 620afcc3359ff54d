"""Quick replies: chosen, not typed, and read by each side in their own language."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from sharing import conversations, quick_replies
from sharing.conversations import Chosen
from sharing.errors import Denied
from sharing.models import Conversation, MeetingPlace, Message
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def talk(world: World) -> Conversation:
    return steps.asked(world).conversation


def send(talk: Conversation, world: World, code: str, **parts: str) -> Message:
    return conversations.send_message(
        conversation_id=talk.pk, actor=world.alice, reply=Chosen(code, parts), now=world.now
    )


def test_each_side_reads_it_in_their_own_language(world: World, talk: Conversation) -> None:
    sent = send(talk, world, "until", date="2026-12-01")
    assert quick_replies.text_of(sent) == "I still need it until 1 December."
    with translation.override("zh-hans"):
        assert quick_replies.text_of(sent) == "我要用到 12 月 1 日。"


def test_a_place_of_the_list_is_named_in_each_language(world: World, talk: Conversation) -> None:
    MeetingPlace.objects.create(name_zh="正门", name_en="Main gate")
    sent = send(talk, world, "tomorrow_at", place="Main gate")
    assert quick_replies.text_of(sent) == "Tomorrow at Main gate?"
    with translation.override("zh-hans"):
        assert "正门" in quick_replies.text_of(sent)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("nothing", {}), ("until", {}), ("until", {"date": "x"}), ("until", {"date": "2026-11-01"}),
        ("until", {"date": "2030-01-01"}), ("tomorrow_at", {"place": "my flat, room 3"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(world: World, talk: Conversation, code: str, parts: dict[str, str]) -> None:
    with pytest.raises(Denied):
        send(talk, world, code, **parts)
    assert not Message.objects.exists()


def test_every_reply_can_be_filled_in_both_languages(world: World) -> None:
    parts = {"date": str(world.now.date() + timedelta(days=1)), "zh": "正门", "en": "Main gate"}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for code in quick_replies.WORDS:
                assert "%" not in quick_replies.filled(code, parts, sent_at=world.now)


def test_what_is_offered_hangs_on_where_the_two_stand(world: World, talk: Conversation) -> None:
    offered = {who: [one.code for one in quick_replies.replies(talk, who)] for who in (world.alice, world.bob)}
    assert "until" in offered[world.alice]
    assert "need_by" in offered[world.bob]


def test_the_page_sends_it_with_its_day(world: World, talk: Conversation) -> None:
    client = browsers.of(world.alice)
    page = browsers.seen(client, reverse("conversation", args=[talk.pk]))
    assert 'name="date-until"' in page
    client.post(reverse("send-message", args=[talk.pk]), {"reply": "until", "date-until": "2026-12-01", "seen": "0"})
    assert Message.objects.get().parts == {"date": "2026-12-01"}
    assert "I still need it until 1 December." in browsers.seen(
        browsers.of(world.bob), reverse("conversation", args=[talk.pk])
    )


def test_a_borrower_may_name_the_day_on_which_it_comes_back(world: World) -> None:
    lending = steps.on_loan(world)
    assert "back_on" in [one.code for one in quick_replies.replies(lending.ask.conversation, world.bob)]
