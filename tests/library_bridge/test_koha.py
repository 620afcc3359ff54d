"""R1 to R5 and X: Koha's REST API over a real socket."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
import time_machine

from library_bridge import registry, transfers
from library_bridge.adapters.koha import adapter as koha
from library_bridge.adapters.koha.session import session
from library_bridge.adapters.koha.settings import settings_of
from library_bridge.adapters.options import Misconfigured, read
from library_bridge.models import EmbeddedHold, EmbeddedItem, EmbeddedPatron, Library, Transfer
from library_bridge.ports import Capability, ItemStatus, LibrarySystem, NotSupported, Refused, Unavailable
from library_bridge.testing.faults import Fault
from library_bridge.testing.koha import KohaServer
from tests.library_bridge import factories, serving_sip2
from tests.library_bridge.factories import PIN, Campus, charged, embedded_patron, hold, item
from tests.library_bridge.rest_servers import koha_server, koha_system, sip2_beside

pytestmark = pytest.mark.any_database

WRITES = ("check_out", "transfer", "renew")


@pytest.fixture
def server(campus: Campus) -> Iterator[KohaServer]:
    with koha_server(campus) as server:
        yield server


@pytest.fixture
def system(server: KohaServer, now: datetime) -> LibrarySystem:
    return koha_system(server, now)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def posts(server: KohaServer) -> int:
    """To checkouts and renewals, whatever became of them."""
    return sum(1 for method, path in server.requests if method == "POST" and "/checkouts" in path)


# R1: keys


def test_s4_r1_a_token_that_ends_midway_is_renewed_once(
    server: KohaServer, system: LibrarySystem, campus: Campus
) -> None:
    barcode = item(campus).barcode
    system.item(barcode)
    server.forget_tokens()
    assert system.item(barcode).status == ItemStatus.AVAILABLE
    assert server.tokens_given == 2


def test_s4_r1_a_write_that_got_401_was_not_done_and_goes_out_once_more(
    server: KohaServer, system: LibrarySystem, campus: Campus
) -> None:
    barcode = item(campus).barcode
    ask = server.understand

    def ends_before_the_write(request):  # type: ignore[no-untyped-def]
        if request.method == "POST" and request.path.endswith("/checkouts") and server.tokens_given == 1:
            server.forget_tokens()
        return ask(request)

    server.understand = ends_before_the_write  # type: ignore[method-assign]
    assert system.check_out(campus.bob.card_number, barcode).barcode == barcode
    assert (server.house.script.calls["check_out"], server.tokens_given) == (1, 2)


def test_s4_r1_many_threads_share_one_token(server: KohaServer, campus: Campus) -> None:
    one = session(settings_of(read(koha.OPTIONS, settings(server))))
    with ThreadPoolExecutor(6) as threads:
        keys = {each.result() for each in [threads.submit(one._key) for _thread in range(6)]}
    assert (len(keys), server.tokens_given) == (1, 1)


def test_s4_r1_a_wrong_key_is_unavailable_and_nothing_was_sent(
    server: KohaServer, campus: Campus, now: datetime
) -> None:
    wrong = koha_system(server, now, client_secret="CANARY-secret")
    with pytest.raises(Unavailable) as problem:
        wrong.check_out(campus.bob.card_number, item(campus).barcode)
    assert problem.value.nothing_sent
    assert "CANARY" not in repr(problem.value) + repr(settings_of(read(koha.OPTIONS, settings(server))))


def test_s4_basic_sign_in_works_where_it_is_switched_on(server: KohaServer, campus: Campus, now: datetime) -> None:
    basic = koha_system(server, now, auth="basic")
    with pytest.raises(Unavailable):
        basic.patron(campus.bob.card_number)
    server.basic = True
    assert basic.patron(campus.bob.card_number).blocked_reason == ""
    assert server.tokens_given == 0


# R2: availability and confirmation


def test_s4_r2_a_loan_moves_by_one_confirmed_checkout(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    record = system.transfer(barcode, campus.alice.card_number, campus.bob.card_number)
    assert (record.card_number, record.barcode) == (campus.bob.card_number, barcode)
    assert campus.holder(barcode) == campus.bob.card_number
    assert posts(server) == 1


@pytest.mark.parametrize("auto_return", [False, True])
def test_s4_r2_with_one_more_thing_to_confirm_nothing_is_sent(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime, auto_return: bool
) -> None:
    server.auto_return = auto_return
    alice, bob = campus.alice.card_number, campus.bob.card_number
    waited = charged(campus, campus.alice, now=now)
    on_title = hold(waited, campus.card(campus.charlie), now=now)
    EmbeddedHold.objects.filter(pk=on_title.pk).update(item=None)
    assert code_of(lambda: system.transfer(waited.barcode, alice, bob)) == "hold_by_other"
    for _number in range(5):
        charged(campus, campus.bob, now=now)
    full = charged(campus, campus.alice, now=now)
    assert code_of(lambda: system.transfer(full.barcode, alice, bob)) == "loan_limit"
    EmbeddedPatron.objects.filter(card_number=bob).update(blocked=True)
    assert code_of(lambda: system.transfer(full.barcode, alice, bob)) == "card_blocked"
    assert posts(server) == 0


def test_s4_r2_without_a_confirmation_a_checkout_could_take_it_from_anybody_so_it_is_read_first(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    """AutoReturnCheckedOutItems: Koha asks nothing and moves the loan."""
    server.auto_return = True
    barcode = charged(campus, campus.charlie, now=now).barcode
    alice, bob = campus.alice.card_number, campus.bob.card_number
    assert code_of(lambda: system.check_out(bob, barcode)) == "on_loan_to_other"
    assert code_of(lambda: system.transfer(barcode, alice, bob)) == "not_on_givers_card"
    assert posts(server) == 0
    assert system.transfer(barcode, campus.charlie.card_number, bob).card_number == bob


def test_s4_r2_a_token_of_a_former_state_is_a_refusal(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    ask = server.understand

    def hold_comes_first(request):  # type: ignore[no-untyped-def]
        if request.method == "POST" and request.path.endswith("/checkouts"):
            with server.house.open():
                hold(made, campus.card(campus.charlie), now=now)
        return ask(request)

    server.understand = hold_comes_first  # type: ignore[method-assign]
    code_of(lambda: system.transfer(made.barcode, campus.alice.card_number, campus.bob.card_number))
    assert campus.holder(made.barcode) == campus.alice.card_number


def test_s4_r2_an_older_koha_has_no_transfer_and_no_checkout(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    server.without = {
        "post /checkouts",
        "get /checkouts/availability",
        "get /biblios",
        "post /auth/password/validation",
    }
    able = system.capabilities
    assert not able & {Capability.TRANSFER, Capability.FIND_BY_ISBN, Capability.RECORDS}
    for act in (
        lambda: system.transfer("1", "2", "3"),
        lambda: system.check_out(campus.bob.card_number, "1"),
        lambda: system.authenticate(campus.bob.card_number, PIN),
        lambda: system.check_in("1"),
        lambda: system.find_by_isbn(["9787300113906"]),
    ):
        with pytest.raises(NotSupported):
            act()


def test_s4_r2_an_older_koha_with_sip2_beside_it_goes_by_check_in_and_checkout(
    server: KohaServer, campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.without = {"post /checkouts", "get /checkouts/availability", "post /auth/password/validation"}
    with serving_sip2.served(campus, now) as beside:
        system = koha_system(server, now, **sip2_beside(beside))
        assert system.authenticate(campus.bob.card_number, PIN).card_number == campus.bob.card_number
        monkeypatch.setitem(registry.ADAPTERS, "embedded", lambda library, now: system)
        begun = factories.transfer(campus, now=now)
        assert transfers.advance(transfer_id=begun.pk, now=now).status == Transfer.Status.DONE
    assert campus.holder(begun.barcode) == campus.bob.card_number
    assert posts(server) == 0


def test_s4_a_wrong_setting_of_the_sip2_server_is_named_at_once(server: KohaServer, now: datetime) -> None:
    with pytest.raises(Misconfigured):
        koha_system(server, now, sip2_host="sip2.example")  # neither TLS nor a tunnel


def test_s4_r2_the_library_may_forbid_it(server: KohaServer, campus: Campus, now: datetime) -> None:
    assert Capability.TRANSFER not in koha_system(server, now, direct_checkout="no").capabilities


def test_s4_r2_its_description_is_read_once(server: KohaServer, system: LibrarySystem, now: datetime) -> None:
    assert Capability.TRANSFER in system.capabilities & koha_system(server, now).capabilities
    assert server.house.script.calls["description"] == 1


def test_s4_r2_while_it_is_down_what_it_said_last_stands(
    server: KohaServer, system: LibrarySystem, now: datetime
) -> None:
    with time_machine.travel(now, tick=True) as clock:
        before = system.capabilities
        clock.shift(2 * 3600)
        server.house.script.will("description", Fault.GARBLED)
        assert koha_system(server, now).capabilities == before
    assert server.house.script.calls["description"] == 2


def test_s4_r2_before_it_ever_answered_it_is_unavailable(server: KohaServer, system: LibrarySystem) -> None:
    server.house.script.will("description", Fault.DROP_FIRST)
    with pytest.raises(Unavailable):
        _ = system.capabilities


# R3: the right patron


def test_s4_r3_a_part_of_a_card_number_finds_nobody(system: LibrarySystem, campus: Campus) -> None:
    assert code_of(lambda: system.patron(campus.bob.card_number[:3])) == "unknown_patron"
    assert code_of(lambda: system.patron(campus.bob.card_number[:-1])) == "unknown_patron"


def test_s4_r3_two_patrons_of_one_number_are_not_believed(system: LibrarySystem, campus: Campus) -> None:
    for number in ("ab1", "AB1"):
        card = embedded_patron(campus.library, campus.category)
        EmbeddedPatron.objects.filter(pk=card.pk).update(card_number=number)
    with pytest.raises(Unavailable):
        system.patron("ab1")


def test_s4_r3_a_user_name_signs_nobody_in(server: KohaServer, system: LibrarySystem, campus: Campus) -> None:
    """The identifier may be either: whose card it was is compared."""
    server.house.script.will("authenticate", Fault.OTHER_ITEM)
    assert code_of(lambda: system.authenticate(campus.bob.card_number, PIN)) == "wrong_pin"


@pytest.mark.parametrize("name", ["identifier", "userid"])
def test_s4_k1_a_pin_is_validated_in_both_forms(
    server: KohaServer, system: LibrarySystem, campus: Campus, name: str
) -> None:
    server.identifier = name
    assert system.authenticate(campus.bob.card_number, PIN).card_number == campus.bob.card_number
    assert code_of(lambda: system.authenticate(campus.bob.card_number, "000000")) == "wrong_pin"


@pytest.mark.parametrize("number", ["", "21|00", "21\r00", "2\x00", "2" * 61, "\u200f1"])
def test_s4_t_i1_what_is_no_number_is_not_sent(server: KohaServer, system: LibrarySystem, number: str) -> None:
    assert code_of(lambda: system.patron(number)) == "unknown_patron"
    assert code_of(lambda: system.authenticate(number, PIN)) == "wrong_pin"
    assert system.item(number).status == ItemStatus.UNKNOWN
    assert server.requests == []


# R4, K4: lists


def test_s4_r4_a_returned_checkout_is_no_loan(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    barcode = charged(campus, campus.alice, now=now, returned_at=now).barcode
    assert system.loans(campus.alice.card_number).loans == ()
    assert system.item(barcode).status == ItemStatus.AVAILABLE


def test_s4_k4_what_is_counted_and_not_listed_makes_a_list_incomplete(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    EmbeddedItem.objects.filter(pk=made.pk).update(barcode="")
    listed = system.loans(campus.alice.card_number)
    assert (listed.loans, listed.complete) == ((), False)


def test_s4_older_versions_tell_titles_one_by_one(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("library_bridge.testing.koha_paths.EMBEDS", {})
    made = charged(campus, campus.alice, now=now)
    assert system.item(made.barcode).title == "拖延心理学"
    assert [loan.title for loan in system.loans(campus.alice.card_number).loans] == ["拖延心理学"]


# R5, X7, X9: writes on a bad line

LOST = [Fault.DO_AND_DROP, Fault.HALF, Fault.GARBLED, Fault.OTHER_ITEM, Fault.OUT_OF_ORDER]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("act", WRITES)
def test_s4_r5_a_write_without_a_believable_answer_is_unknown_and_sent_once(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime, act: str, fault: Fault
) -> None:
    made = item(campus) if act == "check_out" else charged(campus, campus.alice, now=now)
    acts: dict[str, Callable[[], object]] = {
        "check_out": lambda: system.check_out(campus.bob.card_number, made.barcode),
        "transfer": lambda: system.transfer(made.barcode, campus.alice.card_number, campus.bob.card_number),
        "renew": lambda: system.renew(campus.alice.card_number, made.barcode),
    }
    server.house.script.will(act, fault)
    with pytest.raises(Unavailable) as problem:
        acts[act]()
    assert not problem.value.nothing_sent
    assert posts(server) == 1


@pytest.mark.parametrize("fault", [Fault.DROP_FIRST, *LOST])
@pytest.mark.parametrize("operation", ["patron", "item", "holds", "availability"])
def test_s4_r5_a_question_that_fails_leaves_the_write_unsent(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime, operation: str, fault: Fault
) -> None:
    made = charged(campus, campus.alice, now=now)
    if operation == "holds":
        hold(made, campus.card(campus.charlie), now=now)
    barcode = made.barcode
    server.house.script.will(operation, fault)
    with pytest.raises((Unavailable, Refused)) as problem:
        system.transfer(barcode, campus.alice.card_number, campus.bob.card_number)
    assert getattr(problem.value, "nothing_sent", True)
    assert posts(server) == 0


@pytest.mark.parametrize("fault", [Fault.TWICE, None])
def test_s4_x8_an_answer_that_comes_twice_is_taken_once(
    server: KohaServer, system: LibrarySystem, campus: Campus, now: datetime, fault: Fault | None
) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    if fault:
        server.house.script.will("transfer", fault)
    system.transfer(barcode, campus.alice.card_number, campus.bob.card_number)
    assert system.loans(campus.alice.card_number).loans == ()
    assert [loan.barcode for loan in system.loans(campus.bob.card_number).loans] == [barcode]


@pytest.fixture
def as_koha(server: KohaServer, monkeypatch: pytest.MonkeyPatch) -> KohaServer:
    """The whole saga goes through the adapter."""
    made = lambda library, now: koha_system(server, now)  # noqa: E731
    monkeypatch.setitem(registry.ADAPTERS, "embedded", made)
    return server


@pytest.mark.parametrize("fault", [None, *Fault])
def test_s4_x7_x9_after_any_fault_the_item_is_charged_to_one_of_the_two(
    as_koha: KohaServer, campus: Campus, now: datetime, fault: Fault | None
) -> None:
    as_koha.house.script.late_by = 0.1
    begun = factories.transfer(campus, now=now)
    if fault:
        as_koha.house.script.will("transfer", fault)
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(transfers, "PATIENCE", transfers.PATIENCE * 0)
        ended = transfers.advance(transfer_id=begun.pk, now=now)
    moved = campus.holder(begun.barcode) == campus.bob.card_number
    assert campus.holder(begun.barcode) in (campus.alice.card_number, campus.bob.card_number)
    expected = {True: {Transfer.Status.DONE}, False: {Transfer.Status.NEEDS_LIBRARIAN}}
    assert ended.status in expected[moved]
    assert as_koha.house.script.calls["transfer"] == 1


# K12, settings


def test_s4_k12_nothing_personal_is_told(
    server: KohaServer, campus: Campus, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(name="CANARY-name")
    EmbeddedPatron.objects.filter(card_number=campus.alice.card_number).update(card_number="CANARY1")
    system = koha_system(server, now)
    barcode = charged(campus, campus.bob, now=now).barcode
    told = []
    for fault in (Fault.GARBLED, Fault.HALF, Fault.OTHER_ITEM):
        for operation in ("patron", "authenticate", "item", "availability"):
            server.house.script.will(operation, fault)
            for act in (
                lambda: system.authenticate("CANARY1", "CANARY-pin"),
                lambda: system.transfer(barcode, campus.bob.card_number, "CANARY1"),
            ):
                try:
                    act()
                except (Unavailable, Refused) as problem:
                    told.append(repr(problem) + problem.reason)
            server.house.script.forget()
    assert len(told) >= 12
    assert not re.search("CANARY|Bearer", caplog.text + "".join(told))


def settings(server: KohaServer) -> dict[str, object]:
    return {"base_url": server.url, "client_id": server.client_id, "client_secret": server.client_secret}


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "http://staff.example"},
        {"base_url": ""},
        {"client_secret": ""},
        {"auth": "ldap"},
        {"connections": 0},
    ],
)
def test_s4_a_wrong_setting_is_named(given: dict[str, object]) -> None:
    whole = {"base_url": "https://staff.example", "client_id": "a", "client_secret": "b", **given}
    with pytest.raises(Misconfigured) as problem:
        koha.make(Library(settings=whole), datetime.now().astimezone())
    assert problem.value.name == next(iter(given))


@pytest.mark.parametrize("end", ["", "/", "/api/v1", "/api/v1/"])
def test_s4_the_address_may_end_as_it_likes(end: str) -> None:
    whole = {"base_url": f"https://staff.example{end}", "client_id": "a", "client_secret": "b"}
    assert settings_of(read(koha.OPTIONS, whole)).base_url == "https://staff.example/api/v1"


def test_s4_a_card_that_ends_today_is_good(system: LibrarySystem, campus: Campus) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(expires_on=date(2026, 11, 24))
    assert system.patron(campus.bob.card_number).blocked_reason == ""
