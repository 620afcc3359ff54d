from datetime import timedelta
from unittest import mock

import pytest
from pytest_django import DjangoAssertNumQueries

from library_bridge.models import LibraryLoan
from personal_catalog import copies
from sharing import asks, custody, due, progress, requests, withdrawals
from sharing.errors import Denied, IllegalTransition
from sharing.models import Ask, DomainEvent, Notification, Rest
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.mark.parametrize("change", [{"status": "paused"}, {"visibility": "nobody"}, {"mode": "display"}])
def test_pausing_a_copy_lets_the_ask_go(world: World, change: dict[str, str]) -> None:
    ask = steps.asked(world)
    copies.update_copy(copy_id=world.copy.pk, actor=world.alice, changes=change, now=world.now)
    ask.refresh_from_db()
    assert (ask.status, ask.withdrawn_because) == ("withdrawn", "gone")
    assert DomainEvent.objects.get(kind="ask.withdrawn").actor == world.alice


def test_withdrawing_a_copy_lets_the_ask_go_and_the_request_on(world: World) -> None:
    factories.copy(world.charlie, world.title, now=world.now + timedelta(days=1))
    ask = steps.asked(world)
    custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    list(due.act(now=ask.respond_by))
    assert ask.request.asks.get(status="asked").holder == world.charlie


def test_a_change_of_the_note_disturbs_nobody(world: World) -> None:
    ask = steps.asked(world)
    copies.update_copy(copy_id=world.copy.pk, actor=world.alice, changes={"note": "blue"}, now=world.now)
    ask.refresh_from_db()
    assert ask.status == Ask.Status.ASKED


def test_a_promised_copy_stays_listed(world: World) -> None:
    steps.agreed(world)
    with pytest.raises(Denied, match="promised"):
        custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)


def test_a_copy_that_cannot_change_hands_gets_a_sentence_instead_of_an_error(world: World) -> None:
    with pytest.raises(IllegalTransition):
        custody.move_custody(copy=world.copy, to_holder=world.alice, reason="return", now=world.now)


@pytest.mark.usefixtures("library_agrees")
def test_an_ask_for_a_loan_that_went_back_ends_without_a_mark(world: World, loan: LibraryLoan) -> None:
    ask = steps.asked(world, holding=f"loan-{loan.pk}")
    LibraryLoan.objects.filter(pk=loan.pk).update(closed_at=world.now)
    with pytest.raises(Denied):
        asks.accept_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    assert {"did": "ask.withdrawn", "ask": ask.pk} in list(due.act(now=world.now))


def test_a_book_that_has_gone_looks_like_silence_P2(world: World) -> None:
    ask = steps.asked(world)
    request, later = ask.request, world.now + timedelta(hours=1)
    before = progress.stands(request, list(request.asks.all()), place=1, now=later)
    custody.withdraw_copy(copy_id=world.copy.pk, actor=world.alice, now=world.now)
    assert progress.stands(request, list(request.asks.all()), place=1, now=later) == before
    ask.conversation.refresh_from_db()
    assert ask.conversation.closed_at == ask.respond_by
    assert not Notification.objects.filter(reader=world.bob).exists()


def test_when_one_agrees_the_talks_with_those_who_said_no_end_like_the_others_P2(world: World) -> None:
    for holder in (world.charlie, factories.reader("Dora")):
        factories.copy(holder, world.title, now=world.now)
    request = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    no, silent, yes = request.asks.order_by("pk")
    asks.decline_ask(ask_id=no.pk, actor=no.holder, now=world.now)
    asks.accept_ask(ask_id=yes.pk, actor=yes.holder, now=world.now + timedelta(hours=1))
    for ask in (no, silent):
        ask.conversation.refresh_from_db()
    assert no.conversation.closed_at == silent.conversation.closed_at == world.now + timedelta(hours=1)


@pytest.mark.parametrize("end", ["declined", "lapsed", "cancelled"])
def test_asking_again_gets_the_same_silence_whatever_came_of_the_first_P2(world: World, end: str) -> None:
    ask = steps.asked(world)
    later = world.now + timedelta(days=3)
    if end == "declined":
        asks.decline_ask(ask_id=ask.pk, actor=world.alice, now=world.now)
    elif end == "lapsed":
        asks.lapse_ask(ask_id=ask.pk, now=later)
    requests.cancel_request(request_id=ask.request_id, actor=world.bob, now=later)
    again = requests.place_request(actor=world.bob, title_id=world.title.pk, now=later)
    assert not again.asks.exists()
    list(due.act(now=world.now + timedelta(days=14, minutes=1)))
    assert again.asks.count() == 1


def test_whose_holder_has_nothing_to_answer_nothing_is_looked_through(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    steps.asked(world)
    with django_assert_num_queries(1):
        withdrawals.let_go_vain(Ask.objects.filter(holder=world.charlie), actor=world.charlie, now=world.now)


def test_of_what_a_holder_is_asked_for_only_what_is_in_vain_is_let_go(world: World) -> None:
    other = factories.copy(world.alice, factories.title("围城"), now=world.now)
    stays, goes = steps.asked(world), steps.asked(world, holding=f"copy-{other.pk}")
    Rest.objects.create(copy=other, holder=world.alice, last_date=world.now.date())
    with mock.patch("sharing.jobs.hurry") as hurried:
        withdrawals.let_go_vain(Ask.objects.filter(holder=world.alice), actor=world.alice, now=world.now)
    assert [Ask.objects.get(pk=ask.pk).status for ask in (stays, goes)] == ["asked", "withdrawn"]
    hurried.assert_called_once_with("sharing.tasks.next_wave", goes.request_id)
