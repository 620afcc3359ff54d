"""Every limit of the workflow has its number in the policy or the settings, and that number counts."""

from contextlib import suppress
from datetime import timedelta
from unittest import mock

import pytest
from pytest_django import Settings

from library_bridge.models import LibraryLoan
from sharing import handovers, lendings, limits, policies, queues, requests
from sharing.errors import Denied, LimitReached, WrongCode
from sharing.models import CirculationPolicy
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


def rule(**numbers: int) -> CirculationPolicy:
    policy = CirculationPolicy.load()
    for name, number in numbers.items():
        setattr(policy, name, number)
    policy.save()
    return policy


def test_codes_per_hour(world: World, settings: Settings) -> None:
    settings.CODES_PER_HOUR, settings.CODE_TRIES = 1, 1
    handover = steps.arranged(steps.agreed(world), now=world.now)
    code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    wrong = f"{int(code.pin) ^ 1:06d}"
    with suppress(WrongCode):
        handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=wrong, now=world.now)
    with pytest.raises(LimitReached):
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(minutes=59))
    later = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(minutes=61))
    assert later.pin


@pytest.mark.parametrize(("limit", "days", "asked"), [(1, 6, False), (2, 6, True), (1, 8, True)])
def test_asks_per_holder_and_week(world: World, limit: int, days: int, asked: bool) -> None:
    rule(asks_per_holder_week=limit)
    other = factories.title("围城", isbn13="9787020024759")
    factories.copy(world.alice, other, now=world.now)
    steps.asked(world)
    placed = requests.place_request(actor=world.charlie, title_id=other.pk, now=world.now + timedelta(days=days))
    assert placed.asks.exists() is asked


def test_extension_days(world: World) -> None:
    rule(extension_days=11)
    lending = steps.on_loan(world)
    due_at = lending.due_at
    assert due_at is not None
    extended = lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=9))
    assert extended.due_at == due_at + timedelta(days=11)


def test_free_cancel_days(world: World) -> None:
    policy = rule(free_cancel_days=5)
    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, now=world.now)
    assert limits.recent_cancellations(world.bob, policy, world.now + timedelta(days=4)) == 1
    assert limits.recent_cancellations(world.bob, policy, world.now + timedelta(days=6)) == 0


@pytest.mark.parametrize(("days", "too_near"), [(4, False), (6, True)])
def test_untransferable_days(world: World, loan: LibraryLoan, days: int, too_near: bool) -> None:
    loan.renewable, loan.due_at = False, world.now + timedelta(days=5)
    policy = CirculationPolicy(untransferable_days=days)
    assert limits.loan_is_too_near_its_due_date(loan, policy, world.now) is too_near


def test_transfers_per_year(world: World, loan: LibraryLoan) -> None:
    with mock.patch("sharing.limits.transfers_this_year", return_value=3):
        limits.require_transfer_cap(loan, world.bob, CirculationPolicy(transfers_per_year=4), world.now)
        with pytest.raises(Denied):
            limits.require_transfer_cap(loan, world.bob, CirculationPolicy(transfers_per_year=3), world.now)


def test_a_title_waits_until_its_only_holder_may_be_asked_again(world: World) -> None:
    """For the scheduler as for the wave."""
    rule(asks_per_holder_week=1)
    other = factories.title("围城", isbn13="9787020024759")
    factories.copy(world.alice, other, now=world.now)
    steps.asked(world)
    requests.place_request(actor=world.charlie, title_id=other.pk, now=world.now)
    waits = [
        other.pk in queues.titles_to_serve(policy=policies.current(), now=world.now + timedelta(days=days))
        for days in (0, 6, 8)
    ]
    assert waits == [False, False, True]
