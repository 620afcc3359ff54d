"""The two pages of "pass on now"."""

from datetime import timedelta

import pytest
from django.test import Client

from sharing import pass_on_codes
from sharing.models import Lending
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser, get


@pytest.fixture
def payload(world: World) -> str:
    code = pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now)
    return code.qr_payload.partition("/pass-on/")[2]


def post(client: Client, path: str, **sent: str) -> Page:
    return Page(client.post(path, sent, follow=True))


def test_the_button_on_the_book_shows_the_code(world: World) -> None:
    page = post(browser(world.alice), f"/holdings/{world.copy.key}/pass-on/")
    assert 'class="pin"' in page.html
    assert "Lent for 60 days" in page


def test_opening_the_page_makes_no_code_t_c3(world: World) -> None:
    assert 'class="pin"' not in get(f"/holdings/{world.copy.key}/pass-on/", world.alice, now=world.now).html


def test_a_stranger_finds_no_such_page_t_r1(world: World) -> None:
    for key in (world.copy.key, "copy-999", "copy-x", "shelf-1"):
        assert get(f"/holdings/{key}/pass-on/", world.charlie, now=world.now).status == 404
    assert browser(world.charlie).post(f"/holdings/{world.copy.key}/pass-on/").status_code == 404


def test_the_square_shows_book_and_terms_and_nobody_s_name_p1(world: World, payload: str) -> None:
    page = get(f"/pass-on/{payload}", world.bob, now=world.now)
    assert world.title.title in page
    assert "Lent for 60 days" in page
    assert "Alice" not in page
    assert not Lending.objects.exists()


def test_the_button_takes_it_and_leads_to_the_lending(world: World, payload: str) -> None:
    page = post(browser(world.bob), "/pass-on/", code=payload.partition("=")[2])
    assert "Both of you have confirmed" in page
    assert page.response.request["PATH_INFO"] == Lending.objects.get().get_absolute_url()


def test_the_holder_s_page_then_says_so(world: World, payload: str) -> None:
    post(browser(world.bob), "/pass-on/", code=payload.partition("=")[2])
    page = get(f"/holdings/{world.copy.key}/pass-on/", world.alice, now=world.now + timedelta(minutes=1))
    assert "Passed on" in page
    assert Lending.objects.get().get_absolute_url() in page.html


def test_typed_digits_lead_to_the_same_page(world: World) -> None:
    pin = pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now).pin
    page = post(browser(world.bob), "/pass-on/", pin=pin)
    assert "Do you have the book in your hands?" in page


def test_wrong_digits_are_said_at_the_field_and_not_kept(world: World) -> None:
    page = post(browser(world.bob), "/pass-on/", pin="000000")
    assert "Nobody shows this code now" in page
    assert "000000" not in page.html


def test_a_code_that_is_over_says_so(world: World, payload: str) -> None:
    page = get(f"/pass-on/{payload}", world.bob, now=world.now + timedelta(minutes=4))
    assert "This code is over" in page
    assert page.status == 200


def test_without_a_code_the_scanner_opens(world: World) -> None:
    assert "/scan/" in browser(world.bob).get("/pass-on/")["Location"]
