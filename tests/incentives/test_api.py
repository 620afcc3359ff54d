"""Points, leaderboards and rewards through the API, and what getMe tells."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incentives import choices, leaderboards, ledger, rewards, rules
from incentives.models import IncentiveSettings, LeaderboardEntry, ReaderChoice, Voucher
from library_bridge.models import Reader
from tests.incentives.factories import a_lending, a_reader, a_reward, an_event, given
from tests.sharing.api.clients import Api

pytestmark = pytest.mark.django_db
LISTS = ["/me/points/entries", "/rewards"]


@pytest.fixture
def alice(db: None) -> Reader:
    return a_reader("Alice", pseudonym="Heron", leaderboard_opt_in=True)


def test_me_tells_reader_standing_balances_and_what_waits(alice: Reader, now: datetime) -> None:
    given(alice, 40, now=now)
    me = Api(alice).get("/me").json()
    assert (me["reader"]["id"], me["reader"]["display_name"], me["reader"]["pseudonym"]) == (
        str(alice.pk),
        "Alice",
        "Heron",
    )
    assert me["balances"] == {"spendable": 40, "waiting": 0, "owed": 0, "total": 40}
    assert (me["standing"]["level"], me["standing"]["open_requests"]) == (2, 5)
    assert me["unread"] == {"notifications": 0, "todo": 0}


def test_me_asks_a_fixed_number_of_queries(alice: Reader, now: datetime) -> None:
    Api(alice).get("/me")
    with CaptureQueriesContext(connection) as queries:
        Api(alice).get("/me")
    assert len(queries) <= 15


def test_points_that_wait_are_not_spendable_yet(alice: Reader, now: datetime) -> None:
    rules.pay(an_event("lending.completed", a_lending(alice, a_reader("Bob"), now=now), at=now))
    points = Api(alice).get("/me/points").json()
    assert (points["spendable"], points["waiting"] > 0) == (0, True)


def test_a_reward_that_one_had_often_enough_has_no_time_to_try_again(alice: Reader, now: datetime) -> None:
    given(alice, 40, now=now)
    reward = a_reward(now=now, price=1, per_reader_limit=1)
    answers = [Api(alice).post(f"/rewards/{reward.pk}/redeem") for _ in range(2)]
    assert (answers[1].status_code, answers[1].json()["code"]) == (429, "limit_reached")
    assert "Retry-After" not in answers[1]


def test_the_ledger_says_why_and_for_which_book(alice: Reader, now: datetime) -> None:
    rules.pay(an_event("lending.completed", a_lending(alice, a_reader("Bob"), now=now), at=now))
    entries = Api(alice).get("/me/points/entries").json()["items"]
    assert "Book passed on" in {one["text"] for one in entries}
    assert all(one["amount"] and one["title"]["title"] and one["counts_from"] for one in entries)
    assert "Bob" not in str(entries)


@pytest.mark.parametrize("path", LISTS)
def test_thirty_rows_ask_as_much_as_one(path: str, alice: Reader, now: datetime) -> None:
    api = Api(alice)
    more(alice, 1, now=now)
    api.get(path)
    one = asked(api, path)
    more(alice, 29, now=now)
    assert asked(api, path) == one <= 12


def test_a_reward_is_redeemed_once_however_often_it_is_sent(alice: Reader, now: datetime) -> None:
    """M5, S4"""
    given(alice, 100, now=now)
    reward = a_reward(now=now, price=36)
    answers = [Api(alice).post(f"/rewards/{reward.pk}/redeem", {"price": 36}, key="k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (Voucher.objects.count(), ledger.balance(alice, now=now).spendable) == (1, 64)


def test_without_a_key_each_redemption_is_one(alice: Reader, now: datetime) -> None:
    given(alice, 100, now=now)
    reward = a_reward(now=now, price=36)
    assert [Api(alice).post(f"/rewards/{reward.pk}/redeem").status_code for _ in range(2)] == [201, 201]
    assert Voucher.objects.count() == 2


@pytest.mark.parametrize(
    ("points", "price", "facts", "status", "code"),
    [
        (10, 36, {}, 422, "not_enough_points"),
        (100, 35, {}, 409, "price_changed"),
        (100, 36, {"stock": 0}, 409, "sold_out"),
        (100, 36, {"ends_at": datetime.fromisoformat("2020-01-02T00:00:00+08:00")}, 409, "reward_ended"),
    ],
)
def test_a_redemption_that_cannot_be_takes_nothing(
    points: int, price: int, facts: dict[str, object], status: int, code: str, alice: Reader, now: datetime
) -> None:
    given(alice, points, now=now)
    begun = facts.get("ends_at") or now
    reward = a_reward(now=begun, price=36, **facts)  # type: ignore[arg-type]
    answer = Api(alice).post(f"/rewards/{reward.pk}/redeem", {"price": price})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ledger.balance(alice, now=now).spendable == points


def test_a_reward_that_has_not_begun_is_not_found(alice: Reader, now: datetime) -> None:
    given(alice, 100, now=now)
    reward = a_reward(now=timezone.now() + timedelta(days=2))
    answer = Api(alice).post(f"/rewards/{reward.pk}/redeem", {"price": 36})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_is_out_of_reach_shows_the_distance(alice: Reader, now: datetime) -> None:
    given(alice, 22, now=now)
    a_reward(now=now, price=36)
    (reward,) = Api(alice).get("/rewards").json()["items"]
    assert (reward["missing"], reward["can_redeem"]) == (14, False)


@pytest.mark.parametrize("whose", ["library", "reader"])
def test_switched_off_points_are_neither_read_nor_used(whose: str, alice: Reader, now: datetime) -> None:
    given(alice, 40, now=now)
    voucher = rewards.redeem_reward(reward_id=a_reward(now=now, price=9).pk, actor=alice, key="k", now=now)
    if whose == "library":
        IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    else:
        choices.switch_off(actor=alice)
    api, offered = Api(alice), f"/rewards/{voucher.reward_id}/redeem"
    answers = [api.get(path) for path in ("/me/points", "/me/points/entries", "/leaderboards/helpful", "/rewards")]
    answers += [api.post(offered), api.post(f"/vouchers/{voucher.code}/use", {"target": "1"})]
    said = (404, "not_found") if whose == "library" else (409, "points_off")
    assert {(one.status_code, one.json()["code"]) for one in answers} == {said}
    assert api.get("/me").json()["balances"] is None


def test_a_board_shows_pseudonyms_and_nothing_else_of_others(alice: Reader, now: datetime) -> None:
    """P7"""
    for place in range(1, 7):
        other = a_reader(f"Real name {place}", pseudonym=f"Bird {place}", leaderboard_opt_in=True)
        LeaderboardEntry.objects.create(
            board="lenders",
            period="month",
            place=place,
            position=place,
            reader=other,
            pseudonym=other.pseudonym,
            count=9 - place,
        )
    board = Api(alice).get("/leaderboards/lenders?period=month").json()
    assert [one["pseudonym"] for one in board["items"]] == [f"Bird {n}" for n in range(1, leaderboards.SHOWN + 1)]
    assert "Real name" not in str(board)
    assert set(board["items"][0]) == {"place", "pseudonym", "title", "count", "is_me"}
    assert {one["title"] for one in board["items"]} == {None}


def test_a_board_is_asked_for_a_term_and_for_those_the_caller_belongs_to(alice: Reader) -> None:
    Reader.objects.filter(pk=alice.pk).update(department="Letters")
    other = a_reader("Bob", pseudonym="Owl", leaderboard_opt_in=True)
    facts = {"board": "lenders", "period": "term", "place": 1, "position": 1, "count": 3, "pseudonym": "Owl"}
    LeaderboardEntry.objects.create(scope="department-letters", reader=other, **facts)
    ReaderChoice.objects.create(reader=other, on_narrow_lists=True)
    board = Api(alice).get("/leaderboards/lenders?period=term&scope=department").json()
    assert [one["pseudonym"] for one in board["items"]] == ["Owl"]
    assert (board["period"], board["scope"]) == ("term", "department")
    assert [one["code"] for one in board["scopes"]] == ["all", "department"]


def test_the_contract_names_boards_periods_and_scopes() -> None:
    told = Api().get("/openapi.json").json()["paths"]["/api/v1/leaderboards/{board}"]["get"]
    by_name = {parameter["name"]: parameter["schema"] for parameter in told["parameters"]}
    assert by_name["period"]["enum"] == leaderboards.Periods.values
    assert by_name["scope"]["default"] == "all"
    assert all(f"`{word}`" in told["description"] for word in ("books", "term", "all", "area", "department", "group-…"))


@pytest.mark.parametrize("scope", ["area", "group-1", "department-physics", "x"])
def test_p7_a_board_of_others_is_not_found(scope: str, alice: Reader) -> None:
    assert Api(alice).get(f"/leaderboards/lenders?scope={scope}").status_code == 404


def test_a_board_that_is_none_is_not_found_and_a_period_that_is_none_is_named(alice: Reader) -> None:
    assert Api(alice).get("/leaderboards/readers").status_code == 404
    assert list(Api(alice).get("/leaderboards/lenders?period=era").json()["errors"]) == ["period"]


@pytest.mark.parametrize("path", ["/me/points", *LISTS, "/leaderboards/lenders"])
def test_while_points_are_switched_off_they_are_not_there(path: str, alice: Reader) -> None:
    IncentiveSettings.objects.update_or_create(pk=1, defaults={"enabled": False})
    assert Api(alice).get(path).status_code == 404
    assert Api(alice).get("/me").json()["balances"] is None


def more(alice: Reader, many: int, *, now: datetime) -> None:
    for number in range(many):
        at = now - timedelta(days=8 + number)
        rules.pay(an_event("lending.completed", a_lending(alice, a_reader("Bob"), now=at), at=at))
        a_reward(now=now, price=number + 1)


def asked(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(f"{path}?page_size=100").json()["items"]
    return len(queries)
