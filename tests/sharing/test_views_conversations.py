"""Messages: sent with and without a script, caught up by number, blind before consent."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sharing import conversations
from sharing.models import Ask, Conversation, Message
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def talk(world: World) -> Conversation:
    return steps.asked(world).conversation


def url(talk: Conversation) -> str:
    return reverse("send-message", args=[talk.pk])


def test_both_write_and_read_in_one_order(world: World, talk: Conversation) -> None:
    browsers.of(world.bob).post(url(talk), {"text": "When would it suit you?"})
    browsers.of(world.alice).post(url(talk), {"text": "Tomorrow"})
    shown = browsers.seen(browsers.of(world.bob), reverse("conversation", args=[talk.pk]))
    assert shown.index("When would it suit you?") < shown.index("Tomorrow")


def test_a_second_click_on_the_same_page_sends_nothing_twice(world: World, talk: Conversation) -> None:
    client = browsers.of(world.bob)
    page = browsers.seen(client, reverse("conversation", args=[talk.pk]))
    assert page.count('name="seen" value="0"') >= 2
    for _click in range(2):
        client.post(url(talk), {"text": "Hello", "seen": "0"})
    assert talk.messages.count() == 1
    assert 'name="seen" value="1"' in browsers.seen(client, reverse("conversation", args=[talk.pk]))


def test_without_a_script_one_comes_back_to_the_page(world: World, talk: Conversation) -> None:
    page = reverse("ask", args=[talk.ask_id])
    answer = browsers.of(world.alice).post(url(talk), {"text": "Hello", "next": page})
    assert answer["Location"] == f"{page}#c{talk.pk}"


@pytest.mark.parametrize("where", ["https://elsewhere/", "//elsewhere/", "/\\elsewhere", "javascript:1"])
def test_t_a5_never_to_another_host(world: World, talk: Conversation, where: str) -> None:
    answer = browsers.of(world.alice).post(url(talk), {"text": "Hello", "next": where})
    assert answer["Location"].startswith("/conversations/")


def test_htmx_gets_the_part_with_an_empty_field(world: World, talk: Conversation) -> None:
    shown = browsers.text(browsers.of(world.alice).post(url(talk), {"text": "Hello"}, headers=browsers.HTMX))
    assert "<html" not in shown
    assert "Hello" in shown
    assert 'value=""' in shown


@pytest.mark.parametrize("headers", [{}, browsers.HTMX])
def test_t_c6_the_sender_is_told_why_a_code_was_left_out(world: World, headers: dict[str, str]) -> None:
    lending = steps.agreed(world)
    steps.arranged(lending, now=world.now)
    talk, client = lending.ask.conversation, browsers.of(world.alice)
    shown = browsers.text(
        client.post(url(talk), {"text": "It is 123456", "asked": "code"}, headers=headers, follow=True)
    )
    assert "123456" not in shown
    assert "was left out of your message" in shown


def test_p2_before_consent_nobody_has_a_name(world: World, talk: Conversation) -> None:
    for who in (world.alice, world.bob):
        conversations.send_message(conversation_id=talk.pk, actor=who, text="Hello", now=world.now)
    assert "Alice" not in browsers.seen(browsers.of(world.bob), reverse("conversation", args=[talk.pk]))
    assert "Bob" not in browsers.seen(browsers.of(world.alice), reverse("conversation", args=[talk.pk]))


def test_n5_catching_up_gives_only_what_is_newer(world: World, talk: Conversation) -> None:
    for text in ("first", "second", "third"):
        conversations.send_message(conversation_id=talk.pk, actor=world.bob, text=text, now=world.now)
    shown = browsers.seen(browsers.of(world.alice), reverse("conversation", args=[talk.pk]), data={"after": "2"})
    assert "third" in shown
    assert "second" not in shown


@pytest.mark.parametrize("after", ["x", "-1", "9" * 20, "²"])
def test_a_strange_number_is_no_number(world: World, talk: Conversation, after: str) -> None:
    conversations.send_message(conversation_id=talk.pk, actor=world.bob, text="first", now=world.now)
    assert "first" in browsers.seen(
        browsers.of(world.alice), reverse("conversation", args=[talk.pk]), data={"after": after}
    )


def test_t_r6_text_stays_text(world: World, talk: Conversation) -> None:
    browsers.of(world.bob).post(url(talk), {"text": '<img src=x onerror=alert(1) hx-get="/">{{7*7}}'})
    shown = browsers.seen(browsers.of(world.alice), reverse("ask", args=[talk.ask_id]))
    assert "<img src=x" not in shown
    assert "{{7*7}}" in shown


@pytest.mark.parametrize("headers", [{}, browsers.HTMX])
def test_too_long_a_text_is_kept_and_said(world: World, talk: Conversation, headers: dict[str, str]) -> None:
    answer = browsers.of(world.bob).post(url(talk), {"text": "z" * 2001}, headers=headers, follow=True)
    assert "at most 2000 characters" in browsers.text(answer)
    assert "z" * 2001 in browsers.text(answer)
    assert not Message.objects.exists()


def test_nothing_but_blanks_is_no_message(world: World, talk: Conversation) -> None:
    answer = browsers.of(world.bob).post(url(talk), {"text": " \n"}, follow=True)
    assert "Write a sentence first" in browsers.text(answer)


def test_a_closed_conversation_says_so_and_keeps_the_text(world: World, talk: Conversation) -> None:
    Conversation.objects.update(closed_at=world.now)
    answer = browsers.of(world.bob).post(url(talk), {"text": "Hello"}, follow=True)
    assert "Your text was not sent" in browsers.text(answer)
    assert "can be read, not continued" in browsers.text(answer)


def test_t_r1_a_stranger_neither_reads_nor_writes(world: World, talk: Conversation) -> None:
    client = browsers.of(world.charlie)
    assert client.get(reverse("conversation", args=[talk.pk])).status_code == 404
    assert client.post(url(talk), {"text": "Hello"}).status_code == 404
    assert not Message.objects.exists()


def test_on_the_lendings_page_stand_the_last_ones(world: World) -> None:
    lending = steps.agreed(world)
    for number in range(5):
        conversations.send_message(
            conversation_id=lending.ask.conversation.pk,
            actor=world.bob,
            text=f"word {number}",
            now=world.now + timedelta(hours=2),
        )
    shown = browsers.seen(browsers.of(world.alice), reverse("lending", args=[lending.pk]))
    assert "word 4" in shown
    assert "word 0" not in shown
    assert "All 5" in shown
    assert Ask.objects.get().status == "accepted"
