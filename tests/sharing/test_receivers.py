from django.urls import reverse

from library_bridge.models import LibraryLoan
from personal_catalog import curation
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title
from sharing import notices, requests
from sharing.models import DomainEvent, LoanTitle, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def test_a_merge_takes_requests_and_loans_along(world: World, loan: LibraryLoan) -> None:
    request, twin = steps.placed(world), factories.title("拖延心理学（第2版）")
    LoanTitle.objects.update(title=world.title)
    merge_titles(keep_id=twin.pk, merge_ids=[world.title.pk], actor=world.lin, now=world.now)
    request.refresh_from_db()
    assert request.title == twin
    assert LoanTitle.objects.get(library_loan=loan).title == twin


def test_a_reader_who_waits_for_both_keeps_both_requests(world: World) -> None:
    twin = factories.title("拖延心理学（第2版）")
    requests.place_request(actor=world.bob, title_id=twin.pk, now=world.now)
    steps.placed(world)
    merge_titles(keep_id=twin.pk, merge_ids=[world.title.pk], actor=world.lin, now=world.now)
    assert Request.objects.live().filter(requester=world.bob).count() == 2


def test_listing_a_copy_leaves_an_event(world: World) -> None:
    event = DomainEvent.objects.get(kind="copy.listed")
    assert (event.actor, event.data) == (world.alice, {"copy": world.copy.pk})


def test_owners_are_told_why_their_title_was_rejected(world: World) -> None:
    Title.objects.filter(pk=world.title.pk).update(status="pending")
    curation.reject_title(title_id=world.title.pk, actor=world.lin, reason="Not a book", now=world.now)
    told = notices.for_list(world.alice).get(event__kind="title.rejected")
    notice = notices.sentence(told, world.alice)
    assert "拖延心理学" in notice.text
    assert "Not a book" in notice.text
    assert notice.url == reverse("shelf")
    assert not notices.for_list(world.bob).filter(event__kind="title.rejected").exists()
