"""What the pages of the shelf say in Chinese, in states that test_every_page does not meet: no blank beside a mark."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import import_runs, imports
from personal_catalog.models import LocalRecord
from tests import blanks
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION
from tests.personal_catalog.test_several import HOW

pytestmark = pytest.mark.django_db
UNKNOWN, MISTYPED = "9787111407010", "9787300113908"
FILE = (
    f"书名,作者,ISBN\n拖延心理学,简·博克,{PROCRASTINATION}\n围城,钱锺书,{FORTRESS}\n某书,某人,{MISTYPED}\n,,{UNKNOWN}\n"
)


@pytest.fixture
def browser(alice: Reader, now: datetime) -> Client:
    """Alice's, in Chinese; she has one book, and of another her library's list knows."""
    factories.copy(alice, of=factories.title(now=now, isbns=[PROCRASTINATION]), now=now)
    LocalRecord.objects.create(isbn13=FORTRESS, facts={"title": "围城", "creators": ["钱锺书"], "year": 1980})
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(alice)
    return client


@pytest.mark.parametrize("number", [PROCRASTINATION, FORTRESS, UNKNOWN, MISTYPED, "1", ""])
def test_adding_a_book(browser: Client, number: str) -> None:
    page = browser.get(reverse("add-copy"), {"isbn": number}).content.decode()
    assert blanks.in_page(page) == []


def test_a_form_that_is_refused(browser: Client) -> None:
    answers = [
        browser.post(reverse("add-copy"), {"isbn": number, "mode": "x", "condition": "good"})
        for number in (PROCRASTINATION, FORTRESS, "")
    ]
    assert [(answer.status_code, blanks.in_page(answer.content.decode())) for answer in answers] == [(422, [])] * 3


@pytest.mark.parametrize("do", ["read", "list"])
def test_a_list_of_several(browser: Client, do: str) -> None:
    typed = f"{FORTRESS}\n{UNKNOWN}\n{MISTYPED}\n围城 / 钱锺书"
    sent = {**HOW, "do": do, "token": "once", "book": [PROCRASTINATION, "t1"], "lines": typed}
    assert blanks.in_page(browser.post("/add/several/", sent).content.decode()) == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_import(browser: Client, alice: Reader, now: datetime, *, confirmed: bool) -> None:
    job = imports.start_import(reader=alice, content=FILE.encode(), format="csv", mode="lend", now=now)
    if confirmed:
        imports.confirm_import(job_id=job.pk, reader=alice, now=now)
        import_runs.run_import(job_id=job.pk, now=now)
    for query in ("", "?show=problems"):
        page = browser.get(reverse("import-job", args=[job.pk]) + query).content.decode()
        assert blanks.in_page(page) == []


@pytest.mark.parametrize("sent", [{}, {"kind": "cover"}, {"kind": "other"}])
def test_a_flag(browser: Client, now: datetime, sent: dict[str, str]) -> None:
    address = reverse("title-flag", args=[factories.title("围城", now=now).pk])
    assert blanks.in_page(browser.post(address, sent, follow=True).content.decode()) == []
