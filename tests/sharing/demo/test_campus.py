"""The campus, its pages and its staff; and that loading it again changes nothing."""

from datetime import timedelta

import pytest
from django.db.models import Count
from wagtail.models import Page, Site

from incentives.models import Reward
from library_bridge import registers
from library_bridge.models import Area, EmbeddedItem, EmbeddedLoan, LibraryLoan, Patron, Reader
from personal_catalog.models import Copy, Title
from sharing.models import (
    GuidePage,
    HomePage,
)
from tests.sharing.demo.looking import NOW, rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_nothing_that_must_always_be_true_is_broken() -> None:
    assert [line for check in registers.all_checks() for line in check.violations()] == []


def test_a_second_run_changes_nothing_that_staff_have_renamed_or_computed() -> None:
    Reward.objects.filter(name_en="Canvas tote bag").update(name_en="Tote bag")
    before = rows()
    list(registers.load_demo(now=NOW + timedelta(minutes=20)))
    assert rows() == before


def test_the_catalogue_is_large_enough_to_search_in() -> None:
    assert Title.objects.live().count() >= 400
    assert Title.objects.live().filter(language="chi").count() >= 180


def test_there_are_readers_areas_departments_and_staff() -> None:
    readers = Reader.objects.filter(is_staff=False)
    assert readers.count() == Patron.objects.count() == 60
    assert Area.objects.count() == 4
    assert readers.values("department").distinct().count() == 6
    assert set(Reader.objects.filter(is_staff=True).values_list("username", flat=True)) == {
        "lin",
        "wen",
        "branch",
        "curator",
    }


def test_the_library_has_items_and_loans_of_every_kind() -> None:
    charged = LibraryLoan.objects.filter(closed_at=None)
    assert EmbeddedItem.objects.count() >= 300
    assert charged.count() >= 120
    assert charged.filter(due_at__lt=NOW).exists()
    assert charged.filter(due_at__range=(NOW, NOW + timedelta(days=3))).exists()
    assert charged.filter(hold_count__gt=0).exists()
    assert charged.filter(renewals_left=0).exists()


def test_the_snapshot_is_what_the_library_says_now() -> None:
    charged = set(EmbeddedLoan.objects.filter(returned_at=None).values_list("item__barcode", "patron__card_number"))
    assert set(LibraryLoan.objects.filter(closed_at=None).values_list("barcode", "patron__card_number")) == charged


def test_every_loan_stands_under_a_title() -> None:
    assert not LibraryLoan.objects.filter(closed_at=None, catalogued=None).exists()
    doubled = Title.objects.live().filter(isbns=None).values("match_key").annotate(n=Count("pk")).filter(n__gt=1)
    assert not doubled.exists()


def test_copies_are_listed_in_all_modes() -> None:
    assert Copy.objects.count() >= 150
    assert set(Copy.objects.values_list("mode", flat=True)) == set(Copy.Mode.values)


def test_the_guide_stands_in_both_languages_page_by_page() -> None:
    pages = GuidePage.objects.live()
    assert pages.count() == 6
    assert all(page.get_translations().count() == 1 for page in pages)
    assert {page.get_parent().specific for page in pages} == set(HomePage.objects.all())


def test_the_page_of_welcome_is_gone() -> None:
    site = Site.objects.get(is_default_site=True)
    assert isinstance(site.root_page.specific, HomePage)
    assert not Page.objects.filter(slug="home").exists()


def test_staff_may_do_their_work_and_no_more() -> None:
    branch, curator = (Reader.objects.get(username=name) for name in ("branch", "curator"))
    assert branch.has_perms(["wagtailadmin.access_admin", "sharing.change_lending", "library_bridge.change_transfer"])
    assert not branch.has_perm("sharing.change_circulationpolicy")
    assert curator.has_perms(["wagtailadmin.access_admin", "personal_catalog.change_title"])
    assert not curator.has_perm("sharing.view_lending")
