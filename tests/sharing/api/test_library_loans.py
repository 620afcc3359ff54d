"""What the library has charged to the reader, with its age."""

from datetime import datetime, timedelta
from unittest import mock

import pytest

from library_bridge.models import EmbeddedLoan, LibraryLoan, Patron, Reader
from library_bridge.ports import Unavailable
from sharing import library_loans
from tests import factories as small
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus
from tests.sharing.api.clients import Api


@pytest.fixture
def campus(db: None) -> Campus:
    return factories.campus()


@pytest.fixture
def alice(campus: Campus) -> Reader:
    return campus.alice.reader


def test_the_list_is_the_library_s_word(campus: Campus, alice: Reader, now: datetime) -> None:
    due_at = now.replace(hour=23, minute=59) + timedelta(days=40)
    item = factories.charged(campus, campus.alice, now=now, due_at=due_at)
    answer = Api(alice).get("/me/library-loans").json()
    (loan,) = answer["items"]
    assert (loan["barcode"], loan["title"], loan["due_date"]) == (item.barcode, "拖延心理学", due_at.date().isoformat())
    assert loan["creators"] == item.record.creators
    assert (loan["renewable"], loan["transferable"], loan["reason"]) == (True, True, None)
    assert datetime.fromisoformat(answer["as_of"]) >= now
    assert loan["holding_id"] == f"loan-{loan['id']}"


def test_a_fresh_list_is_not_asked_for_again(campus: Campus, alice: Reader, now: datetime) -> None:
    api = Api(alice)
    api.get("/me/library-loans")
    with mock.patch.object(library_loans, "glance") as asked:
        api.get("/me/library-loans")
        assert not asked.called
        Patron.objects.update(loans_checked_at=now - timedelta(minutes=16))
        api.get("/me/library-loans")
        assert asked.called


def test_while_the_library_is_away_the_last_list_stands_with_its_age(
    campus: Campus, alice: Reader, now: datetime
) -> None:
    """I5, I6"""
    factories.charged(campus, campus.alice, now=now)
    Api(alice).get("/me/library-loans")
    old = now - timedelta(hours=2)
    Patron.objects.update(loans_checked_at=old)
    with mock.patch("sharing.library_loans.loans.glance", side_effect=Unavailable()):
        answer = Api(alice).get("/me/library-loans")
    assert (answer.status_code, answer.json()["count"]) == (200, 1)
    assert datetime.fromisoformat(answer.json()["as_of"]) == old.replace(microsecond=old.microsecond // 1000 * 1000)


def test_a_list_that_was_never_had_is_not_pretended_to_be_empty(alice: Reader) -> None:
    with mock.patch("sharing.library_loans.loans.glance", side_effect=Unavailable()):
        answer = Api(alice).get("/me/library-loans")
    assert (answer.status_code, answer.json()["code"]) == (503, "library_unavailable")


def test_a_reader_without_a_card_has_an_empty_list(db: None) -> None:
    answer = Api(small.reader("Lin")).get("/me/library-loans").json()
    assert (answer["count"], answer["as_of"]) == (0, None)


def test_why_a_loan_cannot_be_passed_on_is_told(campus: Campus, alice: Reader, now: datetime) -> None:
    item = factories.charged(campus, campus.alice, now=now)
    factories.hold(item, campus.card(campus.charlie), now=now)
    (loan,) = Api(alice).get("/me/library-loans").json()["items"]
    assert (loan["transferable"], loan["reason_code"]) == (False, "hold_by_other")
    assert "hold" in loan["reason"]


def test_renewing_moves_the_date(campus: Campus, alice: Reader, now: datetime) -> None:
    factories.charged(campus, campus.alice, now=now, due_at=now + timedelta(days=2))
    (loan,) = Api(alice).get("/me/library-loans").json()["items"]
    renewed = Api(alice).post(f"/me/library-loans/{loan['id']}/renew")
    assert renewed.status_code == 200
    assert renewed.json()["due_date"] > loan["due_date"]


def test_a_loan_that_is_no_longer_there_cannot_be_renewed(campus: Campus, alice: Reader, now: datetime) -> None:
    factories.charged(campus, campus.alice, now=now)
    Api(alice).get("/me/library-loans")
    EmbeddedLoan.objects.update(returned_at=now)
    answer = Api(alice).post(f"/me/library-loans/{LibraryLoan.objects.get().pk}/renew")
    assert answer.status_code in (404, 422)
