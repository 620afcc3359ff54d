"""How the library systems stand, for staff: from the database and from what was noted of the latest calls."""

from collections.abc import Callable
from datetime import datetime, timedelta
from unittest import mock

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from library_bridge import pulse, transfers
from library_bridge.models import Library, Patron, Reader, Transfer
from library_bridge.staff.systems import states
from tests.library_bridge import adapter_double, factories
from tests.library_bridge.doubles import Script, drops_first, never_sent
from tests.library_bridge.factories import Campus

URL = "library-systems:index"


@pytest.fixture
def lin(client: Client, campus: Campus) -> Reader:
    made = Reader.objects.create(username="lin", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def page_of(client: Client) -> str:
    return str(client.get(reverse(URL), headers={"accept-language": "en"}).content.decode())


# the pulse


def test_a_pulse_has_the_last_answer_and_the_median(now: datetime) -> None:
    for seconds in (0.01, 0.03, 9.0):
        pulse.noted("demo", "loans", "ok", seconds)
    found = pulse.of("demo")
    assert found.answered_at is not None
    assert (found.latency, found.failed_at, found.is_down) == (0.03, None, False)


def test_a_refusal_is_an_answer_and_silence_is_none() -> None:
    pulse.noted("demo", "check_out", "loan_limit", 0.02)
    pulse.noted("demo", "check_out", "refused", 0.02)
    assert pulse.of("demo").failed_at is None
    pulse.noted("demo", "loans", "unavailable", 10.0)
    found = pulse.of("demo")
    assert (found.failed_in, found.failed_by, found.is_down) == ("loans", "unavailable", True)
    assert found.latency == 0.02  # a time-out is no answer time


def test_after_a_failure_an_answer_counts_again(now: datetime) -> None:
    pulse.noted("demo", "loans", "unavailable", 1.0)
    with time_machine.travel(now + timedelta(minutes=1)):
        pulse.noted("demo", "loans", "ok", 0.1)
    assert not pulse.of("demo").is_down


def test_only_the_latest_times_count_and_libraries_are_apart() -> None:
    for number in range(pulse.LATEST + 20):
        pulse.noted("demo", "item", "ok", float(number))
    assert len(pulse.of("demo").seconds) == pulse.LATEST
    assert pulse.of("demo").seconds[0] == 20.0
    assert pulse.of("branch") == pulse.Pulse()


def test_a_call_does_not_fail_because_of_what_is_written_about_it() -> None:
    with mock.patch.object(cache, "set", side_effect=ConnectionError):
        pulse.noted("demo", "check_out", "ok", 0.1)


# the page


def test_the_page_tells_of_a_system_that_answers(client: Client, lin: Reader) -> None:
    pulse.noted("demo", "loans", "ok", 0.042)
    page = page_of(client)
    assert "Embedded library system" in page
    assert "42 ms" in page
    assert "did not answer" not in page


def test_the_page_tells_of_a_system_that_is_down(client: Client, lin: Reader) -> None:
    pulse.noted("demo", "check_in", "unavailable", 10.0)
    page = page_of(client)
    assert "It did not answer the last time." in page
    assert "check_in: unavailable" in page


def test_what_waits_is_counted_with_its_next_try(
    client: Client, lin: Reader, campus: Campus, script: Script, now: datetime
) -> None:
    waiting = factories.transfer(campus, now=now)
    script.on("check_in", never_sent)
    transfers.advance(transfer_id=waiting.pk, now=now)
    [state] = states(staff=lin)
    assert (state.waiting, state.unanswered, state.next_try_at) == (1, 1, now + transfers.AGAIN_AFTER)
    assert "next try" in page_of(client)


def test_what_needs_a_librarian_is_counted(
    client: Client, lin: Reader, campus: Campus, script: Script, now: datetime
) -> None:
    stuck = factories.transfer(campus, now=now)
    script.on("check_in", drops_first)
    transfers.advance(transfer_id=stuck.pk, now=now)
    transfers.advance(transfer_id=stuck.pk, now=now + transfers.PATIENCE)
    assert Transfer.objects.get().status == "needs_librarian"
    [state] = states(staff=lin)
    assert (state.waiting, state.unanswered, state.needs_librarian) == (0, 1, 1)
    assert f"?status=needs_librarian&amp;library={campus.library.pk}" in page_of(client)


def test_the_age_of_the_oldest_list_is_told(client: Client, lin: Reader, campus: Campus, now: datetime) -> None:
    Patron.objects.filter(pk=campus.alice.pk).update(loans_checked_at=now - timedelta(hours=30))
    Patron.objects.filter(pk=campus.bob.pk).update(loans_checked_at=now)
    [state] = states(staff=lin)
    assert state.oldest_look_at == now - timedelta(hours=30)
    assert "1\xa0day" in page_of(client)


def test_a_misconfigured_library_is_told_with_the_way_to_its_settings(
    client: Client, lin: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter_double.put_in_place_of("sip2", monkeypatch)
    branch = Library.objects.create(code="branch", name_zh="分馆", name_en="Branch", adapter="sip2")
    page = page_of(client)
    assert "host: must be set" in page
    assert reverse("libraries:edit", args=[branch.pk]) in page


def test_the_same_number_of_queries_for_one_library_and_for_five(
    lin: Reader, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        states(staff=lin)
    for number in range(4):
        Library.objects.create(code=f"l{number}", name_zh="馆", name_en="L")
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        assert len(states(staff=lin)) == 5


def test_it_is_for_those_who_see_transfers(client: Client, campus: Campus) -> None:
    clerk = Reader.objects.create(username="clerk", is_staff=True)
    group = Group.objects.create(name="Clerks")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    clerk.groups.add(group)
    client.force_login(clerk)
    assert client.get(reverse(URL)).status_code in (302, 403)
    group.permissions.add(Permission.objects.get(codename="view_transfer"))
    assert client.get(reverse(URL)).status_code == 200
    client.force_login(campus.alice.reader)
    assert client.get(reverse(URL)).status_code == 302
