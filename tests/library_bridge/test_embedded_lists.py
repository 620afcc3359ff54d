"""The lists of a library without another system: stock, cards, holds and rules."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library_bridge.models import (
    Area,
    CirculationRule,
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedPatron,
    EmbeddedRecord,
    ItemType,
    Library,
    PatronCategory,
    Reader,
)
from library_bridge.ports import Refused
from tests.library_bridge import factories
from tests.library_bridge.factories import PIN, Campus, charged, item
from tests.library_bridge.test_circulation_desk import librarian


@pytest.fixture
def lin(client: Client, campus: Campus) -> Client:
    """Signed in, with the rights of the group and no others."""
    client.force_login(librarian())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def elsewhere(campus: Campus) -> Library:
    return Library.objects.create(code="other", name_zh="别处", name_en="Elsewhere")


def card_form(campus: Campus, card: EmbeddedPatron, **typed: object) -> dict[str, object]:
    given = {
        "library": campus.library.pk,
        "card_number": card.card_number,
        "category": campus.category.pk,
        "fines": "0",
    }
    return {**given, **typed}


def errors_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    return dict(answer.context["form"].errors)


def test_a_librarian_keeps_cards_stock_and_rules(lin: Client, campus: Campus) -> None:
    names = ("records", "items", "embedded-patrons", "patron-categories", "item-types", "circulation-rules")
    for name in names:
        assert lin.get(reverse(f"{name}:add")).status_code == 200, name


def test_a_pin_is_taken_away(lin: Client, campus: Campus, now: datetime) -> None:
    card = campus.card(campus.bob)
    url = reverse("embedded-patrons:edit", args=[card.pk])
    assert lin.post(url, card_form(campus, card, no_pin="on")).status_code == 302
    with pytest.raises(Refused):
        campus.system(now).authenticate(card.card_number, PIN)


@pytest.mark.parametrize("pin", ["12|4", "12\t45", "123"])
def test_a_pin_that_no_keypad_sends_is_refused(lin: Client, campus: Campus, pin: str) -> None:
    card = campus.card(campus.bob)
    url = reverse("embedded-patrons:edit", args=[card.pk])
    assert "new_pin" in errors_of(lin.post(url, card_form(campus, card, new_pin=pin)))


def test_t_i1_a_card_number_is_one(lin: Client, campus: Campus) -> None:
    card = campus.card(campus.bob)
    url = reverse("embedded-patrons:edit", args=[card.pk])
    assert "card_number" in errors_of(lin.post(url, card_form(campus, card, card_number="1|2")))
    lin.post(url, card_form(campus, card, card_number="２１"))
    assert EmbeddedPatron.objects.get(pk=card.pk).card_number == "21"


def test_no_row_mixes_two_libraries(lin: Client, campus: Campus, elsewhere: Library) -> None:
    category = PatronCategory.objects.create(library=elsewhere, code="x", name="X")
    item_type = ItemType.objects.create(library=elsewhere, code="x", name="X")
    record = EmbeddedRecord.objects.create(library=elsewhere, record_id="1", title="T")
    form = card_form(campus, campus.card(campus.bob), card_number="new", category=category.pk)
    assert "category" in errors_of(lin.post(reverse("embedded-patrons:add"), form))
    form = {
        "library": campus.library.pk, "barcode": "1", "record": record.pk, "item_type": item_type.pk,
        "status": "in_circulation",
    }  # fmt: skip
    assert {"record", "item_type"} <= errors_of(lin.post(reverse("items:add"), form)).keys()
    form = {
        "category": campus.category.pk, "item_type": item_type.pk, "loan_days": 30, "renewal_limit": 1,
        "renewal_days": 30, "hold_limit": 1, "fine_per_day": "0",
    }  # fmt: skip
    assert "item_type" in errors_of(lin.post(reverse("circulation-rules:add"), form))


def test_a_rule_says_how_many_holds(lin: Client, campus: Campus) -> None:
    rule = campus.rule
    form = {
        "category": rule.category_id, "item_type": rule.item_type_id, "loan_days": 30, "renewal_limit": 1,
        "renewal_days": 30, "fine_per_day": "0.10", "hold_limit": 101,
    }  # fmt: skip
    url = reverse("circulation-rules:edit", args=[rule.pk])
    assert "hold_limit" in errors_of(lin.post(url, form))
    assert lin.post(url, {**form, "hold_limit": 2}).status_code == 302
    assert CirculationRule.objects.get(pk=rule.pk).hold_limit == 2


def test_an_item_chooses_its_record_among_any_number(lin: Client, campus: Campus) -> None:
    made = item(campus, title="拖延心理学", isbn13="9787300113906")
    item(campus, title="活着")
    page = lin.get(reverse("items:edit", args=[made.pk])).content.decode()
    assert "活着" not in page
    for asked in ("拖延", made.record.record_id, "978-7-300-11390-6"):
        found = lin.get(reverse("record-chooser:choose_results"), {"q": asked}).content.decode()
        assert "拖延心理学" in found
        assert "活着" not in found


@pytest.mark.parametrize(
    ("name", "asked"), [("items", "branch=North"), ("items", "status=lost"), ("embedded-patrons", "blocked=true")]
)
def test_lists_are_sifted(lin: Client, campus: Campus, name: str, asked: str) -> None:
    item(campus, title="A lost one", status="lost", branch="North")
    item(campus, title="At hand")
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(blocked=True)
    page = lin.get(f"{reverse(f'{name}:index')}?{asked}").content.decode()
    shown, hidden = ("A lost one", "At hand") if name == "items" else (campus.bob.card_number, campus.alice.card_number)
    assert shown in page
    assert hidden not in page


def test_holds_are_sifted_by_their_stage(lin: Client, campus: Campus, now: datetime) -> None:
    card = campus.card(campus.bob)
    for title, fields in (
        ("Waiting one", {}),
        ("Shelved one", {"filled_at": now}),
        ("Collected one", {"filled_at": now, "collected_at": now}),
        ("Cancelled one", {"cancelled_at": now}),
    ):
        factories.hold(item(campus, title=title), card, now=now, **fields)
    for stage, title in (
        ("waiting", "Waiting"),
        ("shelf", "Shelved"),
        ("collected", "Collected"),
        ("cancelled", "Cancelled"),
    ):
        page = lin.get(reverse("holds:index"), {"stage": stage}).content.decode()
        assert [word for word in ("Waiting one", "Shelved one", "Collected one", "Cancelled one") if word in page] == [
            f"{title} one"
        ]


def test_a_hold_is_cancelled_by_the_library_system(lin: Client, campus: Campus, now: datetime) -> None:
    made = charged(campus, campus.alice, now=now)
    hold = EmbeddedHold.objects.create(record=made.record, patron=campus.card(campus.bob), placed_at=now)
    campus.system(now).check_in(made.barcode)
    assert reverse("holds:cancel", args=[hold.pk]) in lin.get(reverse("holds:inspect", args=[hold.pk])).content.decode()
    assert lin.post(reverse("holds:cancel", args=[hold.pk])).status_code == 302
    assert EmbeddedItem.objects.get(pk=made.pk).status == "in_circulation"
    assert EmbeddedHold.objects.get(pk=hold.pk).cancelled_at is not None
    assert lin.post(reverse("holds:cancel", args=[hold.pk])).status_code == 302


def test_a_card_with_an_account_is_blocked_not_deleted(lin: Client, campus: Campus) -> None:
    card = campus.card(campus.bob)
    url = reverse("embedded-patrons:delete", args=[card.pk])
    assert "block the card instead" in lin.get(url).content.decode()
    lin.post(url)
    assert EmbeddedPatron.objects.filter(pk=card.pk).exists()
    unused = factories.embedded_patron(campus.library, campus.category)
    lin.post(reverse("embedded-patrons:delete", args=[unused.pk]))
    assert not EmbeddedPatron.objects.filter(pk=unused.pk).exists()


def test_t_l1_cards_of_other_areas_are_not_there(client: Client, campus: Campus, now: datetime) -> None:
    here = Area.objects.create(code="here", name_zh="此", name_en="Here")
    Reader.objects.filter(pk=campus.bob.reader_id).update(area=here)
    staff = librarian()
    here.staff.add(staff)
    client.force_login(staff)
    page = client.get(reverse("embedded-patrons:index")).content.decode()
    assert campus.bob.card_number in page
    assert campus.alice.card_number not in page
    card: Model = campus.card(campus.alice)
    addresses = [reverse(f"embedded-patrons:{view}", args=[card.pk]) for view in ("edit", "delete", "history", "usage")]
    assert [client.get(address).status_code for address in addresses] == [404] * 4
    hold = factories.hold(item(campus), campus.card(campus.alice), now=now)
    assert client.post(reverse("holds:cancel", args=[hold.pk])).status_code == 302
    assert EmbeddedHold.objects.get(pk=hold.pk).cancelled_at is None


def test_the_chooser_asks_as_much_for_many_records_as_for_one(lin: Client, campus: Campus) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            lin.get(reverse("record-chooser:choose"))
        return len(queries)

    item(campus)
    asked()
    few = asked()
    for _number in range(9):
        item(campus)
    assert asked() == few
