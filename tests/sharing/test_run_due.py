"""`manage.py run_due --at`: the scheduler's deeds, at the times of a request's deadlines and through the command itself."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from sharing import requests
from sharing.models import CirculationPolicy, DomainEvent, Request
from tests import factories
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


def deeds(at: datetime) -> list[str]:
    out = StringIO()
    call_command("run_due", "--at", at.isoformat(), stdout=out)
    done = [json.loads(line)["did"] for line in out.getvalue().splitlines()]
    return [deed for deed in done if deed.startswith(("ask.", "request."))]


@pytest.fixture
def placed(world: World) -> Request:
    """Two could lend the title, and one is asked at a time."""
    policy = CirculationPolicy.load()
    policy.wave_size = 1
    policy.save()
    factories.copy(factories.reader("Dora"), world.title, now=world.now)
    return requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)


def test_an_unanswered_request_is_reminded_passed_on_and_ended(placed: Request) -> None:
    first = placed.asks.get()
    assert first.remind_at is not None
    assert deeds(first.remind_at) == ["ask.reminded"]
    assert deeds(first.respond_by) == ["ask.lapsed", "ask.sent"]
    second = placed.asks.exclude(pk=first.pk).get()
    assert second.holder != first.holder
    assert deeds(second.respond_by) == ["ask.lapsed"]
    assert deeds(placed.deadline_at) == ["request.unfilled"]
    placed.refresh_from_db()
    assert placed.status == Request.Status.UNFILLED
    assert DomainEvent.objects.filter(kind="request.unfilled", request=placed, at=placed.deadline_at).exists()


def test_nothing_happens_a_minute_before_its_time(placed: Request) -> None:
    ask = placed.asks.get()
    assert ask.remind_at is not None
    assert deeds(ask.remind_at - timedelta(minutes=1)) == []
    deeds(ask.remind_at)
    assert deeds(ask.remind_at) == []
