"""Offers and standing consent: an ask that fits what the holder said beforehand accepts itself."""

from datetime import timedelta
from unittest import mock

import pytest

from library_bridge import loans
from library_bridge.models import LibraryLoan, Reader
from sharing import asks, due, invariants, lendings, offers, requests
from sharing.errors import Denied, NotFound
from sharing.models import Ask, DomainEvent, Lending, Notification, Offer, Request, StandingConsent
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def key(world: World) -> str:
    return f"copy-{world.copy.pk}"


def offered(world: World, *, holding: str = "") -> None:
    offers.offer_holding(holding_key=holding or key(world), actor=world.alice, now=world.now)


def consented(world: World, *, holding: str = "", **conditions: object) -> None:
    terms = {"same_area": False, "days_before_due": 7, "per_week": 1, **conditions}
    offers.give_standing_consent(holding_key=holding or key(world), actor=world.alice, now=world.now, **terms)  # type: ignore[arg-type]


def wish(world: World, who: Reader, *, hours: int = 0, **wanted: object) -> Request:
    wanted = wanted or {"title_id": world.title.pk}
    return requests.place_request(actor=who, now=world.now + timedelta(hours=hours), **wanted)  # type: ignore[arg-type]


def nothing_broken() -> list[str]:
    return [line for check in invariants.CHECKS for line in check.violations()]


def test_an_offered_book_goes_to_the_next_who_asks_at_once(world: World) -> None:
    offered(world)
    request = wish(world, world.bob)
    lending = Lending.objects.get()
    assert (request.status, lending.taker, lending.ask.consent) == ("matched", world.bob, "offer")
    assert nothing_broken() == []


def test_the_holder_is_told_once_and_the_reason_is_on_record(world: World) -> None:
    offered(world)
    wish(world, world.bob)
    event = DomainEvent.objects.get(kind="ask.accepted")
    told = Notification.objects.filter(reader=world.alice).values_list("event__kind", flat=True)
    assert (event.actor, event.why, list(told)) == (None, "offer", ["ask.accepted"])


def test_an_offer_goes_to_whoever_waits_the_first_before_the_second(world: World) -> None:
    title = factories.title("围城")
    first, second = (wish(world, who, hours=n, title_id=title.pk) for n, who in enumerate((world.bob, world.charlie)))
    loan = factories.copy(world.alice, title, now=world.now)
    offered(world, holding=f"copy-{loan.pk}")
    assert Lending.objects.get().request == first
    assert not second.asks.exists()


def test_an_offer_answers_the_ask_that_waits_already(world: World) -> None:
    ask = steps.asked(world)
    offered(world)
    ask.refresh_from_db()
    assert (ask.status, ask.consent, ask.lending.taker) == ("accepted", "offer", world.bob)


def test_offered_and_consenting_holders_are_asked_first_and_alone(world: World) -> None:
    near = factories.copy(world.charlie, world.title, now=world.now)
    far = factories.copy(factories.reader(area=factories.area("peach")), world.title, now=world.now)
    offers.offer_holding(holding_key=f"copy-{far.pk}", actor=far.owner, now=world.now)
    request = wish(world, world.bob)
    assert request.asks.get().holder == far.owner != near.owner


def test_an_offer_is_taken_back(world: World) -> None:
    offered(world)
    offers.withdraw_offer(holding_key=key(world), actor=world.alice, now=world.now)
    wish(world, world.bob)
    assert Ask.objects.get().status == "asked"


def test_an_offer_and_its_end_are_recorded_once(world: World) -> None:
    for _again in range(2):
        offered(world)
    for _again in range(2):
        offers.withdraw_offer(holding_key=key(world), actor=world.alice, now=world.now)
    kinds = DomainEvent.objects.filter(kind__startswith="holding.").values_list("kind", flat=True)
    assert list(kinds) == ["holding.offered", "holding.offer_ended"]


def test_nobody_offers_what_is_not_in_their_hands(world: World) -> None:
    for act in (offers.offer_holding, offers.withdraw_offer, offers.end_standing_consent):
        with pytest.raises(NotFound):
            act(holding_key=key(world), actor=world.charlie, now=world.now)
    assert not Offer.objects.exists()


def test_a_promised_or_paused_book_cannot_be_offered(world: World) -> None:
    steps.agreed(world)
    with pytest.raises(Denied, match="promised"):
        offered(world)


def test_the_giver_may_step_back_and_the_offer_ends_with_that(world: World) -> None:
    offered(world)
    lending = wish(world, world.bob).lendings.get()
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now)
    assert not Offer.objects.exists()
    assert Request.objects.get().status == "open"


def test_when_the_taker_steps_back_the_book_is_still_offered(world: World) -> None:
    offered(world)
    lending = wish(world, world.bob).lendings.get()
    lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, now=world.now)
    assert wish(world, world.charlie, hours=1).status == "matched"


def test_an_offer_ends_when_the_book_changes_hands(world: World) -> None:
    gift = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="gift")
    consented(world, holding=f"copy-{gift.pk}")
    offered(world, holding=f"copy-{gift.pk}")
    lending = wish(world, world.bob, holding_key=f"copy-{gift.pk}").lendings.get()
    steps.handed_over(lending, now=world.now + timedelta(hours=1))
    assert not Offer.objects.exists()
    assert not StandingConsent.objects.exists()


def test_a_standing_consent_outlasts_a_lending_of_a_copy(world: World) -> None:
    consented(world)
    steps.handed_over(wish(world, world.bob).lendings.get(), now=world.now + timedelta(hours=1))
    assert StandingConsent.objects.get().holder == world.alice


def test_standing_consent_at_most_one_a_week_whichever_book(world: World) -> None:
    other = factories.copy(world.alice, factories.title("围城"), now=world.now)
    consented(world)
    consented(world, holding=f"copy-{other.pk}")
    assert wish(world, world.bob).status == "matched"
    assert wish(world, world.charlie, holding_key=f"copy-{other.pk}").asks.get().status == "asked"


def test_after_a_week_the_consent_counts_again(world: World) -> None:
    other = factories.copy(world.alice, factories.title("围城"), now=world.now)
    consented(world)
    consented(world, holding=f"copy-{other.pk}")
    wish(world, world.bob)
    assert wish(world, world.charlie, hours=7 * 24 + 1, holding_key=f"copy-{other.pk}").status == "matched"


@pytest.mark.parametrize(("area", "status"), [("plum", "matched"), ("peach", "open")])
def test_standing_consent_for_my_part_of_the_campus(world: World, area: str, status: str) -> None:
    consented(world, same_area=True)
    assert wish(world, factories.reader(area=factories.area(area))).status == status


def test_the_consent_for_an_area_needs_one(world: World) -> None:
    world.alice.area = None
    with pytest.raises(Denied, match="part of the campus"):
        consented(world, same_area=True)


@pytest.mark.parametrize(("days", "status"), [(6, "open"), (8, "matched")])
def test_standing_consent_not_near_the_due_date(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock, days: int, status: str
) -> None:
    loan.due_at = world.now + timedelta(days=days)
    loan.save()
    consented(world, holding=f"loan-{loan.pk}")
    assert wish(world, world.bob, holding_key=f"loan-{loan.pk}").status == status


def test_what_the_library_refuses_is_not_agreed_by_an_offer(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
) -> None:
    ask = steps.asked(world, holding=f"loan-{loan.pk}")
    library_agrees.return_value = loans.Verdict(False, "hold_by_other", None, None)
    offered(world, holding=f"loan-{loan.pk}")
    ask.refresh_from_db()
    assert (ask.status, Offer.objects.count()) == ("asked", 1)


def test_an_offer_of_a_holder_who_passed_the_book_on_does_not_count(world: World) -> None:
    drifting = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")
    offered(world, holding=f"copy-{drifting.pk}")
    drifting.holder = world.charlie
    drifting.save()
    assert wish(world, world.bob, holding_key=f"copy-{drifting.pk}").asks.get().status == "asked"


def test_a_consent_that_ended_waits_for_an_answer_again(world: World) -> None:
    consented(world)
    offers.end_standing_consent(holding_key=key(world), actor=world.alice, now=world.now)
    assert wish(world, world.bob).asks.get().status == "asked"


@pytest.mark.parametrize(
    "conditions", [{"per_week": 0}, {"per_week": 8}, {"days_before_due": -1}, {"days_before_due": 61}]
)
def test_conditions_have_bounds(world: World, conditions: dict[str, int]) -> None:
    with pytest.raises(Denied):
        consented(world, **conditions)


def test_a_book_that_comes_back_is_served_by_the_sweep_without_an_answer(world: World) -> None:
    """The next in the queue needs no favour, either."""
    consented(world, per_week=7)
    lending = wish(world, world.bob).lendings.get()
    waits = wish(world, world.charlie, hours=1)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(hours=2))
    list(due.act(now=world.now + timedelta(hours=3)))
    waits.refresh_from_db()
    assert (waits.status, asks.Ask.objects.filter(status="asked").exists()) == ("matched", False)
    assert nothing_broken() == []
