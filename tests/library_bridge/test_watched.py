"""One library's bad day stays its own (protocols/testing.md, K14, X13): breaker, the page's patience, metrics."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from library_bridge import patience, registry, transfers
from library_bridge.breaker import FAILURES, PAUSE
from library_bridge.models import Library, Reader, Transfer
from library_bridge.ports import NotSupported, Refused, Unavailable
from library_bridge.testing.faults import Fault
from library_bridge.watched import WatchedSystem
from tests.library_bridge import factories, servers
from tests.library_bridge.doubles import Script, ScriptedSystem, drops_first, garbled, refuses
from tests.library_bridge.factories import Campus


@pytest.fixture
def away(campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Script:
    """The campus behind a line of its own, as any library that is not the embedded system."""
    script = Script()
    Library.objects.update(adapter="ncip")
    campus.library.refresh_from_db()
    script.always["item"] = drops_first

    def made(library: Library, at: datetime) -> Any:
        library = Library.objects.get(pk=library.pk)
        return ScriptedSystem(library, at, script)

    monkeypatch.setitem(registry.ADAPTERS, "ncip", made)
    return script


def system(campus: Campus, now: datetime) -> WatchedSystem:
    return registry.system_for(campus.library, now=now)  # type: ignore[return-value]


def silent(act: Callable[[], object]) -> Unavailable:
    with pytest.raises(Unavailable) as silence:
        act()
    return silence.value


def let_it_trip(campus: Campus, now: datetime) -> None:
    for _failure in range(FAILURES):
        assert not silent(lambda: system(campus, now).item("1")).nothing_sent


def test_s4_x13_after_three_failures_a_library_is_left_alone(campus: Campus, away: Script, now: datetime) -> None:
    let_it_trip(campus, now)
    assert silent(lambda: system(campus, now).item("1")).nothing_sent
    assert silent(lambda: system(campus, now).check_in("1")).nothing_sent
    assert away.calls["item"] == FAILURES
    assert away.calls["check_in"] == 0


def test_s4_x13_one_read_goes_through_first_then_everything(campus: Campus, away: Script, now: datetime) -> None:
    let_it_trip(campus, now)
    away.always.clear()
    with time_machine.travel(now + timedelta(seconds=PAUSE + 1), tick=True):
        assert silent(lambda: system(campus, now).check_in("1")).nothing_sent
        assert system(campus, now).item("1").barcode == "1"
        with pytest.raises(Refused):
            system(campus, now).check_in("1")


def test_s4_x13_a_trial_that_fails_shuts_it_again_and_only_one_is_let_in(
    campus: Campus, away: Script, now: datetime
) -> None:
    let_it_trip(campus, now)
    with time_machine.travel(now + timedelta(seconds=PAUSE + 1), tick=True):
        away.always["item"] = lambda do: silent(lambda: system(campus, now).item("2")) and drops_first(do)
        silent(lambda: system(campus, now).item("1"))
        assert silent(lambda: system(campus, now).item("1")).nothing_sent
    assert away.calls["item"] == FAILURES + 1


def test_s4_x13_a_refusal_is_an_answer_and_a_fault_of_ours_is_none(campus: Campus, away: Script, now: datetime) -> None:
    def broken(do: Callable[[], object]) -> object:
        raise RuntimeError

    away.on("item", drops_first, drops_first, broken, refuses("other"), drops_first, drops_first)
    for expected in (Unavailable, Unavailable, Unavailable, Refused, Unavailable, Unavailable):
        with pytest.raises(expected):
            system(campus, now).item("1")
    assert not silent(lambda: system(campus, now).item("1")).nothing_sent


def test_s4_x13_an_answer_that_an_adapter_trips_over_is_none(campus: Campus, script: Script, now: datetime) -> None:
    """A page says that the library does not answer; what a write may have done stays the saga's to find out."""
    made = factories.charged(campus, campus.alice, now=now)
    script.on("item", garbled).on("check_in", garbled)
    silent(lambda: system(campus, now).item(made.barcode))
    with pytest.raises(ValueError, match="half a frame"):
        system(campus, now).check_in(made.barcode)


def test_s4_x13_what_a_system_has_not_opens_no_way(campus: Campus, away: Script, now: datetime) -> None:
    let_it_trip(campus, now)
    away.on("transfer", lambda do: (_ for _ in ()).throw(NotSupported))
    with time_machine.travel(now + timedelta(seconds=PAUSE + 1), tick=True):
        assert silent(lambda: system(campus, now).transfer("1", "2", "3")).nothing_sent


def test_s4_k14_another_library_is_not_concerned(campus: Campus, away: Script, now: datetime) -> None:
    let_it_trip(campus, now)
    other = Library.objects.create(code="other", name_zh="另一馆", name_en="Other")
    assert registry.system_for(other, now=now).item("1").barcode == "1"


def test_s4_x13_the_embedded_system_is_never_left_alone(campus: Campus, script: Script, now: datetime) -> None:
    script.always["item"] = drops_first
    for _failure in range(FAILURES + 2):
        assert not silent(lambda: system(campus, now).item("1")).nothing_sent


def test_s4_x13_down_for_an_hour_then_moved_once(campus: Campus, now: datetime) -> None:
    """Over a real socket: the sweep goes on every five minutes, the breaker shuts, and one read comes first."""
    with servers.serving("ncip", campus, now) as (house, _busy):
        house.script.will("item", *[Fault.DROP_FIRST] * 12)
        transfer = factories.transfer(campus, now=now)
        for minute in range(0, 180, 5):
            with time_machine.travel(now + timedelta(minutes=minute), tick=True):
                ended = transfers.advance(transfer_id=transfer.pk, now=now + timedelta(minutes=minute))
            if ended.status not in Transfer.OPEN:
                break
    assert ended.status == Transfer.Status.DONE
    assert (house.script.calls["check_in"], house.script.calls["check_out"]) == (1, 1)
    assert house.script.calls["item"] == 14


# the page's patience


@pytest.fixture
def in_a_page(settings: Settings) -> Callable[[Callable[[], object]], None]:
    settings.LIBRARY_PAGE_SECONDS = 0.05

    def run(act: Callable[[], object]) -> None:
        def page(request: HttpRequest) -> HttpResponse:
            act()
            return HttpResponse()

        patience.PageMiddleware(page)(HttpRequest())

    return run


@pytest.fixture
def never() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


def test_s4_k14_a_page_waits_for_a_library_only_so_long(
    campus: Campus, away: Script, now: datetime, never: Event, in_a_page: Callable[[Callable[[], object]], None]
) -> None:
    away.on("item", lambda do: never.wait())

    def page() -> None:
        assert not silent(lambda: system(campus, now).item("1")).nothing_sent
        assert silent(lambda: system(campus, now).item("1")).nothing_sent  # its time is used up
        other = Library(pk=99, code="other", adapter="ncip")
        assert patience.within_a_page(other.pk, lambda: "at once") == "at once"

    in_a_page(page)
    assert away.calls["item"] == 1


def test_s4_k14_an_answer_in_time_and_a_refusal_come_through(
    campus: Campus, away: Script, now: datetime, in_a_page: Callable[[Callable[[], object]], None], settings: Settings
) -> None:
    settings.LIBRARY_PAGE_SECONDS = 5.0
    away.on("item", lambda do: "answer", refuses("other"))

    def page() -> None:
        assert system(campus, now).item("1") == "answer"
        with pytest.raises(Refused):
            system(campus, now).item("1")

    in_a_page(page)


def test_s4_k14_a_job_waits_as_long_as_the_adapter(campus: Campus, settings: Settings) -> None:
    settings.LIBRARY_PAGE_SECONDS = 0.0
    assert patience.within_a_page(campus.library.pk, lambda: "answer") == "answer"


# metrics


def counted(operation: str, outcome: str) -> float:
    labels = {"library": "demo", "operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("bookrelay_library_exchanges_total", labels) or 0.0


def test_each_exchange_is_counted_by_library_operation_and_outcome(campus: Campus, now: datetime) -> None:
    before = counted("item", "ok"), counted("patron", "refused")
    system(campus, now).item("1")
    with pytest.raises(Refused):
        system(campus, now).patron("999")
    assert (counted("item", "ok"), counted("patron", "refused")) == (before[0] + 1, before[1] + 1)


def test_s4_k12_neither_log_nor_metrics_hold_anything_of_a_reader(
    campus: Campus, away: Script, now: datetime, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.METRICS_TOKEN = "let me in"
    mark = "CANARY417"
    for act in (
        lambda: system(campus, now).authenticate(mark, mark),
        lambda: system(campus, now).item(mark),
        lambda: system(campus, now).check_out(mark, mark),
    ):
        with pytest.raises((Refused, Unavailable)):
            act()
    assert "library demo, authenticate: refused" in caplog.text
    answer = Client().get("/metrics", headers={"authorization": "Bearer let me in"})
    assert b'operation="authenticate",outcome="refused"' in answer.content
    assert mark not in caplog.text + answer.content.decode()


def test_metrics_are_for_the_token_and_for_staff(db: None, settings: Settings) -> None:
    client = Client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "let me in"
    assert client.get("/metrics", headers={"authorization": "Bearer let me in, too"}).status_code == 404
    client.force_login(Reader.objects.create(username="reader"))
    assert client.get("/metrics").status_code == 404
    client.force_login(Reader.objects.create(username="lin", is_staff=True))
    assert client.get("/metrics").status_code == 200
