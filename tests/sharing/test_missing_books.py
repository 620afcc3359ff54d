"""A book left at a drop point that nobody has: who took it cannot end it unseen, and a librarian hears of it (C7)."""

from datetime import datetime

import pytest
from django.urls import reverse

from sharing import blocks, deposits, lendings, missing_books, policies, uncollected
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import Deposit, DomainEvent, Handover, Lending, Notification
from sharing.staff import acts, matters
from tests.sharing import pages, steps
from tests.sharing.conftest import World
from tests.sharing.test_deposits import a_drop_point, arranged, left


@pytest.fixture
def lying(world: World) -> Handover:
    a_drop_point()
    return left(arranged(steps.agreed(world), now=world.now), world.alice, now=world.now)


@pytest.fixture
def uncollected_book(world: World, lying: Handover) -> Handover:
    """Nobody said that they collected it, so the lending ended by itself."""
    assert _act(lying, Deposit.objects.get().collect_by)
    lying.refresh_from_db()
    return lying


def _act(handover: Handover, at: datetime) -> bool:
    Deposit.objects.filter(handover=handover).update(act_at=at)
    return uncollected.act_on_deposit(handover_id=handover.pk, now=at)


def _told(kind: str) -> list[str]:
    return sorted(Notification.objects.filter(event__kind=kind).values_list("reader__display_name", flat=True))


def test_c7_the_taker_cannot_cancel_what_lies_there_for_them(world: World, lying: Handover) -> None:
    with pytest.raises(IllegalTransition, match="Report a problem"):
        lendings.cancel_lending(lending_id=lying.lending_id, actor=world.bob, now=world.now)
    assert Lending.objects.get().status == "agreed"
    page = pages.get(lying.lending.get_absolute_url(), world.bob, now=world.now)
    assert "Cancel the lending" not in page
    assert "Report a problem" in page
    assert "Cancel the lending" in pages.get(lying.lending.get_absolute_url(), world.alice, now=world.now)


def test_c7_nor_by_blocking_the_giver(world: World, lying: Handover) -> None:
    conversation = lying.lending.ask.conversation.pk
    assert blocks.block_reader(conversation_id=conversation, actor=world.bob, end_lending=True, now=world.now)
    assert Lending.objects.get().status == "agreed"


def test_c7_the_giver_reports_that_it_is_gone_and_a_librarian_looks(world: World, uncollected_book: Handover) -> None:
    page = uncollected_book.lending.get_absolute_url()
    shown = pages.get(page, world.alice, now=world.now)
    assert "It is not there" in shown
    assert "has stayed with you" not in shown
    alice = pages.browser(world.alice)
    for _twice in range(2):
        assert alice.post(reverse("not-there", args=[uncollected_book.pk])).status_code == 302
    assert (DomainEvent.objects.filter(kind=missing_books.NOT_THERE).count(), Deposit.objects.get().outcome) == (
        1,
        "left",
    )
    assert _told(missing_books.NOT_THERE) == ["Bob"]
    (matter,) = matters.waiting_for(world.lin, now=world.now).shown
    assert "does not find it" in matter.says
    lin = pages.browser(world.lin)
    assert "Say what became of it" in lin.get(matter.url).content.decode()
    act = reverse("lendings:look-into", args=[uncollected_book.lending_id])
    assert lin.post(act, {"reason": "It stands at the desk"}).status_code == 302
    assert _told(missing_books.LOOKED_INTO) == ["Alice", "Bob"]
    assert not matters.waiting_for(world.lin, now=world.now).count
    assert "It stands at the desk" in pages.get(page, world.alice, now=world.now)


def test_only_its_giver_says_so_once_the_lending_is_over(world: World, lying: Handover) -> None:
    for who, refusal in ((world.alice, IllegalTransition), (world.bob, IllegalTransition), (world.charlie, NotFound)):
        with pytest.raises(refusal):
            missing_books.report_missing(handover_id=lying.pk, actor=who, now=world.now)
    assert Deposit.objects.lying().exists()


def test_what_is_back_is_no_matter(world: World, uncollected_book: Handover) -> None:
    deposits.take_back(handover_id=uncollected_book.pk, actor=world.alice, now=world.now)
    with pytest.raises(IllegalTransition):
        missing_books.report_missing(handover_id=uncollected_book.pk, actor=world.alice, now=world.now)
    assert not missing_books.waiting().exists()


def test_s2_what_its_giver_does_not_fetch_becomes_a_matter(world: World, uncollected_book: Handover) -> None:
    for _reminder in range(uncollected.FETCH_REMINDERS + 1):
        assert not missing_books.waiting().exists()
        assert _act(uncollected_book, Deposit.objects.get().act_at or world.now)
    (matter,) = matters.waiting_for(world.lin, now=world.now).shown
    assert "fetched by nobody" in matter.says


def test_a_librarian_looks_into_it_once_with_a_reason_and_not_into_ones_own(
    world: World, uncollected_book: Handover
) -> None:
    missing_books.report_missing(handover_id=uncollected_book.pk, actor=world.alice, now=world.now)
    lending = Lending.objects.get()
    for who, reason in ((world.lin, " "), (world.alice, "mine"), (world.charlie, "curious")):
        with pytest.raises(Denied):
            missing_books.look_into(lending_id=lending.pk, actor=who, reason=reason, now=world.now)
    missing_books.look_into(lending_id=lending.pk, actor=world.lin, reason="Found", now=world.now)
    with pytest.raises(IllegalTransition):
        missing_books.look_into(lending_id=lending.pk, actor=world.lin, reason="Found", now=world.now)
    assert acts.LOOK_INTO not in acts.possible(lending, world.lin)


def test_control_a_lending_in_hand_is_cancelled_by_either(world: World) -> None:
    lending = steps.agreed(world)
    assert policies.may_cancel(lending, world.alice)
    assert policies.may_cancel(lending, world.bob)
