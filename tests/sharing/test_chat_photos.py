"""Photos in a conversation, and what a writer is asked about before it is sent."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sharing import cautions, chat_photos
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.models import Conversation, Message
from tests.personal_catalog.sent_pictures import MARKS, jpeg
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

LINK = "Look at https://example.com/x"


@pytest.fixture
def talk(world: World) -> Conversation:
    return steps.asked(world).conversation


def send(talk: Conversation, world: World, photo: bytes) -> Message:
    return chat_photos.send_photo(conversation_id=talk.pk, actor=world.bob, photo=photo, now=world.now)


def kept() -> list[Path]:
    return sorted((Path(settings.MEDIA_ROOT) / "chats").rglob("*.webp"))


def test_t_u3_what_is_kept_tells_neither_place_nor_device(world: World, talk: Conversation) -> None:
    sent = send(talk, world, jpeg())
    content = sent.photo.read()
    assert content[8:12] == b"WEBP"
    assert not any(mark in content for mark in MARKS)
    assert sent.seq == 1


def test_t_u2_what_is_no_picture_is_refused_and_leaves_nothing(world: World, talk: Conversation) -> None:
    before = kept()
    for bad in (b"", b"<svg/>", b"GIF89a", b"%PDF-1.4"):
        with pytest.raises(Denied):
            send(talk, world, bad)
    assert kept() == before
    assert not Message.objects.exists()


def test_t_u4_only_the_two_see_it(world: World, talk: Conversation) -> None:
    url = send(talk, world, jpeg()).photo_url
    for who, status in ((world.alice, 200), (world.bob, 200), (world.charlie, 404), (world.lin, 404)):
        assert browsers.of(who).get(url).status_code == status
    assert browsers.of(world.alice).get(url)["Content-Type"] == "image/webp"


def test_a_stranger_sends_none_and_a_closed_conversation_takes_none(world: World, talk: Conversation) -> None:
    with pytest.raises(NotFound):
        chat_photos.send_photo(conversation_id=talk.pk, actor=world.charlie, photo=jpeg(), now=world.now)
    Conversation.objects.update(closed_at=world.now)
    before = kept()
    with pytest.raises(IllegalTransition):
        send(talk, world, jpeg())
    assert kept() == before


def test_ten_photos_are_the_most_t_u5(world: World, talk: Conversation) -> None:
    Message.objects.bulk_create(
        Message(
            conversation=talk, seq=100 + n, author=world.bob, text="Photo", photo="x", token=str(n), sent_at=world.now
        )
        for n in range(10)
    )
    with pytest.raises(LimitReached):
        send(talk, world, jpeg())


def test_the_page_sends_and_shows_it(world: World, talk: Conversation) -> None:
    file = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
    browsers.of(world.bob).post(reverse("send-photo", args=[talk.pk]), {"photo": file})
    assert Message.objects.get().photo_url in browsers.seen(
        browsers.of(world.alice), reverse("conversation", args=[talk.pk])
    )


@pytest.mark.parametrize("headers", [{}, browsers.HTMX])
def test_t_r8_a_link_is_asked_about_before_it_is_sent(
    world: World, talk: Conversation, headers: dict[str, str]
) -> None:
    client, url = browsers.of(world.bob), reverse("send-message", args=[talk.pk])
    shown = browsers.text(client.post(url, {"text": LINK}, headers=headers, follow=True))
    assert "Send all the same" in shown
    assert LINK in shown
    assert not Message.objects.exists()
    client.post(url, {"text": LINK, "asked": "link"}, headers=headers)
    assert Message.objects.get().text == LINK


def test_t_r8_a_link_is_text_and_its_reader_is_warned(world: World, talk: Conversation) -> None:
    browsers.of(world.bob).post(reverse("send-message", args=[talk.pk]), {"text": LINK, "asked": "link"})
    shown = browsers.seen(browsers.of(world.alice), reverse("conversation", args=[talk.pk]))
    assert "names an address outside" in shown
    assert 'href="https://example.com' not in shown


def test_t_c6_digits_like_a_code_are_asked_about(world: World, talk: Conversation) -> None:
    client, url = browsers.of(world.bob), reverse("send-message", args=[talk.pk])
    assert "looks like a handover" in browsers.text(client.post(url, {"text": "123 456"}, follow=True))
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["See you at 12.30", "第3.5章", "13812345678", "ISBN 9787300113906", "a.m. or p.m."])
def test_what_is_neither_link_nor_code_is_not_asked_about(text: str) -> None:
    assert cautions.found_in(text) == set()


@pytest.mark.parametrize("text", ["www.a.b", "weixin://x", "come to example.cn", "HTTP://A"])
def test_links_in_any_dress_are_seen(text: str) -> None:
    assert cautions.found_in(text) == {"link"}
