"""The page of a book in the reader's hands, and the days away on the reader's own page."""

from datetime import timedelta
from unittest import mock

import pytest

from library_bridge.models import LibraryLoan
from sharing.models import Absence, Lending, Offer, Rest, StandingConsent
from tests.sharing import pages, steps
from tests.sharing.conftest import World


def page(world: World) -> str:
    return f"/holdings/{world.copy.key}/"


def test_offered_with_one_button_and_kept_after_all(world: World) -> None:
    alice = pages.browser(world.alice)
    assert "Offered. The next reader" in pages.Page(alice.post(f"{page(world)}offer/", follow=True))
    assert "Keep it after all" in pages.Page(alice.get(page(world)))
    assert "Offered" in pages.get(world.title.get_absolute_url(), world.bob, now=world.now)
    assert "No longer offered" in pages.Page(alice.post(f"{page(world)}offer/withdraw/", follow=True))
    assert not Offer.objects.exists()


def test_when_somebody_waits_the_button_leads_to_the_lending(world: World) -> None:
    steps.asked(world)
    answer = pages.browser(world.alice).post(f"{page(world)}offer/")
    assert answer["Location"] == Lending.objects.get().get_absolute_url()


def test_consent_given_with_conditions_and_ended(world: World, loan: LibraryLoan, library_agrees: mock.Mock) -> None:
    alice, address = pages.browser(world.alice), f"/holdings/loan-{loan.pk}/"
    alice.post(f"{address}consent/", {"same_area": "on", "per_week": "2", "days_before_due": "5"})
    said = StandingConsent.objects.get()
    assert (said.same_area, said.per_week, said.days_before_due) == (True, 2, 5)
    assert 'value="5"' in pages.Page(alice.get(address)).html
    alice.post(f"{address}consent/end/")
    assert not StandingConsent.objects.exists()


def test_what_does_not_fit_is_said_at_its_field(world: World) -> None:
    shown = pages.Page(pages.browser(world.alice).post(f"{page(world)}consent/", {"per_week": "9"}, follow=True))
    assert "One thing to put right" in shown
    assert not StandingConsent.objects.exists()


def test_not_now_and_back(world: World) -> None:
    alice = pages.browser(world.alice)
    alice.post(f"{page(world)}rest/", {"last_date": str(world.now.date() + timedelta(days=4))})
    assert "Nobody asks you for it until" in pages.Page(alice.get(page(world)))
    alice.post(f"{page(world)}wake/")
    assert not Rest.objects.exists()


def test_away_on_the_reader_s_own_page(world: World) -> None:
    alice, today = pages.browser(world.alice), world.now.date()
    days = {"first_date": str(today), "last_date": str(today + timedelta(days=4))}
    assert "You are away from" in pages.Page(alice.post("/me/absence/", days, follow=True))
    assert "You are away." in pages.Page(alice.get(page(world)))
    alice.post("/me/absence/end/")
    assert not Absence.objects.exists()


POSTS = ("offer", "offer/withdraw", "consent", "consent/end", "rest", "wake")


@pytest.mark.parametrize("path", ["", *(f"{path}/" for path in POSTS)])
def test_t_r2_a_stranger_finds_nothing(world: World, path: str) -> None:
    charlie, sent = pages.browser(world.charlie), {"per_week": "1", "last_date": str(world.now.date())}
    for key in (world.copy.key, "copy-999", "shelf", "copy-9999999999999999999"):
        address = f"/holdings/{key}/{path}"
        assert (charlie.post(address, sent) if path else charlie.get(address)).status_code == 404
    if path:
        assert pages.browser(world.alice).get(page(world) + path).status_code == 405
