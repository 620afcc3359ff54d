"""Every address of these pages: strangers find nothing, opening changes nothing, a form needs its token."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sharing import conversations
from sharing.models import Handover, Lending
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

POSTS = (
    "accept-ask", "decline-ask", "propose-handover", "cancel-lending", "start-return", "extend-lending", "dispute-lending",
    "agree-handover", "handover-code", "confirm-handover", "send-message", "copy-withdraw",
)  # fmt: skip
PAGES = ("ask", "lending", "conversation")


@pytest.fixture
def numbers(world: World) -> dict[str, int]:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now + timedelta(hours=1))
    asks = dict.fromkeys(("accept-ask", "decline-ask", "ask"), lending.ask_id)
    handovers = dict.fromkeys(("agree-handover", "handover-code", "confirm-handover"), handover.pk)
    talks = dict.fromkeys(("send-message", "conversation"), lending.ask.conversation.pk)
    rest = dict.fromkeys((*POSTS, *PAGES), lending.pk)
    return rest | asks | handovers | talks | {"copy-withdraw": world.copy.pk}


@pytest.mark.parametrize("name", POSTS)
def test_t_r2_a_stranger_changes_nothing(world: World, numbers: dict[str, int], name: str) -> None:
    before = browsers.everything()
    for number in (numbers[name], 999_999, 2**63 + 1):
        assert browsers.of(world.charlie).post(reverse(name, args=[number])).status_code == 404
    assert browsers.everything() == before


@pytest.mark.parametrize("name", POSTS)
def test_t_r9_opening_never_acts(world: World, numbers: dict[str, int], name: str) -> None:
    before = browsers.everything()
    for who in (world.alice, world.bob):
        assert browsers.of(who).get(reverse(name, args=[numbers[name]])).status_code == 405
    assert browsers.everything() == before


@pytest.mark.parametrize("name", PAGES)
def test_t_r1_a_stranger_reads_nothing(world: World, numbers: dict[str, int], name: str) -> None:
    for number in (numbers[name], 999_999, 2**63 + 1):
        assert browsers.of(world.charlie).get(reverse(name, args=[number])).status_code == 404


@pytest.mark.parametrize("name", [*POSTS, *PAGES])
def test_without_sign_in_one_is_sent_there(world: World, numbers: dict[str, int], name: str) -> None:
    client, url = Client(), reverse(name, args=[numbers[name]])
    answer = client.get(url) if name in PAGES else client.post(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign-in"))


def test_t_r9_a_form_without_its_token_is_refused(world: World, numbers: dict[str, int]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.alice)
    before = browsers.everything()
    for name in POSTS:
        assert client.post(reverse(name, args=[numbers[name]])).status_code == 403
    assert browsers.everything() == before


def test_reading_every_page_changes_nothing(world: World, numbers: dict[str, int]) -> None:
    before = browsers.everything()
    for who in (world.alice, world.bob):
        client = browsers.of(who)
        for url in (
            "/todo/",
            "/notifications/",
            "/scan/",
            "/shelf/away/",
            *(reverse(n, args=[numbers[n]]) for n in PAGES),
        ):
            client.get(url)
    assert browsers.everything() == before
    assert (Lending.objects.count(), Handover.objects.count()) == (1, 1)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_p1_p2_nothing_of_the_other_side_before_consent(world: World, language: str) -> None:
    """CAN: unique marks in every private field of each; neither finds the other's in any page."""
    for who in (world.alice, world.bob):
        for field in ("display_name", "pseudonym", "department", "first_name", "last_name"):
            setattr(who, field, f"MARK-{who.pk}-{field}"[:40])
        who.email = f"mark-{who.pk}@example.org"
        who.save()
        factories.patron(who, card_number=f"MARK-{who.pk}-card")
    ask = steps.asked(world)
    number = ask.conversation.pk
    for who in (world.alice, world.bob):
        conversations.send_message(conversation_id=number, actor=who, text="Hello", now=world.now)
    shared = ["/todo/", "/notifications/", "/", reverse("conversation", args=[number]), world.title.get_absolute_url()]
    pages = {
        world.alice: [*shared, reverse("ask", args=[ask.pk])],
        world.bob: [*shared, reverse("request", args=[ask.request_id])],
    }
    for who, other in ((world.alice, world.bob), (world.bob, world.alice)):
        for url in pages[who]:
            shown = browsers.seen(browsers.of(who, language), url).lower()
            assert f"mark-{other.pk}" not in shown
            assert other.username not in shown
