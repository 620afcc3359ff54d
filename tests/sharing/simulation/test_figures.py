"""The figures come from the rows that the service wrote, whoever made them."""

from datetime import timedelta

from sharing import asks, lendings, outcomes
from sharing.models import Ask
from sharing.simulation import figures
from tests.sharing import steps
from tests.sharing.conftest import World


def test_a_request_that_nobody_answered_is_expired_and_unanswered(world: World) -> None:
    ask = steps.asked(world)
    later = ask.request.deadline_at
    asks.lapse_ask(ask_id=ask.pk, now=later)
    outcomes.expire_request(request_id=ask.request_id, now=later)
    found = figures.of_all_requests(days=7)
    assert (found["requests"], found["success_share"], found["declined_share"]) == (1, 0.0, 0.0)
    assert found["expired_share"] == found["unanswered_share"] == 1.0
    assert found["asks_per_holder_week"] == 1.0


def test_a_no_is_an_answer_and_not_silence(world: World) -> None:
    ask = steps.asked(world)
    asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now + timedelta(hours=3))
    outcomes.expire_request(request_id=ask.request_id, now=ask.request.deadline_at)
    found = figures.of_all_requests(days=7)
    assert (found["declined_share"], found["expired_share"], found["unanswered_share"]) == (1.0, 1.0, 0.0)
    assert found["median_hours_to_answer"] == 3.0


def test_a_book_that_was_handed_over_is_a_success_with_its_hours(world: World) -> None:
    lending = steps.on_loan(world)
    found = figures.of_all_requests(days=7)
    hours = (lending.handed_over_at - lending.request.placed_at) / timedelta(hours=1)  # type: ignore[operator]
    assert found["success_share"] == 1.0
    assert found["median_hours_to_handover"] == round(hours, 1)


def test_a_step_back_after_consent_is_no_success(world: World) -> None:
    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now)
    assert figures.of_all_requests(days=7)["success_share"] == 0.0


def test_what_was_agreed_at_once_is_a_share_and_no_part_of_the_median(world: World) -> None:
    lending = steps.agreed(world)
    assert (
        figures.of_all_requests(days=7)["at_once_share"],
        figures.of_all_requests(days=7)["median_hours_to_answer"],
    ) == (0, 1)
    Ask.objects.filter(pk=lending.ask_id).update(consent=Ask.Consent.STANDING)
    found = figures.of_all_requests(days=7)
    assert (found["at_once_share"], found["median_hours_to_answer"]) == (1, 0)
