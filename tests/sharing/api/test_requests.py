"""Searching, asking, answering through the API."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from library_bridge.models import Reader
from personal_catalog import titles
from personal_catalog.models import Copy
from sharing.models import Ask, Lending, Request
from tests import factories
from tests.sharing.api.clients import Api


@pytest.fixture
def copy(alice: Reader, now: datetime) -> Copy:
    facts = {
        "title": "拖延心理学",
        "creators": ["简·博克"],
        "isbns": ["9787300113906"],
        "language": "chi",
        "year": 2009,
    }
    title = titles.find_or_create(facts=titles.typed(facts), source="local", now=now)
    return factories.copy(alice, title, now=now)


def test_a_title_is_found_with_what_can_be_had(copy: Copy, bob: Reader) -> None:
    found = Api(bob).get("/titles?q=拖延&available=true").json()
    (item,) = found["items"]
    assert found["count"] == 1
    assert (item["id"], item["isbns"], item["creators"]) == (str(copy.title_id), ["9787300113906"], ["简·博克"])
    assert item["holdings"] == {"personal": 1, "library": 0, "available": 1}
    assert {"kind", "language", "area"} <= set(found["facets"])


def test_a_search_says_how_its_titles_were_found(bob, copy):
    found = [Api(bob).get(f"/titles?q={asked}").json() for asked in ("拖延心理学", "拖延心里学")]
    assert [(one["found_by"], one["instead"], one["count"]) for one in found] == [
        ("words", None, 1),
        ("sound", None, 1),
    ]


def test_a_filter_that_is_none_is_named(bob: Reader) -> None:
    answer = Api(bob).get("/titles?kind=magic&year_from=soon")
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"kind", "year_from"})


@pytest.mark.parametrize(("word", "status"), [("maybe", 422), ("true", 200), ("false", 200), ("", 200)])
def test_available_is_true_or_false(bob: Reader, word: str, status: int) -> None:
    answer = Api(bob).get(f"/titles?available={word}")
    assert (answer.status_code, list(answer.json().get("errors", []))) == (status, ["available"][: status == 422])


def test_a_title_tells_its_record_and_what_can_be_asked_for(copy: Copy, bob: Reader) -> None:
    record = Api(bob).get(f"/titles/{copy.title_id}").json()
    (held,) = record["holdings"]
    assert held["condition"] == "good"
    assert (record["title"], record["year"], record["isbns"]) == ("拖延心理学", 2009, ["9787300113906"])
    assert (held["id"], held["kind"], held["mode"], held["status"]) == (
        f"copy-{copy.pk}",
        "personal_copy",
        "lend",
        "available",
    )


def test_the_id_of_a_merged_title_gives_the_one_that_stayed(copy: Copy, bob: Reader, now: datetime) -> None:
    gone = factories.title("Same", created_at=now, updated_at=now, status="merged", merged_into=copy.title)
    assert Api(bob).get(f"/titles/{gone.pk}").json()["id"] == str(copy.title_id)


def test_a_holding_is_asked_for(copy: Copy, bob: Reader) -> None:
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    factories.area("plum")
    wish = {"holding_id": f"copy-{copy.pk}", "message": "May I?", "needed_by": day, "areas": ["plum"]}
    answer = Api(bob).post("/requests", wish)
    made = answer.json()
    assert (answer.status_code, made["status"], made["asked"]) == (201, "open", 1)
    assert (made["holding_id"], made["needed_by"], made["areas"]) == (f"copy-{copy.pk}", day, ["plum"])
    assert (made["queue_place"], made["expected_wait_hours"]) == (1, {"p50": None, "p80": None})


def test_who_asks_later_stands_further_back(copy: Copy, bob: Reader, charlie: Reader) -> None:
    for reader, place in ((bob, 1), (charlie, 2)):
        assert Api(reader).post("/requests", {"title_id": str(copy.title_id)}).json()["queue_place"] == place


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "title_id"),
        ({"title_id": "1", "holding_id": "copy-1"}, "title_id"),
        ({"title_id": "1", "needed_by": "2001-01-01"}, "needed_by"),
        ({"title_id": "1", "needed_by": "soon"}, "needed_by"),
        ({"title_id": "1", "message": "x" * 501}, "message"),
        ({"title_id": "1", "areas": ["x"] * 21}, "areas"),
        ({"title_id": "1", "areas": ["nowhere"]}, "areas"),
    ],
)
def test_a_wish_that_makes_no_sense_is_named(wish: dict[str, object], field: str, bob: Reader) -> None:
    answer = Api(bob).post("/requests", wish)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.parametrize("wish", [{"title_id": "999"}, {"holding_id": "copy-999"}, {"holding_id": "nonsense"}])
def test_what_is_not_there_cannot_be_asked_for(wish: dict[str, str], bob: Reader) -> None:
    assert Api(bob).post("/requests", wish).status_code == 404


def test_a_request_is_cancelled_and_cancelling_again_changes_nothing(copy: Copy, bob: Reader) -> None:
    api = Api(bob)
    id = api.post("/requests", {"title_id": str(copy.title_id)}).json()["id"]
    assert [api.post(f"/requests/{id}/cancel").json()["status"] for _ in range(2)] == ["cancelled"] * 2
    assert api.get(f"/requests/{id}").json()["queue_place"] is None


def test_the_holder_finds_the_ask_and_agrees(copy: Copy, alice: Reader, bob: Reader) -> None:
    placed = Api(bob).post("/requests", {"holding_id": f"copy-{copy.pk}", "message": "May I?"}).json()
    (ask,) = Api(alice).get("/me/asks?status=asked").json()["items"]
    assert (ask["request_id"], ask["status"], ask["title"]["id"]) == (placed["id"], "asked", str(copy.title_id))
    assert (ask["holding_id"], ask["message"]) == (f"copy-{copy.pk}", "May I?")
    agreed = Api(alice).post(f"/asks/{ask['id']}/accept")
    assert (agreed.status_code, agreed.json()["lending_id"]) == (200, str(Lending.objects.get().pk))
    assert Api(bob).get(f"/requests/{placed['id']}").json()["lending_id"] == agreed.json()["lending_id"]


def test_the_holder_may_say_no_with_or_without_a_reason(copy: Copy, alice: Reader, bob: Reader) -> None:
    Request.objects.all().delete()
    Api(bob).post("/requests", {"title_id": str(copy.title_id)})
    ask = Ask.objects.get()
    assert Api(alice).post(f"/asks/{ask.pk}/decline").json()["status"] == "declined"
    assert Api(alice).post(f"/asks/{ask.pk}/decline", {"reason": "away"}).json()["status"] == "declined"


def test_why_the_holder_says_no_is_kept_for_staff(copy: Copy, alice: Reader, bob: Reader) -> None:
    placed = Api(bob).post("/requests", {"title_id": str(copy.title_id)}).json()
    ask = Ask.objects.get()
    assert Api(alice).post(f"/asks/{ask.pk}/decline", {"reason": "考" * 501}).status_code == 422
    assert Api(alice).post(f"/asks/{ask.pk}/decline", {"reason": " my exam is near "}).status_code == 200
    ask.refresh_from_db()
    assert (ask.decline_reason, ask.events.get(kind="ask.declined").why) == ("other", "my exam is near")
    assert "exam" not in Api(bob).get(f"/requests/{placed['id']}").content.decode()


def test_a_reason_by_its_code_is_kept_as_one(copy: Copy, alice: Reader, bob: Reader) -> None:
    Api(bob).post("/requests", {"title_id": str(copy.title_id)})
    ask = Ask.objects.get()
    Api(alice).post(f"/asks/{ask.pk}/decline", {"reason": "away"})
    ask.refresh_from_db()
    assert (ask.decline_reason, ask.events.get(kind="ask.declined").why) == ("away", "away")


@pytest.mark.parametrize(("mode", "code"), [("lend", "own_holding"), ("display", "display_only")])
def test_a_holding_that_cannot_be_asked_for_is_named(
    copy: Copy, alice: Reader, bob: Reader, mode: str, code: str
) -> None:
    Copy.objects.update(mode=mode)
    reader = alice if code == "own_holding" else bob
    said = Api(reader).post("/requests", {"holding_id": f"copy-{copy.pk}"}).json()
    assert (said["status"], said["code"], list(said["errors"])) == (422, code, ["holding_id"])


def test_too_many_open_requests_tell_when_one_ends_at_the_latest(bob: Reader, now: datetime) -> None:
    for number in range(6):
        book = factories.title(f"Book {number}", created_at=now, updated_at=now)
        answer = Api(bob).post("/requests", {"title_id": str(book.pk)})
    assert (answer.status_code, answer.json()["code"]) == (429, "limit_reached")
    soonest = Request.objects.order_by("deadline_at").first()
    assert abs(int(answer["Retry-After"]) - (soonest.deadline_at - now).total_seconds()) < 60


def test_what_waits_for_an_answer_comes_first(alice: Reader, bob: Reader, now: datetime) -> None:
    for number in range(3):
        copy = factories.copy(alice, factories.title(f"Book {number}", created_at=now, updated_at=now), now=now)
        Api(bob).post("/requests", {"holding_id": f"copy-{copy.pk}"})
    _first, _second, last = Ask.objects.order_by("pk")
    Api(alice).post(f"/asks/{last.pk}/decline")
    assert Api(alice).get("/me/asks").json()["items"][-1]["id"] == str(last.pk)
