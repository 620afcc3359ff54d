"""A reader's calendar: under a private address, for as long as they want it, with nobody's name (T-A8, P1)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library_bridge.models import Area, LibraryLoan, Reader
from sharing import calendar_feeds, handovers, outside
from sharing.models import CalendarFeed
from tests import factories
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


def _path(reader: Reader, world: World) -> str:
    """What a calendar program is given, without the host."""
    return "/" + calendar_feeds.open_feed(actor=reader, now=world.now).split("/", 3)[3]


def _lines(path: str, **headers: str) -> list[str]:
    answer = Client(headers=headers).get(path)
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "").split("\r\n")


def _summaries(path: str) -> list[str]:
    return [line.removeprefix("SUMMARY:") for line in _lines(path) if line.startswith("SUMMARY:")]


def test_a_reader_makes_an_address_and_takes_it_back(world: World) -> None:
    client, page = browsers.of(world.bob), reverse("calendar")
    assert "There is no address yet" in browsers.seen(client, page)
    client.post(reverse("open-calendar"))
    address = calendar_feeds.address_of(world.bob)
    assert address in browsers.seen(client, page)
    path = "/" + address.split("/", 3)[3]
    assert _lines(path)[0] == "BEGIN:VCALENDAR"
    client.post(reverse("open-calendar"))
    assert Client().get(path).status_code == 404
    client.post(reverse("close-calendar"))
    assert "There is no address yet" in browsers.seen(client, page)


def test_meetings_and_due_dates_stand_in_it(world: World, loan: LibraryLoan) -> None:
    Reader.objects.update(language="en")
    lending = steps.agreed(world)
    steps.arranged(lending, now=world.now + timedelta(hours=2))
    with browsers.at(world.now + timedelta(hours=2)):
        assert _summaries(_path(world.bob, world)) == ["Collect “拖延心理学”"]
        assert _summaries(_path(world.alice, world)) == ["Hand over “拖延心理学”", "“运筹学” is due at the library"]
    steps.confirm(lending.handovers.open().get(), now=world.now + timedelta(hours=5))
    outside.borrow_outside(
        actor=world.bob, title="家书", person="Cousin", due_date=world.now.date() + timedelta(9), now=world.now
    )
    lending.refresh_from_db()
    with browsers.at(world.now + timedelta(days=1)):
        assert _summaries(_path(world.bob, world)) == ["“拖延心理学” is due", "“家书” is due"]
        assert "“拖延心理学” is due back" in _summaries(_path(world.alice, world))
        assert f"DTSTART;VALUE=DATE:{lending.due_at:%Y%m%d}" in _lines(_path(world.bob, world))


def test_p1_it_names_nobody_whatever_the_two_call_their_place(world: World) -> None:
    Reader.objects.update(language="en")
    lending = steps.agreed(world)
    now, seen = world.now + timedelta(hours=2), []
    for place in ("Below Charlie’s window", Area.objects.get().name_en):
        proposed = handovers.propose_handover(
            lending_id=lending.pk, actor=world.bob, method="in_person", place=place, starts_at=now + timedelta(hours=3),
            now=now,
        )  # fmt: skip
        handovers.agree_handover(handover_id=proposed.pk, actor=world.alice, now=now)
        with browsers.at(now):
            seen += _lines(_path(world.bob, world))
    assert [line for line in seen if line.startswith("LOCATION")] == ["LOCATION:Plum Court"]
    assert not [line for line in seen for name in ("Alice", "Bob", "Charlie") if name in line]


def test_t_a8_it_is_for_one_program_alone_and_needs_no_session(world: World) -> None:
    path = _path(world.bob, world)
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=900"
    assert not answer.cookies
    again = Client(headers={"if-none-match": answer["ETag"]}).get(path)
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_in_the_readers_own_language_whatever_the_program_speaks(world: World) -> None:
    Reader.objects.filter(pk=world.bob.pk).update(language="zh-hans")
    steps.arranged(steps.agreed(world), now=world.now + timedelta(hours=2))
    with browsers.at(world.now + timedelta(hours=2)):
        assert "SUMMARY:取《拖延心理学》" in _lines(_path(world.bob, world), **{"accept-language": "en"})


@pytest.mark.parametrize("token", ["0" * 64, "%00", "a" * 300])
def test_what_is_no_address_finds_nothing(world: World, token: str) -> None:
    _path(world.bob, world)
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_t_l9_whoever_may_no_longer_come_in_has_no_calendar(world: World) -> None:
    path = _path(world.bob, world)
    Reader.objects.filter(pk=world.bob.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_the_database_does_not_hold_the_address(world: World) -> None:
    token = _path(world.bob, world).split("/")[-1].removesuffix(".ics")
    kept = CalendarFeed.objects.get()
    assert token not in (kept.seed, kept.digest)


def test_thirty_loans_ask_no_more_than_one(world: World, loan: LibraryLoan) -> None:
    path, asked = _path(world.alice, world), []
    Client().get(path)
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            Client().get(path)
        asked.append(len(captured))
        for number in range(5):
            factories.library_loan(loan.patron, factories.title(f"Row {number}"), now=world.now)
    assert asked[0] == asked[1] <= 10
