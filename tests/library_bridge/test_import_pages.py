"""Importing in the admin: first a look, then the same file for good."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from library_bridge.models import Area, EmbeddedItem, EmbeddedPatron, Library
from tests.library_bridge.factories import Campus
from tests.library_bridge.test_circulation_desk import librarian
from tests.library_bridge.test_embedded_imports import BOOKS, CHINESE

PATRONS, ITEMS = "embedded-patrons:import", "items:import"


@pytest.fixture
def lin(client: Client, campus: Campus) -> Client:
    client.force_login(librarian())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def send(lin: Client, campus: Campus, page: str, content: str, **more: object) -> Any:
    file = SimpleUploadedFile("file.csv", content.encode())
    return lin.post(reverse(page), {"library": campus.library.pk, "file": file, **more})


@pytest.mark.parametrize(
    ("page", "content", "model"), [(PATRONS, CHINESE, EmbeddedPatron), (ITEMS, BOOKS, EmbeddedItem)]
)
def test_a_file_is_looked_at_and_then_imported(
    lin: Client, campus: Campus, page: str, content: str, model: Any
) -> None:
    before = model.objects.count()
    seen = send(lin, campus, page, content, preview="1")
    assert "nothing has been changed" in seen.content.decode()
    assert model.objects.count() == before
    done = send(lin, campus, page, content, **{"import": "1"}, seen=seen.context["seen"])
    assert model.objects.count() - before == done.context["report"].created == seen.context["report"].created > 1
    [entry] = ModelLogEntry.objects.filter(action="library_bridge.import")
    assert entry.data["created"] == done.context["report"].created


def test_only_the_file_that_was_looked_at_is_imported(lin: Client, campus: Campus) -> None:
    seen = send(lin, campus, PATRONS, CHINESE, preview="1").context["seen"]
    for sent in (seen, "", "made up"):
        answer = send(lin, campus, PATRONS, f"{CHINESE}9,X,,,\n", **{"import": "1"}, seen=sent)
        assert "Look at it first." in answer.content.decode()
    assert not EmbeddedPatron.objects.filter(card_number="20230001").exists()


def test_rows_to_mend_are_named_on_the_page_and_no_pin_is(lin: Client, campus: Campus) -> None:
    page = send(lin, campus, PATRONS, f"{CHINESE}1|2,X,,CANARY-PIN,\n", preview="1").content.decode()
    assert "No. 4" in page
    assert "has a blank" in page
    assert "CANARY-PIN" not in page
    assert "246810" not in page


@pytest.mark.parametrize(
    ("limit", "content", "words"),
    [
        ("rows", "card_number\n1\n2\n3\n", "more than 2 rows"),
        ("pins", "card_number,pin\n1,1234\n2,1234\n", "more than 1 PINs"),
        ("none", "name\nA\n", "names no column “card_number”"),
        ("bytes", "card_number\n1\n", "too large for this page"),
    ],
)
def test_t_l5_what_is_too_much_for_a_page_says_so(
    lin: Client,
    campus: Campus,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    content: str,
    words: str,
) -> None:
    settings.IMPORT_MAX_ROWS = 2 if limit == "rows" else 100
    settings.IMPORT_MAX_BYTES = 5 if limit == "bytes" else 10_000
    monkeypatch.setattr("library_bridge.staff.importing.MOST_PINS", 1)
    assert words in send(lin, campus, PATRONS, content, preview="1").content.decode()


def test_the_lists_lead_to_the_page(lin: Client, campus: Campus) -> None:
    for name, page in (("items", ITEMS), ("embedded-patrons", PATRONS)):
        assert reverse(page) in lin.get(reverse(f"{name}:index")).content.decode()
        assert lin.get(reverse(page)).status_code == 200


def test_t_l1_whoever_works_for_one_area_imports_nothing(client: Client, campus: Campus) -> None:
    staff = librarian()
    Area.objects.create(code="here", name_zh="此", name_en="Here").staff.add(staff)
    client.force_login(staff)
    assert client.get(reverse(PATRONS)).status_code == 302


def test_cataloguers_and_libraries_with_a_system_have_no_import(client: Client, campus: Campus) -> None:
    client.force_login(librarian("Cataloguers"))
    assert client.get(reverse(PATRONS)).status_code == 302
    client.force_login(librarian())
    Library.objects.update(adapter="koha")
    assert client.get(reverse(PATRONS)).status_code == 302
