"""What a title's page says of the libraries: on the shelf, out, late, down, and whose each volume is."""

import threading
from datetime import timedelta
from unittest import mock

import pytest

from library_bridge import registry
from library_bridge.models import EmbeddedIsbn, EmbeddedItem, EmbeddedRecord, ItemType, Library, LibraryLoan
from library_bridge.ports import ItemRecord, ItemStatus, Unavailable
from personal_catalog.models import Title
from sharing import library_items
from sharing.models import HarvestedRecord
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import get
from tests.sharing.test_title_page import path


@pytest.fixture
def library_has():
    """What the library system answers when asked for the title's ISBNs."""

    def answers(*items: ItemRecord, down: bool = False):
        find = mock.Mock(return_value=items, side_effect=Unavailable("down") if down else None)
        system = mock.Mock(capabilities={"find_by_isbn"}, find_by_isbn=find)
        return mock.patch("library_bridge.registry.system_for", return_value=system)

    factories.library()
    return answers


def test_what_stands_on_the_librarys_shelf_is_said_first(world: World, library_has):
    item = ItemRecord("X1", ItemStatus.AVAILABLE, call_number="B848.4/1", branch="Main library, level 3")
    with library_has(item):
        page = get(path(world), world.bob, now=world.now)
    assert "The quickest way is to take it from there: Main library, level 3." in page
    assert "Library book, on the shelf Main library, level 3 Just take it" in page
    assert "Library status checked just now" in page


def test_the_library_is_asked_once_in_five_minutes(world: World, library_has):
    with library_has() as system:
        for _again in range(3):
            get(path(world), world.bob, now=world.now)
    assert system.return_value.find_by_isbn.call_count == 1


def test_with_the_library_system_down_the_page_says_so_and_works(world: World, library_has):
    """I5"""
    with library_has(down=True):
        page = get(path(world), world.bob, now=world.now)
    assert page.status == 200
    assert "The library system cannot be asked just now." in page
    assert "Ask for this book" in page


def test_a_loan_near_its_due_date_says_why_it_cannot_be_passed_on(world: World):
    factories.library_loan(factories.patron(world.charlie), world.title, now=world.now, days=1, renewable=False)
    page = get(path(world), world.bob, now=world.now)
    assert "Plum Court · due 25 NOV 2026 · too close to its due date Not now" in page


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.5, "as of today 09:30, more than a quarter of an hour ago"),
        (1, "as of today 09:00, 1 hour ago"),
        (9, "as of today 01:00, 9 hours ago"),
        (50, "as of 22 November 08:00, 2 days ago"),
    ],
)
def test_the_age_of_the_librarys_word_is_said(world: World, hours: float, said: str):
    """I6"""
    loan = factories.library_loan(factories.patron(world.charlie), world.title, now=world.now)
    LibraryLoan.objects.filter(pk=loan.pk).update(checked_at=world.now - timedelta(hours=hours))
    assert f"Library status {said}" in get(path(world), world.bob, now=world.now)


def item_at(library: Library, title: Title, *, barcode: str, isbn13: str = "", branch: str = "") -> None:
    """In the embedded library system of that library."""
    record = EmbeddedRecord.objects.create(library=library, record_id=f"r{barcode}", title=title.title)
    if isbn13:
        EmbeddedIsbn.objects.create(record=record, isbn13=isbn13)
    books, _made = ItemType.objects.get_or_create(library=library, code="book")
    EmbeddedItem.objects.create(library=library, barcode=barcode, record=record, item_type=books, branch=branch)


def two_libraries() -> tuple[Library, Library]:
    made = (("north", "北馆", "North Library"), ("south", "南馆", "South Library"))
    north, south = (Library.objects.create(code=code, name_zh=zh, name_en=en) for code, zh, en in made)
    return north, south


def test_a_title_shows_the_holdings_of_all_libraries_and_says_whose_each_is(world: World):
    """The same barcode at two libraries is two volumes; one of them is the volume that Charlie has."""
    north, south = two_libraries()
    for library in (north, south):
        item_at(library, world.title, barcode="11", isbn13="9787300113906", branch="Level 3")
    factories.library_loan(factories.patron(world.charlie, at=north), world.title, now=world.now, barcode="11")
    page = get(path(world), world.bob, now=world.now)
    assert "Library book, on the shelf South Library · Level 3 Just take it" in page
    assert "The quickest way is to take it from there: South Library, Level 3." in page
    assert "Library book, out with a reader North Library" in page
    assert page.html.count('class="hold"') == 3


def test_one_library_that_is_down_takes_nothing_from_the_other(world: World, monkeypatch: pytest.MonkeyPatch):
    """I5, K14: and what the other has said is kept for itself."""
    north, south = two_libraries()
    item_at(south, world.title, barcode="11", isbn13="9787300113906")
    Library.objects.filter(pk=north.pk).update(adapter="silent")
    silent = mock.Mock(capabilities={"find_by_isbn"}, find_by_isbn=mock.Mock(side_effect=Unavailable("down")))
    monkeypatch.setitem(registry.ADAPTERS, "silent", lambda library, now: silent)
    for _again in range(2):
        page = get(path(world), world.bob, now=world.now)
        assert "Library book, on the shelf South Library" in page
        assert "The library system cannot be asked just now." in page
    assert silent.find_by_isbn.call_count == 1


def test_a_library_that_is_late_is_heard_by_the_next_page(world: World, monkeypatch: pytest.MonkeyPatch):
    """T-I6"""
    library = factories.library()
    Library.objects.filter(pk=library.pk).update(adapter="slow")
    may_answer, has_answered = threading.Event(), threading.Event()

    def find_by_isbn(isbns: list[str]) -> tuple[ItemRecord, ...]:
        may_answer.wait(5)
        return (ItemRecord("X1", ItemStatus.AVAILABLE, branch="Level 3"),)

    slow = mock.Mock(capabilities={"find_by_isbn"}, find_by_isbn=find_by_isbn)
    monkeypatch.setitem(registry.ADAPTERS, "slow", lambda library, now: slow)
    monkeypatch.setattr(library_items, "PATIENCE", 0.05)
    keep = library_items._keep
    monkeypatch.setattr(library_items, "_keep", lambda *given: (keep(*given), has_answered.set())[0])
    assert "The library system cannot be asked just now." in get(path(world), world.bob, now=world.now)
    may_answer.set()
    assert has_answered.wait(5)
    assert "Library book, on the shelf Level 3" in get(path(world), world.bob, now=world.now)


def test_a_title_without_an_isbn_is_asked_for_by_the_librarys_record_number(world: World):
    library, title = factories.library(), factories.title("县志")
    item_at(library, title, barcode="12", branch="Local history")
    HarvestedRecord.objects.create(library=library, record_id="r12", title=title, items=1, harvested_at=world.now)
    assert "Library book, on the shelf Local history" in get(f"/titles/{title.pk}/", world.bob, now=world.now)
