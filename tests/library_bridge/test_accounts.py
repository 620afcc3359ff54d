"""Wagtail's pages of accounts name no reader: who one is, is looked up elsewhere, with a reason (P5, T-L2)."""

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader

NAME, MAIL = "Quiet Alice", "alice@example.org"


@pytest.fixture
def lin(client: Client, db: None) -> Reader:
    made = Reader.objects.create(username="lin", display_name="Ms Lin", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


@pytest.fixture
def alice(db: None) -> Reader:
    return Reader.objects.create(username="r-4711", display_name=NAME, first_name=NAME, email=MAIL)


def page(client: Client, name: str, *of: int, **query: str) -> str:
    answer = client.get(reverse(f"wagtailusers_users:{name}", args=of), query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_names_staff_and_of_readers_the_number(client: Client, lin: Reader, alice: Reader) -> None:
    html = page(client, "index")
    assert "Ms Lin" in html
    assert "r-4711" in html
    assert NAME not in html


@pytest.mark.parametrize("words", [NAME, MAIL, "alice"])
def test_a_reader_is_not_found_by_name_or_address(client: Client, lin: Reader, alice: Reader, words: str) -> None:
    assert "r-4711" not in page(client, "index_results", q=words)


def test_a_reader_is_found_by_the_number(client: Client, lin: Reader, alice: Reader) -> None:
    assert "r-4711" in page(client, "index_results", q="r-4711")


@pytest.mark.parametrize("name", ["edit", "history", "history_results", "usage"])
def test_an_account_s_own_pages_name_no_reader(client: Client, lin: Reader, alice: Reader, name: str) -> None:
    html = page(client, name, alice.pk)
    assert NAME not in html
    assert MAIL not in html


@pytest.mark.parametrize("action", ["assign_role", "delete", "set_active_state"])
def test_nothing_is_done_to_several_accounts_at_once(client: Client, lin: Reader, alice: Reader, action: str) -> None:
    assert client.get(f"/admin/bulk/library_bridge/reader/{action}/", {"id": "all"}).status_code == 404


def test_the_list_has_no_boxes_to_tick(client: Client, lin: Reader, alice: Reader) -> None:
    assert "data-bulk-action-checkbox" not in page(client, "index")


@pytest.mark.parametrize("address", ["copy/{}/", "delete/{}/"])
def test_an_account_is_neither_copied_nor_deleted(client: Client, lin: Reader, alice: Reader, address: str) -> None:
    answer = client.get("/admin/users/" + address.format(alice.pk), follow=True)
    assert answer.request["PATH_INFO"] == "/admin/" or answer.status_code == 404
    assert NAME not in answer.content.decode()


def test_the_order_of_the_list_tells_nothing_of_names(client: Client, lin: Reader, alice: Reader) -> None:
    Reader.objects.create(username="r-4712", first_name="A", last_name="A")
    for ordering in ("name", "-name"):
        html = page(client, "index_results", ordering=ordering)
        assert html.index("r-4711") < html.index("r-4712")


def test_a_reader_s_account_is_switched_off_and_its_name_stays(client: Client, lin: Reader, alice: Reader) -> None:
    address = reverse("wagtailusers_users:edit", args=[alice.pk])
    answer = client.post(address, {"username": "r-4711"}, follow=True, headers={"accept-language": "en"})
    assert NAME not in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.is_active, alice.display_name, alice.email) == (False, NAME, MAIL)


def test_of_staff_the_address_is_asked_for(client: Client, lin: Reader) -> None:
    assert 'name="email"' in page(client, "edit", lin.pk)
