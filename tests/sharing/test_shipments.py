"""By courier: the taker says where it goes, the giver that it is sent, and nothing is on its way for ever."""

from datetime import timedelta

import pytest

from library_bridge.models import LibraryLoan
from sharing import disputes, lendings, policies, shipments
from sharing.errors import Denied, IllegalTransition, NotFound
from sharing.models import Handover, Lending, Notification, Shipment
from tests.sharing import pages, steps
from tests.sharing.conftest import World
from tests.sharing.test_deposits import arranged

PARCEL = {"carrier": "顺丰", "tracking_number": "SF 1234 5678"}
STATION = "North gate parcel station, 4711"


def by_courier(lending: Lending, world: World) -> Handover:
    return arranged(lending, now=world.now, place=STATION, method="courier")


@pytest.fixture
def handover(world: World) -> Handover:
    return by_courier(steps.agreed(world), world)


@pytest.fixture
def sent(world: World, handover: Handover) -> Handover:
    return shipments.send_book(handover_id=handover.pk, actor=world.alice, now=world.now, **PARCEL)


def told(reader: object, kind: str) -> int:
    return Notification.objects.filter(reader=reader, event__kind=kind).count()


def test_only_who_gets_it_says_where_it_goes_p1(world: World) -> None:
    lending = steps.agreed(world)
    lending.giver, lending.taker = lending.taker, lending.giver
    with pytest.raises(Denied, match="who gets it"):
        by_courier(lending, world)


def test_sent_and_arrived_both_have_confirmed_c6(world: World, sent: Handover) -> None:
    assert (sent.status, sent.shipment.tracking_number) == ("sent", "SF12345678")
    assert told(world.bob, "handover.sent") == 1
    for _twice in range(2):
        arrived = shipments.confirm_arrival(handover_id=sent.pk, actor=world.bob, now=world.now + timedelta(days=2))
    assert (arrived.status, arrived.lending.status) == ("confirmed", "on_loan")
    assert Shipment.objects.get().outcome == "arrived"


def test_the_number_is_corrected_not_sent_twice(world: World, sent: Handover) -> None:
    shipments.send_book(
        handover_id=sent.pk, actor=world.alice, carrier="EMS", tracking_number="E7654321", now=world.now
    )
    assert str(Shipment.objects.get()) == "EMS E7654321"
    assert (told(world.bob, "handover.sent"), told(world.bob, "handover.corrected")) == (1, 1)
    page = sent.lending.get_absolute_url()
    assert "Carrier or tracking number corrected" in pages.get(page, world.bob, now=world.now)


def test_s3_the_same_again_is_no_correction_and_a_dispute_lets_none_through(world: World, sent: Handover) -> None:
    disputes.dispute_lending(lending_id=sent.lending_id, actor=world.bob, reason="Lost.", now=world.now)
    shipments.send_book(handover_id=sent.pk, actor=world.alice, now=world.now, **PARCEL)
    with pytest.raises(IllegalTransition, match="stay as they are"):
        shipments.send_book(
            handover_id=sent.pk, actor=world.alice, carrier="EMS", tracking_number="E7654321", now=world.now
        )
    assert str(Shipment.objects.get()) == "顺丰 SF12345678"
    assert told(world.bob, "handover.corrected") == 0


@pytest.mark.parametrize("number", ["", "12", "<b>123456</b>", "1" * 41, "12345\n67"])
def test_a_number_is_a_number_t_r19(world: World, handover: Handover, number: str) -> None:
    with pytest.raises(Denied) as refused:
        shipments.send_book(
            handover_id=handover.pk, actor=world.alice, carrier="EMS", tracking_number=number, now=world.now
        )
    assert refused.value.field == "tracking_number"


def test_nobody_else_says_it_t_r2(world: World, sent: Handover) -> None:
    with pytest.raises(IllegalTransition):
        shipments.confirm_arrival(handover_id=sent.pk, actor=world.alice, now=world.now)
    with pytest.raises(NotFound):
        shipments.confirm_arrival(handover_id=sent.pk, actor=world.charlie, now=world.now)


def test_c7_what_is_in_the_post_is_not_cancelled_but_disputed(world: World, sent: Handover) -> None:
    with pytest.raises(IllegalTransition, match="in the post"):
        lendings.cancel_lending(lending_id=sent.lending_id, actor=world.alice, now=world.now)
    lost = disputes.dispute_lending(lending_id=sent.lending_id, actor=world.bob, reason="Lost.", now=world.now)
    assert lost.status == "disputed"
    with pytest.raises(IllegalTransition):
        shipments.confirm_arrival(handover_id=sent.pk, actor=world.bob, now=world.now)
    disputes.settle_lending(
        lending_id=lost.pk, actor=world.lin, outcome="written_off", reason="The courier pays.", now=world.now
    )
    sent.refresh_from_db()
    assert (sent.status, Shipment.objects.get().outcome) == ("missed", "lost")


def test_before_it_is_sent_nothing_can_be_disputed(world: World, handover: Handover) -> None:
    assert not policies.may_dispute(handover.lending)
    assert policies.may_cancel(handover.lending, world.alice)


def test_s2_without_a_word_it_is_taken_to_have_arrived_after_a_notice(world: World, sent: Handover) -> None:
    parcel = Shipment.objects.get()
    assert parcel.act_at is not None
    assert shipments.act_on_shipment(handover_id=sent.pk, now=parcel.act_at)
    assert told(world.bob, "handover.arriving") == 1
    assert not shipments.act_on_shipment(handover_id=sent.pk, now=parcel.act_at)
    assert shipments.act_on_shipment(handover_id=sent.pk, now=parcel.arrives_by)
    sent.refresh_from_db()
    assert (sent.status, Shipment.objects.get().outcome, Lending.objects.get().status) == (
        "confirmed", "presumed", "on_loan",
    )  # fmt: skip
    assert "Taken to have arrived" in pages.get(sent.lending.get_absolute_url(), world.alice, now=parcel.arrives_by)


def test_s2_a_disputed_parcel_waits_for_the_librarian(world: World, sent: Handover) -> None:
    disputes.dispute_lending(lending_id=sent.lending_id, actor=world.bob, reason="Lost.", now=world.now)
    for _again in range(3):
        due = Shipment.objects.get().act_at
        assert due is not None
        shipments.act_on_shipment(handover_id=sent.pk, now=due)
    assert Lending.objects.get().status == "disputed"


def test_c6_a_library_loan_never_moves_without_the_takers_word(
    world: World, loan: LibraryLoan, library_agrees: object
) -> None:
    handover = by_courier(steps.agreed(world, holding=f"loan-{loan.pk}"), world)
    shipments.send_book(handover_id=handover.pk, actor=world.alice, now=world.now, **PARCEL)
    for _again in range(2):
        due = Shipment.objects.get().act_at
        assert due is not None
        shipments.act_on_shipment(handover_id=handover.pk, now=due)
    assert Lending.objects.get().status == "disputed"
    assert told(world.alice, "lending.disputed") == told(world.bob, "lending.disputed") == 1


def test_the_way_back_does_not_go_to_the_takers_own_address(world: World, sent: Handover) -> None:
    shipments.confirm_arrival(handover_id=sent.pk, actor=world.bob, now=world.now)
    lendings.start_return(lending_id=sent.lending_id, actor=world.bob, now=world.now)
    assert sent.lending.handovers.open().get().method == "in_person"


def test_both_pages_say_it(world: World, handover: Handover) -> None:
    page = handover.lending.get_absolute_url()
    assert "Send the book by courier" in pages.get(page, world.alice, now=world.now)
    assert STATION in pages.get(page, world.alice, now=world.now)
    assert "sends it by courier" in pages.get(page, world.bob, now=world.now)
    answer = pages.browser(world.alice).post(f"/handovers/{handover.pk}/send/", PARCEL, follow=True)
    assert "SF12345678" in pages.Page(answer)
    assert "It has arrived" in pages.get(page, world.bob, now=world.now)
