"""What librarians do for the lists: the terms of the university, and the honours page."""

from datetime import date, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from incentives.models import AcademicTerm, EndedPeriod, HonoursPage
from sharing import roles
from sharing.models import HomePage
from tests.incentives.factories import a_reader

pytestmark = pytest.mark.django_db
TERM = {"name_zh": "秋季学期", "name_en": "Autumn", "first_date": "2026-09-07", "last_date": "2027-01-15"}


@pytest.fixture
def librarian(client: Client) -> Client:
    """Of the group, not all-powerful; her admin is in Chinese."""
    roles.ensure_roles()
    wen = a_reader("Wen", is_staff=True)
    wen.groups.add(Group.objects.get(name="Librarians"))
    client.force_login(wen)
    return client


def test_a_librarian_enters_the_dates_of_a_term_and_none_twice(librarian: Client) -> None:
    address = reverse("academic-terms:add")
    assert librarian.post(address, TERM).status_code == 302
    again = librarian.post(address, TERM | {"first_date": "2027-01-10", "last_date": "2027-07-01"})
    assert "这些日子已属于“秋季学期”" in again.content.decode()
    assert AcademicTerm.objects.get().first_date == date(2026, 9, 7)


def test_a_librarian_publishes_an_honours_page(librarian: Client, now: datetime) -> None:
    facts = {"period": "month", "first_date": date(2026, 10, 1), "last_date": date(2026, 10, 31), "closed_at": now}
    ended, home = EndedPeriod.objects.create(**facts), HomePage.objects.order_by("path")[0]
    address = reverse("wagtailadmin_pages:add", args=["incentives", "honourspage", home.pk])
    assert "2026 年 10 月" in librarian.get(address).content.decode()
    form = {
        "title": "十月",
        "slug": "october",
        "lead": "",
        "ended": ended.pk,
        "comments-TOTAL_FORMS": 0,
        "comments-INITIAL_FORMS": 0,
    }
    assert librarian.post(address, form | {"action-publish": "1"}).status_code == 302
    page = HonoursPage.objects.get()
    assert page.live
    assert librarian.get(page.get_url()).status_code == 200
