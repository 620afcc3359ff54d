"""A librarian settles what two readers, or the library system, cannot."""

from datetime import timedelta

import pytest

from library_bridge.models import LibraryLoan, Transfer
from personal_catalog.models import Copy
from sharing import disputes, due, holdings, policies, requests, transferring
from sharing.errors import Denied
from sharing.models import Lending, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def test_a_dispute_is_settled_by_a_librarian_with_a_reason(world: World) -> None:
    lending = steps.on_loan(world)
    disputes.dispute_lending(lending_id=lending.pk, actor=world.alice, reason="Pages are missing", now=world.now)
    with pytest.raises(Denied):
        disputes.settle_lending(lending_id=lending.pk, actor=world.alice, outcome="returned", reason="x", now=world.now)
    disputes.settle_lending(
        lending_id=lending.pk, actor=world.lin, outcome="returned", reason="Seen at the desk", now=world.now
    )
    assert Copy.objects.get(pk=world.copy.pk).holder == world.alice


@pytest.fixture
def disputed(world: World) -> Lending:
    lending = steps.on_loan(world)
    return disputes.dispute_lending(lending_id=lending.pk, actor=world.alice, reason="Lost", now=world.now)


@pytest.mark.parametrize("outcome", ["replaced", "paid", "written_off"])
def test_a_copy_that_did_not_come_back_is_not_offered_again(world: World, disputed: Lending, outcome: str) -> None:
    disputes.settle_lending(
        lending_id=disputed.pk, actor=world.lin, outcome=outcome, reason="It is gone", now=world.now
    )
    copy = Copy.objects.get(pk=world.copy.pk)
    assert (copy.status, copy.holder) == (Copy.Status.WITHDRAWN, world.alice)
    assert holdings.of_title(world.title.pk, reader=None, policy=policies.current(), now=world.now) == []


def test_the_chain_of_a_lost_copy_stays_whole_C4(world: World, disputed: Lending) -> None:
    disputes.settle_lending(lending_id=disputed.pk, actor=world.lin, outcome="paid", reason="Paid", now=world.now)
    last = world.copy.custody.order_by("-pk")[0]
    assert (last.reason, last.from_holder, last.to_holder) == ("librarian", world.bob, world.alice)


@pytest.fixture
def moving(world: World, loan: LibraryLoan, library_agrees: object, monkeypatch: pytest.MonkeyPatch) -> Lending:
    """A library loan handed over, reported as damaged while the library moves it."""
    monkeypatch.setattr("sharing.jobs.hurry", lambda *_job: None)
    lending = steps.handed_over(steps.agreed(world, holding=f"loan-{loan.pk}"), now=world.now)
    return disputes.dispute_lending(lending_id=lending.pk, actor=world.bob, reason="Damaged", now=world.now)


def _library_says(lending: Lending, status: str, world: World) -> None:
    facts = {"status": status, "finished_at": world.now, "next_try_at": None}
    Transfer.objects.filter(pk=lending.transfer_id).update(**facts, new_due_at=world.now + timedelta(days=30))


def test_a_transfer_that_ends_in_a_dispute_is_taken_down(
    world: World, moving: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transferring, "refresh_both", lambda *_who, **_when: None)
    _library_says(moving, Transfer.Status.DONE, world)
    list(due.act(now=world.now))
    moving.refresh_from_db()
    assert (moving.status, moving.due_at) == (Lending.Status.DISPUTED, world.now + timedelta(days=30))
    disputes.settle_lending(lending_id=moving.pk, actor=world.lin, outcome="paid", reason="A fine", now=world.now)
    assert Request.objects.get().status == Request.Status.FULFILLED


def test_a_dispute_whose_transfer_was_refused_lets_the_request_go_on(world: World, moving: Lending) -> None:
    _library_says(moving, Transfer.Status.REFUSED, world)
    disputes.settle_lending(lending_id=moving.pk, actor=world.lin, outcome="returned", reason="Seen", now=world.now)
    assert Request.objects.get().status == Request.Status.OPEN


def test_nobody_settles_before_the_library_has_answered(world: World, moving: Lending) -> None:
    with pytest.raises(Denied, match="library"):
        disputes.settle_lending(lending_id=moving.pk, actor=world.lin, outcome="paid", reason="x", now=world.now)


def test_a_withdrawn_copy_is_asked_for_by_nobody(world: World, disputed: Lending) -> None:
    disputes.settle_lending(lending_id=disputed.pk, actor=world.lin, outcome="paid", reason="Paid", now=world.now)
    request = requests.place_request(actor=factories.reader("Dora"), title_id=world.title.pk, now=world.now)
    assert not request.asks.exists()
