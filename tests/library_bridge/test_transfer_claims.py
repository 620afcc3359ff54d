"""C3, I2, I3: a slow library and two workers. Each transfer is one worker's at a time, and what it writes it writes once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from library_bridge import clocks, due, registry, transfer_claims, transfer_writes, transfers
from library_bridge.adapters.options import Kind
from library_bridge.models import Library, Transfer, TransferStep
from library_bridge.transfer_claims import LEASE, ClaimLost, lease_of
from tests.library_bridge import adapter_double, doubles, factories
from tests.library_bridge.conftest import Elapsed
from tests.library_bridge.doubles import Do, Script
from tests.library_bridge.factories import Campus
from tests.library_bridge.saga import advance, violations

VERBS = ("item", "loans", "patron", "check_in", "check_out")
SECONDS_A_CALL = 4
SECOND_ROUND = 140  # seconds after the first


class SlowLibrary:
    """The second worker's round begins during a call of the first one's."""

    def __init__(self, script: Script, elapsed: Elapsed, now: datetime) -> None:
        self._elapsed, self._now, self._begun = elapsed, now, False
        script.always = dict.fromkeys(VERBS, self.answer)

    def answer(self, do: Do) -> Any:
        self._elapsed.seconds += SECONDS_A_CALL
        if self._elapsed.seconds >= SECOND_ROUND and not self._begun:
            self._begun = True
            list(due.act(now=self._now + timedelta(seconds=self._elapsed.seconds)))
        return do()


def four_due_at_once(campus: Campus, script: Script, elapsed: Elapsed, now: datetime) -> list[Transfer]:
    SlowLibrary(script, elapsed, now)
    begun = [factories.transfer(campus, now=now) for _number in range(4)]
    list(due.act(now=now))
    return begun


def test_c3_i3_the_next_round_leaves_alone_what_a_slow_one_has_in_hand(
    campus: Campus, script: Script, elapsed: Elapsed, now: datetime
) -> None:
    begun = four_due_at_once(campus, script, elapsed, now)
    assert (script.calls["check_in"], script.calls["check_out"]) == (4, 4)
    assert [campus.holder(transfer.barcode) for transfer in begun] == [campus.bob.card_number] * 4
    assert {transfer.status for transfer in Transfer.objects.all()} == {Transfer.Status.DONE}
    assert violations() == []


def test_control_with_a_clock_that_stands_still_it_is_sent_twice(
    campus: Campus, script: Script, elapsed: Elapsed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "running_from", lambda now: lambda: now)
    four_due_at_once(campus, script, elapsed, now)
    assert script.calls["check_in"] == 5


def asleep_before_its_write(campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Transfer:
    """It has read and decided, the other worker takes over and ends it, and it wakes up with what it had decided."""
    transfer, send = factories.transfer(campus, now=now), transfer_writes.send

    def asleep(*args: Any, **kwargs: Any) -> transfer_writes.Answer:
        monkeypatch.setattr(transfer_writes, "send", send)
        advance(transfer, now + LEASE)
        return send(*args, **kwargs)

    monkeypatch.setattr(transfer_writes, "send", asleep)
    advance(transfer, now)
    transfer.refresh_from_db()
    return transfer


def test_i3_a_worker_that_lost_its_claim_writes_nothing(
    campus: Campus, script: Script, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = asleep_before_its_write(campus, now, monkeypatch)
    assert (transfer.status, transfer.attempts) == (Transfer.Status.DONE, 2)
    assert (script.calls["check_in"], script.calls["check_out"]) == (1, 1)
    assert campus.holder(transfer.barcode) == campus.bob.card_number


def test_control_without_the_fence_it_writes(
    campus: Campus, script: Script, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_claims, "renew_lease", lambda transfer, *, now: None)
    asleep_before_its_write(campus, now, monkeypatch)
    assert script.calls["check_in"] == 2


def test_i1_an_answer_after_the_claim_was_lost_is_not_its_to_write_down(campus: Campus, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)
    transfer_claims.take(transfer, now=now)
    step = transfer_writes._intend(transfer, TransferStep.Kind.CHECK_IN, because="", now=now)
    other = transfers._transfer(transfer.pk)
    assert transfer_claims.take(other, now=now + LEASE)
    with pytest.raises(ClaimLost):
        transfer_writes._answered(step, transfer, transfer_writes.Answer(TransferStep.Status.OK, {}), now=now + LEASE)
    step.refresh_from_db()
    assert step.status == TransferStep.Status.INTENT


def test_a_write_begins_the_lease_anew(campus: Campus, script: Script, elapsed: Elapsed, now: datetime) -> None:
    transfer = factories.transfer(campus, now=now)

    def half_a_lease_later() -> None:
        elapsed.seconds += LEASE.total_seconds() / 2

    def taken_over() -> None:
        assert not transfer_claims.take(transfers._transfer(transfer.pk), now=now + LEASE)

    script.on("patron", doubles.meanwhile(half_a_lease_later)).on("check_in", doubles.meanwhile(taken_over))
    assert advance(transfer, now).status == Transfer.Status.DONE


def test_i2_who_was_held_up_after_the_intent_sends_nothing(
    campus: Campus, script: Script, elapsed: Elapsed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    intend = transfer_writes._intend

    def slow(*args: Any, **kwargs: Any) -> TransferStep:
        step = intend(*args, **kwargs)
        elapsed.seconds += transfer_claims.HELD_UP.total_seconds() + 1
        return step

    monkeypatch.setattr(transfer_writes, "_intend", slow)
    waits = advance(factories.transfer(campus, now=now), now)
    assert (waits.status, script.calls["check_in"]) == (Transfer.Status.PENDING, 0)


@pytest.mark.parametrize(
    ("seconds", "lease"), [(1, LEASE), (20, timedelta(minutes=4.5)), (60, timedelta(minutes=12.5))]
)
def test_the_lease_is_longer_than_an_act_with_its_time_outs(
    db: None, seconds: int, lease: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter_double.put_in_place_of("sip2", monkeypatch)
    assert lease_of(Library(adapter="sip2", settings={"host": "a", "timeout": seconds})) == lease


@pytest.mark.parametrize("adapter", [name for name in Library.Adapter.values if name != Library.Adapter.EMBEDDED])
def test_every_adapter_caps_its_time_outs(adapter: str) -> None:
    timed = [option for option in registry.options_of(adapter) if "timeout" in option.name]
    assert timed
    assert {option.kind for option in timed} == {Kind.TIME_OUT}
