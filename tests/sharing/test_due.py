"""The sweep: bounded, fair, and one bad row stops nothing."""

from collections.abc import Iterator
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from library_bridge.models import LibraryLoan
from sharing import due, events, prepared, queues, requests
from sharing.models import ApiToken, LoanTitle, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.fixture
def one_search_a_round(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The number stands in the text of a query that is kept."""
    prepared.forget()
    monkeypatch.setattr(queues, "SEARCHES", 1)
    yield
    prepared.forget()


@pytest.mark.usefixtures("one_search_a_round")
def test_requests_that_nobody_can_answer_keep_none_waiting(world: World) -> None:
    lonely = factories.title("孤本")
    for _number in range(3):
        requests.place_request(actor=factories.reader(), title_id=lonely.pk, now=world.now)
    wanted = factories.title("围城")
    request = requests.place_request(actor=world.bob, title_id=wanted.pk, now=world.now)
    factories.copy(world.charlie, wanted, now=world.now)
    list(due.act(now=world.now + timedelta(minutes=1)))
    assert request.asks.count() == 1


@pytest.mark.usefixtures("one_search_a_round")
def test_those_looked_at_longest_ago_come_first(world: World) -> None:
    titles = [factories.title(f"Book {number}") for number in range(3)]
    for title in titles:
        requests.place_request(actor=world.bob, title_id=title.pk, now=world.now)
        factories.copy(world.alice, title, now=world.now)
    with mock.patch("sharing.waves._permitted", return_value=[]):
        for minute in range(3):
            list(due.act(now=world.now + timedelta(minutes=minute)))
    assert Request.objects.filter(looked_at=None).count() == 0


def test_one_row_that_fails_does_not_stop_the_others(world: World) -> None:
    ask = steps.asked(world)
    with mock.patch("sharing.asks.lapse_ask", side_effect=RuntimeError):
        deeds = list(due.act(now=ask.request.deadline_at))
    assert {"did": "failed", "ask": ask.pk, "problem": "RuntimeError"} in deeds
    assert {"did": "request.unfilled", "request": ask.request_id} in deeds


def test_an_event_that_was_not_taken_is_not_called_delivered(world: World) -> None:
    steps.placed(world)
    with mock.patch.object(events.happened, "send_robust", return_value=[(None, RuntimeError())]):
        assert {deed["did"] for deed in due.act(now=world.now) if "event" in deed} == {"failed"}


@pytest.mark.parametrize(("on_record", "known_as"), [("活着", "活着"), ("", "B-77")])
def test_a_loan_without_a_title_goes_by_its_record_or_barcode(world: World, on_record: str, known_as: str) -> None:
    patron = factories.patron(world.alice)
    loan = LibraryLoan.objects.create(
        library=patron.library,
        patron=patron,
        barcode="B-77",
        due_at=world.now + timedelta(days=9),
        checked_at=world.now,
    )
    item = mock.Mock(title=on_record, record_id="r1")
    with mock.patch("library_bridge.adapters.embedded.adapter.EmbeddedSystem.item", return_value=item):
        assert {"did": "loan.catalogued", "loan": loan.pk} in list(due.act(now=world.now))
    assert LoanTitle.objects.get(library_loan=loan).title.title == known_as


def test_a_pretended_time_purges_nothing(world: World) -> None:
    now = timezone.now()
    ApiToken.objects.create(reader=world.bob, digest="x" * 64, created_at=now, expires_at=now + timedelta(days=30))
    list(due.act(now=now + timedelta(days=64)))
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize("part", ["widening.stuck_request_ids", "kept.forget_past", "suggestions.act", "following.due"])
def test_a_part_that_fails_as_a_whole_keeps_no_news_from_anybody(world: World, part: str) -> None:
    steps.asked(world)
    with mock.patch(f"sharing.due.{part}", autospec=True, side_effect=LookupError):
        deeds = list(due.act(now=world.now + timedelta(minutes=1)))
    assert [deed["problem"] for deed in deeds if deed["did"] == "failed"] == ["LookupError"]
    assert "event.delivered" in {deed["did"] for deed in deeds}
