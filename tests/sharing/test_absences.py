"""Away and not now: asks go round what rests, without a mark."""

from datetime import date, timedelta
from unittest import mock

import pytest
from django.urls import reverse

from library_bridge.models import LibraryLoan
from personal_catalog.models import Copy
from sharing import absences, asks, availability, due, erasing, holdings, offers, outside, policies, requests, waves
from sharing.errors import Denied, NotFound
from sharing.models import Absence, Ask, DomainEvent, Notification, Offer, Request, Rest
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def day(world: World, number: int) -> date:
    return world.now.date() + timedelta(days=number)


def away(world: World, first: int = 0, last: int = 3) -> None:
    absences.set_absence(actor=world.alice, first_date=day(world, first), last_date=day(world, last), now=world.now)


def not_now(world: World, last: int = 3, *, holding: str = "") -> None:
    key = holding or f"copy-{world.copy.pk}"
    absences.rest_holding(holding_key=key, actor=world.alice, last_date=day(world, last), now=world.now)


def wish(world: World) -> Request:
    return requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)


def test_asks_go_round_a_holder_who_is_away(world: World) -> None:
    other = factories.copy(world.charlie, world.title, now=world.now)
    away(world)
    assert [ask.holder for ask in wish(world).asks.all()] == [other.owner]


def test_asks_go_round_one_book_and_not_the_holder_s_others(world: World) -> None:
    other = factories.copy(world.alice, factories.title("围城"), now=world.now)
    not_now(world)
    assert not wish(world).asks.exists()
    assert requests.place_request(actor=world.bob, title_id=other.title_id, now=world.now).asks.exists()


@pytest.mark.parametrize("rest", [away, not_now])
def test_a_running_ask_is_withdrawn_without_mark_or_notice(world: World, rest: mock.Mock) -> None:
    ask = steps.asked(world)
    rest(world)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because, waves.answer_rates([world.alice.pk])) == ("withdrawn", "gone", {})
    assert not Notification.objects.filter(event__kind="ask.withdrawn").exists()


def test_t_p2_to_the_requester_it_looks_like_silence(world: World) -> None:
    ask = steps.asked(world)
    away(world)
    ask.conversation.refresh_from_db()
    assert ask.conversation.closed_at == ask.respond_by


def test_the_next_holder_is_asked_at_once(world: World) -> None:
    policy = policies.current()
    policy.wave_size = 1
    policy.save()
    request = wish(world)
    other = factories.copy(world.charlie, world.title, now=world.now)
    away(world)
    assert request.asks.get(status="asked").holder == other.owner


def test_an_absence_of_a_later_day_is_kept_by_the_sweep(world: World) -> None:
    ask = steps.asked(world)
    away(world, 1, 3)
    ask.refresh_from_db()
    assert ask.status == "asked"
    list(due.act(now=world.now + timedelta(days=1)))
    ask.refresh_from_db()
    assert ask.status == "withdrawn"


def test_after_the_absence_the_same_request_is_put_to_the_holder_again(world: World) -> None:
    steps.asked(world)
    away(world, 0, 1)
    list(due.act(now=world.now + timedelta(days=2)))
    assert Ask.objects.get(status="asked").holder == world.alice


def test_back_sooner_than_said(world: World) -> None:
    away(world)
    absences.end_absence(actor=world.alice, now=world.now)
    assert wish(world).asks.exists()
    assert not Absence.objects.exists()


def test_a_book_wakes_sooner_than_said(world: World) -> None:
    not_now(world)
    absences.wake_holding(holding_key=f"copy-{world.copy.pk}", actor=world.alice, now=world.now)
    assert wish(world).asks.exists()
    assert not Rest.objects.exists()


def test_a_library_loan_rests_as_a_copy_does(world: World, loan: LibraryLoan, library_agrees: mock.Mock) -> None:
    ask = steps.asked(world, holding=f"loan-{loan.pk}")
    not_now(world, holding=f"loan-{loan.pk}")
    ask.refresh_from_db()
    assert ask.status == "withdrawn"


@pytest.mark.parametrize("rest", [away, not_now])
def test_what_rests_is_free_neither_on_the_page_nor_in_the_search(
    world: World, loan: LibraryLoan, rest: mock.Mock
) -> None:
    not_now(world, holding=f"loan-{loan.pk}")
    rest(world)
    policy = policies.current()
    titles = [world.title.pk, loan.catalogued.title_id]
    assert [h.free for h in holdings.of_titles(titles, reader=None, policy=policy, now=world.now)] == [False, False]
    assert not availability.free_copies(reader=None, now=world.now).exists()
    assert not availability.free_loans(reader=None, policy=policy, now=world.now).exists()
    later = world.now + timedelta(days=4)
    assert all(h.free for h in holdings.of_titles(titles, reader=None, policy=policy, now=later))


def test_a_rest_ends_with_the_hands_that_said_so(world: World) -> None:
    not_now(world)
    Copy.objects.filter(pk=world.copy.pk).update(holder=world.charlie, mode="drift")
    assert availability.free_copies(reader=None, now=world.now).exists()


def test_not_now_ends_an_offer_and_an_offer_ends_not_now(world: World) -> None:
    key = f"copy-{world.copy.pk}"
    offers.offer_holding(holding_key=key, actor=world.alice, now=world.now)
    not_now(world)
    assert not Offer.objects.exists()
    offers.offer_holding(holding_key=key, actor=world.alice, now=world.now)
    assert not Rest.objects.exists()


def test_what_is_lent_outside_or_of_a_leaving_reader_is_not_offered_and_the_refusal_says_which(world: World) -> None:
    lent = outside.lend_outside(
        holding_key=world.copy.key, actor=world.alice, person="Zoe", due_date=world.now.date(), now=world.now
    )
    with pytest.raises(Denied, match="lent outside"):
        offers.offer_holding(holding_key=world.copy.key, actor=world.alice, now=world.now)
    outside.close_outside(loan_id=lent.pk, actor=world.alice, now=world.now)
    erasing.ask_erasure(actor=world.alice, now=world.now)
    with pytest.raises(Denied, match="to be erased"):
        offers.offer_holding(holding_key=world.copy.key, actor=world.alice, now=world.now)
    page = browsers.seen(browsers.of(world.alice), reverse("holding", args=[world.copy.key]))
    assert "Your account is to be erased." in page
    assert "You are away." not in page


def test_who_is_away_offers_nothing(world: World) -> None:
    away(world)
    with pytest.raises(Denied, match="away"):
        offers.offer_holding(holding_key=f"copy-{world.copy.pk}", actor=world.alice, now=world.now)


@pytest.mark.parametrize(("first", "last"), [(-3, -1), (3, 1), (0, 400)])
def test_days_that_make_no_sense_are_refused(world: World, first: int, last: int) -> None:
    with pytest.raises(Denied):
        away(world, first, last)
    assert not Absence.objects.exists()


def test_nobody_puts_anothers_book_to_rest(world: World) -> None:
    for act in (absences.wake_holding, lambda **given: absences.rest_holding(last_date=day(world, 1), **given)):
        with pytest.raises(NotFound):
            act(holding_key=f"copy-{world.copy.pk}", actor=world.charlie, now=world.now)


def test_each_word_is_recorded_once_and_without_the_days(world: World) -> None:
    for _again in range(2):
        away(world)
        not_now(world)
    events = DomainEvent.objects.filter(kind__in=("absence.set", "holding.rests"))
    assert [event.kind for event in events] == ["absence.set", "holding.rests"]
    assert str(day(world, 3)) not in str([event.data for event in events])


def test_an_ask_of_a_lending_that_runs_is_left_alone(world: World) -> None:
    lending = steps.agreed(world)
    away(world)
    lending.refresh_from_db()
    assert (lending.status, asks.Ask.objects.get().status) == ("agreed", "accepted")
