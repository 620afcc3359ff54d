"""The staff's door and the staff's lists."""

from datetime import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from library_bridge.loans import refresh_loans
from library_bridge.models import (
    Area,
    CirculationRule,
    EmbeddedHold,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
    Library,
    LibraryLoan,
    Reader,
)
from tests.library_bridge import factories
from tests.library_bridge.factories import PIN, Campus, charged, item

LISTS = [
    "transfers", "library-loans", "patrons", "libraries", "areas", "records", "items", "embedded-patrons",
    "embedded-loans", "holds", "patron-categories", "item-types", "circulation-rules",
]  # fmt: skip
READ_ONLY = ["transfers", "library-loans", "patrons", "embedded-loans", "holds"]


@pytest.fixture
def lin(campus: Campus) -> Reader:
    made = Reader.objects.create(username="lin", display_name="Lin", is_staff=True, is_superuser=True)
    made.set_password(PIN)
    made.save()
    return made


def log_in(client: Client, **fields: str) -> object:
    data = {"username": "lin", "password": PIN, **fields}
    return client.post(reverse("wagtailadmin_login"), data, headers={"accept-language": "en"})


def test_lin_signs_in_to_the_admin(client: Client, lin: Reader) -> None:
    assert log_in(client)["Location"] == reverse("wagtailadmin_home")


def test_t_a2_the_staff_door_counts_failures(client: Client, lin: Reader) -> None:
    for _try in range(5):
        assert "didn't match" in log_in(client, password="1").content.decode().replace("&#x27;", "'")
    answer = log_in(client)
    assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_t_a1_an_unknown_name_gets_the_same_answer(client: Client, lin: Reader) -> None:
    errors = [
        log_in(client, **who).context["form"].non_field_errors() for who in ({"password": "1"}, {"username": "nobody"})
    ]
    assert errors[0] == errors[1]


def test_readers_have_no_business_in_the_admin(client: Client, campus: Campus) -> None:
    client.force_login(campus.alice.reader)
    assert client.get(reverse("wagtailadmin_home")).status_code == 302
    assert client.get(reverse("transfers:index")).status_code == 302


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_can_be_searched(
    client: Client, lin: Reader, campus: Campus, now: datetime, name: str
) -> None:
    factories.transfer(campus, now=now)
    client.force_login(lin)
    assert client.get(reverse(f"{name}:index")).status_code == 200
    assert client.get(reverse(f"{name}:index"), {"q": "2100"}).status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_the_systems_write_is_nobodys_to_type(client: Client, lin: Reader, name: str) -> None:
    client.force_login(lin)
    assert client.get(reverse(f"{name}:add")).status_code == 302
    assert client.get(reverse(f"{name}:index")).status_code == 200


@pytest.mark.parametrize("name", sorted(set(LISTS) - set(READ_ONLY)))
def test_what_staff_keep_can_be_added(client: Client, lin: Reader, name: str) -> None:
    client.force_login(lin)
    assert client.get(reverse(f"{name}:add")).status_code == 200


def test_a_loan_can_be_looked_at(client: Client, lin: Reader, campus: Campus, now: datetime) -> None:
    charged(campus, campus.alice, now=now)
    [loan] = refresh_loans(patron=campus.alice, now=now)
    client.force_login(lin)
    assert "拖延心理学" in client.get(reverse("library-loans:inspect", args=[loan.pk])).content.decode()


def test_a_pin_is_set_and_never_shown(client: Client, lin: Reader, campus: Campus) -> None:
    client.force_login(lin)
    card = campus.card(campus.bob)
    url = reverse("embedded-patrons:edit", args=[card.pk])
    data = {"library": campus.library.pk, "card_number": card.card_number, "category": campus.category.pk, "fines": "0"}
    assert client.post(url, {**data, "new_pin": "135790"}).status_code == 302
    changed = EmbeddedPatron.objects.get(pk=card.pk)
    assert changed.pin not in {card.pin, "135790"}
    assert changed.pin not in client.get(url).content.decode()


def test_isbns_of_a_record_are_typed_in_one_line(client: Client, lin: Reader, campus: Campus) -> None:
    record = item(campus, isbn13="9787300113906").record
    client.force_login(lin)
    url = reverse("records:edit", args=[record.pk])
    data = {
        "library": campus.library.pk,
        "record_id": "1",
        "title": "T",
        "creators": "简·博克\n 莱诺拉·袁 ",
    }
    assert "9787300113906" in client.get(url).content.decode()
    assert client.post(url, {**data, "isbns": "978-7-213-05254-5"}).status_code == 302
    found = EmbeddedRecord.objects.get(pk=record.pk)
    assert [row.isbn13 for row in found.isbns.all()] == ["9787213052545"]
    assert found.creators == ["简·博克", "莱诺拉·袁"]
    for wrong in ("12", "9787213052546"):
        refused = client.post(url, {**data, "isbns": wrong})
        assert wrong in str(refused.context["form"].errors["isbns"])


def test_a_library_needs_a_time_zone_that_exists(client: Client, lin: Reader, campus: Campus) -> None:
    client.force_login(lin)
    data = {
        "code": "x",
        "name_zh": "X",
        "name_en": "X",
        "adapter": "embedded",
        "settings": "{}",
        "time_zone": "Mars/Olympus",
    }
    assert client.post(reverse("libraries:add"), data).status_code == 200
    assert client.post(reverse("libraries:add"), {**data, "time_zone": "Asia/Urumqi"}).status_code == 302
    assert Library.objects.get(code="x").zone.key == "Asia/Urumqi"


def test_a_group_sees_what_its_rights_say(client: Client, campus: Campus) -> None:
    curator = Reader.objects.create(username="curator", is_staff=True)
    group = Group.objects.create(name="Cataloguers")
    group.permissions.add(*Permission.objects.filter(codename__in=["access_admin", "change_embeddedrecord"]))
    curator.groups.add(group)
    client.force_login(curator)
    assert client.get(reverse("records:index")).status_code == 200
    assert client.get(reverse("embedded-patrons:index")).status_code == 302
    assert client.get(reverse("transfers:index")).status_code == 302


@pytest.fixture
def hold(campus: Campus, now: datetime) -> EmbeddedHold:
    return factories.hold(item(campus), campus.card(campus.bob), now=now)


def in_use(campus: Campus, name: str, now: datetime) -> Model:
    loan = charged(campus, campus.alice, now=now)
    area = Area.objects.create(code="plum", name_zh="梅园", name_en="Plum Court")
    Reader.objects.filter(pk=campus.alice.reader_id).update(area=area)
    rows: dict[str, Model] = {
        "libraries": campus.library, "records": loan.record, "items": loan, "areas": area,
        "embedded-patrons": campus.card(campus.alice), "patron-categories": campus.category, "item-types": campus.book,
        "circulation-rules": campus.rule, "wagtailusers_users": campus.alice.reader,
    }  # fmt: skip
    return rows[name]


@pytest.mark.parametrize(
    "name",
    ["libraries", "records", "items", "areas", "embedded-patrons", "patron-categories", "item-types", "circulation-rules",
     "wagtailusers_users"],
)  # fmt: skip
def test_what_is_in_use_is_not_deleted(client: Client, lin: Reader, campus: Campus, now: datetime, name: str) -> None:
    row = in_use(campus, name, now)
    client.force_login(lin)
    url = reverse(f"{name}:delete", args=[row.pk])
    assert client.get(url).status_code in (200, 302)
    assert client.post(url).status_code == 302
    assert type(row)._base_manager.filter(pk=row.pk).exists()


def test_the_page_says_what_uses_it(client: Client, lin: Reader, campus: Campus, now: datetime) -> None:
    row = in_use(campus, "areas", now)
    client.force_login(lin)
    assert (
        "Readers: 1"
        in client.get(reverse("areas:delete", args=[row.pk]), headers={"accept-language": "en"}).content.decode()
    )


def test_what_nobody_uses_is_deleted(client: Client, lin: Reader, campus: Campus) -> None:
    area = Area.objects.create(code="plum", name_zh="梅园", name_en="Plum Court")
    client.force_login(lin)
    client.post(reverse("areas:delete", args=[area.pk]))
    assert not Area.objects.exists()


def test_a_waiting_hold_is_cancelled_not_deleted(client: Client, lin: Reader, hold: EmbeddedHold) -> None:
    client.force_login(lin)
    client.post(reverse("holds:delete", args=[hold.pk]))
    assert EmbeddedHold.objects.exists()


def test_accounts_are_not_deleted_in_bulk(client: Client, lin: Reader, campus: Campus) -> None:
    client.force_login(lin)
    url = reverse("wagtail_bulk_action", args=["library_bridge", "reader", "delete"])
    assert client.post(f"{url}?id={campus.alice.reader_id}").status_code == 404


def test_staff_choose_language_and_name_without_first_and_last_name(client: Client, lin: Reader) -> None:
    client.force_login(lin)
    url = reverse("wagtailadmin_account")
    form = {
        "name_email-display_name": "Ms Lin", "locale-preferred_language": "en", "theme-theme": "dark",
        "theme-contrast": "system", "theme-density": "default",
    }  # fmt: skip
    answer = client.post(url, form)
    assert answer.status_code == 302
    lin.refresh_from_db()
    assert (lin.display_name, lin.wagtail_userprofile.preferred_language) == ("Ms Lin", "en")


def test_the_staff_door_is_in_the_visitors_language(client: Client, campus: Campus) -> None:
    page = client.get(reverse("wagtailadmin_login"), headers={"accept-language": "zh-CN"}).content.decode()
    assert "Password" not in page


@pytest.mark.parametrize("name", ["transfers", "library-loans", "embedded-loans", "holds"])
def test_t_l2_no_list_and_no_page_has_card_and_title_together(
    client: Client, lin: Reader, campus: Campus, now: datetime, name: str
) -> None:
    moved = factories.transfer(campus, now=now)
    held = factories.hold(item(campus), campus.card(campus.bob), now=now)
    charge = EmbeddedLoan.objects.get(item__barcode=moved.barcode)
    client.force_login(lin)
    rows = {"transfers": moved, "library-loans": moved.loan, "embedded-loans": charge, "holds": held}
    for address in (reverse(f"{name}:index"), reverse(f"{name}:inspect", args=[rows[name].pk])):
        answer = client.get(address)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert not [patron for patron in (campus.alice, campus.bob) if patron.card_number in page]
    assert held.patron.card_number not in page


def test_t_l2_a_loan_that_is_over_is_nobodys_business(
    client: Client, lin: Reader, campus: Campus, now: datetime
) -> None:
    charged(campus, campus.alice, now=now)
    [loan] = refresh_loans(patron=campus.alice, now=now)
    EmbeddedLoan.objects.update(returned_at=now)
    LibraryLoan.objects.update(closed_at=now)
    client.force_login(lin)
    for name, pk in (("library-loans", loan.pk), ("embedded-loans", EmbeddedLoan.objects.get().pk)):
        assert loan.barcode not in client.get(reverse(f"{name}:index")).content.decode()
        assert client.get(reverse(f"{name}:inspect", args=[pk])).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"), [("loan_days", "0"), ("loan_days", "731"), ("renewal_limit", "51"), ("fine_per_day", "-1")]
)
def test_a_rule_keeps_within_reason(client: Client, lin: Reader, campus: Campus, field: str, typed: str) -> None:
    rule = campus.rule
    form = {
        "category": rule.category_id, "item_type": rule.item_type_id, "loan_days": 30, "renewal_limit": 1,
        "renewal_days": 30, "fine_per_day": "0.10",
    }  # fmt: skip
    client.force_login(lin)
    answer = client.post(reverse("circulation-rules:edit", args=[rule.pk]), {**form, field: typed})
    assert field in answer.context["form"].errors
    with pytest.raises(IntegrityError), transaction.atomic():
        CirculationRule.objects.filter(pk=rule.pk).update(**{field: typed})
