from datetime import timedelta

from django.urls import reverse

from library_bridge.models import LibraryLoan
from personal_catalog import copies, curation
from personal_catalog.merging import merge_titles
from personal_catalog.models import Title
from sharing import custody, notices, requests
from sharing.models import DomainEvent, LoanTitle, Notification, Request
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


def test_of_two_requests_of_one_reader_the_older_goes_on_after_a_merge(world: World) -> None:
    twin = factories.title("拖延心理学（第2版）")
    older = requests.place_request(actor=world.bob, title_id=twin.pk, now=world.now - timedelta(hours=1))
    younger = steps.placed(world)
    merge_titles(keep_id=twin.pk, merge_ids=[world.title.pk], actor=world.lin, now=world.now)
    assert Request.objects.live().get(requester=world.bob) == older
    assert Notification.objects.get(reader=world.bob).event.kind == "request.merged"
    assert younger.asks.get().status == "withdrawn"


def test_what_is_agreed_goes_on_after_a_merge(world: World) -> None:
    twin = factories.title("拖延心理学（第2版）")
    requests.place_request(actor=world.bob, title_id=twin.pk, now=world.now - timedelta(hours=1))
    lending = steps.agreed(world)
    merge_titles(keep_id=twin.pk, merge_ids=[world.title.pk], actor=world.lin, now=world.now)
    live = Request.objects.live().get(requester=world.bob)
    assert (live, live.title) == (lending.request, twin)


def test_listing_a_copy_leaves_an_event(world: World) -> None:
    event = DomainEvent.objects.get(kind="copy.listed")
    assert (event.actor, event.data) == (world.alice, {"copy": world.copy.pk})


def test_pausing_resuming_and_withdrawing_a_copy_leave_events(world: World) -> None:
    for status in ("paused", "listed"):
        copies.update_copy(copy_id=world.copy.pk, actor=world.alice, changes={"status": status}, now=world.now)
    custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    told = DomainEvent.objects.filter(data={"copy": world.copy.pk}).order_by("pk")
    kinds = ["copy.listed", "copy.paused", "copy.resumed", "copy.withdrawn"]
    assert [(event.kind, event.actor) for event in told] == [(kind, world.alice) for kind in kinds]


def test_owners_are_told_why_their_title_was_rejected(world: World) -> None:
    Title.objects.filter(pk=world.title.pk).update(status="pending")
    curation.reject_title(title_id=world.title.pk, actor=world.lin, reason="Not a book", now=world.now)
    told = notices.for_list(world.alice).get(event__kind="title.rejected")
    notice = notices.sentence(told, world.alice)
    assert "拖延心理学" in notice.text
    assert "Not a book" in notice.text
    assert notice.url == reverse("shelf")
    assert not notices.for_list(world.bob).filter(event__kind="title.rejected").exists()
