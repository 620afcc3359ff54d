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


@pytest.mark.parametrize("name", ["edit", "history"])
def test_an_account_s_own_pages_name_no_reader(client: Client, lin: Reader, alice: Reader, name: str) -> None:
    html = page(client, name, alice.pk)
    assert NAME not in html
    assert MAIL not in html


def test_a_reader_s_account_is_switched_off_and_its_name_stays(client: Client, lin: Reader, alice: Reader) -> None:
    address = reverse("wagtailusers_users:edit", args=[alice.pk])
    answer = client.post(address, {"username": "r-4711"}, follow=True, headers={"accept-language": "en"})
    assert NAME not in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.is_active, alice.display_name, alice.email) == (False, NAME, MAIL)


def test_of_staff_the_address_is_asked_for(client: Client, lin: Reader) -> None:
    assert 'name="email"' in page(client, "edit", lin.pk)
