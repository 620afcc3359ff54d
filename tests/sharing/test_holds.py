"""A search without a result leads on: a hold at the library, its own catalogue, a purchase suggestion."""

from collections.abc import Iterator
from datetime import datetime
from unittest import mock

import pytest
from django.core.cache import cache

from library_bridge import holds as bridge
from library_bridge.adapters.embedded import holds as embedded
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import EmbeddedItem, Library
from library_bridge.ports import NotSupported, Unavailable
from sharing import holds
from sharing.errors import LibraryUnavailable, NotFound, RefusedByLibrary
from sharing.holds import NotConfirmed
from tests.library_bridge import factories
from tests.library_bridge.factories import Campus
from tests.sharing.api.clients import Api
from tests.sharing.pages import browser, get

ISBN = "9787213052545"


@pytest.fixture
def campus(db: None) -> Iterator[Campus]:
    cache.clear()
    yield factories.campus()
    cache.clear()


@pytest.fixture
def out(campus: Campus, now: datetime) -> EmbeddedItem:
    """The library's only item of a book that no reader has listed, on loan to Alice."""
    item = factories.charged(campus, campus.alice, now=now)
    item.record.isbns.get_or_create(isbn13=ISBN)
    return item


def key(item: EmbeddedItem) -> str:
    return f"item-{item.library_id}-{item.barcode}"


def test_a_reader_places_a_hold_once(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    bob = campus.bob.reader
    assert holds.place_hold(holding_key=key(out), actor=bob, now=now) == campus.library
    with pytest.raises(RefusedByLibrary, match="has a hold"):
        holds.place_hold(holding_key=key(out), actor=bob, now=now)
    assert [hold.patron.card_number for hold in embedded.waiting()] == [campus.bob.card_number]


@pytest.mark.parametrize("wrong", ["", "item-", "item-1", "item-x-1", "loan-1-2", "item-999-1", "item-²-1"])
def test_a_wrong_key_is_nothing(campus: Campus, wrong: str, now: datetime) -> None:
    with pytest.raises(NotFound):
        holds.place_hold(holding_key=wrong, actor=campus.bob.reader, now=now)


def test_whoever_has_no_card_there_is_told_so(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    campus.bob.delete()
    with pytest.raises(RefusedByLibrary, match="no card"):
        holds.place_hold(holding_key=key(out), actor=campus.bob.reader, now=now)


@pytest.mark.parametrize(
    ("silence", "said"),
    [
        (Unavailable(nothing_sent=True), LibraryUnavailable),
        (Unavailable(), NotConfirmed),
        (NotSupported(), RefusedByLibrary),
    ],
)
def test_r5_a_lost_answer_is_no_failure(
    campus: Campus, out: EmbeddedItem, now: datetime, silence: Exception, said: type[Exception]
) -> None:
    with mock.patch.object(EmbeddedSystem, "place_hold", side_effect=silence), pytest.raises(said) as told:
        holds.place_hold(holding_key=key(out), actor=campus.bob.reader, now=now)
    assert type(told.value) is said


def test_a_search_by_number_offers_the_hold(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    bob = campus.bob.reader
    page = get(f"/search/?q={ISBN}", bob, now=now).html
    assert out.record.title in page
    assert f'form="place-hold" name="holding_key" value="{key(out)}"' in page
    client = browser(bob)
    answer = client.post("/library-holds/", {"holding_key": key(out), "q": ISBN})
    assert answer["Location"] == f"/search/?q={ISBN}"
    assert embedded.waiting().count() == 1
    assert "tells you itself" in client.get(answer["Location"]).content.decode()


def test_t_i9_a_visitor_s_number_asks_no_library(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    with mock.patch("sharing.library_items.of_isbn") as asked:
        assert "place-hold" not in get(f"/search/?q={ISBN}", now=now).html
    assert not asked.called


def test_what_stands_on_the_shelf_needs_no_hold(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    EmbeddedItem.objects.create(library=campus.library, barcode="twin", record=out.record, item_type=campus.book)
    page = get(f"/search/?q={ISBN}", campus.bob.reader, now=now).html
    assert "Library book, on the shelf" in page
    assert "place-hold" not in page


def test_a_library_that_is_silent_says_so(campus: Campus, out: EmbeddedItem, now: datetime) -> None:
    with mock.patch.object(EmbeddedSystem, "find_by_isbn", side_effect=Unavailable):
        assert "cannot be asked just now" in get(f"/search/?q={ISBN}", campus.bob.reader, now=now)


def test_words_lead_to_the_library_s_own_catalogue(campus: Campus, now: datetime) -> None:
    Library.objects.update(settings={"catalogue_url": "https://opac.example/s?q={words}&x=1"})
    page = get("/search/?q=无此书 a%26b", campus.bob.reader, now=now).html
    assert "https://opac.example/s?q=%E6%97%A0%E6%AD%A4%E4%B9%A6%20a%26b&amp;x=1" in page
    assert "#suggest" in page


@pytest.mark.parametrize("template", ["javascript:alert({words})", "https://opac.example/", "", "opac.example/{words}"])
def test_an_address_that_is_none_is_not_shown(template: str) -> None:
    assert bridge.catalogue_url(Library(settings={"catalogue_url": template}), "x") == ""


def test_a_number_that_nobody_has_is_suggested_as_a_number(campus: Campus, now: datetime) -> None:
    assert "978-7-213-05254-5" in get(f"/wishes/?title={ISBN}", campus.bob.reader, now=now).html


def test_other_programs_place_holds_and_suggest(campus: Campus, out: EmbeddedItem) -> None:
    api = Api(campus.bob.reader)
    placed = api.post("/library-holds", {"holding_id": key(out)})
    assert (placed.status_code, placed.json()) == (201, {"library": campus.library.code})
    assert api.post("/library-holds", {"holding_id": key(out)}).json()["code"] == "refused_by_library"
    made = api.post("/me/purchase-suggestions", {"title": "预测控制", "isbn": ISBN}).json()
    assert (made["isbn13"], made["status"], made["decided_at"]) == (ISBN, "open", None)
    assert made["answer_by"] > made["created_at"]
    assert [row["id"] for row in api.get("/me/purchase-suggestions").json()["items"]] == [made["id"]]
    assert Api(campus.alice.reader).get("/me/purchase-suggestions").json()["items"] == []
