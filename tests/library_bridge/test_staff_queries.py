"""A list asks the same number of questions for one row and for thirty."""

from datetime import datetime

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from library_bridge.loans import refresh_loans
from library_bridge.models import CirculationRule, ItemType, PatronCategory, Reader
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus

LISTS = [
    "items",
    "embedded-loans",
    "holds",
    "library-loans",
    "patrons",
    "embedded-patrons",
    "circulation-rules",
    "records",
    "patron-categories",
    "item-types",
]


def a_row_of_each(campus: Campus, number: int, now: datetime) -> None:
    patron = factories.patron(campus.library, campus.category, f"Reader {number}")
    factories.hold(factories.charged(campus, patron, now=now), campus.card(campus.bob), now=now)
    refresh_loans(patron=patron, now=now)
    category = PatronCategory.objects.create(library=campus.library, code=f"c{number}", name=f"C{number}")
    item_type = ItemType.objects.create(library=campus.library, code=f"t{number}", name=f"T{number}")
    CirculationRule.objects.create(category=category, item_type=item_type)


def asked(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(f"{name}:index")).status_code == 200
    return len(queries)


def test_lists_ask_as_much_for_thirty_rows_as_for_one(client: Client, campus: Campus, now: datetime) -> None:
    client.force_login(Reader.objects.create(username="lin", is_staff=True, is_superuser=True))
    a_row_of_each(campus, 0, now)
    asked(client, LISTS[0])
    few = {name: asked(client, name) for name in LISTS}
    for number in range(1, 19):
        a_row_of_each(campus, number, now)
    assert {name: asked(client, name) for name in LISTS} == few
