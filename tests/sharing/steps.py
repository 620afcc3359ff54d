"""The way of a lending in single steps, for tests that start half-way."""

from datetime import datetime, timedelta

from sharing import asks, handovers, lendings, requests
from sharing.models import Ask, Handover, Lending, Request
from tests.sharing.conftest import World


def placed(world: World, *, holding: str = "") -> Request:
    key = holding or f"copy-{world.copy.pk}"
    return requests.place_request(actor=world.bob, holding_key=key, message="I would like to read it.", now=world.now)


def asked(world: World, *, holding: str = "") -> Ask:
    return placed(world, holding=holding).asks.get()


def agreed(world: World, *, holding: str = "") -> Lending:
    ask = asked(world, holding=holding)
    return asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now + timedelta(hours=1))


def arranged(lending: Lending, *, now: datetime) -> Handover:
    """The taker of the lending proposes, the giver agrees."""
    handover = handovers.propose_handover(
        lending_id=lending.pk,
        actor=lending.taker,
        method="in_person",
        place="West gate",
        starts_at=now + timedelta(hours=3),
        now=now,
    )
    return handovers.agree_handover(handover_id=handover.pk, actor=lending.giver, now=now)


def handed_over(lending: Lending, *, now: datetime) -> Lending:
    handover = arranged(lending, now=now)
    confirm(handover, now=now)
    lending.refresh_from_db()
    return lending


def confirm(handover: Handover, *, now: datetime) -> Handover:
    back = handover.direction == Handover.Direction.BACK
    giver, taker = (handover.lending.giver, handover.lending.taker)[:: -1 if back else 1]
    code = handovers.issue_code(handover_id=handover.pk, actor=giver, now=now)
    return handovers.confirm_handover(handover_id=handover.pk, actor=taker, pin=code.pin, now=now)


def on_loan(world: World) -> Lending:
    return handed_over(agreed(world), now=world.now + timedelta(hours=2))


def returned(lending: Lending, *, now: datetime) -> Lending:
    lendings.start_return(lending_id=lending.pk, actor=lending.taker, now=now)
    confirm(lending.handovers.open().get(), now=now)
    lending.refresh_from_db()
    return lending
