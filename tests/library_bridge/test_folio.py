"""R1, R4, R5, R7 and X: FOLIO over a real socket."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge import registry, transfers
from library_bridge.adapters.folio import adapter as folio
from library_bridge.adapters.folio import messages
from library_bridge.adapters.folio.refusals import BEGINNINGS, BLOCKS, CODES, WORDS, code_of
from library_bridge.adapters.folio.session import session
from library_bridge.adapters.folio.settings import settings_of
from library_bridge.adapters.options import Misconfigured, read
from library_bridge.models import EmbeddedHold, EmbeddedPatron, Library, Transfer
from library_bridge.ports import ItemStatus, LibrarySystem, NotSupported, Refused, SetsDueDates, Unavailable
from library_bridge.reasons import SENTENCES
from library_bridge.testing.faults import Fault
from library_bridge.testing.folio import FolioServer, terms
from library_bridge.testing.http_double import Request
from tests.library_bridge import factories
from tests.library_bridge.factories import PIN, Campus, charged, hold, item
from tests.library_bridge.rest_servers import folio_server, folio_system

pytestmark = pytest.mark.any_database


@pytest.fixture
def server(campus: Campus) -> Iterator[FolioServer]:
    with folio_server(campus) as server:
        yield server


@pytest.fixture
def system(server: FolioServer, now: datetime) -> LibrarySystem:
    return folio_system(server, now)


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def posts(server: FolioServer) -> int:
    return sum(1 for method, path in server.requests if method == "POST" and path.startswith("/circulation"))


# R1: tokens


def test_s4_r1_a_token_that_ends_midway_is_renewed_once(
    server: FolioServer, system: LibrarySystem, campus: Campus
) -> None:
    barcode = item(campus).barcode
    system.item(barcode)
    server.forget_tokens()
    system.check_out(campus.bob.card_number, barcode)
    assert (server.sign_ins, server.house.script.calls["check_out"]) == (2, 1)


def test_x4_an_old_due_date_can_be_set_again(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    assert isinstance(system, SetsDueDates)
    for due_at in (now + timedelta(days=3), now + timedelta(days=3)):
        system.set_due_date(campus.alice.card_number, made.barcode, due_at)
    assert system.item(made.barcode).due_at == now + timedelta(days=3)
    with pytest.raises(Refused):
        system.set_due_date(campus.bob.card_number, made.barcode, now)


def test_s4_r1_workers_that_find_it_ended_at_once_sign_in_once_and_never_refresh(
    server: FolioServer, campus: Campus
) -> None:
    one = session(settings_of(read(folio.OPTIONS, given_to(server))))
    with ThreadPoolExecutor(6) as threads:
        tokens = {each.result() for each in [threads.submit(one._token.get) for _thread in range(6)]}
    assert (len(tokens), server.sign_ins) == (1, 1)
    assert not any("refresh" in path for _method, path in server.requests)


def test_s4_r1_an_older_folio_has_only_the_older_sign_in(
    server: FolioServer, system: LibrarySystem, campus: Campus
) -> None:
    server.rotating = False
    assert system.patron(campus.bob.card_number).blocked_reason == ""


def test_s4_r1_a_wrong_password_is_tried_three_times_and_then_rests(
    server: FolioServer, campus: Campus, now: datetime
) -> None:
    wrong = folio_system(server, now, password="CANARY-password")
    for _try in range(5):
        with pytest.raises(Unavailable) as problem:
            wrong.patron(campus.bob.card_number)
        assert problem.value.nothing_sent
        assert "CANARY" not in repr(problem.value)
    assert server.sign_ins == 3
    assert folio_system(server, now).patron(campus.bob.card_number).loan_count == 0


# R4, R7: check-in, lists


def test_s4_r4_what_is_not_out_is_not_sent_for_check_in(
    server: FolioServer, system: LibrarySystem, campus: Campus
) -> None:
    assert refusal_of(lambda: system.check_in(item(campus).barcode)) == "not_on_loan"
    assert posts(server) == 0


def test_s4_r4_a_check_in_without_a_loan_in_its_answer_took_nothing_back(
    server: FolioServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    ask = server.understand

    def back_at_the_desk(request: Request):  # type: ignore[no-untyped-def]
        if request.path.endswith("check-in-by-barcode"):
            with server.house.open() as embedded:
                embedded.check_in(made.barcode)
        return ask(request)

    server.understand = back_at_the_desk  # type: ignore[method-assign]
    assert refusal_of(lambda: system.check_in(made.barcode)) == "not_on_loan"


def test_s4_r7_a_foreign_service_point_sends_it_on_its_way(
    server: FolioServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    server.foreign_service_point = True
    assert system.check_in(charged(campus, campus.alice, now=now).barcode).status == ItemStatus.IN_TRANSIT


def test_s4_k5_a_request_for_the_title_counts_and_one_for_another_item_does_not(
    system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    of_title = hold(made, campus.card(campus.charlie), now=now)
    EmbeddedHold.objects.filter(pk=of_title.pk).update(item=None)
    assert system.item(made.barcode).hold_count == 1
    EmbeddedHold.objects.filter(pk=of_title.pk).update(item=item(campus))
    assert system.item(made.barcode).hold_count == 0


def test_s4_a_recall_is_told(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    assert system.item(charged(campus, campus.alice, now=now, recalled_at=now).barcode).recalled


def test_s4_without_pins_nobody_signs_in_by_pin(server: FolioServer, campus: Campus, now: datetime) -> None:
    with pytest.raises(NotSupported):
        folio_system(server, now, pins=False).authenticate(campus.bob.card_number, PIN)


@pytest.mark.parametrize("number", ["", "21 00", '21"', "21*", "2\\", "2" * 61, "借"])
def test_s4_t_i1_what_is_no_barcode_is_not_sent(server: FolioServer, system: LibrarySystem, number: str) -> None:
    assert refusal_of(lambda: system.patron(number)) == "unknown_patron"
    assert refusal_of(lambda: system.authenticate(number, PIN)) == "wrong_pin"
    assert system.item(number).status == ItemStatus.UNKNOWN
    assert server.requests == []


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_s4_a_value_in_a_query_is_nothing_but_a_value(value: str) -> None:
    query = messages.cql("barcode", value)
    assert terms(Request("GET", "/", {"query": query}, {}, b""))["barcode"] == value or "\n" in value


# R5, X7, X9

LOST = [Fault.DO_AND_DROP, Fault.HALF, Fault.GARBLED, Fault.OTHER_ITEM, Fault.OUT_OF_ORDER]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("act", ["check_out", "check_in", "renew"])
def test_s4_r5_a_write_without_a_believable_answer_is_unknown_and_sent_once(
    server: FolioServer, system: LibrarySystem, campus: Campus, now: datetime, act: str, fault: Fault
) -> None:
    made = item(campus) if act == "check_out" else charged(campus, campus.alice, now=now)
    acts: dict[str, Callable[[], object]] = {
        "check_out": lambda: system.check_out(campus.bob.card_number, made.barcode),
        "check_in": lambda: system.check_in(made.barcode),
        "renew": lambda: system.renew(campus.alice.card_number, made.barcode),
    }
    server.house.script.will(act, fault)
    with pytest.raises(Unavailable) as problem:
        acts[act]()
    assert not problem.value.nothing_sent
    assert posts(server) == 1


@pytest.mark.parametrize("fault", [None, *Fault])
@pytest.mark.parametrize("step", ["check_in", "check_out"])
def test_s4_x7_x9_after_any_fault_the_item_is_charged_to_one_of_the_two_or_a_librarian_looks(
    server: FolioServer, campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch, step: str, fault: Fault | None
) -> None:
    monkeypatch.setitem(registry.ADAPTERS, "embedded", lambda library, now: folio_system(server, now))
    monkeypatch.setattr(transfers, "PATIENCE", transfers.PATIENCE * 0)
    server.house.script.late_by = 0.1
    begun = factories.transfer(campus, now=now)
    if fault:
        server.house.script.will(step, fault)
    ended = transfers.advance(transfer_id=begun.pk, now=now)
    both = {campus.alice.card_number, campus.bob.card_number}
    assert ended.status == Transfer.Status.NEEDS_LIBRARIAN or campus.holder(begun.barcode) in both
    assert (ended.status == Transfer.Status.DONE) == (campus.holder(begun.barcode) == campus.bob.card_number)
    assert max(server.house.script.calls[act] for act in ("check_in", "check_out")) <= 2


# pure


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([{"code": "ITEM_HAS_OPEN_LOAN"}], "on_loan_to_other"),
        ([{"message": "Something"}, {"code": "USER_IS_BLOCKED_MANUALLY"}], "card_blocked"),
        ([{"message": "?", "overridableBlock": {"name": "itemLimitBlock"}}], "loan_limit"),
        ([{"code": "ITEM_LIMIT_LOAN_TYPE", "message": "?"}], "loan_limit"),
        ([{"message": "Item is already checked out"}], "on_loan_to_other"),
        ([], "other"),
        ([{"code": 7, "message": None, "overridableBlock": []}], "other"),
    ],
)
def test_s4_a_refusal_is_one_stable_code(errors: list[dict[str, object]], code: str) -> None:
    assert code_of(errors) == code


def test_s4_every_code_has_a_sentence() -> None:
    codes = {*CODES.values(), *BEGINNINGS.values(), *BLOCKS.values(), *(code for _words, code in WORDS)}
    assert codes <= set(SENTENCES)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ZONE = Library(time_zone="Asia/Shanghai").zone
UUID = "10000000-0000-4000-8000-000000000001"
READERS = [
    (lambda row: messages.user(row, ZONE), ["active", "barcode", "expirationDate"]),
    (messages.item, ["status", "contributorNames", "effectiveLocation", "title"]),
    (lambda row: messages.loan(row, ZONE), ["item", "borrower", "dueDate", "userId", "itemId"]),
    (messages.bibliographic_record, ["publication", "contributors", "identifiers", "languages", "series", "subjects"]),
    (messages.is_open, ["status"]),
    (lambda row: messages.listed(row, "loans"), ["loans"]),
]


@settings(max_examples=80)
@given(broken=anything, which=st.sampled_from(READERS), name=st.integers(0, 9))
def test_s4_nothing_but_unavailable_leaves_a_reader(broken: object, which: tuple, name: int) -> None:
    reader, names = which
    row = {"id": UUID, "userId": UUID, "itemId": UUID, names[name % len(names)]: broken}
    try:
        reader(row)
    except Unavailable:
        return


# settings


def given_to(server: FolioServer) -> dict[str, object]:
    return {
        "base_url": server.url,
        "tenant": server.tenant,
        "username": server.username,
        "password": server.password,
        "service_point": server.service_point,
    }


@pytest.mark.parametrize("given", [{"service_point": "desk"}, {"base_url": "http://folio.example"}, {"tenant": "书"}])
def test_s4_a_wrong_setting_is_named(given: dict[str, object], now: datetime) -> None:
    whole = {
        "base_url": "https://folio.example",
        "tenant": "a",
        "username": "b",
        "password": "c",
        "service_point": UUID,
    }
    with pytest.raises(Misconfigured) as problem:
        folio.make(Library(settings={**whole, **given}), now)
    assert problem.value.name == next(iter(given))


def test_s4_k12_nothing_personal_is_told(
    server: FolioServer, campus: Campus, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(name="CANARY-name")
    EmbeddedPatron.objects.filter(card_number=campus.alice.card_number).update(card_number="CANARY1")
    system = folio_system(server, now)
    told = []
    for operation in ("patron", "authenticate", "blocks", "loans"):
        for fault in (Fault.GARBLED, Fault.HALF, Fault.OTHER_ITEM, Fault.LIE_REFUSED):
            server.house.script.will(operation, fault)
            try:
                system.authenticate("CANARY1", "CANARY-pin")
                system.loans("CANARY1")
            except (Unavailable, Refused) as problem:
                told.append(repr(problem) + problem.reason)
            server.house.script.forget()
    assert told
    assert "CANARY" not in caplog.text + "".join(told)
