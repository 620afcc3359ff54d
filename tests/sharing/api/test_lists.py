"""Lists: their envelope, and as many queries for thirty rows as for one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from library_bridge.models import Patron, Reader
from sharing import events
from sharing.models import Ask, Conversation, Handover, Lending, Message, Request
from tests import factories
from tests.sharing.api.clients import Api

Rows = Callable[[Reader, Reader, int], None]


def lendings(alice: Reader, bob: Reader, many: int) -> None:
    """Rows as they are after consent: request, ask, conversation, lending, handover, events and notifications."""
    now = timezone.now()
    for number in range(many):
        copy = factories.copy(alice, factories.title(f"Book {number}", created_at=now, updated_at=now), now=now)
        request = Request.objects.create(
            requester=bob,
            title=copy.title,
            copy=copy,
            status="matched",
            placed_at=now,
            deadline_at=now + timedelta(days=9),
        )
        ask = Ask.objects.create(
            request=request,
            holder=alice,
            copy=copy,
            wave=1,
            status="accepted",
            asked_at=now,
            respond_by=now,
            answered_at=now,
        )
        Conversation.objects.create(ask=ask)
        lending = Lending.objects.create(
            request=request, ask=ask, kind="personal_copy", mode="lend", giver=alice, taker=bob, copy=copy, agreed_at=now,
            deadline_at=now,
        )  # fmt: skip
        Handover.objects.create(
            lending=lending,
            direction="out",
            method="in_person",
            place="Gate",
            starts_at=now,
            proposed_by=bob,
            proposed_at=now,
        )
        for kind in ("ask.sent", "ask.accepted", "lending.agreed"):
            events.record(kind, now=now, actor=None, lending=lending)


def loans(alice: Reader, bob: Reader, many: int) -> None:
    now = timezone.now()
    patron = Patron.objects.filter(reader=alice).first() or factories.patron(alice)
    Patron.objects.update(loans_checked_at=now)
    for number in range(many):
        factories.library_loan(patron, factories.title(f"Loan {number}", created_at=now, updated_at=now), now=now)


def messages(alice: Reader, bob: Reader, many: int) -> None:
    if not Conversation.objects.exists():
        lendings(alice, bob, 1)
    conversation = Conversation.objects.get()
    start = conversation.last_seq
    for seq in range(start + 1, start + 1 + many):
        Message.objects.create(conversation=conversation, seq=seq, author=bob, text="Hello", sent_at=timezone.now())
    Conversation.objects.update(last_seq=start + many)


LISTS: list[tuple[str, str, Rows]] = [
    ("alice", "/me/copies", lendings),
    ("bob", "/me/requests", lendings),
    ("alice", "/me/asks", lendings),
    ("alice", "/me/lendings", lendings),
    ("bob", "/me/lendings", lendings),
    ("bob", "/me/notifications", lendings),
    ("alice", "/me/notifications", lendings),
    ("bob", "/titles", lendings),
    ("alice", "/me/library-loans", loans),
    ("alice", "/conversations/{conversation}/messages", messages),
]


@pytest.mark.parametrize(("who", "path", "rows"), LISTS)
def test_thirty_rows_ask_as_much_as_one(who: str, path: str, rows: Rows, alice: Reader, bob: Reader) -> None:
    api = Api({"alice": alice, "bob": bob}[who])
    rows(alice, bob, 1)
    path = path.replace("{conversation}", str(Conversation.objects.values_list("pk", flat=True).first()))
    api.get(path)
    one = asked(api, path, at_least=1)
    rows(alice, bob, 29)
    assert asked(api, path, at_least=30) == one <= 15


def asked(api: Api, path: str, *, at_least: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = api.get(f"{path}?page_size=100")
    assert answer.json()["count"] == len(answer.json()["items"]) >= at_least
    return len(queries)


def test_pages_know_their_neighbours(alice: Reader, bob: Reader, now: datetime) -> None:
    lendings(alice, bob, 5)
    api = Api(bob)
    first = api.get("/me/requests?page_size=2").json()
    assert (first["count"], len(first["items"]), first["previous"]) == (5, 2, None)
    second = api.client.get(first["next"], headers=api.headers).json()
    third = api.client.get(second["next"], headers=api.headers).json()
    assert (len(third["items"]), third["next"]) == (1, None)
    ids = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert len(set(ids)) == 5
    assert api.client.get(third["previous"], headers=api.headers).json() == second


def test_a_page_past_the_end_is_empty_and_knows_the_way_back(alice: Reader, bob: Reader) -> None:
    lendings(alice, bob, 1)
    answer = Api(bob).get("/me/requests?page=9").json()
    assert (answer["items"], answer["next"], answer["count"]) == ([], None, 1)
    assert answer["previous"].endswith("page=1")


def test_the_next_page_keeps_the_question(alice: Reader, bob: Reader) -> None:
    lendings(alice, bob, 3)
    assert "role=giver" in Api(alice).get("/me/lendings?role=giver&page_size=1").json()["next"]


def test_times_carry_their_offset(alice: Reader, bob: Reader) -> None:
    lendings(alice, bob, 1)
    placed_at = Api(bob).get("/me/requests").json()["items"][0]["placed_at"]
    assert datetime.fromisoformat(placed_at).utcoffset() == timedelta(hours=8)
