"""Every operation of the document × {nobody, a stranger}: a new route is in it without anyone remembering (T-R1, T-R2)."""

from datetime import datetime

import pytest

from config.api import v1
from library_bridge.models import Reader
from sharing.models import DomainEvent
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed

PUBLIC = {"createToken", "getAvailability", "getHealth"}
FOR_EVERY_READER = {
    "lookupIsbn", "getTitle", "getLeaderboard", "redeemReward", "listTitleNotes", "writeTitleNote", "withdrawTitleNote",
    "getShelf", "listShelfBooks", "followShelf", "unfollowShelf", "claimKept", "useVoucher", "getChatPhoto", "getCopyPhoto",
    "getDepositPhoto",
}  # fmt: skip
OWNED = {
    "/me/library-loans/": "loan", "/photos/": "photo",
    "/holdings/": "holding", "/me/holdings/": "holding", "/copies/": "copy", "/imports/": "job", "/requests/": "request", "/asks/": "ask",
    "/lendings/": "lending", "/handovers/": "handover", "/conversations/": "conversation", "/groups/": "group",
    "/title-notes/": "hidden_note", "/me/blocks/": "block",
}  # fmt: skip
BODIES = {
    "updateCopy": {"note": "mine now"},
    "disputeLending": {"reason": "lost"},
    "proposeHandover": {"method": "in_person", "place": "Gate", "starts_at": "2099-01-01T10:00:00+08:00"},
    "confirmHandover": {"pin": "123456"},
    "confirmHandoverLate": {"pin": "123456", "slip": "x", "seconds": 1},
    "depositBook": {"compartment": "A1", "shelf_code": "ABC234"},
    "collectBook": {"shelf_code": "ABC234"},
    "sendBook": {"carrier": "EMS", "tracking_number": "E1234567"},
    "sendMessage": {"text": "Hello"},
    "setStandingConsent": {"per_week": 2},
    "restHolding": {"until": "2026-12-01"},
    "makeGroupLink": {"days": 7, "most": 3},
    "rateExchange": {"went": "smoothly"},
    "flagTitleNote": {"kind": "advert"},
    "confirmCollected": {"pin": "123456"},
    "keepHolding": {"until": "2026-12-01"},
    "flagConversation": {"kind": "insult"},
    "flagCopy": {"kind": "advert"},
}
OPERATIONS = [
    (details["operationId"], method.upper(), path)
    for path, methods in v1.get_openapi_schema(path_prefix="/")["paths"].items()
    for method, details in methods.items()
]
PRIVATE = [one for one in OPERATIONS if "{" in one[2] and one[0] not in FOR_EVERY_READER]


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


def noun_of(path: str) -> str:
    return next(noun for start, noun in OWNED.items() if path.startswith(start))


@pytest.mark.parametrize(("name", "method", "path"), [one for one in OPERATIONS if one[0] not in PUBLIC])
def test_nobody_is_told_to_sign_in_before_anything_else(name: str, method: str, path: str, db: None) -> None:
    answer = Api().call(method, path.replace("{id}", "1"), BODIES.get(name))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("name", "method", "path"), PRIVATE)
def test_a_stranger_gets_the_same_answer_as_for_nothing(
    name: str, method: str, path: str, world: World, charlie: Reader
) -> None:
    told = DomainEvent.objects.count()
    api = Api(charlie)
    foreign = api.call(method, path.replace("{id}", world.id_of(noun_of(path))), BODIES.get(name))
    absent = api.call(method, path.replace("{id}", "999999999"), BODIES.get(name))
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()
    assert DomainEvent.objects.count() == told


@pytest.mark.parametrize("id", ["x", "-1", "1.0", "٣", "9" * 40, "1%00", "1%0a"])
def test_what_is_no_id_is_not_found(id: str, charlie: Reader) -> None:
    assert Api(charlie).get(f"/lendings/{id}").status_code == 404


def test_a_session_cookie_opens_nothing(alice: Reader) -> None:
    """T-R9: whoever is signed in on the pages is nobody here."""
    api = Api()
    api.client.force_login(alice)
    assert api.get("/me").status_code == 401
    assert api.post("/requests", {"title_id": "1"}).status_code == 401
