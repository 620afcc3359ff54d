"""The demo campus as all apps make it together. Loaded once for this file, into a transaction that is thrown away."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, F
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, Site

from library_bridge import registers
from library_bridge.models import Area, EmbeddedItem, EmbeddedLoan, LibraryLoan, Patron, Reader, Transfer
from personal_catalog.models import Copy, CustodyRecord, Title
from sharing import holdings, policies, requests, todo
from sharing.models import (
    Ask,
    DomainEvent,
    GuidePage,
    Handover,
    HomePage,
    Lending,
    LoanTitle,
    Message,
    Notification,
    Request,
)
from tests.conftest import CAMPUS

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CAMPUS)
S = Lending.Status

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def campus(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        thrown_away = transaction.atomic()
        thrown_away._from_testcase = True  # durable transitions may run inside, as in Django's TestCase
        with thrown_away:
            if not HomePage.objects.exists():  # emptied by a test that commits
                import_module("sharing.migrations.0002_site").make_roots(apps, None)
            assert list(registers.load_demo(now=NOW)) == settings.OUR_APPS
            yield
            transaction.set_rollback(True)


def reader(number: int) -> Reader:
    return Patron.objects.get(library__code="demo", card_number=f"20230000{number:02d}").reader


def rows() -> dict[str, int]:
    models = [model for app in settings.OUR_APPS for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: model._default_manager.count() for model in [*models, Page, Group]}


def statuses(model: Any) -> Counter[str]:
    return Counter(model.objects.values_list("status", flat=True))


def test_nothing_that_must_always_be_true_is_broken() -> None:
    assert [line for check in registers.all_checks() for line in check.violations()] == []


def test_a_second_run_changes_nothing() -> None:
    before = rows()
    list(registers.load_demo(now=NOW + timedelta(minutes=20)))
    assert rows() == before


# the campus


def test_the_catalogue_is_large_enough_to_search_in() -> None:
    assert Title.objects.live().count() >= 400
    assert Title.objects.live().filter(language="chi").count() >= 180


def test_there_are_readers_areas_departments_and_staff() -> None:
    readers = Reader.objects.filter(is_staff=False)
    assert readers.count() == Patron.objects.count() == 60
    assert Area.objects.count() == 4
    assert readers.values("department").distinct().count() == 6
    assert set(Reader.objects.filter(is_staff=True).values_list("username", flat=True)) == {"lin", "branch", "curator"}


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


# the half year


def test_requests_have_come_to_every_end() -> None:
    ends = statuses(Request)
    assert set(ends) == set(Request.Status.values)
    assert ends.total() >= 200
    assert 0.55 < ends["fulfilled"] / ends.total() < 0.75
    assert 0.1 < ends["unfilled"] / ends.total() < 0.25


def test_asks_and_lendings_are_there_in_every_state_that_lasts() -> None:
    assert set(statuses(Ask)) == set(Ask.Status.values)
    passing = {S.HANDED_OVER, S.TRANSFERRING}
    assert set(statuses(Lending)) == set(S.values) - passing
    assert set(statuses(Handover)) == set(Handover.Status.values)


def test_nothing_happens_after_now_or_before_its_cause() -> None:
    assert not DomainEvent.objects.filter(at__gt=NOW).exists()
    assert not DomainEvent.objects.filter(delivered_at=None).exists()
    assert not Ask.objects.filter(copy__created_at__gt=F("asked_at")).exists()
    assert not Ask.objects.filter(library_loan__checked_out_at__gt=F("asked_at")).exists()


def test_transfers_have_really_moved_in_the_library() -> None:
    done = Transfer.objects.filter(status=Transfer.Status.DONE)
    assert done.count() >= 40
    moved = EmbeddedLoan.objects.filter(item__barcode__in=done.values("barcode"), returned_at__isnull=False)
    assert moved.count() >= done.count()


def test_drifting_copies_have_gone_through_three_hands_and_more() -> None:
    drifting = CustodyRecord.objects.filter(copy__mode=Copy.Mode.DRIFT).values("copy")
    assert drifting.annotate(hands=Count("pk")).filter(hands__gte=4).exists()


def test_the_titles_of_the_study_lead_the_list() -> None:
    most = list(Title.objects.order_by("-passed_on").values_list("title", flat=True)[:3])
    assert "精通MATLAB(第3版)" in most
    assert Title.objects.filter(title="ABAQUS 6.12有限元分析从入门到精通", passed_on__gte=4).exists()


def test_readers_write_in_both_languages_before_and_after_consent() -> None:
    written = Message.objects.all()
    assert written.count() >= 150
    assert written.filter(text__regex=r"^[ -~’]+$").exists()
    assert written.filter(sent_at__lt=F("conversation__ask__answered_at")).exists()


# today


def test_alice_has_two_asks_to_answer_and_an_appointment() -> None:
    alice = reader(1)
    asks = todo.asks_to_answer(alice)
    assert {ask.kind for ask in asks} == {"personal_copy", "library_loan"}
    assert reader(2) not in {ask.request.requester for ask in asks}
    meeting = Lending.objects.get(giver=alice, status=S.AGREED).handovers.get()
    assert meeting.status == Handover.Status.AGREED
    assert NOW < meeting.starts_at < NOW + timedelta(days=2)


def test_alice_has_enough_that_bob_can_ask_for() -> None:
    alice, bob = reader(1), reader(2)
    mine = [
        f"loan-{pk}"
        for pk in LoanTitle.objects.filter(library_loan__patron__reader=alice).values_list("library_loan", flat=True)
    ]
    mine += [f"copy-{pk}" for pk in Copy.objects.lendable().filter(owner=alice).values_list("pk", flat=True)]
    asked = set(Request.objects.live().values_list("title_id", flat=True))
    open_ones = set(LibraryLoan.objects.filter(closed_at=None).values_list("pk", flat=True))
    found = [
        holdings.get(key, policy=policies.current(), now=NOW)
        for key in mine
        if key[:4] == "copy" or int(key[5:]) in open_ones
    ]
    free = [h for h in found if h.free and h.title_id not in asked]
    assert Counter(h.kind for h in free)["library_loan"] >= 3
    assert Counter(h.kind for h in free)["personal_copy"] >= 4
    for holding in free:
        if isinstance(holding, holdings.LoanHolding):
            assert holdings.library_says(holding.loan, taker=bob, now=NOW) == ""


def test_bob_may_ask_alice_at_once() -> None:
    alice, bob = reader(1), reader(2)
    copy = (
        Copy.objects.lendable()
        .filter(owner=alice, holder=alice)
        .exclude(lendings__closed_at=None, lendings__isnull=False)
    )
    free = copy.exclude(asks__status="asked").latest("pk")
    placed = requests.place_request(actor=bob, holding_key=f"copy-{free.pk}", now=NOW)
    assert placed.asks.get().holder == alice


def test_bob_waits_for_two_holders_has_a_book_due_soon_and_a_proposal_to_answer() -> None:
    bob = reader(2)
    request = todo.requests_waiting(bob).get()
    assert request.asks.waiting().count() == 2
    due = [lending.due_at for lending in todo.borrowed(bob)]
    assert [moment for moment in due if moment and moment.date() == (NOW + timedelta(days=3)).date()]
    proposed = todo.lendings_to_act_on(bob, NOW).get().handovers.get()
    assert proposed.status == Handover.Status.PROPOSED
    assert proposed.proposed_by != bob


def test_charlie_has_an_overdue_book_and_has_not_read_about_it() -> None:
    charlie = reader(3)
    assert [lending for lending in todo.borrowed(charlie) if lending.is_overdue(NOW)]
    assert Notification.objects.filter(reader=charlie, read_at=None, event__kind="lending.overdue").exists()


def test_others_are_busy_too() -> None:
    others = Reader.objects.filter(is_staff=False).exclude(pk__in=[reader(n).pk for n in (1, 2, 3)])
    assert Request.objects.filter(requester__in=others, status=Request.Status.OPEN).count() >= 3
    assert Lending.objects.filter(giver__in=others, taker__in=others, status=S.ON_LOAN).count() >= 4


def test_one_transfer_waits_for_a_librarian_because_of_a_hold() -> None:
    stuck = Lending.objects.get(status=S.NEEDS_LIBRARIAN)
    assert stuck.transfer is not None
    assert stuck.transfer.reason_code == "hold_by_other"


# pages and roles


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
