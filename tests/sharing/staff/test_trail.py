"""Requests and the trail: who did what by role, without names and messages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from library_bridge.models import Reader
from sharing import conversations, free_times, notifications, requests
from sharing.models import DomainEvent
from sharing.staff import kinds
from tests import factories
from tests.sharing import crowds, steps
from tests.sharing.conftest import World
from tests.sharing.staff.desk import DAY, MINUTE, seen

pytestmark = pytest.mark.django_db


def test_requests_are_listed_without_their_persons_and_words(world: World, lin: Reader) -> None:
    request = steps.placed(world)
    for path in (reverse("requests:index"), reverse("requests:inspect", args=[request.pk])):
        page = seen(path, lin, world.now)
        assert "拖延心理学" in page
        for hidden in ("Bob", "I would like to read it."):
            assert hidden not in page


@pytest.mark.parametrize("fate", ["declined", "unanswered", "nobody"])
def test_requests_are_sifted_by_how_they_ended(fate: str, world: World, lin: Reader) -> None:
    nobodys = requests.place_request(actor=world.bob, title_id=factories.title("X").pk, now=world.now)
    ended = {
        "declined": crowds.expired(crowds.declined(now=world.now)),
        "unanswered": crowds.expired(crowds.lapsed(now=world.now)),
        "nobody": crowds.expired(nobodys),
    }
    page = seen(f"{reverse('requests:index')}?fate={fate}", lin, world.now + 30 * DAY)
    assert {code for code, request in ended.items() if f"/requests/{request.pk}/" in page.html} == {fate}


def recorded() -> Iterator[str]:
    """The kinds that the code records by name, that tell somebody, or that have a sentence for readers."""
    called = re.compile(r"""\b(?:record|record_each)\(\s*"([a-z_]+\.[a-z_]+)\"""")
    for app in settings.OUR_APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            yield from called.findall(path.read_text())
    yield from notifications.TELLS


def test_every_kind_of_event_has_words_for_staff() -> None:
    assert sorted({kind for kind in recorded() if kind not in kinds.KINDS} - set(kinds.PRIVATE)) == []


def test_who_acts_without_a_request_is_no_requester(world: World, lin: Reader) -> None:
    free_times.set_free_times(actor=world.bob, parts=[free_times.CODES[0]], now=world.now)
    page = seen(reverse("trail:index"), lin, world.now)
    assert "Free times set" in page
    assert "a reader" in page
    assert "the requester" not in page


def test_the_trail_tells_roles_and_no_messages_t_l8(world: World, lin: Reader) -> None:
    lending = steps.agreed(world)
    conversations.send_message(
        conversation_id=lending.ask.conversation.pk, actor=world.bob, text="hello", now=world.now + 2 * MINUTE
    )
    page = seen(reverse("trail:index"), lin, world.now + DAY)
    assert "the giver" in page
    for hidden in ("message.sent", "Alice", "Bob"):
        assert hidden not in page
    private = DomainEvent.objects.get(kind="message.sent")
    assert seen(reverse("trail:inspect", args=[private.pk]), lin, world.now + DAY).status == 404


def test_the_trail_is_found_by_the_number_of_a_lending(world: World, lin: Reader) -> None:
    lending, other = steps.agreed(world), crowds.accepted(now=world.now)
    page = seen(f"{reverse('trail:index')}?q={lending.number}", lin, world.now)
    assert lending.number in page
    assert other.number not in page


def test_the_trail_shows_one_event(world: World, lin: Reader) -> None:
    steps.placed(world)
    event = DomainEvent.objects.get(kind="request.placed")
    page = seen(reverse("trail:inspect", args=[event.pk]), lin, world.now)
    assert "Requested request.placed" in page
    assert "the requester" in page
