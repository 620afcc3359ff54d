"""Pass on now: two people stand together, and a request, an ask, a consent and a handover are made in one go."""

from datetime import timedelta
from unittest import mock

import pytest

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy
from sharing import asks, chains, invariants, pass_on, pass_on_codes, requests
from sharing.codes import HandoverCode
from sharing.errors import Denied, LimitReached, NotFound, RefusedByLibrary, WrongCode
from sharing.models import Ask, DomainEvent, Lending, Notification, Request
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World


def shown(world: World, *, holding: str = "", by: Reader | None = None) -> HandoverCode:
    key = holding or world.copy.key
    return pass_on_codes.issue_code(holding_key=key, actor=by or world.alice, now=world.now)


def passed(world: World, *, to: Reader | None = None, **given: str) -> Lending:
    given = given or {"qr_payload": shown(world).qr_payload}
    return pass_on.pass_on_now(actor=to or world.bob, now=world.now, **given)


def nothing_broken() -> list[str]:
    return [line for check in invariants.CHECKS for line in check.violations()]


def test_the_square_lends_the_book_in_one_go(world: World) -> None:
    lending = passed(world)
    world.copy.refresh_from_db()
    assert (lending.status, lending.taker, world.copy.holder) == ("on_loan", world.bob, world.bob)
    assert (lending.ask.consent, lending.request.status) == ("now", "fulfilled")
    assert nothing_broken() == []


def test_the_six_digits_do_as_the_square_does(world: World) -> None:
    assert passed(world, pin=shown(world).pin).taker == world.bob


def test_every_usual_event_is_on_record_once(world: World) -> None:
    passed(world)
    told = DomainEvent.objects.exclude(kind="copy.listed").order_by("pk")
    kinds = list(told.values_list("kind", flat=True))
    assert kinds == [
        "request.placed", "ask.sent", "request.matched", "ask.accepted", "lending.agreed", "handover.agreed",
        "handover.confirmed", "lending.handed_over", "lending.on_loan", "request.fulfilled",
    ]  # fmt: skip


def test_only_the_giver_is_told_and_only_once(world: World) -> None:
    passed(world)
    told = Notification.objects.values_list("reader__display_name", "event__kind")
    assert list(told) == [("Alice", "lending.handed_over")]


def test_the_same_code_again_gives_the_same_lending(world: World) -> None:
    code = shown(world)
    first, again = (passed(world, qr_payload=code.qr_payload) for _twice in range(2))
    assert first == again
    assert Lending.objects.count() == 1


def test_t_c2_a_used_code_is_over_for_everyone_else(world: World) -> None:
    code = shown(world)
    passed(world, qr_payload=code.qr_payload)
    for given in ({"qr_payload": code.qr_payload}, {"pin": code.pin}):
        with pytest.raises(WrongCode, match=r"over|Nobody"):
            passed(world, to=world.charlie, **given)


def test_t_c2_a_code_lives_for_three_minutes(world: World) -> None:
    code = shown(world)
    with pytest.raises(WrongCode, match="over"):
        pass_on.pass_on_now(actor=world.bob, qr_payload=code.qr_payload, now=world.now + timedelta(minutes=3))
    assert not Request.objects.exists()


def test_t_c2_an_earlier_code_of_the_same_book_is_over(world: World) -> None:
    earlier = shown(world)
    pass_on_codes.issue_code(holding_key=world.copy.key, actor=world.alice, now=world.now + timedelta(minutes=4))
    with pytest.raises(WrongCode):
        pass_on.pass_on_now(actor=world.bob, qr_payload=earlier.qr_payload, now=world.now + timedelta(minutes=5))


def test_a_code_that_lives_is_shown_again(world: World) -> None:
    assert shown(world) == shown(world)


def test_t_c1_five_wrong_pins_stop_the_guessing(world: World) -> None:
    pin = shown(world).pin
    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    for _try in range(5):
        with pytest.raises(WrongCode):
            passed(world, pin=wrong)
    with pytest.raises(LimitReached):
        passed(world, pin=pin)
    assert passed(world, qr_payload=shown(world).qr_payload).taker == world.bob


def test_what_can_be_no_code_is_no_guess(world: World) -> None:
    pin = shown(world).pin
    for _try in range(6):
        with pytest.raises(WrongCode, match="six digits"):
            passed(world, pin="12345")
    assert passed(world, pin=pin).taker == world.bob


def test_t_r1_only_the_holder_gets_a_code(world: World) -> None:
    for stranger in (world.bob, world.charlie):
        with pytest.raises(NotFound):
            shown(world, by=stranger)


def test_nobody_takes_their_own_book(world: World) -> None:
    with pytest.raises(Denied, match="own copy"):
        passed(world, to=world.alice)


def test_a_promised_or_lent_book_is_not_passed_on(world: World) -> None:
    steps.agreed(world)
    with pytest.raises(Denied, match="promised"):
        shown(world)


def test_the_borrower_of_a_lent_book_cannot_pass_it_on(world: World) -> None:
    passed(world)
    with pytest.raises(Denied, match="promised"):
        shown(world, by=world.bob)


def test_a_drifting_book_goes_from_hand_to_hand(world: World) -> None:
    drifting = factories.copy(world.alice, factories.title("围城"), now=world.now, mode="drift")
    for giver, taker in ((world.alice, world.bob), (world.bob, world.charlie)):
        code = shown(world, holding=drifting.key, by=giver)
        lending = passed(world, to=taker, qr_payload=code.qr_payload)
    drifting.refresh_from_db()
    assert (drifting.holder, lending.status) == (world.charlie, "completed")
    assert chains.onward(lending, reader=world.charlie) is not None
    assert nothing_broken() == []


def test_a_request_that_waits_for_this_ask_is_answered(world: World) -> None:
    ask = steps.asked(world)
    lending = passed(world)
    assert lending.ask == ask
    assert Request.objects.count() == 1


def test_an_open_request_for_the_title_is_fulfilled_by_it(world: World) -> None:
    wish = steps.placed(world)
    asks.decline_ask(ask_id=wish.asks.get().pk, actor=world.alice, now=world.now)
    lending = passed(world)
    wish.refresh_from_db()
    assert (wish.status, lending.request.status) == ("cancelled", "fulfilled")
    assert nothing_broken() == []


def test_a_paused_request_is_taken_up_again(world: World) -> None:
    wish = requests.place_request(actor=world.bob, title_id=world.title.pk, now=world.now)
    requests.pause_request(request_id=wish.pk, actor=world.bob, now=world.now)
    assert passed(world).request == wish
    assert nothing_broken() == []


def test_whoever_was_being_asked_for_goes_on_to_the_next_holder(world: World) -> None:
    other = requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now)
    passed(world)
    other.refresh_from_db()
    assert (other.status, other.asks.get().status) == ("open", "withdrawn")
    assert Ask.objects.get(request=other).withdrawn_because == "gone"
    assert not Notification.objects.filter(event__kind="ask.withdrawn").exists()


def test_the_limits_of_requests_count_here_too(world: World) -> None:
    with mock.patch("sharing.limits.open_request_limit", return_value=0), pytest.raises(LimitReached):
        passed(world)
    assert not Lending.objects.exists()


def test_a_paused_copy_has_no_code(world: World) -> None:
    Copy.objects.update(status=Copy.Status.PAUSED)
    with pytest.raises(Denied, match="paused"):
        shown(world)


def test_a_library_loan_goes_through_the_transfer(world: World, loan: LibraryLoan, library_agrees: mock.Mock) -> None:
    code = shown(world, holding=f"loan-{loan.pk}")
    with mock.patch("sharing.jobs.hurry") as hurried:
        lending = passed(world, qr_payload=code.qr_payload)
    assert (lending.status, lending.transfer is not None) == ("transferring", True)
    assert mock.call("sharing.tasks.advance_transfer", lending.pk) in hurried.call_args_list
    assert nothing_broken() == []


def test_the_library_is_asked_before_anything_is_saved(world: World, loan: LibraryLoan) -> None:
    code = shown(world, holding=f"loan-{loan.pk}")
    refused = mock.patch("sharing.transferable.require", side_effect=RefusedByLibrary("Card blocked."))
    with refused, pytest.raises(RefusedByLibrary):
        passed(world, qr_payload=code.qr_payload)
    assert not Request.objects.exists()


def test_a_pin_is_never_shown_on_two_pages_at_once(world: World) -> None:
    second = factories.copy(world.charlie, world.title, now=world.now)
    with mock.patch("sharing.codes.six_digits", side_effect=["111111", "111111", "111111", "222222", "222222"]):
        shown(world)
        code = shown(world, holding=second.key, by=world.charlie)
    assert code.pin == "222222"
