"""For a library's own catalogue: public, cached, never who."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from tests import factories
from tests.sharing.api.clients import Api

ISBN, OTHER = "9787300113906", "9787506365437"


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    alice.area = factories.area()
    alice.save()
    title = factories.title(isbn13=ISBN, created_at=now, updated_at=now)
    factories.library_loan(factories.patron(alice), title, now=now)
    return factories.copy(alice, title, now=now)


@override_settings(BASE_URL="https://books.example.edu")
def test_copies_and_loans_are_counted_without_a_name(copy: Copy) -> None:
    answer = Api().get(f"/availability?isbn=978-7-300-11390-6&isbn={OTHER}&isbn=nonsense")
    known, unknown, nonsense = answer.json()["items"]
    assert (known["isbn"], known["isbn13"], known["copies"], known["library_loans"]) == (
        "978-7-300-11390-6",
        ISBN,
        1,
        1,
    )
    assert (known["areas"], known["url"]) == (["plum"], f"https://books.example.edu/titles/{copy.title_id}/")
    assert known["readers"] == 1
    assert (unknown["copies"], unknown["url"], nonsense["isbn13"]) == (0, None, None)
    assert "Alice" not in answer.content.decode()


def test_any_site_may_read_it_and_keep_it_for_a_while(db: None) -> None:
    answer = Api().get(f"/availability?isbn={ISBN}")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=30"
    assert "Vary" not in answer


def test_two_readers_are_two_however_much_each_has(copy: Copy, now: datetime) -> None:
    for _copy in range(2):
        factories.copy(factories.reader("Bob"), copy.title, now=now)
    factories.copy(copy.owner, copy.title, now=now)
    item = Api().get(f"/availability?isbn={ISBN}").json()["items"][0]
    assert (item["readers"], item["copies"], item["library_loans"]) == (3, 4, 1)


def test_who_has_the_answer_already_is_told_so(copy: Copy) -> None:
    tag = Api().get(f"/availability?isbn={ISBN}")["ETag"]
    again = Api().call("GET", f"/availability?isbn={ISBN}", **{"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert again["Access-Control-Allow-Origin"] == "*"
    Copy.objects.update(status="paused")
    cache.clear()
    assert Api().call("GET", f"/availability?isbn={ISBN}", **{"If-None-Match": tag}).status_code == 200


@override_settings(AVAILABILITY_CALLS_PER_MINUTE=3, SHARED_NETWORKS=["10.1.0.0/16"], SHARED_NETWORK_FACTOR=2)
def test_one_address_has_so_many_calls_a_minute(db: None) -> None:
    """T-R17: what the caller says of its address counts for nothing."""
    for _call in range(3):
        assert Api().call("GET", "/availability?isbn=1", **{"X-Forwarded-For": "1.2.3.4"}).status_code == 200
    refused = Api().get("/availability?isbn=1")
    assert (refused.status_code, refused.json()["code"]) == (429, "limit_reached")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Access-Control-Allow-Origin"] == "*"
    shared = Client(REMOTE_ADDR="10.1.2.3")
    assert [shared.get("/api/v1/availability?isbn=1").status_code for _call in range(7)] == [200] * 6 + [429]


def test_a_title_that_was_taken_out_of_the_catalogue_is_not_passed_on(copy: Copy) -> None:
    """T-R22"""
    Title.objects.update(status="rejected")
    assert Api().get(f"/availability?isbn={ISBN}").json()["items"][0]["readers"] == 0


def test_a_script_of_any_site_can_read_what_was_wrong(db: None) -> None:
    answer = Api().get("/availability")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (422, "*")
    assert answer["Cache-Control"] == "no-store"


def test_a_browser_may_ask_before(db: None) -> None:
    answer = Api().call("OPTIONS", "/availability", Origin="https://opac.example")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, "*")
    assert "GET" in answer["Access-Control-Allow-Methods"]


def test_its_head_has_the_same_headers(db: None) -> None:
    answer = Api().call("HEAD", f"/availability?isbn={ISBN}")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"], answer.content) == (200, "*", b"")


def test_a_number_that_is_too_long_is_told_so(db: None) -> None:
    said = Api().get(f"/availability?isbn={'9' * 101}").json()["errors"]["isbn"]
    assert said == ["At most 100 characters, please."]


def test_nothing_else_is_open_to_other_sites(alice: Reader) -> None:
    assert "Access-Control-Allow-Origin" not in Api(alice).get("/me/requests")


@pytest.mark.parametrize("query", ["", "isbn=" + "&isbn=".join(["1"] * 51), "isbn=" + "9" * 101])
def test_a_question_without_end_or_without_number_is_refused(query: str, db: None) -> None:
    assert list(Api().get(f"/availability?{query}").json()["errors"]) == ["isbn"]


def test_what_is_paused_is_not_passed_on(copy: Copy) -> None:
    Copy.objects.update(status="paused")
    assert Api().get(f"/availability?isbn={ISBN}").json()["items"][0]["copies"] == 0


def test_fifty_numbers_ask_as_much_as_one_and_again_nothing(copy: Copy) -> None:
    many = "&".join(f"isbn={isbn}" for isbn in (ISBN, OTHER, *range(48)))
    asked(f"isbn={ISBN}")
    cache.clear()
    assert asked(f"isbn={ISBN}") == asked(many) > 0
    assert asked(many) == 0


def asked(query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        Api().get(f"/availability?{query}")
    return len(queries)
