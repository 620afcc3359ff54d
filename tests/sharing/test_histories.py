"""Whose a finished lending was is forgotten after some time, unless its reader keeps it (P6)."""

from datetime import timedelta

import pytest
from django.conf import settings

from incentives.models import Entry
from library_bridge import forgetting, registers
from personal_catalog.models import CustodyRecord
from sharing import due, histories
from sharing.models import Ask, DomainEvent, Lending, Notification, Request
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

DAYS = timedelta(days=94)


def exchanged(world: World) -> Lending:
    return steps.returned(steps.on_loan(world), now=world.now + timedelta(days=2))


def forgotten(world: World, *, after: timedelta = DAYS) -> None:
    list(forgetting.act(now=world.now + after))


def violations() -> set[str]:
    return {line for check in registers.all_checks() for line in check.violations()}


def test_p6_after_ninety_days_nobody_knows_whose_it_was(world: World) -> None:
    lending = exchanged(world)
    forgotten(world)
    lending.refresh_from_db()
    gone = {world.alice.pk, world.bob.pk}
    assert not gone & {lending.giver_id, lending.taker_id, lending.request.requester_id, lending.ask.holder_id}
    assert not DomainEvent.objects.filter(request=lending.request, actor__in=gone).exists()
    assert not Notification.objects.filter(event__request=lending.request).exists()
    assert browsers.of(world.bob).get(lending.get_absolute_url()).status_code == 404


def test_until_then_both_see_it(world: World) -> None:
    lending = exchanged(world)
    forgotten(world, after=timedelta(days=80))
    for who in (world.alice, world.bob):
        assert browsers.of(who).get(lending.get_absolute_url()).status_code == 200


def test_p6_the_chain_of_custody_names_only_the_owner(world: World) -> None:
    exchanged(world)
    forgotten(world)
    there = set(CustodyRecord.objects.filter(copy=world.copy).values_list("to_holder", flat=True))
    assert world.alice.pk in there
    assert world.bob.pk not in there


def test_p6_the_ledger_does_not_lead_to_the_title(world: World) -> None:
    exchanged(world)
    list(due.act(now=world.now + timedelta(days=3)))
    paid = Entry.objects.filter(account__reader=world.alice, event__request__isnull=False)
    assert paid.exists()
    forgotten(world)
    assert not paid.exists()


def test_p6_who_keeps_their_own_keeps_their_own_side_only(world: World) -> None:
    lending = exchanged(world)
    histories.keep_history(actor=world.bob, keep=True, now=world.now)
    forgotten(world)
    lending.refresh_from_db()
    assert lending.taker == world.bob
    assert lending.giver != world.alice
    page = browsers.seen(browsers.of(world.bob), lending.get_absolute_url())
    assert "Alice" not in page


def test_p6_who_keeps_no_longer_is_forgotten_the_next_night(world: World) -> None:
    lending = exchanged(world)
    histories.keep_history(actor=world.bob, keep=True, now=world.now)
    forgotten(world)
    histories.keep_history(actor=world.bob, keep=False, now=world.now)
    forgotten(world, after=DAYS + timedelta(days=1))
    lending.refresh_from_db()
    assert lending.taker != world.bob


def test_what_still_goes_on_is_not_forgotten(world: World) -> None:
    lending = steps.on_loan(world)
    forgotten(world, after=timedelta(days=1000))
    lending.refresh_from_db()
    assert (lending.giver, lending.taker) == (world.alice, world.bob)


def test_requests_that_nobody_answered_are_forgotten_too(world: World) -> None:
    request = steps.placed(world)
    list(due.act(now=world.now + timedelta(days=60)))
    forgotten(world, after=timedelta(days=200))
    request.refresh_from_db()
    assert request.forgotten_at
    assert request.requester != world.bob
    assert not Ask.objects.filter(holder=world.alice).exists()


def test_all_invariants_hold_afterwards(world: World) -> None:
    exchanged(world)
    list(due.act(now=world.now + timedelta(days=3)))
    before = violations()
    forgotten(world)
    forgotten(world, after=DAYS + timedelta(days=1))
    assert Request.objects.filter(forgotten_at__isnull=False).exists()
    with browsers.at(world.now + DAYS + timedelta(days=1)):
        assert violations() <= before


def test_p6_all_invariants_hold_where_nothing_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.KEEP_DAYS, "history", 0)
    exchanged(world)
    list(due.act(now=world.now + timedelta(days=3)))
    before = violations()
    with browsers.at(world.now + timedelta(days=4)):
        forgotten(world, after=timedelta(days=4))
        assert violations() <= before
