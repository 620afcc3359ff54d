"""Koha's answers as they were seen, cut and hostile ones. No socket."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge.adapters import fields
from library_bridge.adapters.koha import abilities, messages, records
from library_bridge.adapters.koha.refusals import CHECK_OUT, RENEWAL, code_of, reasons_in
from library_bridge.ports import ItemStatus, Unavailable
from library_bridge.reasons import SENTENCES

CAMPUS = ZoneInfo("Asia/Shanghai")
PATRON = {"patron_id": 17, "cardnumber": "2100417", "expiry_date": "2026-12-31", "restricted": False,
          "patron_card_lost": False, "incorrect_address": None}  # fmt: skip
CHECKOUT = {"checkout_id": 5, "patron_id": 17, "item_id": 118, "due_date": "2026-12-07T23:59:00+08:00",
            "checkout_date": "2026-11-07T10:00:00+08:00", "checkin_date": None, "renewals_count": 0}  # fmt: skip
ITEM = {"item_id": 118, "biblio_id": 7, "external_id": "01100231", "checked_out_date": None, "lost_status": 0,
        "not_for_loan_status": 0, "withdrawn": 0, "callnumber": None, "home_library_id": "MAIN"}  # fmt: skip
AVAILABILITY = {
    "blockers": {}, "warnings": {}, "confirmation_token": "eyJ",
    "confirms": {"ISSUED_TO_ANOTHER": 1, "issued_borrowernumber": 17, "issued_surname": "CANARY"},
}  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
READERS = [
    (messages.patrons, [PATRON]),
    (messages.items, [ITEM]),
    (lambda found: messages.checkouts(found, CAMPUS), [CHECKOUT]),
    (messages.holds, [{"patron_id": 17, "biblio_id": 7, "item_id": "118", "status": "W"}]),
    (messages.availability, AVAILABILITY),
    (messages.renewability, {"allows_renewal": True, "max_renewals": "3", "current_renewals": 1, "error": None}),
    (messages.debt, {"balance": 1, "outstanding_debits": {"total": 1.5}}),
    (messages.biblio, {"biblio_id": 7, "title": "a", "isbn": "978-7-300-11390-6 | x"}),
    (abilities.described, {"paths": {"/items": {"get": {"parameters": [{"name": "x-koha-embed"}]}}}}),
]


@settings(max_examples=60)
@given(broken=anything, which=st.sampled_from(READERS), name=st.integers(0, 9))
def test_s4_nothing_but_unavailable_leaves_a_reader(broken: object, which: tuple, name: int) -> None:
    """Anything at all, and a right answer with anything in one of its fields."""
    reader, right = which
    row = dict(right[0] if isinstance(right, list) else right)
    row[sorted(row)[name % len(row)]] = broken
    for found in (broken, [row] if isinstance(right, list) else row):
        try:
            reader(found)
        except Unavailable:
            continue


def test_s4_r4_a_checkout_with_a_return_is_none() -> None:
    returned = {**CHECKOUT, "checkin_date": "2026-11-20T10:00:00+08:00"}
    assert messages.checkouts([CHECKOUT, returned], CAMPUS) == messages.checkouts([CHECKOUT], CAMPUS)
    assert messages.checkout(returned, CAMPUS) is None


def test_s4_r2_only_names_of_reasons_are_kept() -> None:
    found = messages.availability(AVAILABILITY)
    assert (found.confirms, found.holder, found.token) == (frozenset({"ISSUED_TO_ANOTHER"}), 17, "eyJ")
    assert "CANARY" not in repr(found)


def test_s4_a_hidden_card_number_is_not_an_unknown_card() -> None:
    with pytest.raises(Unavailable):
        messages.patrons([{**PATRON, "cardnumber": None}])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"restricted": True}, "card_blocked"),
        ({"incorrect_address": True}, "card_blocked"),
        ({"patron_card_lost": True, "restricted": True}, "card_lost"),
        ({"expiry_date": "2026-11-23"}, "card_expired"),
        ({"expiry_date": "2026-11-24"}, ""),
        ({"expiry_date": None}, ""),
    ],
)
def test_s4_k3_a_cards_standing(changes: dict[str, object], reason: str) -> None:
    [patron] = messages.patrons([{**PATRON, **changes}])
    today = date(2026, 11, 24)
    assert records.patron_record(patron, in_debt=False, loan_count=1, today=today).blocked_reason == reason


@pytest.mark.parametrize(
    ("changes", "held", "status"),
    [
        ({}, None, ItemStatus.AVAILABLE),
        ({"checked_out_date": "2026-11-07"}, None, ItemStatus.CHARGED),
        ({"lost_status": 2, "checked_out_date": "2026-11-07"}, None, ItemStatus.LOST),
        ({}, "W", ItemStatus.HOLD_SHELF),
        ({}, "P", ItemStatus.HOLD_SHELF),
        ({}, "T", ItemStatus.IN_TRANSIT),
        ({"transfer": {}}, None, ItemStatus.IN_TRANSIT),
    ],
)
def test_s4_k5_where_an_item_is(changes: dict[str, object], held: str | None, status: ItemStatus) -> None:
    [item] = messages.items([{**ITEM, **changes}])
    waiting = messages.holds([{"patron_id": 1, "biblio_id": 7, "item_id": "118", "status": held}] if held else [])
    assert records.item_record(item, None, waiting).status == status


def test_s4_k5_holds_on_another_item_do_not_count() -> None:
    [item] = messages.items([ITEM])
    waiting = messages.holds([{"item_id": 119}, {"item_id": None}, {"item_id": 118, "cancellation_date": "2026-11-01"}])
    assert records.item_record(item, None, waiting).hold_count == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-12-07T23:59:00+08:00", "2026-12-07T23:59:00+08:00"),
        ("2026-12-07T15:59:00Z", "2026-12-07T23:59:00+08:00"),
        ("2026-12-07T15:59:59.000+00:00", "2026-12-07T23:59:59+08:00"),
        ("2026-12-07", "2026-12-07T23:59:00+08:00"),
        ("2026-12-07 23:59:00", "2026-12-07T23:59:00+08:00"),
        ("2026-02-31", None),
        ("2026-02-31T10:00:00+08:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
        (None, None),
        (20261207, None),
    ],
)
def test_s4_k11_times_of_each_form(said: object, expected: str | None) -> None:
    found = fields.moment({"due_date": said}, "due_date", CAMPUS)
    assert (found and found.isoformat()) == expected


def test_s4_k11_the_end_of_a_day_when_the_clock_changes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = fields.moment({"due": "2026-10-25"}, "due", berlin)
    assert found == datetime(2026, 10, 25, 23, 59, tzinfo=berlin)
    assert found.isoformat().endswith("+01:00")


@pytest.mark.parametrize(
    ("said", "isbns"),
    [
        ("978-7-300-11390-6", ("9787300113906",)),
        ("7300113907 (pbk.) | 9787300113906", ("9787300113906",)),
        ("9787300113907", ()),
        ("none", ()),
    ],
)
def test_s4_isbns_are_compared_normalised(said: str, isbns: tuple[str, ...]) -> None:
    assert fields.isbn13s(said) == isbns


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Checkout not authorized (TOO_MANY EXPIRED)", "card_expired"),
        ("Checkout not authorized (NOT_FOR_LOAN)", "not_for_loan"),
        ("Checkout not authorized (SOMETHING_NEW)", "other"),
        ("Checkout not authorized", "other"),
        ("Confirmation error", "other"),
    ],
)
def test_s4_a_refusal_is_one_stable_code(error: str, code: str) -> None:
    assert code_of(reasons_in(error), CHECK_OUT) == code


def test_s4_every_code_has_a_sentence() -> None:
    assert set(CHECK_OUT.values()) | set(RENEWAL.values()) <= set(SENTENCES)
