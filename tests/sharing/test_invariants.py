"""Each check of check_invariants is silent on a world that is in order, and names what was tampered with."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sharing import (
    asks,
    conversations,
    custody,
    disputes,
    groups,
    invariants,
    kept,
    lendings,
    ratings,
    requests,
    shipments,
)
from sharing.errors import IllegalTransition
from sharing.models import Ask, Conversation, DomainEvent, Handover, Lending, Notification
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.test_deposits import arranged


def lines(*ids: str) -> list[str]:
    return [line for check in invariants.CHECKS if not ids or check.id in ids for line in check.violations()]


def declined(world: World) -> Ask:
    return asks.decline_ask(ask_id=steps.asked(world).pk, actor=world.alice, now=world.now)


def returned(world: World) -> Lending:
    return steps.returned(steps.on_loan(world), now=world.now + timedelta(days=3))


def cancelled(world: World) -> Lending:
    return lendings.cancel_lending(lending_id=steps.agreed(world).pk, actor=world.bob, now=world.now)


def withdrawn(world: World) -> object:
    return requests.cancel_request(request_id=steps.placed(world).pk, actor=world.bob, now=world.now)


TAMPERED: dict[str, tuple[str, Callable[[World], object], Callable[[], object], str]] = {
    "no due date": ("S2", steps.on_loan, lambda: Lending.objects.update(due_at=None), "without a due date"),
    "request cancelled": (
        "S3", withdrawn, lambda: DomainEvent.objects.filter(kind="request.cancelled").update(kind="x"), "is cancelled without"
    ),
    "ask withdrawn": (
        "S3", withdrawn, lambda: DomainEvent.objects.filter(kind="ask.withdrawn").update(kind="x"), "is withdrawn without"
    ),
    "lending cancelled": (
        "S3", cancelled, lambda: DomainEvent.objects.filter(kind="lending.cancelled").update(kind="x"), "is cancelled without"
    ),
    "handed over": (
        "S3", steps.on_loan, lambda: DomainEvent.objects.filter(kind="lending.handed_over").update(kind="x"), "handed over without"
    ),
    "confirmed": (
        "S3", steps.on_loan, lambda: DomainEvent.objects.filter(kind="handover.confirmed").update(kind="x"), "confirmed without"
    ),
    **{
        f"{kind} told": (
            "N1", story, lambda kind=kind: Notification.objects.filter(event__kind=kind).delete(), "was told to nobody"
        )
        for kind, story in {
            "lending.handed_over": returned, "lending.completed": returned, "lending.cancelled": cancelled,
        }.items()
    },
    "undelivered": (
        "N2", steps.placed,
        lambda: DomainEvent.objects.update(delivered_at=None, recorded_at=timezone.now() - timedelta(hours=25)), "not been delivered"
    ),
    "code": ("T2", steps.on_loan, lambda: Handover.objects.update(code_used=False), "its code still counts"),
    "talk after a return": ("P4", returned, lambda: Conversation.objects.update(closed_at=None), "goes on after its end"),
    "talk after a no": ("P4", declined, lambda: Conversation.objects.update(closed_at=None), "goes on after its end"),
    "called off": (
        "C7", returned, lambda: Lending.objects.update(status="cancelled"), "called off after both had confirmed"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_named(world: World, what: str) -> None:
    id, story, tamper, says = TAMPERED[what]
    story(world)
    assert lines() == []
    tamper()
    found = lines(id)
    assert found
    assert all(says in line for line in found)


def test_n1_who_takes_their_own_copy_off_the_shelf_need_not_be_told_that_the_ask_ends(world: World) -> None:
    steps.asked(world)
    custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    assert lines() == []


def test_p4_a_conversation_ends_with_its_lending(world: World) -> None:
    talk = returned(world).ask.conversation
    assert talk.has_ended(world.now + timedelta(days=4))
    with pytest.raises(IllegalTransition):
        conversations.send_message(
            conversation_id=talk.pk, actor=world.bob, text="Once more", now=world.now + timedelta(days=4)
        )


def test_n1_what_names_nobody_or_stays_sealed_need_not_be_told(world: World) -> None:
    """A book kept for whoever comes first by the link, a first rating (T-C9), a group that only its maker was in."""
    kept.keep_holding(
        holding_key=world.copy.key, actor=world.alice, last_date=world.now.date() + timedelta(days=3), now=world.now
    )
    group = groups.make_group(actor=world.alice, name="Third floor", kind="floor", my_name="Ali", now=world.now)
    groups.close_group(group_id=group.pk, actor=world.alice, now=world.now)
    kept.end_keeping(holding_key=world.copy.key, actor=world.alice, now=world.now)
    lending = returned(world)
    ratings.rate_exchange(lending_id=lending.pk, actor=world.bob, went="smoothly", now=world.now + timedelta(days=3))
    assert lines() == []


def test_c6_what_was_sent_and_never_arrived_has_not_moved(world: World) -> None:
    lending = steps.agreed(world)
    parcel = arranged(lending, now=world.now, place="North gate", method="courier")
    shipments.send_book(
        handover_id=parcel.pk, actor=world.alice, carrier="EMS", tracking_number="E1234567", now=world.now
    )
    disputes.dispute_lending(lending_id=lending.pk, actor=world.bob, reason="It never came.", now=world.now)
    assert lines("C6") == []
    disputes.settle_lending(
        lending_id=lending.pk, actor=world.lin, outcome="written_off", reason="Lost in the post", now=world.now
    )
    assert lines("C6") == []
    Lending.objects.update(handed_over_at=world.now)
    assert "moved without a confirmed handover" in lines("C6")[0]
