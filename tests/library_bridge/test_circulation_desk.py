"""The circulation desk: a card, a barcode, Enter."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from library_bridge.models import Area, EmbeddedHold, EmbeddedLoan, EmbeddedPatron, Library, Patron, Reader
from sharing import roles
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus, charged, item

pytestmark = pytest.mark.django_db


class Counter:
    def __init__(self, campus: Campus, staff: Reader) -> None:
        self.campus, self.client, self.number = campus, Client(headers={"accept-language": "en"}), 0
        self.client.force_login(staff)

    def send(self, act: str, card: Patron | str = "", *barcodes: str, **more: object) -> Any:
        self.number += 1
        number = card.card_number if isinstance(card, Patron) else card
        data = {
            "library": self.campus.library.pk, "act": act, "card_number": number, "barcodes": " ".join(barcodes),
            "once": f"{self.number}", **more,
        }  # fmt: skip
        return self.client.post(reverse("circulation-desk:index"), data)

    def says(self, act: str, card: Patron | str = "", *barcodes: str, **more: object) -> str:
        answer = self.send(act, card, *barcodes, **more)
        assert answer.status_code == 200
        assert not answer.context["form"].errors, answer.context["form"].errors
        return " / ".join(f"{outcome.says} {outcome.aside}".strip() for outcome in answer.context["outcomes"])


def librarian(group: str = "Librarians") -> Reader:
    roles.ensure_roles()
    made = Reader.objects.create(username=f"staff-{group}", display_name="Lin", is_staff=True)
    made.groups.add(Group.objects.get(name=group))
    return made


@pytest.fixture
def lin(campus: Campus) -> Reader:
    return librarian()


@pytest.fixture
def desk(campus: Campus, lin: Reader) -> Counter:
    return Counter(campus, lin)


def test_a_book_goes_out_and_comes_back(desk: Counter, campus: Campus) -> None:
    barcode = item(campus).barcode
    assert desk.says("check_out", campus.bob, barcode) == "Checked out, due 24 December 2026."
    assert campus.holder(barcode) == campus.bob.card_number
    assert desk.says("check_in", "", barcode) == f"Checked in from {campus.bob.card_number}. Back to the shelf."
    assert campus.holder(barcode) == ""


def test_several_books_at_once_each_with_its_own_answer(desk: Counter, campus: Campus, now: datetime) -> None:
    mine, others = item(campus).barcode, charged(campus, campus.alice, now=now).barcode
    answer = desk.send("check_out", campus.bob, mine, others, "77")
    assert [outcome.done for outcome in answer.context["outcomes"]] == [True, False, False]
    page = answer.content.decode()
    assert "This book is on loan to somebody else." in page
    assert "The library does not know this barcode." in page


def test_the_card_shows_loans_due_dates_and_what_blocks_it(desk: Counter, campus: Campus, now: datetime) -> None:
    late = charged(campus, campus.bob, now=now, due_at=now - timedelta(days=3))
    EmbeddedPatron.objects.filter(card_number=campus.bob.card_number).update(
        name="鲍勃", fines=Decimal(51), expires_on="2027-06-30"
    )
    page = desk.send("check_out", campus.bob).content.decode()
    for words in (
        late.barcode,
        "21 November 2026",
        "Overdue",
        "This card is blocked.",
        "鲍勃",
        "51.00",
        "30 June 2027",
    ):
        assert words in page, words
    assert "blocked" in desk.says("check_out", campus.bob, item(campus).barcode)


def test_a_full_card_is_told_its_limit(desk: Counter, campus: Campus, now: datetime) -> None:
    for _number in range(5):
        charged(campus, campus.bob, now=now)
    assert "limit of 5 loans" in desk.says("check_out", campus.bob, item(campus).barcode)


def test_what_others_wait_for_is_put_on_the_hold_shelf_for_them(desk: Counter, campus: Campus, now: datetime) -> None:
    EmbeddedPatron.objects.filter(card_number=campus.charlie.card_number).update(name="查理")
    barcode = charged(campus, campus.alice, now=now).barcode
    assert desk.says("hold", campus.charlie, barcode) == "Hold placed; before it wait: 0."
    told = desk.says("check_in", "", barcode)
    assert f"Put it on the hold shelf for 查理 ({campus.charlie.card_number})." in told
    assert "Another reader has placed a hold" in desk.says("check_out", campus.bob, barcode)
    assert desk.says("check_out", campus.charlie, barcode).startswith("Checked out")


def test_a_cancelled_hold_says_where_the_book_goes(desk: Counter, campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.alice, now=now).barcode
    desk.says("hold", campus.bob, barcode)
    desk.says("hold", campus.charlie, barcode)
    desk.says("check_in", "", barcode)
    told = desk.says("cancel", campus.bob, barcode)
    assert told == f"Hold cancelled. {barcode}: Put it on the hold shelf for {campus.charlie.card_number}."
    assert desk.says("cancel", campus.charlie, barcode) == f"Hold cancelled. {barcode}: Back to the shelf."
    assert desk.says("cancel", campus.charlie, barcode) == "This card has no hold on this book."


def test_a_loan_is_renewed_and_a_second_time_refused(desk: Counter, campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.bob, now=now).barcode
    assert desk.says("renew", campus.bob, barcode) == "Renewed, due 13 January 2027."
    assert desk.says("renew", campus.bob, barcode) == "This loan can’t be renewed again."
    assert "on loan to somebody else" in desk.says("renew", campus.alice, barcode)


def test_a_late_return_tells_the_fine(desk: Counter, campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.bob, now=now, due_at=now - timedelta(days=2, hours=3)).barcode
    assert "Fines on this card: 0.30." in desk.says("check_in", "", barcode)


def test_s4_a_form_that_comes_twice_acts_once(desk: Counter, campus: Campus, now: datetime) -> None:
    campus.rule.renewal_limit = 5
    campus.rule.save()
    made = charged(campus, campus.bob, now=now)
    for _time in range(2):
        answer = desk.send("renew", campus.bob, made.barcode, once="the same")
    assert "This was sent twice and done once." in answer.content.decode()
    assert EmbeddedLoan.objects.get(item=made).renewals == 1


def test_each_page_has_a_number_of_its_own(desk: Counter, campus: Campus) -> None:
    def number(page: Any) -> str:
        found = re.search(r'name="once" value="(\w{16})"', page.content.decode())
        assert found
        return found.group(1)

    first = number(desk.client.get(reverse("circulation-desk:index")))
    assert first != number(desk.send("check_out", campus.bob))


def test_the_cursor_waits_where_the_next_number_belongs(desk: Counter, campus: Campus) -> None:
    empty = desk.client.get(reverse("circulation-desk:index")).content.decode()
    assert re.search(r'id="card_number"[^>]* autofocus', empty)
    served = desk.send("check_out", campus.bob, item(campus).barcode).content.decode()
    assert re.search(r'id="barcodes" name="barcodes" value=""[^>]* autofocus', served)
    assert f'value="{campus.bob.card_number}"' in served
    back = desk.client.get(reverse("circulation-desk:index"), {"act": "check_in"}).content.decode()
    assert re.search(r'id="barcodes"[^>]* autofocus', back)


def test_the_next_readers_card_may_be_scanned_where_a_book_was_awaited(desk: Counter, campus: Campus) -> None:
    answer = desk.send("check_out", campus.bob, campus.charlie.card_number)
    assert answer.context["card"].card_number == campus.charlie.card_number
    assert answer.context["outcomes"] == []


def test_a_button_beside_a_loan_keeps_the_card_on_the_desk(desk: Counter, campus: Campus, now: datetime) -> None:
    barcode = charged(campus, campus.bob, now=now).barcode
    answer = desk.send("check_in", campus.bob, barcode, stay="check_out")
    assert (answer.context["act"], answer.context["card"].loans) == ("check_out", ())
    assert desk.send("check_in", campus.bob, barcode).context.get("card") is None


@pytest.mark.parametrize("typed", ["a|b", "a\x00b", "\x07", "9" * 61])
def test_t_i1_what_no_number_has_is_refused_before_anything_is_asked(desk: Counter, campus: Campus, typed: str) -> None:
    answer = desk.send("check_in", "", typed)
    assert "barcodes" in answer.context["form"].errors
    assert "card_number" in desk.send("check_out", typed, "1").context["form"].errors


def test_full_width_digits_are_digits(desk: Counter, campus: Campus) -> None:
    made = item(campus, title="全角")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in made.barcode)
    assert desk.says("check_out", campus.bob, wide).startswith("Checked out")


def test_what_is_missing_is_asked_for(desk: Counter, campus: Campus) -> None:
    assert "Scan the reader’s card first." in desk.send("check_out", "", "1").content.decode()
    assert "Scan the book’s barcode." in desk.send("check_in", "", "").content.decode()
    assert "At most 50 barcodes" in desk.send("check_in", "", *map(str, range(51))).content.decode()
    assert "does not know this card number" in desk.send("check_out", "999", "1").content.decode()


def test_only_a_library_without_another_system_has_a_desk(desk: Counter, campus: Campus) -> None:
    other = Library.objects.create(code="k", name_zh="K", name_en="K", adapter="koha")
    assert "library" in desk.send("check_in", "", "1", library=other.pk).context["form"].errors
    Library.objects.filter(pk=campus.library.pk).update(adapter="koha")
    assert desk.client.get(reverse("circulation-desk:index")).status_code == 404
    assert "Circulation desk" not in desk.client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_menu_leads_staff_who_may_to_the_desk(desk: Counter, campus: Campus, client: Client) -> None:
    assert "Circulation desk" in desk.client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(librarian("Cataloguers"))
    assert "Circulation desk" not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(reverse("circulation-desk:index")).status_code == 302
    client.force_login(campus.alice.reader)
    assert client.get(reverse("circulation-desk:index")).status_code == 302


def test_t_l1_a_card_of_another_area_is_not_there(campus: Campus, now: datetime) -> None:
    here = Area.objects.create(code="here", name_zh="此", name_en="Here")
    Reader.objects.filter(pk=campus.bob.reader_id).update(area=here)
    staff = librarian("Branch librarians")
    here.staff.add(staff)
    branch = Counter(campus, staff)
    taken = charged(campus, campus.alice, now=now).barcode
    factories.hold(item(campus), campus.card(campus.charlie), now=now)
    assert branch.says("check_out", campus.bob, item(campus).barcode).startswith("Checked out")
    assert "does not know this card" in branch.send("check_out", campus.alice).content.decode()
    told = branch.send("check_in", "", taken).content.decode()
    assert "Checked in." in told
    assert campus.alice.card_number not in told


def test_t_l2_a_served_card_is_on_the_record_without_titles(desk: Counter, lin: Reader, campus: Campus) -> None:
    made = item(campus)
    desk.says("check_out", campus.bob, made.barcode)
    [entry] = ModelLogEntry.objects.filter(action="library_bridge.serve_at_desk")
    assert (entry.user, entry.object_id) == (lin, str(campus.card(campus.bob).pk))
    assert entry.data == {"act": "check_out", "done": 1}


def test_t_l3_what_a_catalogue_says_runs_nowhere(desk: Counter, campus: Campus) -> None:
    made = item(campus, title="<script>alert(1)</script>")
    page = desk.send("check_out", campus.bob, made.barcode).content.decode()
    assert "<script>alert(1)" not in page


def asked(desk: Counter, campus: Campus) -> int:
    with CaptureQueriesContext(connection) as queries:
        desk.send("check_out", campus.bob)
    return len(queries)


def test_a_full_card_asks_the_database_no_more_than_an_empty_one(desk: Counter, campus: Campus, now: datetime) -> None:
    def one_more() -> None:
        charged(campus, campus.bob, now=now)
        wanted = charged(campus, campus.alice, now=now)
        EmbeddedHold.objects.create(record=wanted.record, patron=campus.card(campus.bob), placed_at=now)

    one_more()
    asked(desk, campus)
    few = asked(desk, campus)
    for _number in range(10):
        one_more()
    assert asked(desk, campus) == few
