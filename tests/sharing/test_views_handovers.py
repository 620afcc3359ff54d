"""Arranging a handover, the code, the two confirmations, and the scan page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sharing import codes, handovers
from sharing.models import Handover, Lending
from tests.sharing import browsers, steps
from tests.sharing.conftest import World

WHEN = {"place": "Library, front desk", "other_place": "", "day": "2026-11-25", "time": "12:30"}


@pytest.fixture
def lending(world: World) -> Lending:
    return steps.agreed(world)


@pytest.fixture
def handover(world: World, lending: Lending) -> Handover:
    return steps.arranged(lending, now=world.now + timedelta(hours=1))


def test_a_proposal_is_sent_once_however_often_it_is_pressed(world: World, lending: Lending) -> None:
    client = browsers.of(world.bob)
    with browsers.at(world.now + timedelta(hours=2)):
        for _time in range(2):
            assert client.post(reverse("propose-handover", args=[lending.pk]), WHEN).status_code == 302
    made = lending.handovers.get()
    assert (made.place_name, f"{made.starts_at:%d %H:%M}", made.method) == (
        "Library, front desk",
        "25 04:30",
        "in_person",
    )


def test_another_place_in_ones_own_words_wins(world: World, lending: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        browsers.of(world.bob).post(
            reverse("propose-handover", args=[lending.pk]), {**WHEN, "other_place": "West gate, clock"}
        )
    assert lending.handovers.get().place == "West gate, clock"


def test_a_time_that_has_passed_is_refused_and_the_form_keeps_its_words(world: World, lending: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        shown = browsers.text(
            browsers.of(world.bob).post(
                reverse("propose-handover", args=[lending.pk]),
                {**WHEN, "other_place": "West gate", "day": "2026-11-20"},
                follow=True,
            )
        )
    assert "This time has passed already" in shown
    assert 'value="West gate"' in shown
    assert not lending.handovers.exists()


def test_a_place_is_needed(world: World, lending: Lending) -> None:
    answer = browsers.of(world.bob).post(
        reverse("propose-handover", args=[lending.pk]), {**WHEN, "place": ""}, follow=True
    )
    assert "Choose a place, or name one." in browsers.text(answer)


def test_t_r4_further_fields_are_not_written(world: World, lending: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        browsers.of(world.bob).post(
            reverse("propose-handover", args=[lending.pk]), {**WHEN, "status": "confirmed", "method": "courier"}
        )
    made = lending.handovers.get()
    assert (made.status, made.method) == ("proposed", "in_person")


def test_the_other_side_agrees(world: World, lending: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        browsers.of(world.bob).post(reverse("propose-handover", args=[lending.pk]), WHEN)
        made = lending.handovers.get()
        for _time in range(2):
            answer = browsers.of(world.alice).post(reverse("agree-handover", args=[made.pk]))
    made.refresh_from_db()
    assert (made.status, answer["Location"]) == ("agreed", reverse("lending", args=[lending.pk]))


@pytest.mark.parametrize("takes", [True, False])
def test_each_side_is_told_its_own_part_of_the_meeting(world: World, lending: Lending, takes: bool) -> None:
    proposes, agrees = (world.alice, world.bob) if takes else (world.bob, world.alice)
    with browsers.at(world.now + timedelta(hours=2)):
        browsers.of(proposes).post(reverse("propose-handover", args=[lending.pk]), WHEN)
        url = reverse("agree-handover", args=[lending.handovers.get().pk])
        shown = browsers.text(browsers.of(agrees).post(url, follow=True))
    assert ("type the six digits from the other side’s page" in shown) == takes
    assert ("When you meet, the code is on this page." in shown) != takes


def test_one_cannot_agree_to_ones_own_proposal(world: World, lending: Lending) -> None:
    with browsers.at(world.now + timedelta(hours=2)):
        browsers.of(world.bob).post(reverse("propose-handover", args=[lending.pk]), WHEN)
        answer = browsers.of(world.bob).post(reverse("agree-handover", args=[lending.handovers.get().pk]), follow=True)
    assert "the other side has to agree" in browsers.text(answer)


def test_opening_the_page_makes_no_code(world: World, handover: Handover) -> None:
    """T-R9"""
    with browsers.at(world.now + timedelta(hours=4)):
        before = browsers.everything()
        browsers.seen(browsers.of(world.alice), reverse("lending", args=[handover.lending_id]))
    assert browsers.everything() == before


def test_at_the_meeting_the_page_opens_the_code_by_itself(world: World, handover: Handover) -> None:
    url, page = reverse("handover-code", args=[handover.pk]), reverse("lending", args=[handover.lending_id])
    with browsers.at(handover.starts_at - timedelta(minutes=50)):
        assert f'hx-post="{url}"' in browsers.seen(browsers.of(world.alice), page)
    with browsers.at(handover.starts_at - timedelta(minutes=70)):
        assert f'hx-post="{url}"' not in browsers.seen(browsers.of(world.alice), page)


def test_the_giver_sees_digits_and_square(world: World, handover: Handover) -> None:
    with browsers.at(handover.starts_at):
        shown = browsers.text(browsers.of(world.alice).post(reverse("handover-code", args=[handover.pk]), follow=True))
        handover.refresh_from_db()
    pin = codes.pin_of(handover)
    assert f"{pin[:3]} {pin[3:]}" in shown
    assert "<svg" in shown[shown.index('class="qr"') :]
    assert "style=" not in shown


def test_the_code_comes_as_a_part_to_htmx(world: World, handover: Handover) -> None:
    with browsers.at(handover.starts_at):
        answer = browsers.of(world.alice).post(reverse("handover-code", args=[handover.pk]), headers=browsers.HTMX)
    assert "<html" not in browsers.text(answer)
    assert 'id="now"' in browsers.text(answer)


def test_the_taker_never_sees_the_code(world: World, handover: Handover) -> None:
    """T2"""
    with browsers.at(handover.starts_at):
        code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at)
        shown = browsers.seen(browsers.of(world.bob), reverse("lending", args=[handover.lending_id]))
        refused = browsers.text(browsers.of(world.bob).post(reverse("handover-code", args=[handover.pk]), follow=True))
    assert code.pin not in shown.replace(" ", "")
    assert "you enter it" in refused
    assert code.pin not in refused.replace(" ", "")


def test_the_right_digits_confirm_for_both_and_again_changes_nothing(world: World, handover: Handover) -> None:
    client = browsers.of(world.bob)
    with browsers.at(handover.starts_at):
        code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at)
        answers = [
            client.post(reverse("confirm-handover", args=[handover.pk]), {"pin": f" {code.pin[:3]} {code.pin[3:]}"})
            for _i in range(2)
        ]
    assert [answer["Location"] for answer in answers] == [reverse("lending", args=[handover.lending_id])] * 2
    assert Lending.objects.get().status == "on_loan"


def test_wrong_digits_say_how_many_tries_are_left(world: World, handover: Handover) -> None:
    with browsers.at(handover.starts_at):
        code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at)
        wrong = f"{(int(code.pin) + 1) % 1_000_000:06d}"
        shown = browsers.text(
            browsers.of(world.bob).post(reverse("confirm-handover", args=[handover.pk]), {"pin": wrong}, follow=True)
        )
    assert "Wrong code; 4 tries left." in shown
    assert wrong not in shown


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "一二三四五六"])
def test_what_can_be_no_code_costs_no_try(world: World, handover: Handover, typed: str) -> None:
    with browsers.at(handover.starts_at):
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at)
        url = reverse("confirm-handover", args=[handover.pk])
        shown = browsers.text(browsers.of(world.bob).post(url, {"pin": typed}, follow=True))
    assert "The code has six digits. Look at it once more." in shown
    handover.refresh_from_db()
    assert handover.wrong_tries == 0


def test_t_c3_opening_the_square_changes_nothing(world: World, handover: Handover) -> None:
    token = codes.token_in(
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at).qr_payload
    )
    before = browsers.everything()
    with browsers.at(handover.starts_at):
        shown = browsers.seen(browsers.of(world.bob), reverse("scan"), data={"code": token})
    assert "Confirm" in shown
    assert browsers.everything() == before


def test_scanning_and_confirming(world: World, handover: Handover) -> None:
    payload = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at).qr_payload
    with browsers.at(handover.starts_at + timedelta(minutes=1)):
        for _time in range(2):
            answer = browsers.of(world.bob).post(reverse("scan"), {"code": codes.token_in(payload)})
    assert answer["Location"] == reverse("lending", args=[handover.lending_id])
    assert Lending.objects.get().status == "on_loan"


def test_a_square_that_ran_out_says_so(world: World, handover: Handover) -> None:
    token = codes.token_in(
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at).qr_payload
    )
    with browsers.at(handover.starts_at + timedelta(minutes=4)):
        assert "This square has run out" in browsers.seen(browsers.of(world.bob), reverse("scan"), data={"code": token})
        answer = browsers.of(world.bob).post(reverse("scan"), {"code": token}, follow=True)
    assert "wrong" in browsers.text(answer).lower() or "expired" in browsers.text(answer).lower()
    assert Lending.objects.get().status == "agreed"


def test_the_giver_is_told_that_the_square_is_for_the_other(world: World, handover: Handover) -> None:
    token = codes.token_in(
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at).qr_payload
    )
    with browsers.at(handover.starts_at):
        assert "for the other side" in browsers.seen(browsers.of(world.alice), reverse("scan"), data={"code": token})


@pytest.mark.parametrize("token", ["1.abc", "x", "9" * 30, "9999999999999999.ab", "https://elsewhere/?code=1.f"])
def test_t_c2_nobody_else_and_no_other_square_gets_in(world: World, handover: Handover, token: str) -> None:
    right = codes.token_in(
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=handover.starts_at).qr_payload
    )
    assert browsers.of(world.charlie).get(reverse("scan"), {"code": right}).status_code == 404
    assert browsers.of(world.charlie).post(reverse("scan"), {"code": right}).status_code == 404
    assert browsers.of(world.charlie).get(reverse("scan"), {"code": token}).status_code == 404


def test_without_a_square_the_page_lists_what_one_has_to_confirm(world: World, handover: Handover) -> None:
    assert reverse("confirm-handover", args=[handover.pk]) in browsers.seen(browsers.of(world.bob), reverse("scan"))
    assert "West gate" not in browsers.seen(browsers.of(world.alice), reverse("scan"))
