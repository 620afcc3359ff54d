"""Over the real server on a socket, with every fault it can be told to make."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.core.cache import cache

from library_bridge.models import EmbeddedItem, EmbeddedPatron
from library_bridge.ports import ItemStatus, Refused, Unavailable
from library_bridge.testing.faults import Fault
from library_bridge.testing.sip2 import Sip2Server
from tests.library_bridge import serving_sip2
from tests.library_bridge.factories import PIN, Campus, charged, hold, item
from tests.library_bridge.playing_sip2 import code_of

pytestmark = pytest.mark.any_database

READS = ["authenticate", "patron", "loans", "item"]
ACTS = ["check_out", "check_in", "renew"]


@pytest.fixture
def server(campus: Campus, now: datetime) -> Iterator[Sip2Server]:
    with serving_sip2.served(campus, now) as serving:
        serving.house.script.late_by = 0.6
        yield serving


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except Refused:
        return "refused"
    except Unavailable as silence:
        return "nothing sent" if silence.nothing_sent else "unknown"
    return "done"


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("operation", READS)
def test_x7_questions_survive_or_say_so(
    server: Sip2Server, campus: Campus, now: datetime, operation: str, fault: Fault
) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    card = campus.alice.card_number
    asked = serving_sip2.system(campus, server, timeout_s=0.4 if fault == Fault.LATE else 5)
    server.house.script.will(operation, fault)
    acts: dict[str, Callable[[], object]] = {
        "authenticate": lambda: asked.authenticate(card, PIN),
        "patron": lambda: asked.patron(card),
        "loans": lambda: asked.loans(card),
        "item": lambda: asked.item(barcode),
    }
    assert outcome(acts[operation]) == ("unknown" if fault == Fault.LATE else "done")


SILENT = {
    Fault.DROP_FIRST,
    Fault.DO_AND_DROP,
    Fault.HALF,
    Fault.LATE,
    Fault.OUT_OF_ORDER,
    Fault.GARBLED,
    Fault.OTHER_ITEM,
}


@pytest.mark.parametrize("error_detection", ["on", "off"])
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("operation", ACTS)
def test_x7_acts_are_sent_once_and_silence_is_unknown(
    server: Sip2Server, campus: Campus, now: datetime, operation: str, fault: Fault, error_detection: str
) -> None:
    barcode = item(campus).barcode if operation == "check_out" else charged(campus, campus.bob, now=now).barcode
    settings = {"timeout_s": 0.4 if fault == Fault.LATE else 5, "error_detection": error_detection}
    asked = serving_sip2.system(campus, server, **settings)
    asked.item(barcode)  # a warm line, and an answer before
    server.house.script.will(operation, fault)
    acts: dict[str, Callable[[], object]] = {
        "check_out": lambda: asked.check_out(campus.bob.card_number, barcode),
        "check_in": lambda: asked.check_in(barcode),
        "renew": lambda: asked.renew(campus.bob.card_number, barcode),
    }
    expected = "unknown" if fault in SILENT else "refused" if fault == Fault.LIE_REFUSED else "done"
    if (operation, fault) == ("renew", Fault.LIE_OK):
        expected = "done"  # with the due date that is read back
    assert outcome(acts[operation]) == expected
    assert server.house.script.calls[operation] == 1
    assert serving_sip2.system(campus, server).item(barcode).barcode == barcode


def test_k12_no_secret_reaches_logs_cache_or_exceptions(
    server: Sip2Server, campus: Campus, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    charged(campus, campus.alice, now=now)
    card = campus.alice.card_number
    asked = serving_sip2.system(campus, server, charset="ascii")
    problems = []
    for fault in (Fault.GARBLED, Fault.OTHER_ITEM, Fault.HALF):
        server.house.script.will("authenticate", fault, fault, fault)
        try:
            asked.authenticate(card, "CANARY-pin")
        except (Refused, Unavailable) as problem:
            problems.append(repr(problem) + str(problem.__context__ if not problem.__suppress_context__ else ""))
        server.house.script.forget()
    asked.loans(card)
    seen = caplog.text + repr(problems) + repr(cache._cache) + repr(asked.settings)
    assert "CANARY" not in seen
    assert card not in seen
    assert "not ascii" in caplog.text


def test_a_hold_is_placed_and_cancelled(server: Sip2Server, campus: Campus, now: datetime) -> None:
    barcode, asked = charged(campus, campus.alice, now=now).barcode, serving_sip2.system(campus, server)
    asked.place_hold(campus.charlie.card_number, barcode)
    assert asked.item(barcode).hold_count == 1
    asked.cancel_hold(campus.charlie.card_number, barcode)
    assert asked.item(barcode).hold_count == 0
    assert code_of(lambda: asked.cancel_hold(campus.charlie.card_number, barcode)) == "other"
    assert asked.end_session(campus.charlie.card_number)


def test_the_server_says_what_it_is(server: Sip2Server, campus: Campus) -> None:
    said = serving_sip2.system(campus, server).describe()
    assert (said["version"], said["institution"], said["checkin_ok"]) == ("2.00", "MAIN", "yes")
    assert "hold, renew" in said["messages"]
    assert "block patron" not in said["messages"]
    assert serving_sip2.system(campus, server, sc_status=False).describe() == {}


def test_an_operator_sees_a_name_and_no_log_does(server: Sip2Server, campus: Campus) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(name="陈岚")
    record = serving_sip2.system(campus, server).patron(campus.bob.card_number)
    assert record.name == "陈岚"
    assert "陈岚" not in repr(record)


@pytest.mark.parametrize("wrong", [{"login": "other"}, {"password": "other"}, {"login": ""}])
def test_the_server_knows_its_terminals(server: Sip2Server, campus: Campus, wrong: dict[str, str]) -> None:
    assert outcome(lambda: serving_sip2.system(campus, server, **wrong).item("1")) == "nothing sent"


@pytest.mark.parametrize("charset", ["gb18030", "big5"])
def test_s4_titles_in_other_character_sets(campus: Campus, now: datetime, charset: str) -> None:
    made = item(campus, title="東方會計|CF9")
    with serving_sip2.served(campus, now, charset=charset) as server:
        found = serving_sip2.system(campus, server, charset=charset).item(made.barcode)
    assert (found.title, found.hold_count) == ("東方會計", 0)


def test_what_a_character_set_lacks_is_a_question_mark(campus: Campus, now: datetime) -> None:
    made = item(campus, title="📚 Soil")
    with serving_sip2.served(campus, now, charset="iso-8859-1") as server:
        assert serving_sip2.system(campus, server, charset="iso-8859-1").item(made.barcode).title == "? Soil"


def test_a_recalled_and_waited_for_item_says_so(server: Sip2Server, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now, recalled_at=now)
    hold(made, campus.card(campus.charlie), now=now)
    found = serving_sip2.system(campus, server).item(made.barcode)
    assert (found.status, found.recalled, found.hold_count) == (ItemStatus.CHARGED, True, 1)
    assert EmbeddedItem.objects.get(pk=made.pk).barcode == found.barcode
