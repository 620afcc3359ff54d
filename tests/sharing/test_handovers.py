from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from library_bridge.models import Area
from sharing import handovers
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound, WrongCode
from sharing.models import DomainEvent, Handover, Lending
from tests.sharing import steps
from tests.sharing.conftest import World


@pytest.fixture
def handover(world: World) -> Handover:
    return steps.arranged(steps.agreed(world), now=world.now)


def _wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 1_000_000:06d}"


def test_both_are_on_record_once_the_pin_is_entered_C6(world: World, handover: Handover) -> None:
    done = steps.confirm(handover, now=world.now)
    assert done.status == Handover.Status.CONFIRMED
    assert done.giver_confirmed_at == done.taker_confirmed_at == world.now


def test_the_qr_code_confirms_as_the_pin_does(world: World, handover: Handover) -> None:
    code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    done = handovers.confirm_handover(
        handover_id=handover.pk, actor=world.bob, qr_payload=code.qr_payload, now=world.now
    )
    assert done.status == Handover.Status.CONFIRMED


def test_the_pin_may_be_typed_with_blanks_and_full_width_digits(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in pin)
    assert handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=wide, now=world.now).code_used


def test_confirming_again_gives_the_same_answer_once(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    for later in (0, 1, 60):
        at = world.now + timedelta(minutes=later)
        again = handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=pin, now=at)
        assert again.status == Handover.Status.CONFIRMED
    assert DomainEvent.objects.filter(kind="handover.confirmed").count() == 1


def test_five_wrong_tries_kill_the_pin_T_C1(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode, match=f"{left} tr"):
            handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=_wrong(pin), now=world.now)
    for attempt in (_wrong(pin), pin):
        with pytest.raises(WrongCode, match="no longer counts"):
            handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=attempt, now=world.now)
    assert Lending.objects.get().status == Lending.Status.AGREED


def test_a_killed_pin_is_replaced_three_times_an_hour_T_C1(world: World, handover: Handover) -> None:
    for _round in range(3):
        pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
        for _try in range(5):
            with pytest.raises(WrongCode):
                handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=_wrong(pin), now=world.now)
    with pytest.raises(LimitReached):
        handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    assert handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(hours=1)).pin


def test_an_expired_code_does_not_count_T2(world: World, handover: Handover) -> None:
    code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    with pytest.raises(WrongCode, match="expired"):
        handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=code.pin, now=code.expires_at)


def test_the_qr_code_lives_for_three_minutes_T_C2(world: World, handover: Handover) -> None:
    code = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    for _scan in range(6):
        with pytest.raises(WrongCode, match="expired"):
            handovers.confirm_handover(
                handover_id=handover.pk,
                actor=world.bob,
                qr_payload=code.qr_payload,
                now=world.now + timedelta(minutes=3),
            )
    handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(minutes=3))
    with pytest.raises(WrongCode, match="expired"):
        handovers.confirm_handover(
            handover_id=handover.pk, actor=world.bob, qr_payload=code.qr_payload, now=world.now + timedelta(minutes=4)
        )
    handover.refresh_from_db()
    assert handover.wrong_tries == 0


def test_a_living_pin_is_shown_again_and_not_renewed(world: World, handover: Handover) -> None:
    first = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now)
    again = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now + timedelta(minutes=9))
    assert first.pin == again.pin


def test_a_stranger_neither_sees_nor_enters_the_code_T_R1(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    with pytest.raises(NotFound):
        handovers.issue_code(handover_id=handover.pk, actor=world.charlie, now=world.now)
    with pytest.raises(NotFound):
        handovers.confirm_handover(handover_id=handover.pk, actor=world.charlie, pin=pin, now=world.now)


def test_the_giver_cannot_confirm_for_the_taker_C6(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    with pytest.raises(Denied):
        handovers.confirm_handover(handover_id=handover.pk, actor=world.alice, pin=pin, now=world.now)


def test_nobody_agrees_to_ones_own_proposal(world: World) -> None:
    lending = steps.agreed(world)
    proposal = handovers.propose_handover(
        lending_id=lending.pk,
        actor=world.bob,
        method="in_person",
        place="West gate",
        starts_at=world.now,
        now=world.now,
    )
    with pytest.raises(Denied):
        handovers.agree_handover(handover_id=proposal.pk, actor=world.bob, now=world.now)


def test_a_new_proposal_replaces_the_old_one(world: World, handover: Handover) -> None:
    newer = handovers.propose_handover(
        lending_id=handover.lending_id, actor=world.alice, method="in_person", place="Library desk",
        starts_at=world.now + timedelta(days=1), now=world.now,
    )  # fmt: skip
    handover.refresh_from_db()
    assert (handover.status, newer.status) == (Handover.Status.REPLACED, Handover.Status.PROPOSED)
    with pytest.raises(IllegalTransition, match="replaced"):
        handovers.agree_handover(handover_id=handover.pk, actor=world.alice, now=world.now)
    assert DomainEvent.objects.get(kind="handover.replaced").handover == handover


@pytest.mark.parametrize("place", ["", "   ", "x" * 121, "two\nlines", "nul\x00"])
def test_a_place_that_is_none_is_refused(world: World, place: str) -> None:
    lending = steps.agreed(world)
    with pytest.raises(Denied, match="place"):
        handovers.propose_handover(
            lending_id=lending.pk, actor=world.bob, method="in_person", place=place, starts_at=world.now, now=world.now
        )


def test_any_other_code_is_no_repetition_of_a_confirmed_handover(world: World, handover: Handover) -> None:
    pin = handovers.issue_code(handover_id=handover.pk, actor=world.alice, now=world.now).pin
    steps.confirm(handover, now=world.now)
    for other in (_wrong(pin), ""):
        with pytest.raises(IllegalTransition):
            handovers.confirm_handover(handover_id=handover.pk, actor=world.bob, pin=other, now=world.now)


def test_agreeing_again_after_the_meeting_gives_the_same_answer(world: World, handover: Handover) -> None:
    steps.confirm(handover, now=world.now)
    again = handovers.agree_handover(handover_id=handover.pk, actor=world.alice, now=world.now)
    assert again.status == Handover.Status.CONFIRMED


def _proposed(lending: Lending, starts_at: datetime, *, now: datetime) -> Handover:
    return handovers.propose_handover(
        lending_id=lending.pk, actor=lending.taker, method="in_person", place="Desk", starts_at=starts_at, now=now
    )


def test_a_meeting_is_postponed_by_one_more_window_at_most(world: World) -> None:
    lending = steps.agreed(world)
    last = lending.agreed_at + timedelta(days=14)
    with pytest.raises(Denied, match="Choose a time by 8 December"):
        _proposed(lending, last + timedelta(minutes=1), now=world.now)
    later = world.now + timedelta(days=13)
    proposal = _proposed(lending, last, now=later)
    handovers.agree_handover(handover_id=proposal.pk, actor=world.alice, now=later)
    lending.refresh_from_db()
    assert lending.deadline_at == last + timedelta(days=1)


def test_a_lending_does_not_end_on_the_heels_of_its_meeting_nor_at_night(world: World) -> None:
    lending = steps.agreed(world)
    late = lending.agreed_at.replace(hour=22, minute=30) + timedelta(days=6)
    proposal = _proposed(lending, late, now=world.now)
    handovers.agree_handover(handover_id=proposal.pk, actor=world.alice, now=world.now)
    lending.refresh_from_db()
    assert timezone.localtime(lending.deadline_at).hour == 8
    assert lending.deadline_at > late + timedelta(days=1)


@pytest.mark.parametrize("typed", ["梅园", "Plum Court"])
def test_a_place_of_the_list_is_read_in_each_language(world: World, typed: str) -> None:
    Area.objects.update_or_create(code="plum", defaults={"name_zh": "梅园", "name_en": "Plum Court"})
    handover = handovers.propose_handover(
        lending_id=steps.agreed(world).pk, actor=world.bob, method="in_person", place=typed,
        starts_at=world.now + timedelta(days=1), now=world.now,
    )  # fmt: skip
    with translation.override("zh-hans"):
        assert handover.place_name == "梅园"
    with translation.override("en"):
        assert handover.place_name == "Plum Court"


def test_a_place_in_somebodys_own_words_stays_as_typed(world: World) -> None:
    handover = steps.arranged(steps.agreed(world), now=world.now)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert handover.place_name == handover.place
