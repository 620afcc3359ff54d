"""The circulation policy, as a librarian changes it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from library_bridge.models import Reader
from sharing import asks, requests
from sharing.models import CirculationPolicy, Lending
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser
from tests.sharing.staff.desk import DAY, seen, sent, staff

pytestmark = pytest.mark.django_db


def policy_form(**changes: str) -> dict[str, str]:
    return {
        "answer_window_hours": "48", "least_window_hours": "12", "wave_size": "3", "request_days": "14",
        "handover_days": "7", "collect_days": "3", "courier_days": "14", "late_code_minutes": "60", "open_requests": "5",
        "asks_per_holder_week": "10", "transfers_per_year": "2", "free_cancel_days": "90", "cool_off_after": "3",
        "cool_off_days": "7", "purchase_days": "21", "loan_days": "60",
        "extension_days": "30", "untransferable_days": "3", "quiet_from": "22:00", "quiet_until": "08:00", **changes,
    }  # fmt: skip


def policy_url() -> str:
    return reverse("wagtailsettings:edit", args=["sharing", "circulationpolicy", CirculationPolicy.load().pk])


def test_a_librarian_changes_the_policy_and_the_next_request_follows_it(world: World) -> None:
    librarian = staff("sharing.change_circulationpolicy")
    page = sent(policy_url(), browser(librarian), world.now, **policy_form(request_days="21"))
    assert page.status == 200
    assert steps.placed(world).deadline_at == world.now + 21 * DAY
    entry = ModelLogEntry.objects.get(action="wagtail.edit")
    assert entry.user == librarian


def test_the_log_says_from_what_to_what(world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(request_days="21"))
    entry = ModelLogEntry.objects.get(action="sharing.change_policy")
    assert (entry.user, entry.data) == (lin, {"changed": {"request_days": ["14", "21"]}})
    assert entry.message == "A request ends after (days): 14 → 21"


@pytest.mark.parametrize(
    "changes",
    [{"request_days": "1"}, {"loan_days": "20"}, {"quiet_from": "08:00"}],
    ids=lambda changes: next(iter(changes)),
)
def test_limits_that_contradict_each_other_are_refused(changes: dict[str, str], world: World, lin: Reader) -> None:
    CirculationPolicy.load()
    before = CirculationPolicy.objects.values().get()
    sent(policy_url(), lin, world.now, **policy_form(**changes))
    assert CirculationPolicy.objects.values().get() == before


def test_the_policy_explains_itself(world: World, lin: Reader) -> None:
    assert "Reminders go out half-way and near the end." in seen(policy_url(), lin, world.now, language="en")


@pytest.mark.parametrize("hours", ["0", "-1", "100000", "two"])
def test_the_policy_refuses_what_nobody_could_keep(hours: str, world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(answer_window_hours=hours))
    assert steps.asked(world).respond_by > world.now + DAY


def test_the_rules_page_shows_the_new_policy_at_once(world: World, lin: Reader) -> None:
    sent(policy_url(), lin, world.now, **policy_form(loan_days="45"))
    assert "45" in seen(reverse("rules"), world.bob, world.now)


def test_the_policy_is_closed_to_other_staff(world: World) -> None:
    sent(policy_url(), staff(name="Charlie"), world.now, **policy_form(wave_size="20"))
    for _ in range(4):
        factories.copy(factories.reader(), world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    assert request.asks.count() == 3


def test_an_answered_ask_is_not_reopened_by_a_shorter_window(world: World, lin: Reader) -> None:
    ask = steps.asked(world)
    sent(policy_url(), lin, world.now, **policy_form(answer_window_hours="1"))
    lending = asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now + 2 * timedelta(hours=1))
    assert lending.status == Lending.Status.AGREED
