"""What one reader is told of another: words, never a figure; and the pause after stepping back again and again (T-C10)."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from library_bridge.models import Reader
from sharing import asks, lendings, limits, policies, requests, trust
from sharing.errors import LimitReached
from sharing.models import CirculationPolicy, Lending, Request
from sharing.people import Record
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (Record(0, 0, 0), "no handover here yet"),
        (Record(4, 4, 4), "a few handovers here so far"),
        (Record(0, 0, 4), "a few handovers here so far"),
        (Record(9, 1, 2), "several handovers here so far"),
        (Record(5, 5, 5), "has kept every appointment"),
        (Record(9, 9, 10), "has kept nearly every appointment"),
        (Record(9, 6, 10), "has kept most appointments"),
        (Record(9, 2, 10), "has missed many appointments"),
    ],
)
def test_appointments_are_told_without_a_figure(db: None, record: Record, words: str) -> None:
    with translation.override("en"):
        assert record.words == words


def test_p6_few_occasions_say_nothing_of_answers_and_withdrawals(world: World) -> None:
    steps.agreed(world)
    with translation.override("en"):
        assert trust.words_about(world.alice, now=world.now) == ["new here", "no handover here yet"]


def test_card_and_age_are_told(world: World) -> None:
    factories.patron(world.bob)
    ages = {2: "new here", 100: "here for some months", 400: "here for more than a year"}
    for days, words in ages.items():
        Reader.objects.filter(pk=world.bob.pk).update(date_joined=world.now - timedelta(days=days))
        world.bob.refresh_from_db()
        with translation.override("en"):
            assert trust.words_about(world.bob, now=world.now)[:2] == ["library card checked", words]


@pytest.mark.parametrize(
    ("lapsed", "words"), [(0, "nearly always answers"), (2, "mostly answers"), (4, "often does not answer")]
)
def test_who_was_asked_often_is_known_to_answer_or_not(world: World, lapsed: int, words: str) -> None:
    for number in range(6):
        copy = factories.copy(world.alice, factories.title(f"Row {number}"), now=world.now)
        ask = requests.place_request(actor=factories.reader(), holding_key=copy.key, now=world.now).asks.get()
        ask.status, ask.remind_at = "lapsed" if number < lapsed else "declined", None
        ask.save()
    with translation.override("en"):
        assert words in trust.words_about(world.alice, now=world.now)


def _step_back(world: World, reader: Reader, times: int) -> None:
    for number in range(times):
        copy = factories.copy(world.alice, factories.title(f"Other {number}"), now=world.now)
        placed = requests.place_request(actor=reader, holding_key=copy.key, now=world.now)
        lending = asks.accept_ask(ask_id=placed.asks.get().pk, actor=world.alice, now=world.now)
        lendings.cancel_lending(lending_id=lending.pk, actor=reader, now=world.now)


def test_t_c10_withdrawals_after_consent_are_told_as_a_rate_in_words(world: World, settings) -> None:
    settings.REQUESTS_PER_DAY = 100
    CirculationPolicy.objects.update_or_create(pk=1, defaults={"cool_off_after": 20})
    _step_back(world, world.bob, 5)
    with translation.override("en"):
        assert "often steps back after agreeing" in trust.words_about(world.bob, now=world.now)
        assert not [w for w in trust.words_about(world.alice, now=world.now) if "steps back" in w]
    assert Lending.objects.filter(taker=world.bob, status="cancelled").count() == 5


def test_t_c10_after_the_third_no_new_request_for_a_week(world: World, settings) -> None:
    settings.REQUESTS_PER_DAY = 100
    _step_back(world, world.bob, 3)
    with pytest.raises(LimitReached) as refused:
        steps.placed(world)
    assert refused.value.retry_at == world.now + timedelta(days=7)
    assert not Request.objects.live().filter(requester=world.bob).exists()
    assert requests.place_request(actor=world.charlie, holding_key=world.copy.key, now=world.now)
    assert limits.cools_off_until(world.bob, policies.current(), world.now + timedelta(days=7)) is None


def test_t_c10_a_policy_without_a_pause_has_none(world: World, settings) -> None:
    settings.REQUESTS_PER_DAY = 100
    CirculationPolicy.objects.update_or_create(pk=1, defaults={"cool_off_days": 0})
    _step_back(world, world.bob, 3)
    assert steps.placed(world)


def test_both_sides_of_a_lending_read_it_in_words(world: World) -> None:
    lending = steps.agreed(world)
    with browsers.at(world.now):
        for who, other in ((world.alice, "Bob"), (world.bob, "Alice")):
            page = browsers.seen(browsers.of(who), lending.get_absolute_url())
            assert re.search(rf"{other}</span>: new here · no handover here yet", page)
