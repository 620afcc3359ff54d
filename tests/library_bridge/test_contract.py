"""What an adapter is (protocols/testing.md, K). A new adapter joins `servers.KINDS`."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta

import pymarc
import pytest

from library_bridge.models import EmbeddedItem, EmbeddedLoan, EmbeddedPatron
from library_bridge.ports import Capability, ItemStatus, LibrarySystem, NotSupported, PlacesHolds, Refused
from tests.library_bridge import servers
from tests.library_bridge.factories import PIN, Campus, charged, embedded_patron, hold, item
from tests.library_bridge.rest_servers import koha_with_sip2

OVER_HTTP = [pytest.param(kind, marks=pytest.mark.any_database) for kind in servers.KINDS if kind != "sip2"]


@pytest.fixture(params=["embedded", "sip2", *OVER_HTTP])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def system(kind: str, campus: Campus, now: datetime) -> Iterator[LibrarySystem]:
    """All but the embedded one over a real socket to a server of ours."""
    if kind == "embedded":
        yield campus.system(now)
        return
    made = koha_with_sip2(campus, now) if kind == "koha" else servers.system(kind, campus, now, seconds=60)
    with made as speaking:
        yield speaking


TOLD_AS = {("folio", "card_lost"): "card_blocked", ("folio", "overdue"): "renewal_limit"}
"""What a system has no word of its own for."""


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_k1_the_right_pin_signs_in(system: LibrarySystem, campus: Campus) -> None:
    assert system.authenticate(campus.alice.card_number, PIN).card_number == campus.alice.card_number


@pytest.mark.parametrize("pin", ["000000", "", " ", "246810 ", "2468100"])
def test_k1_any_other_pin_is_refused_alike(system: LibrarySystem, campus: Campus, pin: str) -> None:
    assert code_of(lambda: system.authenticate(campus.alice.card_number, pin)) == "wrong_pin"


def test_k1_an_unknown_card_and_anothers_pin_are_refused_alike(system: LibrarySystem, campus: Campus) -> None:
    other = embedded_patron(campus.library, campus.category, pin="135790")
    assert code_of(lambda: system.authenticate("999", PIN)) == "wrong_pin"
    assert code_of(lambda: system.authenticate(other.card_number, PIN)) == "wrong_pin"


@pytest.mark.parametrize("pin", ["", "246810", "!"])
def test_k1_a_card_without_pin_never_signs_in(system: LibrarySystem, campus: Campus, pin: str) -> None:
    card = embedded_patron(campus.library, campus.category, pin="")
    assert code_of(lambda: system.authenticate(card.card_number, pin)) == "wrong_pin"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"blocked": True}, "card_blocked"),
        ({"fines": 51}, "card_blocked"),
        ({"lost": True, "blocked": True}, "card_lost"),
        ({"expires_on": date(2026, 11, 23)}, "card_expired"),
        ({"expires_on": date(2026, 11, 24)}, ""),
    ],
)
def test_k3_a_cards_standing_is_one_stable_code(
    kind: str, system: LibrarySystem, campus: Campus, fields: dict[str, object], reason: str
) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(**fields)
    assert system.patron(campus.bob.card_number).blocked_reason == TOLD_AS.get((kind, reason), reason)


def test_k3_a_full_card_says_so_with_its_limit(kind: str, system: LibrarySystem, campus: Campus, now: datetime) -> None:
    for _number in range(5):
        charged(campus, campus.bob, now=now)
    record = system.patron(campus.bob.card_number)
    assert record.loan_count in (5, None)
    if record.loan_limit is None and not record.blocked_reason:  # not told: then the checkout says it
        assert code_of(lambda: system.check_out(campus.bob.card_number, item(campus).barcode)) == "loan_limit"
    else:
        assert record.blocked_reason == "loan_limit"
        assert record.loan_limit == 5 or (record.loan_limit is None and kind != "embedded")


def test_k3_an_unknown_card_is_refused(system: LibrarySystem) -> None:
    assert code_of(lambda: system.patron("999")) == "unknown_patron"
    assert code_of(lambda: system.loans("999")) == "unknown_patron"


@pytest.mark.parametrize("number", [0, 1, 25, 300])
def test_k4_all_loans_are_listed_once(
    kind: str,
    system: LibrarySystem,
    campus: Campus,
    now: datetime,
    number: int,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for _number in range(number):
        charged(campus, campus.alice, now=now)
    with django_assert_max_num_queries(6) if kind == "embedded" else nullcontext():  # type: ignore[attr-defined]
        listed = system.loans(campus.alice.card_number)
    assert len({loan.barcode for loan in listed.loans}) == len(listed.loans) == number
    assert listed.complete


def test_k4_due_dates_are_aware_and_in_the_librarys_zone(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    due_at = datetime(2026, 12, 7, 15, 59, tzinfo=UTC)
    made = charged(campus, campus.alice, now=now, due_at=due_at)
    found = system.loans(campus.alice.card_number).of(made.barcode)
    assert found is not None
    assert found.due_at == due_at
    assert found.due_at.isoformat() == "2026-12-07T23:59:00+08:00"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (EmbeddedItem.Status.IN_CIRCULATION, ItemStatus.AVAILABLE),
        (EmbeddedItem.Status.HOLD_SHELF, ItemStatus.HOLD_SHELF),
        (EmbeddedItem.Status.IN_TRANSIT, ItemStatus.IN_TRANSIT),
        (EmbeddedItem.Status.LOST, ItemStatus.LOST),
    ],
)
def test_k5_an_item_says_where_it_is(
    system: LibrarySystem, campus: Campus, status: EmbeddedItem.Status, expected: ItemStatus
) -> None:
    assert system.item(item(campus, status=status).barcode).status == expected


def test_k5_a_charged_item_says_until_when(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    found = system.item(charged(campus, campus.alice, now=now).barcode)
    assert (found.status, found.due_at, found.hold_count) == (ItemStatus.CHARGED, now + timedelta(days=20), 0)


def test_k5_an_unknown_barcode_is_an_answer_without_hold_count(system: LibrarySystem) -> None:
    found = system.item("77")
    assert (found.status, found.hold_count, found.title) == (ItemStatus.UNKNOWN, None, "")


def test_k5_holds_on_the_item_and_on_its_record_count(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold(made, campus.card(campus.bob), now=now)
    whole_record = hold(made, campus.card(campus.charlie), now=now)
    whole_record.item = None
    whole_record.save()
    hold(made, campus.card(campus.bob), now=now, cancelled_at=now)
    assert system.item(made.barcode).hold_count == 2


def test_k6_a_checkout_charges_until_the_end_of_the_day(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    record = system.check_out(campus.bob.card_number, item(campus).barcode)
    due_at = record.due_at.astimezone(campus.library.zone)
    assert (record.card_number, record.title) == (campus.bob.card_number, "拖延心理学")
    assert due_at == datetime.combine(now.date() + timedelta(days=30), time(23, 59), tzinfo=campus.library.zone)


def test_k6_the_same_item_twice_is_never_a_second_loan(system: LibrarySystem, campus: Campus) -> None:
    barcode = item(campus).barcode
    system.check_out(campus.bob.card_number, barcode)
    assert code_of(lambda: system.check_out(campus.bob.card_number, barcode)) == "already_on_card"
    assert len(system.loans(campus.bob.card_number).loans) == 1


def test_k6_an_item_that_is_out_stays_where_it_is(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    assert Capability.CHECK_OUT_MOVES not in system.capabilities
    assert code_of(lambda: system.check_out(campus.bob.card_number, barcode)) == "on_loan_to_other"
    assert campus.holder(barcode) == campus.alice.card_number


def test_k6_an_item_that_is_out_moves_where_the_library_lets_it(campus: Campus, now: datetime) -> None:
    campus.library.settings = {"check_out_moves": True}
    barcode = charged(campus, campus.alice, now=now).barcode
    system = campus.system(now)
    assert Capability.CHECK_OUT_MOVES in system.capabilities
    system.check_out(campus.bob.card_number, barcode)
    assert campus.holder(barcode) == campus.bob.card_number


def test_k7_a_checkin_names_from_whom_it_came(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    record = system.check_in(charged(campus, campus.alice, now=now).barcode)
    assert (record.card_number, record.status) == (campus.alice.card_number, ItemStatus.AVAILABLE)


def test_k7_a_checkin_of_what_is_not_out_is_refused(system: LibrarySystem, campus: Campus) -> None:
    assert code_of(lambda: system.check_in(item(campus).barcode)) == "not_on_loan"
    assert code_of(lambda: system.check_in("77")) == "unknown_item"


def test_k7_a_checkin_of_a_waited_for_item_goes_to_the_hold_shelf(
    system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    hold(made, campus.card(campus.charlie), now=now)
    assert system.check_in(made.barcode).status == ItemStatus.HOLD_SHELF
    assert code_of(lambda: system.check_out(campus.bob.card_number, made.barcode)) == "hold_by_other"
    assert system.check_out(campus.charlie.card_number, made.barcode).barcode == made.barcode
    assert system.item(made.barcode).hold_count == 0


def test_k7_a_late_checkin_costs_a_fine(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    system.check_in(charged(campus, campus.alice, now=now, due_at=now - timedelta(days=2, hours=3)).barcode)
    assert float(campus.card(campus.alice).fines) == pytest.approx(0.30)


def test_k8_the_holder_renews_and_reads_the_new_date(
    kind: str, system: LibrarySystem, campus: Campus, now: datetime
) -> None:
    made = charged(campus, campus.alice, now=now)
    record = system.renew(campus.alice.card_number, made.barcode)
    assert record.due_at == EmbeddedLoan.objects.get(item=made).due_at
    assert record.due_at.date() == (now + timedelta(days=50)).date()
    assert (record.renewals_left, record.renewable) == (0, False) or (
        record.renewals_left is None and kind != "embedded"
    )


def test_k8_nobody_else_renews(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    assert code_of(lambda: system.renew(campus.bob.card_number, made.barcode)) == "on_loan_to_other"
    assert code_of(lambda: system.renew(campus.bob.card_number, item(campus).barcode)) == "not_on_loan"


def test_k8_no_renewal_beyond_the_limit(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now, renewals=1)
    assert code_of(lambda: system.renew(campus.alice.card_number, made.barcode)) == "renewal_limit"


@pytest.mark.parametrize(
    ("fields", "code"), [({"recalled_at": datetime(2026, 11, 20, tzinfo=UTC)}, "recalled"), ({"late": True}, "overdue")]
)
def test_k8_no_renewal_of_what_has_to_go_back(
    kind: str, system: LibrarySystem, campus: Campus, now: datetime, fields: dict[str, object], code: str
) -> None:
    given = {"due_at": now - timedelta(hours=1)} if fields.get("late") else fields
    made = charged(campus, campus.alice, now=now, **given)
    refused = code_of(lambda: system.renew(campus.alice.card_number, made.barcode))
    assert refused == TOLD_AS.get((kind, code), code)


def test_k8_no_renewal_of_what_another_waits_for(system: LibrarySystem, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold(made, campus.card(campus.charlie), now=now)
    assert code_of(lambda: system.renew(campus.alice.card_number, made.barcode)) == "hold_by_other"


@pytest.mark.parametrize(
    ("card", "code"), [({"blocked": True}, "card_blocked"), ({"lost": True}, "card_lost"), ({}, "not_for_loan")]
)
def test_k9_after_a_refusal_the_item_is_exactly_where_it_was(
    kind: str, system: LibrarySystem, campus: Campus, card: dict[str, bool], code: str
) -> None:
    made = item(campus)
    if not card:
        campus.rule.delete()
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(**card)
    before = system.item(made.barcode)
    refused = code_of(lambda: system.check_out(campus.bob.card_number, made.barcode))
    assert refused == TOLD_AS.get((kind, code), code)
    assert system.item(made.barcode) == before
    assert system.loans(campus.bob.card_number).loans == ()


TEXTS = ["東方雜誌", "教育學院會計", "café", "📚", "‏اردو‏", "a|b", "&#124;", "<script>alert(1)</script>", "长" * 300, ""]


@pytest.mark.parametrize("title", TEXTS)
def test_k10_titles_come_through_unchanged(system: LibrarySystem, campus: Campus, title: str) -> None:
    made = item(campus, title=title)
    assert system.item(made.barcode).title == title
    assert system.check_out(campus.bob.card_number, made.barcode).title == title


def test_k11_due_dates_hold_23_59_over_the_end_of_summer_time(campus: Campus, now: datetime) -> None:
    campus.library.time_zone = "Europe/Berlin"
    campus.library.save()
    system = campus.system(datetime(2026, 10, 1, 12, 0, tzinfo=UTC))
    due_at = system.check_out(campus.bob.card_number, item(campus).barcode).due_at
    assert due_at.isoformat() == "2026-10-31T23:59:00+01:00"


def test_an_item_is_found_by_its_isbn(system: LibrarySystem, campus: Campus) -> None:
    if Capability.FIND_BY_ISBN not in system.capabilities:
        with pytest.raises(NotSupported):
            system.find_by_isbn(["9787300113906"])
        return
    made = item(campus, isbn13="9787300113906")
    item(campus, isbn13="9787213052545")
    assert [found.barcode for found in system.find_by_isbn(["9787300113906", "9780000000000"])] == [made.barcode]


def test_records_are_harvested_with_their_number_of_items(kind: str, system: LibrarySystem, campus: Campus) -> None:
    if Capability.RECORDS not in system.capabilities:
        with pytest.raises(NotSupported):
            system.records()
        return
    made = item(campus, isbn13="9787300113906")
    EmbeddedItem.objects.create(library=campus.library, barcode="2", record=made.record, item_type=campus.book)
    [record] = system.records()
    assert record.isbn13s == ("9787300113906",)
    assert record.item_count == (0 if kind == "folio" else 2)  # FOLIO's instances do not tell it
    if record.marc:  # where there is MARC, the plain fields may be fewer
        [read] = pymarc.MARCReader(record.marc, to_unicode=True, force_utf8=True)
        creators = tuple(each["a"] for each in read.get_fields("100", "700"))
    assert (creators if record.marc else record.creators) == ("简·博克", "莱诺拉·袁")


def test_what_a_system_cannot_do_it_says(system: LibrarySystem, campus: Campus) -> None:
    if Capability.TRANSFER not in system.capabilities:
        with pytest.raises(NotSupported):
            system.transfer("1", "2", "3")


def test_a_hold_is_placed_once_where_the_system_takes_them(
    system: LibrarySystem, kind: str, campus: Campus, now: datetime
) -> None:
    """Whoever waits already is refused by a code of its own, so that a repeated call changes nothing."""
    made = charged(campus, campus.alice, now=now)
    card = campus.bob.card_number
    assert (Capability.PLACE_HOLD in system.capabilities) == (kind in ("embedded", "koha"))
    if Capability.PLACE_HOLD not in system.capabilities:
        return
    assert isinstance(system, PlacesHolds)
    system.place_hold(card, made.barcode)
    assert system.item(made.barcode).hold_count == 1
    assert code_of(lambda: system.place_hold(card, made.barcode)) == "hold_exists"
    assert code_of(lambda: system.place_hold("999", made.barcode)) == "unknown_patron"
    assert code_of(lambda: system.place_hold(card, "999")) == "unknown_item"
    assert code_of(lambda: system.place_hold(campus.alice.card_number, made.barcode)) == "already_on_card"
