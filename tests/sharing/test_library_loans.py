"""A library loan from request to new due date, in the embedded library system itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest import mock

import pytest

from library_bridge import loans
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import EmbeddedLoan, LibraryLoan, Transfer
from library_bridge.ports import Unavailable
from sharing import asks, due, handovers, harvest, notices, requests, transferring
from sharing.errors import Denied, LibraryUnavailable, RefusedByLibrary
from sharing.models import Handover, Lending, LoanTitle, Notification, Request
from tests.library_bridge.factories import Campus, campus, charged, embedded_patron, hold
from tests.sharing import steps
from tests.sharing.pages import get

pytestmark = pytest.mark.django_db


class Story:
    """Alice has an item on her card; Bob asks for it; step by step."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.campus: Campus = campus()
        self.alice, self.bob = self.campus.alice.reader, self.campus.bob.reader
        self.item = charged(self.campus, self.campus.alice, now=now)
        snapshot = loans.refresh_loans(patron=self.campus.alice, now=now)
        harvest.catalogue_loans(snapshot, now=now)
        self.loan: LibraryLoan = snapshot[0]

    def ask(self) -> Request:
        return requests.place_request(actor=self.bob, holding_key=f"loan-{self.loan.pk}", now=self.now)

    def agree(self) -> Lending:
        return asks.accept_ask(ask_id=self.ask().asks.get().pk, actor=self.alice, now=self.now)

    def hand_over(self) -> Lending:
        return steps.handed_over(self.agree(), now=self.now)

    def is_due_in(self, *, days: int) -> None:
        """In the library system, and not renewable any more."""
        on = EmbeddedLoan.objects.filter(item=self.item, returned_at=None)
        on.update(due_at=self.now + timedelta(days=days), renewals=99)

    def on_card(self) -> str:
        return self.campus.holder(self.item.barcode)


@pytest.fixture
def story(now: datetime) -> Story:
    return Story(now)


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Jobs are sent and nobody takes them up."""
    with mock.patch("sharing.jobs.hurry"):
        yield


def test_a_loan_finds_its_title_in_the_shared_catalogue(story: Story) -> None:
    assert LoanTitle.objects.get(library_loan=story.loan).title.title == "拖延心理学"


def test_the_item_ends_on_the_takers_card_and_on_no_other_C3(story: Story) -> None:
    lending = transferring.advance_transfer(lending_id=story.hand_over().pk, now=story.now)
    assert lending.status == Lending.Status.COMPLETED
    assert story.on_card() == story.campus.bob.card_number


def test_the_new_due_date_is_the_librarys(story: Story) -> None:
    lending = transferring.advance_transfer(lending_id=story.hand_over().pk, now=story.now)
    taken = LibraryLoan.objects.get(patron=story.campus.bob, closed_at=None)
    assert lending.due_at == taken.due_at
    assert (taken.due_at.date() - story.now.date()).days == story.campus.rule.loan_days


def test_the_givers_loan_is_closed_and_the_takers_is_catalogued(story: Story) -> None:
    transferring.advance_transfer(lending_id=story.hand_over().pk, now=story.now)
    story.loan.refresh_from_db()
    assert story.loan.closed_at is not None
    assert LoanTitle.objects.filter(library_loan__patron=story.campus.bob).exists()


def test_until_the_library_has_confirmed_the_loan_stays_with_the_giver(story: Story, no_worker: None) -> None:
    lending = story.hand_over()
    assert lending.status == Lending.Status.TRANSFERRING
    assert story.on_card() == story.campus.alice.card_number


def test_a_hold_before_the_request_refuses_it(story: Story) -> None:
    hold(story.item, embedded_patron(story.campus.library, story.campus.category), now=story.now)
    with pytest.raises(RefusedByLibrary, match="hold"):
        story.ask()


def test_a_hold_between_request_and_consent_refuses_the_consent(story: Story) -> None:
    ask = story.ask().asks.get()
    hold(story.item, embedded_patron(story.campus.library, story.campus.category), now=story.now)
    with pytest.raises(RefusedByLibrary):
        asks.accept_ask(ask_id=ask.pk, actor=story.alice, now=story.now)
    assert not Lending.objects.exists()


def test_a_card_blocked_before_the_meeting_stops_the_handover(story: Story) -> None:
    handover = steps.arranged(story.agree(), now=story.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=story.alice, now=story.now).pin
    card = story.campus.card(story.campus.bob)
    card.blocked = True
    card.save()
    with pytest.raises(RefusedByLibrary, match="blocked"):
        handovers.confirm_handover(handover_id=handover.pk, actor=story.bob, pin=pin, now=story.now)
    assert story.on_card() == story.campus.alice.card_number


def test_a_card_blocked_after_the_meeting_calls_a_librarian_and_both_are_told_C3(story: Story, no_worker: None) -> None:
    lending = story.hand_over()
    card = story.campus.card(story.campus.bob)
    card.blocked = True
    card.save()
    lending = transferring.advance_transfer(lending_id=lending.pk, now=story.now)
    assert lending.status == Lending.Status.NEEDS_LIBRARIAN
    assert story.on_card() == story.campus.alice.card_number
    told = Notification.objects.filter(event__kind="lending.needs_librarian").values_list("reader", flat=True)
    assert set(told) == {story.alice.pk, story.bob.pk}


def test_a_loan_that_came_back_with_another_date_says_so_to_both(story: Story, no_worker: None) -> None:
    """Where a library system cannot set the old date again."""
    lending, new = story.hand_over(), datetime(2027, 1, 8, 23, 59, tzinfo=story.now.tzinfo)
    Transfer.objects.filter(pk=lending.transfer_id).update(
        status="refused", reason_code="card_blocked", new_due_at=new, finished_at=story.now, next_try_at=None
    )
    transferring.advance_transfer(lending_id=lending.pk, now=story.now)
    for reader, card in ((story.alice, "your card"), (story.bob, "Alice’s card")):
        page = get(lending.get_absolute_url(), reader, now=story.now)
        assert f"{card} again" in page
        assert "8 January 2027" in page
        told = notices.sentence(Notification.objects.get(reader=reader, event__kind="lending.needs_librarian"), reader)
        assert f"on {card} as before" in told.text
        assert "8 January 2027" in told.text


def test_with_the_system_down_the_confirmation_is_kept_and_the_sweep_moves_the_loan_later_I5(
    story: Story, no_worker: None
) -> None:
    lending = story.hand_over()
    with mock.patch.object(EmbeddedSystem, "item", side_effect=Unavailable("down")):
        assert transferring.advance_transfer(lending_id=lending.pk, now=story.now).status == Lending.Status.TRANSFERRING
    deeds = [deed["did"] for deed in due.act(now=story.now + timedelta(minutes=6))]
    assert "lending.completed" in deeds
    assert story.on_card() == story.campus.bob.card_number


def test_with_the_system_down_a_single_loan_cannot_be_asked_for_and_nothing_is_saved(story: Story) -> None:
    with mock.patch.object(EmbeddedSystem, "item", side_effect=Unavailable("down")), pytest.raises(LibraryUnavailable):
        story.ask()
    assert not Request.objects.exists()


def test_a_loan_near_its_due_date_that_cannot_be_renewed_is_not_passed_on(story: Story) -> None:
    story.is_due_in(days=2)
    with pytest.raises(RefusedByLibrary, match="few days"):
        story.ask()


def test_a_loan_that_is_near_its_due_date_by_now_is_not_handed_over(story: Story) -> None:
    handover = steps.arranged(story.agree(), now=story.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=story.alice, now=story.now).pin
    story.is_due_in(days=2)
    with pytest.raises(RefusedByLibrary, match="few days"):
        handovers.confirm_handover(handover_id=handover.pk, actor=story.bob, pin=pin, now=story.now)
    assert story.on_card() == story.campus.alice.card_number


def test_the_cap_is_asked_again_at_the_handover(story: Story) -> None:
    handover = steps.arranged(story.agree(), now=story.now)
    with (
        mock.patch("sharing.limits.transfers_this_year", return_value=2),
        pytest.raises(Denied, match="within a year"),
    ):
        steps.confirm(handover, now=story.now)


def test_no_meeting_is_proposed_for_a_time_after_the_due_date(story: Story) -> None:
    lending = story.agree()
    LibraryLoan.objects.update(due_at=story.now + timedelta(days=6))
    with pytest.raises(Denied, match="due date"):
        handovers.propose_handover(
            lending_id=lending.pk, actor=story.bob, method="in_person", place="Desk",
            starts_at=story.now + timedelta(days=6, hours=1), now=story.now,
        )  # fmt: skip


def test_a_second_click_on_confirm_meets_what_the_first_one_did(story: Story) -> None:
    handover = steps.arranged(story.agree(), now=story.now)
    pin = handovers.issue_code(handover_id=handover.pk, actor=story.alice, now=story.now).pin
    ask = handovers.ask_library_again

    def first_click_is_faster(*given: object) -> object:
        with mock.patch("sharing.handovers.ask_library_again", ask):
            handovers.confirm_handover(handover_id=handover.pk, actor=story.bob, pin=pin, now=story.now)
        return RefusedByLibrary("This item is not on the holder's card.")

    with mock.patch("sharing.handovers.ask_library_again", side_effect=first_click_is_faster):
        again = handovers.confirm_handover(handover_id=handover.pk, actor=story.bob, pin=pin, now=story.now)
    assert again.status == Handover.Status.CONFIRMED
    assert story.on_card() == story.campus.bob.card_number


def test_the_yearly_cap_of_item_and_patron_holds(story: Story) -> None:
    with (
        mock.patch("sharing.limits.transfers_this_year", return_value=2),
        pytest.raises(Denied, match="within a year"),
    ):
        story.ask()


def test_repeating_the_transfer_job_moves_nothing_twice_N6(story: Story) -> None:
    lending = story.hand_over()
    for _again in range(3):
        transferring.advance_transfer(lending_id=lending.pk, now=story.now)
    assert Notification.objects.filter(event__kind="lending.completed").count() == 2
    assert story.on_card() == story.campus.bob.card_number
