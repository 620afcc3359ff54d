"""A title's page: record, holdings without names, the button and its promise."""

from datetime import timedelta
from unittest import mock

import pytest
import time_machine

from library_bridge.models import LibraryLoan
from personal_catalog.models import Title
from sharing import custody
from sharing.models import CirculationPolicy, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get, queries


def path(world: World) -> str:
    return f"/titles/{world.title.pk}/"


def test_the_page_says_what_it_is_where_it_is_and_until_when_there_is_a_result(world: World):
    page = get(path(world), world.bob, now=world.now)
    assert page.status == 200
    assert "1 holding, 1 to be had" in page
    assert "A reader’s own · loan Plum Court · 60 days · Good Free now" in page
    assert "We ask one holder first. You will have a result by 8 December at the latest, never silence." in page
    assert "Ask for this book" in page
    assert "978-7-300-11390-6" in page


def test_the_page_never_tells_who_holds_a_book(world: World):
    """P2, T-R20: neither name, nor card, nor barcode, nor the number of a reader."""
    factories.library_loan(factories.patron(world.charlie, card_number="CARD4711"), world.title, now=world.now)
    html = get(path(world), world.bob, now=world.now).html
    for secret in ("Alice", "Charlie", "CARD4711", world.alice.username, world.charlie.username, "B0000"):
        assert secret not in html


def test_a_visitor_sees_the_holdings_and_is_led_to_sign_in(world: World):
    page = get(path(world), now=world.now)
    assert "Sign in to ask for this book" in page
    assert f"/sign-in/?next={path(world)}" in page.html
    assert "holding_key" not in page.html


def test_several_free_holdings_can_be_asked_for_one_by_one(world: World):
    factories.copy(world.charlie, world.title, now=world.now, mode="drift")
    page = get(path(world), world.bob, now=world.now)
    assert page.html.count('name="holding_key"') == 2
    assert "We ask 2 holders first" in page


def test_ones_own_copy_is_not_offered_to_oneself(world: World):
    page = get(path(world), world.alice, now=world.now)
    assert "The only copy we know of is your own, or with you already." in page
    assert "Ask for this book" not in page
    assert "Yours" in page


def test_whoever_has_the_librarys_copy_is_told_so_before_another_is_asked_for(world: World):
    factories.library_loan(factories.patron(world.bob), world.title, now=world.now, days=20)
    page = get(path(world), world.bob, now=world.now)
    assert "This book is with you. It is due back on 14 December. To my library loans" in page
    assert 'href="/shelf/library/"' in page.html
    assert "Ask for another copy Ask for it all the same" in page
    assert "Ask for this book" not in page
    assert "Ask for this one" not in page


def test_a_borrower_is_led_to_the_lending_before_another_copy_is_asked_for(world: World):
    factories.copy(world.charlie, world.title, now=world.now)
    lending = steps.on_loan(world)
    page = get(path(world), world.bob, now=world.now + timedelta(hours=3))
    assert "This book is with you. It is due back on" in page
    assert f'<a href="{lending.get_absolute_url()}">To the lending</a>' in page.html
    assert "Ask for this book" not in page
    assert "This book is with you" not in get(path(world), world.alice, now=world.now + timedelta(hours=3))


def test_the_only_copy_known_is_with_its_borrower(world: World):
    lending = steps.on_loan(world)
    page = get(path(world), world.bob, now=world.now + timedelta(hours=3))
    assert "This book is with you." in page
    assert lending.get_absolute_url() in page.html
    assert 'id="ask"' not in page.html


def test_a_borrowed_copy_is_with_its_borrower_and_its_owners_own(world: World):
    steps.on_loan(world)
    chips = {
        who.display_name: get(path(world), who, now=world.now + timedelta(hours=3)) for who in (world.alice, world.bob)
    }
    assert ("Yours" in chips["Alice"], "Yours" in chips["Bob"]) == (True, False)
    assert "With you" in chips["Bob"]


def test_a_library_book_is_with_its_giver_until_it_is_handed_over(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
):
    title = loan.catalogued.title.get_absolute_url()
    lending = steps.agreed(world, holding=f"loan-{loan.pk}")
    assert "This book is with you." in get(title, world.alice, now=world.now + timedelta(hours=2))
    with mock.patch("sharing.jobs.hurry"):  # the library has not moved it yet
        steps.handed_over(lending, now=world.now + timedelta(hours=2))
    page = get(title, world.alice, now=world.now + timedelta(hours=6))
    assert "You have handed on the only copy we know of; the library still has it on your card." in page
    assert "with you" not in page.html.lower()


def test_a_book_in_a_borrowers_hands_is_never_shown_as_free(world: World):
    """C7"""
    steps.on_loan(world)
    page = get(path(world), world.charlie, now=world.now + timedelta(hours=3))
    assert "Free now" not in page
    assert "Out" in page
    assert "Wait for this book" in page


def test_asking_leads_to_the_requests_page_and_the_title_shows_it(world: World):
    with time_machine.travel(world.now):
        answer = browser(world.bob).post("/requests/", {"title_id": world.title.pk, "message": "For my thesis."})
    placed = Request.objects.get()
    assert answer.url == f"/requests/{placed.pk}/"
    assert placed.message == "For my thesis."
    assert "See how your request stands" in get(path(world), world.bob, now=world.now)


def test_asking_for_one_holding(world: World):
    with time_machine.travel(world.now):
        data = {"title_id": world.title.pk, "holding_key": f"copy-{world.copy.pk}"}
        browser(world.bob).post("/requests/", data)
    assert Request.objects.get().copy == world.copy


def test_a_refused_request_comes_back_with_its_sentence_and_what_was_typed(world: World):
    browser_ = browser(world.alice)
    factories.copy(world.charlie, factories.title("围城"), now=world.now)
    with time_machine.travel(world.now):
        data = {"title_id": world.title.pk, "holding_key": f"copy-{world.copy.pk}", "message": "Still typed"}
        back = browser_.post("/requests/", data, follow=True)
    html = back.content.decode()
    assert "This is your own copy" in html or "your own" in html
    assert not Request.objects.exists()


def test_a_copy_taken_off_its_shelf_meanwhile_leads_back_to_its_title(world: World):
    with time_machine.travel(world.now):
        data = {"title_id": world.title.pk, "holding_key": world.copy.key, "message": "Still typed"}
        custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
        back = browser(world.bob).post("/requests/", data, follow=True)
    html = back.content.decode()
    assert "This one is not on offer any more; what else there is stands below." in html
    assert "Still typed" in html
    assert not Request.objects.exists()


def test_a_day_that_is_past_is_a_field_error_and_the_text_is_kept(world: World):
    with time_machine.travel(world.now):
        data = {"title_id": world.title.pk, "message": "Still typed", "needed_by": "2020-01-01"}
        html = browser(world.bob).post("/requests/", data, follow=True).content.decode()
    assert "This day is past." in html
    assert "Still typed" in html
    assert not Request.objects.exists()


@pytest.mark.parametrize("data", [{}, {"title_id": "x"}, {"title_id": "9" * 30}, {"title_id": "0"}])
def test_a_request_for_nothing_goes_home_and_saves_nothing(world: World, data):
    with time_machine.travel(world.now):
        answer = browser(world.bob).post("/requests/", data)
    assert answer.status_code in (302, 404)
    assert not Request.objects.exists()


def test_a_title_that_never_was_is_not_found(world: World):
    assert get("/titles/999999/", world.bob, now=world.now).status == 404
    assert get(f"/titles/{10**30}/", world.bob, now=world.now).status == 404
    with time_machine.travel(world.now):
        assert browser(world.bob).post("/requests/", {"title_id": 999999}).status_code == 404


def test_a_visitor_cannot_ask(world: World):
    with time_machine.travel(world.now):
        assert browser().post("/requests/", {"title_id": world.title.pk}).url.startswith("/sign-in/")
        assert browser(world.bob).get("/requests/").status_code == 405


def test_a_merged_title_leads_to_the_one_it_was_merged_into(world: World):
    other = factories.title("拖延心理學")
    Title.objects.filter(pk=other.pk).update(status="merged", merged_into=world.title)
    assert get(f"/titles/{other.pk}/", now=world.now).response.url == path(world)


def test_markup_in_a_record_is_shown_as_text(world: World):
    """T-R6, T-R7"""
    bad = '<img src=x onerror=alert(1)> " hx-get="/x'
    Title.objects.filter(pk=world.title.pk).update(
        title=bad,
        subtitle=bad,
        publisher=bad,
        summary=bad,
        subjects=[bad],
        series=bad,
        extent=bad,
        clc="O2",
        creators=[bad],
    )
    html = get(path(world), world.bob, now=world.now).html
    assert "<img src=x" not in html
    assert '" hx-get="/x' not in html


def test_thirty_holdings_ask_no_more_queries_than_one(world: World):
    for_one = queries(path(world), world.bob, now=world.now)
    for _number in range(29):
        factories.copy(factories.reader(area=world.alice.area), world.title, now=world.now)
    for_thirty = queries(path(world), world.bob, now=world.now)
    assert get(path(world), world.bob, now=world.now).html.count('class="hold"') == 30
    assert len(for_one) == len(for_thirty) <= 9, for_thirty


def test_the_promise_names_the_policys_own_days(world: World):
    CirculationPolicy.objects.update_or_create(pk=CirculationPolicy.load().pk, defaults={"request_days": 3})
    assert "a result by 27 November" in get(path(world), world.bob, now=world.now)
