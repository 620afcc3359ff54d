"""From hand to hand: the taker passes a drifting book or a library loan on to the next in the queue, with one button."""

from datetime import timedelta
from unittest import mock

from library_bridge.models import LibraryLoan, Patron, Reader
from personal_catalog.models import Copy
from sharing import chains, requests
from sharing.models import Lending, Request
from tests import factories
from tests.sharing import pages, steps
from tests.sharing.conftest import World


def drifting(world: World) -> Copy:
    return factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")


def wish(world: World, who: Reader, title_id: int) -> Request:
    return requests.place_request(actor=who, title_id=title_id, now=world.now)


def passed_to_bob(world: World, copy: Copy) -> Lending:
    return steps.handed_over(steps.agreed(world, holding=copy.key), now=world.now)


def test_a_drifting_book_goes_on_from_the_taker_s_page_to_the_next(world: World) -> None:
    copy = drifting(world)
    lending = passed_to_bob(world, copy)
    waits = wish(world, world.charlie, copy.title_id)
    page = pages.browser(world.bob).get(lending.get_absolute_url())
    assert "Pass it on to the next" in pages.Page(page)
    pages.browser(world.bob).post(f"/holdings/{copy.key}/offer/")
    onward = Lending.objects.get(request=waits)
    assert (onward.giver, onward.taker, onward.mode) == (world.bob, world.charlie, "drift")
    assert steps.handed_over(onward, now=world.now + timedelta(hours=4)).status == "completed"
    copy.refresh_from_db()
    assert (copy.holder, copy.owner) == (world.charlie, world.alice)
    assert chains.onward(lending, reader=world.bob) is None


def test_without_a_queue_the_page_says_that_it_can_be_offered(world: World) -> None:
    lending = passed_to_bob(world, drifting(world))
    assert "Offer it, and the next who asks has it at once" in pages.get(
        lending.get_absolute_url(), world.bob, now=world.now
    )
    assert "Offer it" not in pages.get(lending.get_absolute_url(), world.alice, now=world.now)


def test_a_library_loan_goes_on_from_the_list_of_loans(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
) -> None:
    waits = wish(world, world.charlie, loan.catalogued.title_id)
    shown = pages.get("/todo/", world.alice, now=world.now)
    assert "Somebody waits for it" in shown
    pages.browser(world.alice).post(f"/holdings/loan-{loan.pk}/offer/")
    assert Lending.objects.get().request == waits


def test_the_taker_of_a_moved_loan_finds_it_on_their_own_card(
    world: World, loan: LibraryLoan, library_agrees: mock.Mock
) -> None:
    lending = steps.agreed(world, holding=f"loan-{loan.pk}")
    Lending.objects.filter(pk=lending.pk).update(status="completed", closed_at=world.now)
    lending.refresh_from_db()
    assert chains.onward(lending, reader=world.bob) is None
    LibraryLoan.objects.filter(pk=loan.pk).update(closed_at=world.now)
    bobs = factories.library_loan(
        Patron.objects.get(reader=world.bob), lending.request.title, now=world.now, barcode=loan.barcode
    )
    onward = chains.onward(lending, reader=world.bob)
    assert onward == chains.Onward(f"loan-{bobs.pk}", False)
