"""Errors are problem+json, everywhere under /api/ (RFC 9457)."""

from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from library_bridge.models import Reader
from library_bridge.ports import Refused, Unavailable
from sharing.models import Request
from tests import factories
from tests.sharing.api.clients import Api


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    assert body["status"] == answer.status_code
    assert body["detail"]
    return body


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/me", "/api/v1/me/", "/api/v1/docs"])
def test_an_unknown_path_is_a_problem_too(path: str, db: None) -> None:
    assert problem(Client().get(path))["code"] == "not_found"


def test_a_wrong_method_tells_the_right_ones(alice: Reader) -> None:
    answer = Api(alice).call("PUT", "/requests")
    assert problem(answer)["code"] == "method_not_allowed"
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    "body", ["{", "nonsense", '{"title_id": NaN}', '"\\ud800', "[" * 100_000, b"\xff".decode("latin-1")]
)
def test_what_cannot_be_read_is_malformed(body: str, alice: Reader) -> None:
    assert problem(Api(alice).post("/requests", body))["status"] in (400, 422)
    assert not Request.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_characters_that_no_text_has_are_refused_by_field(text: str, alice: Reader) -> None:
    """T-R19"""
    said = problem(Api(alice).post("/copies", {"title": {"title": text}}))
    assert (said["status"], said["code"], list(said["errors"])) == (422, "invalid", ["title.title"])


def test_a_query_with_such_characters_is_refused_as_well(alice: Reader) -> None:
    assert problem(Api(alice).get("/titles?q=%00"))["status"] == 422


def test_too_many_values_are_refused(alice: Reader) -> None:
    """T-A10"""
    said = problem(Api(alice).post("/requests", {"areas": [str(n) for n in range(10_000)], "title_id": "1"}))
    assert said["status"] == 422


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
@pytest.mark.parametrize("key", ["", "k1"])
def test_a_body_that_is_too_big_is_not_read(key: str, alice: Reader) -> None:
    """T-A10"""
    said = problem(Api(alice).post("/requests", {"message": "x" * 1000}, key=key))
    assert (said["status"], said["code"]) == (413, "too_big")


def test_a_missing_field_is_named(alice: Reader) -> None:
    said = problem(Api(alice).post("/tokens", {}))
    assert said["status"] == 422
    assert said["errors"] == {"card_number": ["This is needed."], "pin": ["This is needed."]}


@pytest.mark.parametrize("body", ["", "null", "[]", "3", '{"a\\u0000b": 1}'])
def test_what_is_wrong_with_the_whole_stands_under_body(body: str, db: None) -> None:
    assert list(problem(Api().post("/tokens", body))["errors"]) == ["body"]


def test_head_is_answered_like_get(alice: Reader) -> None:
    answer = Api(alice).call("HEAD", "/me/requests")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "lend, drift, gift, display."), ("zh-hans", "lend、drift、")]
)
def test_the_choices_there_are_are_named(alice: Reader, language: str, sentence: str) -> None:
    alice.language = language
    alice.save()
    (said,) = problem(Api(alice).post("/copies", {"title": {"title": "x"}, "mode": "steal"}))["errors"]["mode"]
    assert sentence in said
    assert " or " not in said


def test_a_nested_field_is_named_by_its_path(alice: Reader) -> None:
    said = problem(Api(alice).post("/copies", {"title": {"title": "x", "creators": ["y", 3]}, "mode": "steal"}))
    assert set(said["errors"]) == {"title.creators.1", "mode"}


def test_a_page_that_is_none_is_named(alice: Reader) -> None:
    assert set(problem(Api(alice).get("/me/requests?page=0&page_size=101"))["errors"]) == {"page", "page_size"}


def test_the_detail_is_in_the_language_asked_for(db: None) -> None:
    answers = [Api(**{"Accept-Language": code}).get("/me") for code in ("zh-CN", "en", "fr")]
    assert [answer["Content-Language"] for answer in answers] == ["zh-hans", "en", "zh-hans"]


def test_a_rule_that_is_about_the_state_is_a_conflict(alice: Reader, bob: Reader, now: datetime) -> None:
    wish = {"holding_id": f"copy-{factories.copy(alice, now=now).pk}"}
    assert Api(bob).post("/requests", wish).status_code == 201
    said = problem(Api(bob).post("/requests", wish))
    assert (said["status"], said["code"]) == (409, "already_asked")


def test_the_library_s_no_is_a_sentence_and_a_code(alice: Reader) -> None:
    with mock.patch("sharing.library_loans.loans.renew_loan", side_effect=Refused("renewal_limit")):
        said = problem(Api(alice).post("/me/library-loans/1/renew"))
    assert (said["status"], said["code"]) == (422, "refused_by_library")


def test_a_library_that_is_away_tells_when_to_try_again(alice: Reader) -> None:
    with mock.patch("sharing.library_loans.loans.renew_loan", side_effect=Unavailable()):
        answer = Api(alice).post("/me/library-loans/1/renew")
    assert problem(answer)["code"] == "library_unavailable"
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")


def test_without_its_database_the_service_says_that_nothing_was_saved(alice: Reader) -> None:
    """T4"""
    with mock.patch("sharing.api.requests.requests.place_request", side_effect=OperationalError()):
        answer = Api(alice).post("/requests", {"title_id": "1"})
    assert problem(answer)["status"] == 503


def test_a_fault_of_ours_has_an_id_for_staff_and_no_trace_for_readers(alice: Reader) -> None:
    api = Api(alice)
    api.client.raise_request_exception = False
    with mock.patch("sharing.api.requests.requests.place_request", side_effect=ZeroDivisionError("secret")):
        said = problem(api.post("/requests", {"title_id": "1"}))
    assert (said["status"], said["code"]) == (500, "internal")
    assert said["instance"].startswith("urn:uuid:")
    assert "secret" not in str(said)
