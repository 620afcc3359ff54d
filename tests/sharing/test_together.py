"""Several books in one meeting: one appointment, one code, each lending with its own handover."""

from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.urls import reverse

from library_bridge.models import LibraryLoan
from sharing import handovers, invariants, late_codes, policies, together
from sharing.errors import IllegalTransition, NotFound, RefusedByLibrary, WrongCode
from sharing.models import DomainEvent, Handover, Lending
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def two(world: World) -> tuple[Lending, Lending]:
    second = factories.copy(world.alice, factories.title("围城"), now=world.now)
    return steps.agreed(world), steps.agreed(world, holding=second.key)


@pytest.fixture
def met(world: World, two: tuple[Lending, Lending]) -> tuple[Handover, Handover]:
    first, second = (steps.arranged(lending, now=world.now) for lending in two)
    return first, second


def code(world: World, handover: Handover) -> str:
    return handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin


def confirm(world: World, met: tuple[Handover, Handover], *chosen: int) -> list[together.Result]:
    first = Handover.objects.select_related("lending").get(pk=met[0].pk)
    return together.confirm_meeting(first, chosen=chosen, actor=world.bob, pin=code(world, met[0]), now=world.now)


def test_one_proposal_and_one_yes_count_for_all(world: World, two: tuple[Lending, Lending]) -> None:
    first, second = two
    sent = {"place": "", "other_place": "West gate", "day": "2026-11-25", "time": "12:30", "also": [second.pk]}
    browsers.of(world.bob).post(reverse("propose-handover", args=[first.pk]), sent)
    assert set(Handover.objects.values_list("lending", "status")) == {(first.pk, "proposed"), (second.pk, "proposed")}
    browsers.of(world.alice).post(reverse("agree-handover", args=[first.handovers.get().pk]))
    assert set(Handover.objects.values_list("status", flat=True)) == {"agreed"}


def test_a_proposal_is_for_the_chosen_ones_only(world: World, two: tuple[Lending, Lending]) -> None:
    sent = {"place": "", "other_place": "West gate", "day": "2026-11-25", "time": "12:30"}
    browsers.of(world.bob).post(reverse("propose-handover", args=[two[0].pk]), sent)
    assert Handover.objects.get().lending == two[0]


def test_one_code_confirms_all_that_are_ticked(world: World, met: tuple[Handover, Handover]) -> None:
    (result,) = confirm(world, met, met[1].pk)
    assert result.refusal is None
    assert set(Lending.objects.values_list("status", flat=True)) == {"on_loan"}
    confirmed = DomainEvent.objects.filter(kind="handover.confirmed").values_list("handover", flat=True)
    assert sorted(confirmed) == sorted(one.pk for one in met)
    assert [line for check in invariants.CHECKS for line in check.violations()] == []


def test_without_network_each_book_keeps_the_moment_of_the_code(world: World, met: tuple[Handover, Handover]) -> None:
    first = Handover.objects.select_related("lending").get(pk=met[0].pk)
    slip = late_codes.slip_for(first, world.bob, now=world.now, policy=policies.current())
    pin, now = code(world, first), world.now + timedelta(minutes=50)
    with time_machine.travel(now, tick=False):
        together.confirm_meeting_late(
            first, chosen=[met[1].pk], actor=world.bob, slip=slip, seconds=60, pin=pin, qr_payload="", now=now
        )
    events = DomainEvent.objects.filter(kind="handover.confirmed")
    assert [event.read_at for event in events] == [world.now + timedelta(minutes=1)] * 2


def test_what_is_not_ticked_stays_agreed(world: World, met: tuple[Handover, Handover]) -> None:
    assert confirm(world, met) == []
    met[1].refresh_from_db()
    assert met[1].status == "agreed"


def test_c6_a_wrong_code_confirms_none(world: World, met: tuple[Handover, Handover]) -> None:
    pin = code(world, met[0])
    first = Handover.objects.select_related("lending").get(pk=met[0].pk)
    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    with pytest.raises(WrongCode):
        together.confirm_meeting(first, chosen=[met[1].pk], actor=world.bob, pin=wrong, now=world.now)
    assert set(Handover.objects.values_list("status", flat=True)) == {"agreed"}


def test_c6_only_the_code_of_the_same_meeting_proves_it_and_only_for_minutes(
    world: World, met: tuple[Handover, Handover]
) -> None:
    first, second = met
    with pytest.raises(WrongCode):
        handovers.confirm_along(handover_id=second.pk, proof_id=first.pk, actor=world.bob, now=world.now)
    confirm(world, met)
    with pytest.raises(WrongCode):
        handovers.confirm_along(
            handover_id=second.pk, proof_id=first.pk, actor=world.bob, now=world.now + timedelta(minutes=11)
        )
    Handover.objects.filter(pk=second.pk).update(place="East gate")
    with pytest.raises(WrongCode):
        handovers.confirm_along(handover_id=second.pk, proof_id=first.pk, actor=world.bob, now=world.now)


def test_t_r1_neither_the_giver_nor_a_stranger_confirms_along(world: World, met: tuple[Handover, Handover]) -> None:
    confirm(world, met)
    for who, refusal in ((world.alice, IllegalTransition), (world.charlie, NotFound)):
        with pytest.raises(refusal):
            handovers.confirm_along(handover_id=met[1].pk, proof_id=met[0].pk, actor=who, now=world.now)


def test_a_loan_that_the_library_holds_back_does_not_hold_up_the_other(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
) -> None:
    copy, item = steps.agreed(world), steps.agreed(world, holding=f"loan-{loan.pk}")
    met = (steps.arranged(copy, now=world.now), steps.arranged(item, now=world.now))
    with mock.patch("sharing.transferable.require", side_effect=RefusedByLibrary("On hold.")):
        (result,) = confirm(world, met, met[1].pk)
    assert str(result.refusal) == "On hold."
    copy.refresh_from_db()
    assert copy.status == "on_loan"


def test_both_pages_say_which_books_the_code_covers(world: World, met: tuple[Handover, Handover]) -> None:
    page = reverse("lending", args=[met[0].lending_id])
    code(world, met[0])
    assert "围城" in browsers.seen(browsers.of(world.alice), page)
    taker = browsers.of(world.bob)
    assert f'name="with" value="{met[1].pk}"' in browsers.seen(taker, page)
    pin = code(world, met[0])
    taker.post(reverse("confirm-handover", args=[met[0].pk]), {"pin": pin, "with": [met[1].pk]})
    assert set(Lending.objects.values_list("status", flat=True)) == {"on_loan"}
