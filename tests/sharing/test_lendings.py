from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sharing import due, invariants, lendings
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import DomainEvent, Handover, Lending, Notification, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def test_a_personal_copy_goes_out_and_comes_back(world: World) -> None:
    lending = steps.on_loan(world)
    world.copy.refresh_from_db()
    assert (lending.status, world.copy.holder, world.copy.owner) == (Lending.Status.ON_LOAN, world.bob, world.alice)
    assert Request.objects.get().status == Request.Status.FULFILLED
    steps.returned(lending, now=world.now + timedelta(days=30))
    world.copy.refresh_from_db()
    assert (lending.status, world.copy.holder) == (Lending.Status.COMPLETED, world.alice)


def test_the_due_date_is_the_end_of_the_last_day_of_the_loan_period(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    due = timezone.localtime(lending.due_at)
    assert (due.hour, due.minute) == (23, 59)
    assert (due.date() - world.now.date()).days == 60


@pytest.mark.parametrize(("mode", "owner_changes"), [("gift", True), ("drift", False)])
def test_gift_and_drift_are_complete_once_handed_over(world: World, mode: str, owner_changes: bool) -> None:
    copy = factories.copy(world.alice, factories.title("围城"), now=world.now, mode=mode)
    lending = steps.handed_over(steps.agreed(world, holding=f"copy-{copy.pk}"), now=world.now)
    copy.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
    assert (copy.holder, copy.owner) == (world.bob, world.bob if owner_changes else world.alice)


def test_the_giver_can_step_back_before_the_handover_and_the_request_goes_on(world: World) -> None:
    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, reason="Lost my key", now=world.now)
    assert Request.objects.get().status == Request.Status.OPEN
    event = DomainEvent.objects.get(kind="lending.cancelled")
    assert (event.why, event.data["by"]) == ("Lost my key", "giver")


def test_when_the_taker_steps_back_the_request_ends(world: World) -> None:
    lending = steps.agreed(world)
    lendings.cancel_lending(lending_id=lending.pk, actor=world.bob, now=world.now)
    assert Request.objects.get().status == Request.Status.CANCELLED


def test_nobody_cancels_after_both_confirmed_C7(world: World) -> None:
    lending = steps.on_loan(world)
    for who in (world.alice, world.bob):
        with pytest.raises(IllegalTransition, match="cannot be cancelled"):
            lendings.cancel_lending(lending_id=lending.pk, actor=who, now=world.now)


@pytest.mark.parametrize("act", ["cancel_lending", "start_return", "extend_lending"])
def test_a_stranger_changes_nothing_T_R2(world: World, act: str) -> None:
    lending = steps.on_loan(world)
    with pytest.raises(NotFound):
        getattr(lendings, act)(lending_id=lending.pk, actor=world.charlie, now=world.now)


def test_a_copy_has_at_most_one_live_lending_C1(world: World) -> None:
    lending = steps.agreed(world)
    other = Request.objects.create(
        requester=world.charlie, title=world.title, placed_at=world.now, deadline_at=lending.deadline_at
    )
    ask = other.asks.create(
        holder=world.alice, copy=world.copy, wave=1, asked_at=world.now, respond_by=lending.deadline_at
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        lendings.agree(ask, now=world.now)


def test_a_lending_is_extended_once(world: World) -> None:
    lending = steps.on_loan(world)
    before = lending.due_at
    longer = lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=5))
    assert before is not None
    assert longer.due_at == before + timedelta(days=30)
    with pytest.raises(Denied, match="once"):
        lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=6))


def test_borrower_cannot_extend_an_overdue_lending(world: World) -> None:
    lending = steps.on_loan(world)
    with pytest.raises(Denied, match="overdue"):
        lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=70))


def test_an_overdue_lending_is_reminded_once_a_week(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    reminded = 0
    for day in range(-5, 20):
        reminded += sum(
            deed["did"] == "lending.reminded" for deed in due.act(now=lending.due_at + timedelta(days=day, minutes=1))
        )
    assert reminded == 5  # three days before, on the day, the day after, two weeks


def test_nobody_came_and_the_request_goes_on(world: World) -> None:
    lending = steps.agreed(world)
    handover = steps.arranged(lending, now=world.now)
    deeds = [deed["did"] for deed in due.act(now=lending.deadline_at + timedelta(minutes=1))]
    lending.refresh_from_db()
    handover.refresh_from_db()
    assert "lending.no_show" in deeds
    assert (lending.status, handover.status) == (Lending.Status.NO_SHOW, Handover.Status.MISSED)


def test_a_second_click_on_extend_changes_nothing(world: World) -> None:
    lending = steps.on_loan(world)
    at = world.now + timedelta(days=5)
    first = lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=at)
    again = lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=at + timedelta(seconds=1))
    assert again.due_at == first.due_at
    assert DomainEvent.objects.filter(kind="lending.extended").count() == 1


def test_starting_a_return_again_changes_nothing_even_when_it_is_over(world: World) -> None:
    lending = steps.returned(steps.on_loan(world), now=world.now + timedelta(days=30))
    again = lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=31))
    assert again.status == Lending.Status.COMPLETED


def test_reminders_come_in_the_morning_and_call_nobody_late_on_the_due_day(world: World) -> None:
    lending = steps.on_loan(world)
    told = []
    for _reminder in range(4):
        told.append(f"{timezone.localtime(lending.deadline_at):%d %H:%M}")
        lendings.remind_borrower(lending_id=lending.pk, now=lending.deadline_at)
        lending.refresh_from_db()
    assert told == ["20 09:00", "23 09:00", "24 09:00", "31 09:00"]
    kinds = DomainEvent.objects.filter(kind__in=("lending.due_soon", "lending.overdue")).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["lending.due_soon"] * 2 + ["lending.overdue"] * 2


def test_whoever_starts_the_return_in_time_is_not_late_when_the_owner_is_slow(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=59))
    lending.refresh_from_db()
    assert not lending.is_overdue(world.now + timedelta(days=70))
    steps.confirm(lending.handovers.open().get(), now=world.now + timedelta(days=70))
    assert DomainEvent.objects.get(kind="lending.completed").data == {"late": False}


def test_a_return_that_waits_reminds_both_and_then_calls_a_librarian_S2(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=30))
    for _week in range(4):
        lending.refresh_from_db()
        list(due.act(now=lending.deadline_at))
    lending.refresh_from_db()
    told = Notification.objects.filter(event__kind="lending.return_waits").values_list("reader", flat=True)
    assert sorted(told) == sorted([world.alice.pk, world.bob.pk] * 3)
    assert lending.status == Lending.Status.NEEDS_LIBRARIAN
    steps.confirm(lending.handovers.open().get(), now=lending.deadline_at)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED


def test_no_window_of_a_lending_ends_at_night(world: World) -> None:
    night = world.now.replace(hour=23)
    assert timezone.localtime(lendings.first_deadline(night)).hour == 8


def test_each_handover_leaves_its_events_S3(world: World) -> None:
    lending = steps.agreed(world)
    first = steps.arranged(lending, now=world.now)
    second = steps.arranged(lending, now=world.now + timedelta(minutes=5))
    lendings.cancel_lending(lending_id=lending.pk, actor=world.alice, now=world.now + timedelta(minutes=9))
    assert list(first.events.values_list("to_status", flat=True)) == ["proposed", "agreed", "replaced"]
    assert list(second.events.values_list("to_status", flat=True)) == ["proposed", "agreed", "missed"]
    assert not list(invariants._one_event_each())


def test_the_way_back_is_on_record_and_told_once(world: World) -> None:
    lending = steps.on_loan(world)
    lendings.start_return(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=30))
    back = lending.handovers.open().get()
    assert back.events.get().kind == "handover.agreed"
    told = Notification.objects.filter(reader=world.alice, created_at__gt=world.now + timedelta(days=29))
    assert [row.event.kind for row in told] == ["lending.returning"]


def test_the_check_finds_a_handover_without_its_event_S3(world: World) -> None:
    lending = steps.agreed(world)
    steps.arranged(lending, now=world.now)
    steps.arranged(lending, now=world.now + timedelta(minutes=5))
    event = DomainEvent.objects.get(kind="handover.replaced")
    event.delete()
    assert [line for line in invariants._one_event_each() if "replaced" in line]
