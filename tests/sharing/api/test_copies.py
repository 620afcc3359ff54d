"""The reader's own copies through the API."""

from datetime import datetime
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from library_bridge.models import Reader
from personal_catalog import lookup, tags
from personal_catalog.facts import BookFacts
from personal_catalog.models import Copy, CopyPhoto, ShelfTag
from tests import factories
from tests.personal_catalog import sent_pictures
from tests.sharing.api.clients import ROOT, Api
from tests.sharing.api.worlds import agreed

FACTS = BookFacts(isbns=("9787506365437",), title="活着", creators=("余华",), year=2012, clc="I247.57")


@pytest.fixture(autouse=True)
def _sources_know_one_book() -> object:
    known = lookup.Found(FACTS, ("local",), {"title": "local"})
    with (
        mock.patch(
            "personal_catalog.lookup.find", lambda isbn13, now: known if isbn13 in FACTS.isbns else lookup.Found(None)
        ),
    ):
        yield


def test_any_form_of_an_isbn_is_looked_up(alice: Reader) -> None:
    for form in ("9787506365437", "978-7-5063-6543-7", "750636543X", "ISBN 978-7-5063-6543-7"):
        book = Api(alice).get(f"/isbn/{form}").json()
        assert (book["isbn13"], book["isbn10"], book["title"]) == ("9787506365437", "750636543X", "活着")
    assert (book["classification"], book["sources"], book["cover_url"]) == ("I247.57", ["local"], None)


def test_a_number_that_nobody_knows_is_not_found(alice: Reader) -> None:
    answer = Api(alice).get("/isbn/9780439023481")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("get", "/isbn/9787506365438"), ("post", "/copies")])
def test_a_number_that_is_no_isbn_comes_with_those_that_the_catalogue_knows(
    method: str, path: str, alice: Reader
) -> None:
    factories.title("活着", isbn13="9787506365437")
    answer = getattr(Api(alice), method)(path, *([{"isbn": "9787506365438"}] if method == "post" else []))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_an_isbn")
    assert list(answer.json()["errors"]) == ["isbn"]
    assert answer.json()["suggestions"] == ["9787506365437"]


def test_a_copy_is_listed_by_isbn(alice: Reader) -> None:
    answer = Api(alice).post(
        "/copies", {"isbn": "978-7-5063-6543-7", "mode": "gift", "condition": "new", "note": "signed"}
    )
    made = answer.json()
    assert (answer.status_code, made["title"]["title"], made["mode"]) == (201, "活着", "gift")
    assert (made["condition"], made["note"], made["visibility"]) == ("new", "signed", "everyone")
    assert made["holding_id"] == f"copy-{made['id']}"


def test_a_copy_is_listed_by_what_a_reader_types(alice: Reader) -> None:
    answer = Api(alice).post("/copies", {"title": {"title": "校园手册", "creators": ["学生会"], "year": 2020}})
    assert answer.status_code == 201
    assert Copy.objects.get().title.creators == ["学生会"]


@pytest.mark.parametrize(
    "wish", [{}, {"isbn": " "}, {"isbn": "9780439023481"}, {"isbn": "123"}, {"title": {"title": ""}}]
)
def test_a_book_that_nobody_can_name_is_not_listed(wish: dict[str, object], alice: Reader) -> None:
    assert Api(alice).post("/copies", wish).status_code == 422
    assert not Copy.objects.exists()


def test_extra_fields_are_never_written(alice: Reader, bob: Reader, now: datetime) -> None:
    """T-R4"""
    copy = factories.copy(alice, now=now)
    extra = {"owner": bob.pk, "holder_id": bob.pk, "id": "7", "code": "AAAAAAAA", "title_id": 9, "note": "fine"}
    assert Api(alice).patch(f"/copies/{copy.pk}", extra).status_code == 200
    after = Copy.objects.get()
    assert (after.owner_id, after.holder_id, after.code, after.note) == (alice.pk, alice.pk, copy.code, "fine")


def test_only_what_is_sent_is_changed(alice: Reader, now: datetime) -> None:
    copy = factories.copy(alice, now=now, note="keep me")
    made = Api(alice).patch(f"/copies/{copy.pk}", {"status": "paused", "mode": "drift"}).json()
    assert (made["status"], made["mode"], made["note"]) == ("paused", "drift", "keep me")


def test_a_withdrawn_copy_is_gone_and_withdrawing_again_changes_nothing(alice: Reader, now: datetime) -> None:
    api, copy = Api(alice), factories.copy(alice, now=now)
    answers = [api.delete(f"/copies/{copy.pk}") for _ in range(2)]
    assert [(one.status_code, one.get("Content-Type")) for one in answers] == [(204, None)] * 2
    assert api.get(f"/copies/{copy.pk}").status_code == 404
    assert api.get("/me/copies").json()["count"] == 0


def test_a_promised_copy_is_not_withdrawn(alice: Reader, bob: Reader, now: datetime) -> None:
    world = agreed(alice, bob, now=now)
    answer = Api(alice).delete(f"/copies/{world.copy.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "copy_away")


def test_the_shelf_comes_as_csv(alice: Reader, bob: Reader, now: datetime) -> None:
    factories.copy(alice, factories.title("=1+1"), now=now)
    factories.copy(bob, factories.title("Bob's"), now=now)
    answer = Api(alice).get("/me/copies/export?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=1+1" in text
    assert "Bob's" not in text


@pytest.mark.parametrize(
    ("format", "kind", "says"),
    [
        ("marc21", "application/marc", "=1+1"),
        ("marcxml", "application/marcxml+xml", "<subfield"),
        ("bibtex", "application/x-bibtex", "@book"),
        ("ris", "application/x-research-info-systems", "TY  - BOOK"),
        ("csl-json", "application/vnd.citationstyles.csl+json", '"type": "book"'),
    ],
)
def test_the_shelf_comes_in_each_form_of_the_contract(
    alice: Reader, bob: Reader, now: datetime, format: str, kind: str, says: str
) -> None:
    factories.copy(alice, factories.title("=1+1"), now=now)
    factories.copy(bob, factories.title("Bob's"), now=now)
    answer = Api(alice).get(f"/me/copies/export?format={format}")
    text = b"".join(answer.streaming_content).decode()
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)
    assert says in text
    assert "Bob's" not in text


def test_a_form_that_is_none_is_named(alice: Reader) -> None:
    answer = Api(alice).get("/me/copies/export?format=telepathy")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["format"])


def test_a_preview_lists_nothing_yet(alice: Reader) -> None:
    answer = upload(alice, b"9787506365437\nnonsense", format="isbn_list", commit="false")
    job = answer.json()
    assert (answer.status_code, job["status"], job["total"], job["failed"]) == (202, "previewed", 2, 1)
    assert [(row["number"], row["status"]) for row in job["rows"]] == [(1, "ready"), (2, "failed")]
    assert job["rows"][1]["problem"]


def test_nothing_is_done_before_the_import_begins(alice: Reader) -> None:
    job = upload(alice, b"9787506365437\nnonsense", format="isbn_list").json()
    assert (job["status"], job["total"], job["done"], job["failed"]) == ("queued", 2, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_an_import_becomes_copies_in_the_background(alice: Reader) -> None:
    job = upload(alice, b"9787506365437", mode="drift").json()
    done = Api(alice).get(f"/imports/{job['id']}").json()
    assert (done["status"], done["created"], done["failed"]) == ("done", 1, 0)
    assert done["rows"][0]["copy_id"] == str(Copy.objects.get(mode="drift", owner=alice).pk)


def test_a_file_that_is_no_list_of_books_says_so(alice: Reader) -> None:
    answer = upload(alice, b"x", format="goodreads")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (422, "unreadable", ["file"])


@pytest.mark.parametrize("sent", [{"format": "telepathy"}, {"mode": "steal"}, {"commit": "perhaps"}])
def test_a_word_that_is_no_choice_is_named(sent: dict[str, str], alice: Reader) -> None:
    answer = upload(alice, b"9787506365437", **sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, list(sent))


def test_an_import_needs_a_file(alice: Reader) -> None:
    api = Api(alice)
    answer = api.client.post(f"{ROOT}/imports", {"format": "csv"}, headers=api.headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])


def upload(reader: Reader, content: bytes, **how: str) -> object:
    api = Api(reader)
    return api.client.post(
        f"{ROOT}/imports", {"file": SimpleUploadedFile("mine.txt", content), **how}, headers=api.headers
    )


def send_photo(reader: Reader, copy: Copy, content: bytes) -> Any:
    api = Api(reader)
    file = {"file": SimpleUploadedFile("mine.jpg", content)}
    return api.client.post(f"{ROOT}/copies/{copy.pk}/photos", file, headers=api.headers)


def test_a_photo_is_made_anew_listed_with_its_copy_and_removed(alice: Reader, now: datetime) -> None:
    """T-U2"""
    api, copy = Api(alice), factories.copy(alice, now=now)
    made = send_photo(alice, copy, sent_pictures.jpeg())
    assert made.status_code == 201
    assert api.get(f"/copies/{copy.pk}").json()["photos"] == [made.json()]
    content = b"".join(api.client.get(urlsplit(made.json()["large_url"]).path).streaming_content)
    assert not [mark for mark in sent_pictures.MARKS if mark in content]
    assert api.delete(f"/photos/{made.json()['id']}").status_code == 204
    assert api.get(f"/copies/{copy.pk}").json()["photos"] == []


def test_t_u4_a_photo_of_a_copy_that_is_not_shown_is_fetched_by_its_owner_alone(
    alice: Reader, bob: Reader, now: datetime
) -> None:
    copy = factories.copy(alice, now=now, visibility="nobody")
    photo = f"/photos/{send_photo(alice, copy, sent_pictures.jpeg()).json()['id']}"
    sizes = [b"".join(Api(alice).get(f"{photo}?size={size}").streaming_content) for size in ("large", "small")]
    assert {content[8:12] for content in sizes} == {b"WEBP"}
    assert Api(bob).get(photo).status_code == Api(bob).get("/photos/999999999").status_code == 404


@pytest.mark.parametrize("content", [b"", b"<html>", sent_pictures.header_bomb(65_000)])
def test_what_is_no_picture_is_named(content: bytes, alice: Reader, now: datetime) -> None:
    answer = send_photo(alice, factories.copy(alice, now=now), content)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])


def test_a_seventh_photo_is_refused(alice: Reader, now: datetime) -> None:
    """T-U5"""
    copy = factories.copy(alice, now=now)
    for _number in range(6):
        CopyPhoto.objects.create(copy=copy, bytes=1, width=1, height=1, taken_at=now)
    answer = send_photo(alice, copy, sent_pictures.jpeg())
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")


def test_tags_come_with_the_copy_and_are_seen_by_their_reader_only(alice: Reader, bob: Reader) -> None:
    api = Api(alice)
    made = api.post("/copies", {"isbn": "9787506365437", "tags": ["小说", "余华"]}).json()
    assert sorted(made["tags"]) == ["余华", "小说"]
    assert api.patch(f"/copies/{made['id']}", {"tags": ["小说"], "note": "x"}).json()["tags"] == ["小说"]
    Copy.objects.update(owner=bob, holder=bob)
    assert Api(bob).get(f"/copies/{made['id']}").json()["tags"] == []


@pytest.fixture
def many_tags(alice: Reader) -> None:
    """As many as a reader may have."""
    names = [f"tag {number}" for number in range(tags.MOST_OF_READER)]
    ShelfTag.objects.bulk_create(ShelfTag(reader=alice, name=name, key=tags.key_of(name)) for name in names)


def test_with_too_many_tags_nothing_is_listed(alice: Reader, many_tags: None) -> None:
    answer = Api(alice).post("/copies", {"isbn": "9787506365437", "tags": ["one more"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    assert not Copy.objects.exists()


def test_with_too_many_tags_nothing_is_changed(alice: Reader, many_tags: None, now: datetime) -> None:
    copy = factories.copy(alice, now=now, note="keep me")
    answer = Api(alice).patch(f"/copies/{copy.pk}", {"tags": ["one more"], "note": "new", "mode": "gift"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    copy.refresh_from_db()
    assert (copy.note, copy.mode) == ("keep me", "lend")


def test_my_copies_ask_as_many_queries_for_one_as_for_many(alice: Reader, now: datetime) -> None:
    def asked() -> int:
        api = Api(alice)
        with CaptureQueriesContext(connection) as seen:
            assert api.get("/me/copies").status_code == 200
        return len(seen)

    factories.copy(alice, now=now)
    for_one = asked()
    for number in range(4):
        copy = factories.copy(alice, factories.title(f"t{number}"), now=now)
        tags.tag_copy.__wrapped__(copy_id=copy.pk, actor=alice, names=["x"])
        CopyPhoto.objects.create(copy=copy, bytes=1, width=1, height=1, taken_at=now)
    assert asked() == for_one
