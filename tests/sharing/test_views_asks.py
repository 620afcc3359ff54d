"""The ask page: a holder answers somebody without a name."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from library_bridge.models import LibraryLoan
from sharing.models import Ask, Lending
from tests.sharing import browsers, steps
from tests.sharing.conftest import World


@pytest.fixture
def ask(world: World) -> Ask:
    world.bob.display_name, world.bob.last_name = "MARKER-NAME", "MARKER-LAST"
    world.bob.save()
    return steps.asked(world)


def page(ask: Ask) -> str:
    return reverse("ask", args=[ask.pk])


def test_the_holder_reads_who_what_and_until_when(world: World, ask: Ask) -> None:
    with browsers.at(world.now + timedelta(hours=1)):
        shown = browsers.seen(browsers.of(world.alice), page(ask))
    assert "I would like to read it." in shown
    assert "Plum Court" in shown
    assert "no handover here yet" in shown
    assert "Thursday 10:00" in shown


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_p1_the_requester_has_no_name_before_consent(world: World, ask: Ask, language: str) -> None:
    client = browsers.of(world.alice, language)
    for url in (
        page(ask),
        reverse("todo"),
        reverse("notifications"),
        reverse("conversation", args=[ask.conversation.pk]),
    ):
        shown = browsers.seen(client, url)
        assert "MARKER" not in shown
        assert world.bob.username not in shown


def test_p2_the_requester_cannot_open_the_ask(world: World, ask: Ask) -> None:
    assert browsers.of(world.bob).get(page(ask)).status_code == 404


def test_kept_appointments_are_told_in_words(world: World, ask: Ask) -> None:
    Ask.objects.filter(pk=ask.pk).update(status="withdrawn", withdrawn_because="not_needed", answered_at=world.now)
    ask.request.status = "cancelled"
    ask.request.closed_at = world.now
    ask.request.save()
    steps.returned(steps.on_loan(world), now=world.now + timedelta(days=3))
    again = steps.asked(world)
    assert "a few handovers here so far" in browsers.seen(browsers.of(world.alice), page(again))


def test_agreeing_leads_to_the_lending(world: World, ask: Ask) -> None:
    with browsers.at(world.now + timedelta(hours=1)):
        answer = browsers.of(world.alice).post(reverse("accept-ask", args=[ask.pk]))
    assert answer["Location"] == reverse("lending", args=[Lending.objects.get().pk])


def test_agreeing_twice_gives_the_same_lending(world: World, ask: Ask) -> None:
    client = browsers.of(world.alice)
    with browsers.at(world.now):
        first, second = (client.post(reverse("accept-ask", args=[ask.pk])) for _time in range(2))
    assert first["Location"] == second["Location"]
    assert Lending.objects.count() == 1


def test_saying_no_keeps_the_reason_and_returns_to_the_list(world: World, ask: Ask) -> None:
    with browsers.at(world.now):
        answer = browsers.of(world.alice).post(reverse("decline-ask", args=[ask.pk]), {"reason": "away"})
    ask.refresh_from_db()
    assert (ask.status, ask.decline_reason, answer["Location"]) == ("declined", "away", reverse("todo"))


def test_saying_no_without_a_reason_is_enough(world: World, ask: Ask) -> None:
    with browsers.at(world.now):
        browsers.of(world.alice).post(reverse("decline-ask", args=[ask.pk]), {"reason": "<script>"})
    ask.refresh_from_db()
    assert (ask.status, ask.decline_reason) == ("declined", "")


def test_s5_too_late_is_said_in_place(world: World, ask: Ask) -> None:
    Ask.objects.filter(pk=ask.pk).update(status="withdrawn", answered_at=world.now)
    answer = browsers.of(world.alice).post(reverse("accept-ask", args=[ask.pk]), follow=True)
    assert "no longer needs an answer" in browsers.text(answer)
    assert not Lending.objects.exists()


def test_who_answers_for_a_library_loan_is_said_beside_the_button(
    world: World, loan: LibraryLoan, library_agrees: object
) -> None:
    ask = steps.asked(world, holding=f"loan-{loan.pk}")
    shown = browsers.seen(browsers.of(world.alice), page(ask))
    assert "<b>Until the library confirms the transfer, the book stays on your card</b>" in shown


def test_the_page_asks_few_questions(
    world: World, ask: Ask, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = browsers.of(world.alice)
    client.get(page(ask))
    with django_assert_max_num_queries(15):
        client.get(page(ask))


def test_in_chinese_no_space_stands_before_a_day_in_words(world: World, ask: Ask) -> None:
    with browsers.at(world.now):
        shown = browsers.seen(browsers.of(world.alice, "zh-CN"), page(ask))
    assert re.search(r"请在<time[^>]*>[^ <]+ \d\d:\d\d</time> 前答复", shown)
