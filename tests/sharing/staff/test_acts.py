"""What staff do with a lending: settle it, and help a transfer on."""

from collections.abc import Iterator
from datetime import datetime
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from library_bridge import transfers
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.models import Reader, Transfer
from library_bridge.ports import NotSupported
from sharing import notices
from sharing.invariants import CHECKS as INVARIANTS
from sharing.models import Lending, Notification
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import Page
from tests.sharing.staff.desk import DAY, seen, sent, staff
from tests.sharing.test_library_loans import Story

pytestmark = pytest.mark.django_db


def settled(lending: Lending, who: Reader, now: datetime, **said: str) -> Page:
    form = {"outcome": "returned", "reason": "Both agree: the cover was gone before.", **said}
    return sent(reverse("lendings:settle", args=[lending.pk]), who, now, **form)


def test_a_librarian_settles_a_dispute_with_a_reason(world: World, lin: Reader, disputed: Lending) -> None:
    page = settled(disputed, lin, world.now + 2 * DAY)
    assert "Settled. Both readers have been told." in page
    disputed.refresh_from_db()
    world.copy.refresh_from_db()
    assert (disputed.status, disputed.close_reason) == ("settled", "Both agree: the cover was gone before.")
    assert world.copy.holder == world.alice
    entry = ModelLogEntry.objects.get(action="sharing.settle")
    assert (entry.user, entry.data["outcome"]) == (lin, "returned")


@pytest.mark.parametrize("said", [{"reason": "  "}, {"outcome": "given to me"}])
def test_an_incomplete_settlement_is_asked_for_again(
    said: dict[str, str], world: World, lin: Reader, disputed: Lending
) -> None:
    page = settled(disputed, lin, world.now + 2 * DAY, **said)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED
    assert page.status == 200
    assert "How it ends" in page


def test_staff_with_the_right_to_see_cannot_settle_t_l1(world: World, disputed: Lending) -> None:
    settled(disputed, staff("sharing.view_lending"), world.now + 2 * DAY)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED


def test_nobody_settles_a_lending_of_their_own(world: World, disputed: Lending) -> None:
    Reader.objects.filter(pk=world.alice.pk).update(is_staff=True, is_superuser=True)
    settled(disputed, Reader.objects.get(pk=world.alice.pk), world.now + 2 * DAY)
    disputed.refresh_from_db()
    assert disputed.status == Lending.Status.DISPUTED


def test_what_has_moved_on_meanwhile_is_said(world: World, lin: Reader) -> None:
    page = settled(steps.agreed(world), lin, world.now + DAY)
    assert "Things have moved on" in page


def test_a_post_without_a_token_settles_nothing_t_r9(world: World, lin: Reader, disputed: Lending) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lin)
    form = {"outcome": "paid", "reason": "x"}
    assert client.post(reverse("lendings:settle", args=[disputed.pk]), form).status_code == 403


def test_what_a_librarian_moved_by_hand_completes_the_lending(
    world: World, stuck: tuple[Story, Lending], now: datetime
) -> None:
    story, lending = stuck
    story.campus.system(now).check_out(story.campus.bob.card_number, story.item.barcode)
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="Charged by hand")
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
    assert "the lending is completed" in page


def test_where_the_library_lists_not_all_loans_the_slip_says_so_and_stays(
    world: World, stuck: tuple[Story, Lending], now: datetime
) -> None:
    _story, lending = stuck
    with mock.patch.object(transfers, "finish_by_staff", side_effect=transfers.ListIncomplete):
        page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="It is back")
    assert "does not list all loans" in page


@pytest.fixture
def no_lists() -> Iterator[None]:
    """A library system that lists no loans."""
    with mock.patch.object(EmbeddedSystem, "loans", side_effect=NotSupported):
        yield


def test_s2_without_lists_a_lending_ends_by_what_the_librarian_has_seen(
    world: World, stuck: tuple[Story, Lending], no_lists: None, now: datetime
) -> None:
    story, lending = stuck
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="Seen", seen="taker")
    assert "the lending is completed" in page
    lending.refresh_from_db()
    assert (lending.status, lending.request.status) == ("completed", "fulfilled")
    slip = seen(lending.get_absolute_url(), story.bob, now)
    assert "desk can tell you until when" in slip
    assert "> Due <" not in slip.html
    told = Notification.objects.get(reader=story.bob, event__kind="lending.completed")
    assert notices.sentence(told, story.bob).text.endswith("Its desk can tell you until when.")
    assert not [check.says for check in INVARIANTS for _line in check.violations()]


def test_s2_without_lists_what_was_seen_elsewhere_is_settled_next(
    world: World, stuck: tuple[Story, Lending], no_lists: None, now: datetime
) -> None:
    story, lending = stuck
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="It is back", seen="elsewhere")
    assert "Now settle the lending." in page
    slip = seen(lending.get_absolute_url(), story.alice, now)
    assert "desk can tell you on whose card the book stands" in slip
    assert "still on your card" not in slip
    settled(lending, world.lin, now)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.SETTLED


def test_settling_a_library_loan_speaks_of_the_library_and_not_of_an_owner(
    world: World, stuck: tuple[Story, Lending], now: datetime
) -> None:
    lending = stuck[1]
    sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="It stays on the shelf")
    for place in ("inspect", "settle"):
        page = seen(reverse(f"lendings:{place}", args=[lending.pk]), world.lin, now)
        assert "The loan stays on the card where the library system has it" in page
        assert "leaves the register" not in page


def test_what_did_not_move_is_settled_next(world: World, stuck: tuple[Story, Lending], now: datetime) -> None:
    _story, lending = stuck
    page = sent(reverse("lendings:finish", args=[lending.pk]), world.lin, now, reason="It stays on the shelf")
    assert "Now settle the lending." in page
    settled(lending, world.lin, now)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.SETTLED


def test_a_stuck_transfer_cannot_be_passed_over(world: World, stuck: tuple[Story, Lending], now: datetime) -> None:
    settled(stuck[1], world.lin, now)
    stuck[1].refresh_from_db()
    assert stuck[1].status == Lending.Status.NEEDS_LIBRARIAN


def test_a_waiting_transfer_is_tried_at_once(no_worker: None, world: World, now: datetime) -> None:
    story = Story(now)
    lending = story.hand_over()
    Transfer.objects.update(next_try_at=now + DAY)
    page = sent(reverse("lendings:retry", args=[lending.pk]), world.lin, now)
    lending.refresh_from_db()
    assert lending.status == Lending.Status.COMPLETED
    assert story.on_card() == story.campus.bob.card_number
    assert "The library has moved the loan" in page
