"""Read without network, counted when it arrives: only a code that lived then, only within the grace, only once."""

from datetime import datetime, timedelta

import pytest
import time_machine

from library_bridge.models import Reader
from sharing import handovers, late_codes, lendings, policies
from sharing.errors import IllegalTransition, NotFound, WrongCode
from sharing.models import DomainEvent, Handover
from tests.sharing import pages, steps
from tests.sharing.conftest import World


@pytest.fixture
def handover(world: World) -> Handover:
    return steps.arranged(steps.agreed(world), now=world.now)


@pytest.fixture
def slip(world: World, handover: Handover) -> str:
    return slip_of(handover, world.bob, world.now)


def slip_of(handover: Handover, who: Reader, now: datetime) -> str:
    return late_codes.slip_for(handover, who, now=now, policy=policies.current())


def arrives(world: World, handover: Handover, slip: str, *, read: int, minutes: float, **shown: str) -> Handover:
    now = world.now + timedelta(minutes=minutes)
    with time_machine.travel(now, tick=False):
        return late_codes.confirm_late(
            handover_id=handover.pk, actor=world.bob, slip=slip, seconds=read * 60, now=now, **shown
        )


def code(world: World, handover: Handover, *, minutes: float = 0) -> handovers.HandoverCode:
    now = world.now + timedelta(minutes=minutes)
    return handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=now)


def test_a_code_that_lived_counts_within_the_grace_t2(world: World, handover: Handover, slip: str) -> None:
    shown = code(world, handover)
    for _twice in range(2):
        done = arrives(world, handover, slip, read=5, minutes=69, pin=shown.pin)
    assert (done.status, done.lending.status) == ("confirmed", "on_loan")
    event = DomainEvent.objects.get(kind="handover.confirmed")
    assert datetime.fromisoformat(event.data["read_at"]) == world.now + timedelta(minutes=5)
    page = handover.lending.get_absolute_url()
    for who in (world.alice, world.bob):
        assert "Confirmed without network at 10:05" in pages.get(page, who, now=world.now + timedelta(minutes=70))


def test_a_square_that_another_has_followed_since_counts_t_c2(world: World, handover: Handover, slip: str) -> None:
    square = code(world, handover).qr_payload
    code(world, handover, minutes=4)
    assert arrives(world, handover, slip, read=2, minutes=30, qr_payload=square).status == "confirmed"


@pytest.mark.parametrize(("read", "minutes"), [(12, 20), (5, 71)], ids=["run out when read", "after the grace"])
def test_what_had_run_out_or_comes_too_late_does_not_t2(
    world: World, handover: Handover, slip: str, read: int, minutes: int
) -> None:
    pin = code(world, handover).pin
    with pytest.raises(WrongCode, match="too late"):
        arrives(world, handover, slip, read=read, minutes=minutes, pin=pin)
    handover.refresh_from_db()
    assert (handover.status, handover.wrong_tries) == ("agreed", 0)


def test_a_reading_before_the_page_was_made_is_not_believed_t1(world: World, handover: Handover) -> None:
    pin = code(world, handover).pin
    slip = slip_of(handover, world.bob, world.now + timedelta(minutes=15))
    with pytest.raises(WrongCode):
        arrives(world, handover, slip, read=-10, minutes=16, pin=pin)


def test_guesses_are_counted_and_kill_it_t_c1(world: World, handover: Handover, slip: str) -> None:
    pin = code(world, handover).pin
    for _try in range(5):
        with pytest.raises(WrongCode):
            arrives(world, handover, slip, read=1, minutes=2, pin=f"{(int(pin) + 1) % 1000000:06d}")
    with pytest.raises(WrongCode):
        arrives(world, handover, slip, read=1, minutes=2, pin=pin)
    code(world, handover, minutes=3)
    with pytest.raises(WrongCode):
        arrives(world, handover, slip, read=1, minutes=4, pin=pin)


def test_what_can_be_no_code_is_no_guess(world: World, handover: Handover, slip: str) -> None:
    code(world, handover)
    with pytest.raises(WrongCode, match="six digits"):
        arrives(world, handover, slip, read=1, minutes=2, pin="12345")
    handover.refresh_from_db()
    assert handover.wrong_tries == 0


def test_the_slip_is_one_takers_for_one_handover_t_r2(world: World, handover: Handover, slip: str) -> None:
    pin = code(world, handover).pin
    for other in (slip_of(handover, world.charlie, world.now), slip[:-1], ""):
        with pytest.raises(WrongCode):
            arrives(world, handover, other, read=1, minutes=2, pin=pin)
    with pytest.raises((NotFound, WrongCode)):
        late_codes.confirm_late(
            handover_id=handover.pk, actor=world.charlie, slip=slip_of(handover, world.charlie, world.now), seconds=1,
            pin=pin, now=world.now,
        )  # fmt: skip


def test_what_was_cancelled_meanwhile_stays_so_s5(world: World, handover: Handover, slip: str) -> None:
    pin = code(world, handover).pin
    lendings.cancel_lending(lending_id=handover.lending_id, actor=world.alice, now=world.now)
    with pytest.raises(IllegalTransition, match="had ended before"):
        arrives(world, handover, slip, read=1, minutes=2, pin=pin)


def test_a_library_may_want_none_of_it(world: World, handover: Handover, slip: str) -> None:
    policy = policies.current()
    policy.late_code_minutes = 0
    policy.save()
    pin = code(world, handover).pin
    with pytest.raises(WrongCode):
        arrives(world, handover, slip, read=1, minutes=11, pin=pin)
    assert slip_of(handover, world.bob, world.now) == ""


def test_the_page_sends_it_and_is_told_where_to_look(world: World, handover: Handover) -> None:
    shown = pages.get(handover.lending.get_absolute_url(), world.bob, now=world.now).html
    assert f'data-late="/handovers/{handover.pk}/late/"' in shown
    slip, pin = slip_of(handover, world.bob, world.now), code(world, handover).pin
    with time_machine.travel(world.now + timedelta(minutes=20)):
        sent = {"pin": pin, "slip": slip, "seconds": "60"}
        address = f"/handovers/{handover.pk}/late/"
        assert pages.browser(world.charlie).post(address, sent).status_code == 404
        wrong = pages.browser(world.bob).post(address, {**sent, "pin": "x"})
        assert wrong.status_code == 422
        answer = pages.browser(world.bob).post(address, sent)
    assert answer.json()["page"] == handover.lending.get_absolute_url()
    handover.refresh_from_db()
    assert handover.status == "confirmed"
