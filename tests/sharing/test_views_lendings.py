"""The page of a lending, for both sides and every state."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from library_bridge.models import LibraryLoan, Transfer
from sharing import due, handovers, jobs, lendings, policies, slips
from sharing.models import Lending
from sharing.scenes import Scene
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def agreed(world: World) -> Lending:
    return steps.agreed(world)


def page(lending: Lending) -> str:
    return reverse("lending", args=[lending.pk])


def proposed(lending: Lending, world: World) -> None:
    handovers.propose_handover(
        lending_id=lending.pk, actor=world.bob, method="in_person", place="West gate", starts_at=world.now + timedelta(days=1),
        now=world.now + timedelta(hours=1),
    )  # fmt: skip


def test_after_consent_each_reads_the_others_name(world: World, agreed: Lending) -> None:
    assert "from you to <b>Bob</b>" in browsers.seen(browsers.of(world.alice), page(agreed))
    assert "from <b>Alice</b> to you" in browsers.seen(browsers.of(world.bob), page(agreed))


def test_a_stranger_finds_nothing(world: World, agreed: Lending) -> None:
    assert browsers.of(world.charlie).get(page(agreed)).status_code == 404


def test_first_comes_the_choice_of_place_and_time(world: World, agreed: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        shown = browsers.seen(browsers.of(world.bob), page(agreed))
    assert shown.index("Choose a place and a time") < shown.index("Lending slip")
    assert '<option value="Plum Court">' in shown
    assert "by 1 December" in shown


def test_the_proposer_waits_and_the_other_answers(world: World, agreed: Lending) -> None:
    proposed(agreed, world)
    with browsers.at(world.now + timedelta(hours=2)):
        assert "Alice has your proposal" in browsers.seen(browsers.of(world.bob), page(agreed))
        shown = browsers.seen(browsers.of(world.alice), page(agreed))
    assert "Bob proposes a meeting" in shown
    assert "Tomorrow 10:00" in shown


def test_the_giver_shows_and_the_taker_enters(world: World, agreed: Lending) -> None:
    steps.arranged(agreed, now=world.now + timedelta(hours=1))
    with browsers.at(world.now + timedelta(hours=2)):
        assert "The code for the handover" in browsers.seen(browsers.of(world.alice), page(agreed))
        assert "Confirm the handover" in browsers.seen(browsers.of(world.bob), page(agreed))


def test_the_borrower_sees_the_date_and_both_ways_on(world: World) -> None:
    lending = steps.on_loan(world)
    with browsers.at(world.now + timedelta(days=1)):
        shown = browsers.seen(browsers.of(world.bob), page(lending))
    assert "Yours until 23 January 2027" in shown
    assert "Give it back" in shown
    assert "Keep it 30 days longer" in shown


def test_the_owner_is_told_that_nothing_is_to_be_done(world: World) -> None:
    lending = steps.on_loan(world)
    with browsers.at(world.now + timedelta(days=1)):
        shown = browsers.seen(browsers.of(world.alice), page(lending))
    assert "You need do nothing" in shown
    assert "Bob answers for the book" in shown


def test_late_is_told_without_blame(world: World) -> None:
    lending = steps.on_loan(world)
    with browsers.at(world.now + timedelta(days=62)):
        shown = browsers.seen(browsers.of(world.bob), page(lending))
    assert "2 days late" in shown
    assert "It is overdue, so it cannot be extended." in shown


def test_extending_twice_is_refused_in_place(world: World) -> None:
    lending, client = steps.on_loan(world), browsers.of(world.bob)
    with browsers.at(world.now + timedelta(days=1)):
        client.post(reverse("extend-lending", args=[lending.pk]))
        answer = client.post(reverse("extend-lending", args=[lending.pk]), follow=True)
    assert "once is what the rules allow" in browsers.text(answer)


def test_the_return_opens_with_the_code_on_the_borrowers_side(world: World) -> None:
    lending, client = steps.on_loan(world), browsers.of(world.bob)
    with browsers.at(world.now + timedelta(days=1)):
        for _time in range(2):
            shown = browsers.text(client.post(reverse("start-return", args=[lending.pk]), follow=True))
    assert "The code for the handover" in shown
    assert "you answer for the book" in shown
    assert lending.handovers.filter(direction="back").count() == 1


def test_a_cancelled_lending_tells_the_reason_to_both(world: World, agreed: Lending) -> None:
    client = browsers.of(world.alice)
    for _time in range(2):
        client.post(reverse("cancel-lending", args=[agreed.pk]), {"reason": "I need it after all"})
    assert "I need it after all" in browsers.seen(browsers.of(world.bob), page(agreed))
    assert "This lending was cancelled" in browsers.seen(client, page(agreed))
    assert agreed.events.filter(kind="lending.cancelled").count() == 1


def test_what_cancelling_costs_is_said_before(world: World, agreed: Lending) -> None:
    assert "the first in 90 days costs no standing" in browsers.seen(browsers.of(world.alice), page(agreed))


def test_after_the_handover_cancelling_is_refused_in_place(world: World) -> None:
    """C7"""
    lending = steps.on_loan(world)
    answer = browsers.of(world.bob).post(reverse("cancel-lending", args=[lending.pk]), {"reason": "x"}, follow=True)
    assert "cannot be cancelled any more" in browsers.text(answer)


def test_a_problem_needs_words_and_keeps_them(world: World) -> None:
    lending, client = steps.on_loan(world), browsers.of(world.alice)
    shown = browsers.text(
        client.post(reverse("dispute-lending", args=[lending.pk]), {"reason": "y" * 501}, follow=True)
    )
    assert "y" * 501 in shown
    assert "data-invalid" in shown
    assert "data-invalid" not in browsers.seen(client, page(lending))


def test_a_problem_goes_to_the_librarians(world: World) -> None:
    lending, client = steps.on_loan(world), browsers.of(world.alice)
    shown = browsers.text(client.post(reverse("dispute-lending", args=[lending.pk]), {"reason": "Wet"}, follow=True))
    assert "A problem was reported" in shown
    assert "Wet" in browsers.seen(browsers.of(world.bob), page(lending))


def test_the_slip_says_it_from_each_side(world: World, agreed: Lending) -> None:
    mine, theirs = (browsers.seen(browsers.of(who), page(agreed)) for who in (world.alice, world.bob))
    assert "You agreed" in mine
    assert "Bob asked for it" in mine
    assert "Alice agreed" in theirs
    assert "You asked for it" in theirs


@pytest.fixture
def transferring(world: World, loan: LibraryLoan, library_agrees: object) -> Lending:
    lending = steps.agreed(world, holding=f"loan-{loan.pk}")
    with jobs.left_to_the_sweep():
        return steps.handed_over(lending, now=world.now + timedelta(hours=2))


def test_a_library_loan_waits_for_the_library(world: World, transferring: Lending) -> None:
    shown = browsers.seen(browsers.of(world.alice), page(transferring))
    assert "The library is moving the loan" in shown
    assert "the book stays on your card" in shown


def test_i5_a_library_that_cannot_be_reached_is_said_with_the_next_try(world: World, transferring: Lending) -> None:
    Transfer.objects.update(reason_code="unavailable", status="pending", next_try_at=world.now + timedelta(hours=3))
    with browsers.at(world.now + timedelta(hours=2)):
        shown = browsers.seen(browsers.of(world.bob), page(transferring))
    assert "The library system can’t be reached, so the loan has not moved yet." in shown
    assert "Next try today 13:00." in shown


def test_a_refusal_is_told_in_the_readers_words(world: World, transferring: Lending) -> None:
    Transfer.objects.update(status="refused", reason_code="loan_limit", next_try_at=None, finished_at=world.now)
    Lending.objects.update(status="needs_librarian")
    shown = browsers.seen(browsers.of(world.alice), page(transferring))
    assert "This card is at its limit." in shown
    assert "The book is still on your card." in shown


def test_a_moved_loan_says_whose_it_is_now(world: World, transferring: Lending) -> None:
    due = world.now + timedelta(days=30)
    Lending.objects.update(status="completed", closed_at=world.now, due_at=due)
    assert "The loan is on your card now" in browsers.seen(browsers.of(world.bob), page(transferring))
    assert "You no longer answer for it." in browsers.seen(browsers.of(world.alice), page(transferring))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_has_a_page_for_both(world: World, language: str) -> None:
    lending = steps.on_loan(world)
    for status in Lending.Status.values:
        closed = world.now if status in Lending.TERMINAL else None
        Lending.objects.update(status=status, closed_at=closed)
        for who in (world.alice, world.bob):
            assert "slip-no" in browsers.seen(browsers.of(who, language), page(lending))


@pytest.mark.parametrize("state", ["agreed", "on_loan"])
def test_the_page_asks_few_questions(
    world: World, state: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lending = steps.agreed(world) if state == "agreed" else steps.on_loan(world)
    client = browsers.of(world.bob)
    client.get(page(lending))
    with django_assert_max_num_queries(15):
        client.get(page(lending))


def test_nobody_else_is_told_by_the_page_of_a_lost_lending(world: World, agreed: Lending) -> None:
    lendings.cancel_lending(lending_id=agreed.pk, actor=world.bob, reason="", now=world.now)
    assert "Cancelled" in browsers.seen(browsers.of(world.alice), page(agreed))


def test_a_missed_meeting_says_what_follows_and_on_which_day(world: World, agreed: Lending) -> None:
    steps.arranged(agreed, now=world.now + timedelta(hours=1))
    with browsers.at(world.now + timedelta(days=3)):
        gives, takes = (browsers.seen(browsers.of(reader), page(agreed)) for reader in (world.alice, world.bob))
    for shown in (gives, takes):
        assert "The agreed time was 3 days ago" in shown
        assert "Arrange another time" in shown
        assert "by 1 December" in shown
    assert "Show the code" in gives
    assert "Confirm the handover" in takes


def test_the_slip_keeps_the_day_of_a_meeting(world: World, agreed: Lending) -> None:
    steps.arranged(agreed, now=world.now + timedelta(hours=1))
    with browsers.at(world.now + timedelta(hours=2)):
        assert "24 November 14:00, West gate" in browsers.seen(browsers.of(world.bob), page(agreed))


def test_the_slip_of_a_late_book_ends_with_its_return_and_stands_in_order(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    now = lending.due_at + timedelta(days=2)
    list(due.act(now=now))
    seen = Lending.objects.visible_to(world.alice).for_page().get()
    rows = slips.rows(Scene(seen, world.alice, policies.current(), now))
    assert [row.what for row in rows[-2:]] == ["Overdue", "Bob gives it back to you"]
    assert rows[-1].note.startswith("It was due on")
    dates = [row.at for row in rows if row.at]
    assert dates == sorted(dates)


def test_red_on_the_slip_is_for_whom_it_waits(world: World, agreed: Lending) -> None:
    proposed(agreed, world)
    with browsers.at(world.now + timedelta(hours=2)):
        assert 'data-next="act"' in browsers.seen(browsers.of(world.alice), page(agreed))
        assert 'data-next="act"' not in browsers.seen(browsers.of(world.bob), page(agreed))
