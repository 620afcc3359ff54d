"""A button pressed when the session is over, and an address that only takes what a button sends."""

import pytest
from django.forms import BaseForm, Textarea
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils.html import escape

from library_bridge import typed
from tests.sharing import browsers
from tests.sharing.conftest import World

APPS = ("incentives", "library_bridge", "personal_catalog", "sharing")


def signed_out() -> Client:
    return Client(headers={"accept-language": "en"})


def test_whoever_was_signed_out_is_told_and_led_back_to_the_page_of_the_button(world: World) -> None:
    client, page = signed_out(), world.title.get_absolute_url()
    answer = client.post(
        reverse("place-request"), {"title_id": world.title.pk}, headers={"referer": f"http://testserver{page}?a=b"}
    )
    assert answer["Location"] == f"/sign-in/?next={page.replace('/', '%2F')}%3Fa%3Db"
    shown = browsers.seen(client, answer["Location"])
    assert "You were signed out; nothing was sent." in shown
    assert f'value="{page}?a=b"' in shown


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example/titles/9/", "http://[", "http://testserver//elsewhere.example/", "x"]
)
def test_t_a5_only_a_page_of_this_site_is_led_back_to(world: World, referer: str) -> None:
    answer = signed_out().post(reverse("place-request"), headers={"referer": referer} if referer else {})
    assert answer["Location"] == "/sign-in/?next=%2F"


def test_a_part_of_a_page_leads_the_whole_page_to_the_door(world: World) -> None:
    answer = signed_out().post(reverse("place-request"), headers=browsers.HTMX)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2F"


WORDS = "I can come on Friday <after> five."


def test_what_was_typed_is_shown_once_at_the_door(world: World) -> None:
    client = signed_out()
    client.post(reverse("place-request"), {"message": WORDS, "title_id": world.title.pk, "pin": "135790"})
    door = browsers.seen(client, "/sign-in/")
    assert escape(WORDS) in door
    assert "135790" not in door
    assert escape(WORDS) not in browsers.seen(client, "/sign-in/")


def test_no_more_is_taken_along_than_a_form_holds(world: World) -> None:
    client = signed_out()
    client.post(reverse("place-request"), {"text": [f"{number}: {WORDS}" for number in range(100)]})
    assert browsers.seen(client, "/sign-in/").count(escape(WORDS)) == typed.MOST_TEXTS


@pytest.mark.parametrize(("site", "shown"), [("same-origin", True), ("cross-site", False), ("", False)])
def test_a_page_gone_stale_shows_what_was_typed_on_it(world: World, site: str, shown: bool) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = client.post(reverse("place-request"), {"message": WORDS}, headers={"sec-fetch-site": site} if site else {})
    assert answer.status_code == 403
    assert (escape(WORDS) in answer.content.decode()) is shown
    assert 'role="alert"' in answer.content.decode().partition("<main")[2]  # what a part of a page says of it


def test_every_field_for_a_readers_own_words_is_known() -> None:
    fields = {
        name
        for form in _below(BaseForm)
        if form.__module__.partition(".")[0] in APPS and ".staff." not in form.__module__
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, Textarea)
    }
    assert fields - {"answer"} <= typed.FIELDS  # a librarian's, to an appeal


def test_opening_a_page_that_needs_signing_in_says_nothing_of_it(world: World) -> None:
    client = signed_out()
    assert "nothing was sent" not in browsers.text(client.get(reverse("todo"), follow=True))


def test_an_address_for_buttons_has_a_page(world: World) -> None:
    answer = browsers.of(world.bob).get(reverse("place-request"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "it only takes what a button sends" in answer.content.decode()


def test_no_address_without_arguments_answers_405_with_nothing(world: World) -> None:
    client = browsers.of(world.bob)
    names = [one.name for one in _patterns() if one.name and not one.pattern.converters]
    answers = [client.get(reverse(name)) for name in names if name not in ("live",)]
    assert [one for one in answers if one.status_code == 405]
    assert not [one.request["PATH_INFO"] for one in answers if one.status_code == 405 and not one.content]


def _below(form: type) -> list[type]:
    return [one for child in form.__subclasses__() for one in (child, *_below(child))]


def _patterns() -> list[URLPattern]:
    ours = [one for one in get_resolver().url_patterns if getattr(one, "urlconf_name", None) is not None]
    return [
        one
        for part in ours
        if getattr(part.urlconf_name, "__name__", "") == "sharing.urls"
        for one in part.url_patterns
        if isinstance(one, URLPattern)
    ]
