"""The campus's messenger: signed calls to its bridge, only for readers who say so, with nothing but the sentence."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog.lookup.fetch import Answer
from personal_catalog.lookup.sources import SourceUnavailable
from sharing import carrying, channels, jobs
from sharing.messenger import bridge
from sharing.models import Delivery, MessengerBridge
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

Status, Reason, Channel = Delivery.Status, Delivery.Reason, Delivery.Channel
ADDRESS = "https://bridge.campus.example/hook"


@pytest.fixture
def told(world: World) -> World:
    """Alice, who has a card, wants to be told of asks."""
    found = bridge.current()
    found.name_zh, found.name_en, found.address = "校园微信", "Campus chat", ADDRESS
    found.save()
    Reader.objects.filter(pk=world.alice.pk).update(language="en")
    factories.patron(world.alice, card_number="2023000001")
    channels.choose(actor=world.alice, channel=Channel.MESSENGER, subjects_wanted=["asks"])
    return world


def carry(now: datetime, answer: Any) -> list[mock._Call]:
    side = {"side_effect": answer} if isinstance(answer, Exception) else {"return_value": Answer(answer, {}, b"")}
    with browsers.at(now), jobs.left_to_the_sweep(), mock.patch("personal_catalog.lookup.fetch.post", **side) as posted:
        list(carrying.send_due(now=now))
    return list(posted.call_args_list)


def test_the_example_of_standard_webhooks_comes_out_alike() -> None:
    moment = datetime.fromtimestamp(1614265330, UTC)
    said = bridge.signed(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', now=moment
    )
    assert said == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_bridge_gets_the_sentence_and_whose_it_is_and_nothing_else(told: World) -> None:
    steps.asked(told)
    (call,) = carry(told.now, 200)
    assert call.args == (ADDRESS,)
    said = json.loads(call.kwargs["content"])
    assert said["data"].keys() == {"library", "card_number", "text", "url"}
    assert said["data"]["card_number"] == "2023000001"
    assert said["data"]["text"].startswith("A reader asks for your copy of “拖延心理学”")
    assert "Bob" not in call.kwargs["content"].decode()
    expected = bridge.signed(
        bridge.current().secret, Delivery.objects.get().message_id, call.kwargs["content"], now=told.now
    )
    assert expected.items() <= call.kwargs["headers"].items()
    assert Delivery.objects.get().status == Status.SENT


def test_who_has_not_said_so_is_told_nothing_there(told: World) -> None:
    channels.choose(actor=told.alice, channel=Channel.MESSENGER, subjects_wanted=[])
    steps.on_loan(told)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (503, (Status.WAITING, Reason.LATER)), (401, (Status.WAITING, Reason.LATER)),
        (422, (Status.FAILED, Reason.REFUSED)), (SourceUnavailable("no"), (Status.WAITING, Reason.DOWN)),
    ],
)  # fmt: skip
def test_n2_what_the_bridge_says_and_once_more(told: World, answer: Any, ends: tuple[str, str]) -> None:
    steps.asked(told)
    carry(told.now, answer)
    assert Delivery.objects.values_list("status", "reason").get() == ends
    waits = ends[0] == Status.WAITING
    assert len(carry(told.now + timedelta(hours=1), 204)) == waits
    assert (Delivery.objects.get().status == Status.SENT) == waits


def test_p3_whoever_has_turned_it_off_by_then_is_not_told(told: World) -> None:
    steps.asked(told)
    channels.choose(actor=told.alice, channel=Channel.MESSENGER, subjects_wanted=[])
    assert carry(told.now, 200) == []
    assert Delivery.objects.get().reason == Reason.TURNED_OFF


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "http://bridge.campus.example/"}, {"address": "https://user@campus.example/"}, {"secret": "whsec_c2hvcnQ="},
        {"secret": "not a secret at all, however long"}, {"name_zh": "", "name_en": ""},
    ],
)  # fmt: skip
def test_t_r13_staff_cannot_set_up_what_would_not_be_safe(told: World, fields: dict[str, str]) -> None:
    found = bridge.current()
    for name, value in fields.items():
        setattr(found, name, value)
    with pytest.raises(ValidationError):
        found.full_clean()


def test_t_r13_a_bridge_whose_name_leads_inside_is_not_called(told: World) -> None:
    steps.asked(told)
    inside = [(2, 1, 6, "", ("10.0.0.7", 443))]
    with browsers.at(told.now), mock.patch("socket.getaddrinfo", return_value=inside):
        list(carrying.send_due(now=told.now))
    assert Delivery.objects.get().reason == Reason.DOWN


def test_the_page_speaks_of_it_only_where_it_is_set_up(told: World) -> None:
    client, page = browsers.of(told.alice), reverse("channels")
    assert "Campus chat" in browsers.seen(client, page)
    client.post(reverse("choose-channel", args=["messenger"]), {"subjects": ["lendings"]})
    assert channels.choices_of(told.alice, Channel.MESSENGER) == {"lendings"}
    MessengerBridge.objects.update(address="")
    assert "Campus chat" not in browsers.seen(client, page)
