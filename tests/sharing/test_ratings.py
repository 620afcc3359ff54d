"""Ratings: about the exchange, once a side, opened together (T-C9)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from library_bridge.models import Reader
from sharing import ratings, timeline
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import DomainEvent, Lending, Notification, Rating
from sharing.slips.past import WHAT
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World


@pytest.fixture
def ended(world: World) -> Lending:
    return steps.returned(steps.on_loan(world), now=world.now + timedelta(days=2))


def _rate(lending: Lending, who: object, went: str = "smoothly", days: int = 3, words: str = "") -> Rating:
    at = lending.agreed_at + timedelta(days=days)
    return ratings.rate_exchange(lending_id=lending.pk, actor=who, went=went, words=words, now=at)  # type: ignore[arg-type]


def _seen(lending: Lending, who: object, days: int) -> str:
    with browsers.at(lending.agreed_at + timedelta(days=days)):
        return browsers.seen(browsers.of(who), lending.get_absolute_url())  # type: ignore[arg-type]


def test_t_c9_neither_reads_the_others_before_both_have_spoken(world: World, ended: Lending) -> None:
    _rate(ended, world.bob, "hitches", words="The lift was broken.")
    assert "The lift was broken." not in _seen(ended, world.alice, 4)
    assert "The lift was broken." in _seen(ended, world.bob, 4)
    assert not Notification.objects.filter(event__kind="lending.rated").exists()
    _rate(ended, world.alice, "smoothly")
    assert "The lift was broken." in _seen(ended, world.alice, 4)
    assert Notification.objects.get(event__kind="lending.rated").reader == world.bob


def _other_rated(lending: Lending, who: Reader) -> bool:
    told = Api(who).get(f"/lendings/{lending.pk}").json()["events"]
    assert "lending.completed" in {one["kind"] for one in told}
    return ("lending.rated", "other") in {(one["kind"], one["actor"]) for one in told}


def test_t_c9_that_one_has_rated_neither_timeline_nor_bell_tells_the_other(world: World, ended: Lending) -> None:
    _rate(ended, world.bob)
    assert not _other_rated(ended, world.alice)
    assert DomainEvent.objects.get(kind="lending.rated").audience == [world.bob.pk]
    _rate(ended, world.alice)
    assert _other_rated(ended, world.bob)
    assert world.bob.pk in DomainEvent.objects.filter(kind="lending.rated").last().audience


def test_the_slip_tells_nothing_that_the_timeline_does_not() -> None:
    assert WHAT.keys() <= {*timeline.STATUSES, *timeline.NEWS}


def test_t_c9_one_alone_opens_after_a_fortnight_and_no_answer_to_it_is_taken(world: World, ended: Lending) -> None:
    _rate(ended, world.bob, "badly", words="Two hours in the rain.")
    late = (ended.closed_at + ratings.WITHIN - ended.agreed_at).days + 1
    assert "Two hours in the rain." in _seen(ended, world.alice, late)
    with pytest.raises(IllegalTransition):
        _rate(ended, world.alice, "badly", days=late)


def test_t_c9_a_second_one_changes_nothing(world: World, ended: Lending) -> None:
    first = _rate(ended, world.bob, "smoothly")
    assert _rate(ended, world.bob, "badly") == first
    assert Rating.objects.get().went == "smoothly"
    assert DomainEvent.objects.filter(kind="lending.rated").count() == 1


def test_a_stranger_rates_nothing_and_reads_nothing(world: World, ended: Lending) -> None:
    with pytest.raises(NotFound):
        _rate(ended, world.charlie)
    assert browsers.of(world.charlie).post(reverse("rate-exchange", args=[ended.pk])).status_code == 404


def test_nothing_is_rated_before_the_end_or_where_nothing_changed_hands(world: World) -> None:
    lending = steps.agreed(world)
    with pytest.raises(IllegalTransition):
        _rate(lending, world.bob)
    Lending.objects.filter(pk=lending.pk).update(status="no_show", closed_at=world.now)
    with pytest.raises(IllegalTransition):
        _rate(lending, world.bob)


def test_what_is_no_choice_or_too_long_is_refused_in_words(world: World, ended: Lending) -> None:
    for went, words in (("five stars", ""), ("smoothly", "x" * 301)):
        with pytest.raises(Denied):
            _rate(ended, world.bob, went, words=words)


def test_the_form_stands_on_the_page_until_it_is_sent(world: World, ended: Lending) -> None:
    client, page = browsers.of(world.bob), ended.get_absolute_url()
    with browsers.at(ended.closed_at + timedelta(hours=1)):
        assert "How did the exchange go?" in browsers.seen(client, page)
        client.post(reverse("rate-exchange", args=[ended.pk]), {"went": ""})
        assert "data-invalid" in browsers.seen(client, page)
        client.post(reverse("rate-exchange", args=[ended.pk]), {"went": "smoothly", "words": "<b>Fine</b>"})
        shown = browsers.seen(client, page)
    assert "&lt;b&gt;Fine&lt;/b&gt;" in shown
    assert "opens when both have spoken" in shown
