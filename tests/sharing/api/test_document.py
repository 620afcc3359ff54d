"""The OpenAPI document is the contract: all its names, and what each operation may answer."""

from typing import Any

import pytest

from config.api import v1
from tests.sharing.api.clients import Api

NAMES = {
    "createToken", "deleteToken", "getMe", "listMyLibraryLoans", "renewLibraryLoan", "lookupIsbn", "addCopy",
    "listMyCopies", "getCopy", "updateCopy", "withdrawCopy", "importCopies", "getImport", "searchTitles",
    "getTitle", "placeRequest", "listMyRequests", "getRequest", "cancelRequest", "listMyAsks", "getAsk",
    "acceptAsk", "declineAsk", "listMyLendings", "getLending", "cancelLending", "extendLending",
    "disputeLending", "proposeHandover", "agreeHandover", "issueHandoverCode", "confirmHandover",
    "depositBook", "collectBook", "takeBack", "sendBook", "confirmArrival",
    "startReturn", "listMessages", "sendMessage", "listNotifications", "markNotificationsRead", "getMyPoints",
    "listLedger", "getLeaderboard", "listRewards", "redeemReward", "useVoucher", "exportCopies", "getAvailability",
    "pauseRequest", "resumeRequest", "passTurn",
    "getHealth", "getMyHolding", "offerHolding", "withdrawOffer", "setStandingConsent", "endStandingConsent", "restHolding",
    "wakeHolding", "issuePassOnCode", "passOnNow", "addCopyPhoto", "removeCopyPhoto", "getAbsence", "setAbsence", "endAbsence",
    "listMyGroups", "makeGroup", "joinGroup", "listGroupMembers", "makeGroupLink", "revokeGroupLink", "leaveGroup",
    "listMeetingPlaces", "listMeetingTimes", "getFreeTimes", "setFreeTimes",
    "nameCollector", "getCollector", "revokeCollector", "confirmCollected", "keepHolding", "getKept", "endKeeping", "claimKept",
    "flagConversation", "flagCopy", "listMyFlags", "blockReader", "listMyBlocks", "liftBlock",
    "exportMyData", "getMyExport", "downloadMyExport", "eraseMe", "getMyErasure", "keepMe", "getRatings", "rateExchange",
    "listQuickReplies", "listFollowedShelves", "discoverShelves", "getShelf", "listShelfBooks", "followShelf", "unfollowShelf",
    "getMyShelf", "showMyShelf", "closeMyShelf", "listTitleNotes", "writeTitleNote", "withdrawTitleNote", "flagTitleNote",
    "getCopyPhoto", "sendChatPhoto", "getChatPhoto", "getDepositPhoto", "reportMissing", "getLateSlip", "confirmHandoverLate",
    "suggestPurchase", "listMyPurchaseSuggestions", "placeLibraryHold",
}  # fmt: skip


@pytest.fixture
def document() -> dict[str, Any]:
    made: dict[str, Any] = Api().get("/openapi.json").json()
    return made


@pytest.fixture
def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(method, one) for path in document["paths"].values() for method, one in path.items()]


def test_every_operation_has_its_name(operations: list[tuple[str, dict[str, Any]]]) -> None:
    names = [one["operationId"] for _method, one in operations]
    assert set(names) == NAMES
    assert len(names) == len(NAMES)


def test_every_operation_says_which_errors_it_answers(operations: list[tuple[str, dict[str, Any]]]) -> None:
    for _method, one in operations:
        problems = [answer for status, answer in one["responses"].items() if status >= "400"]
        assert problems
        assert all("application/problem+json" in answer["content"] for answer in problems)


def test_what_a_body_or_a_path_names_may_be_absent(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for one in operations.values():
            assert ("404" in one["responses"]) is ("{" in path or "requestBody" in one), one["operationId"]


def test_every_post_takes_a_key_and_says_so(operations: list[tuple[str, dict[str, Any]]]) -> None:
    for method, one in operations:
        names = [parameter["name"] for parameter in one["parameters"]]
        assert ("Idempotency-Key" in names) == (method == "post")


def test_all_but_sign_in_availability_and_health_need_a_token(operations: list[tuple[str, dict[str, Any]]]) -> None:
    open_ones = {one["operationId"] for _method, one in operations if "security" not in one}
    assert open_ones == {"createToken", "getAvailability", "getHealth"}


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    named = set(document["components"]["schemas"])
    assert "Problem" in named
    assert {ref.rsplit("/", 1)[1] for ref in references(document)} <= named


def test_no_model_takes_the_problem_s_name(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Problem"]["required"][-1] == "code"
    trouble = document["paths"]["/api/v1/lendings/{id}/dispute"]["post"]["requestBody"]["content"]["application/json"]
    assert trouble["schema"] == {"$ref": "#/components/schemas/Trouble"}


def test_the_search_s_parameters_are_the_filter_s(document: dict[str, Any]) -> None:
    names = {one["name"] for one in document["paths"]["/api/v1/titles"]["get"]["parameters"]}
    assert names >= {
        "q",
        "kind",
        "available",
        "language",
        "subject",
        "classification",
        "year_from",
        "area",
        "sort",
        "page",
    }


def test_what_a_parameter_may_be_is_in_the_document(document: dict[str, Any]) -> None:
    given = {one["name"]: one["schema"] for one in document["paths"]["/api/v1/titles"]["get"]["parameters"]}
    assert given["kind"] == {"type": "array", "items": {"type": "string", "enum": ["personal", "library"]}}
    assert "most_passed_on" in given["sort"]["enum"]
    assert {"type": "boolean"} in given["available"]["anyOf"]


def test_its_words_are_in_the_language_of_whoever_reads_it(db: None) -> None:
    def area(language: str) -> str:
        document = Api(**{"Accept-Language": language}).get("/openapi.json").json()
        parameters = document["paths"]["/api/v1/titles"]["get"]["parameters"]
        return next(str(one["description"]) for one in parameters if one["name"] == "area")

    assert [area("zh-CN"), area("en")] == ["片区", "Area"]


def test_answers_without_an_operation_of_their_own_are_told(document: dict[str, Any]) -> None:
    post = document["paths"]["/api/v1/requests"]["post"]["responses"]
    assert {"400", "401", "405", "409", "413", "422", "429", "503"} <= set(post)


def test_addresses_have_no_trailing_slash() -> None:
    assert not [path for path in v1.get_openapi_schema(path_prefix="/")["paths"] if path.endswith("/")]


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in references(value)]
    return [ref for value in part for ref in references(value)] if isinstance(part, list) else []
