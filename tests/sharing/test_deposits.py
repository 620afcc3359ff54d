"""Left at a drop point and collected there: the shelf code says that somebody has been there, and nothing lies for ever."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from library_bridge.models import LibraryLoan, Reader
from sharing import deposits, drop_points, handovers, lendings, policies, uncollected
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound, WrongCode
from sharing.models import Deposit, DomainEvent, DropPoint, Handover, Lending, MeetingPlace, Notification
from tests.personal_catalog.sent_pictures import MARKS, jpeg
from tests.sharing import pages, steps
from tests.sharing.api.clients import ROOT, Api
from tests.sharing.conftest import World

CODE = "ABC234"


def a_drop_point(**fields: object) -> DropPoint:
    place = MeetingPlace.objects.create(name_zh="书屋", name_en="Book house")
    return DropPoint.objects.create(place=place, **{"shelf_code": CODE, "compartments": "A1\nA2", **fields})


def arranged(lending: Lending, *, now: datetime, place: str = "Book house", method: str = "drop_point") -> Handover:
    handover = handovers.propose_handover(
        lending_id=lending.pk,
        actor=lending.taker,
        method=method,
        place=place,
        starts_at=now + timedelta(hours=3),
        now=now,
    )
    return handovers.agree_handover(handover_id=handover.pk, actor=lending.giver, now=now)


def left(handover: Handover, by: Reader, *, now: datetime, **said: object) -> Handover:
    said = {"compartment": "A1", "shelf_code": CODE, **said}
    return deposits.deposit_book(handover_id=handover.pk, actor=by, now=now, **said)  # type: ignore[arg-type]


@pytest.fixture
def handover(world: World) -> Handover:
    a_drop_point()
    return arranged(steps.agreed(world), now=world.now)


def told(reader: Reader, kind: str) -> int:
    return Notification.objects.filter(reader=reader, event__kind=kind).count()


def test_left_and_collected_both_have_confirmed_c6(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    assert told(world.bob, "handover.deposited") == 1
    taken = deposits.collect_book(handover_id=handover.pk, actor=world.bob, shelf_code="abc 234", now=world.now)
    assert (taken.status, taken.lending.status, taken.code_used) == ("confirmed", "on_loan", True)
    assert Deposit.objects.get().outcome == "collected"
    world.copy.refresh_from_db()
    assert world.copy.holder == world.bob


def test_the_same_again_changes_nothing_s4(world: World, handover: Handover) -> None:
    for _twice in range(2):
        left(handover, world.alice, now=world.now)
    for _twice in range(2):
        deposits.collect_book(handover_id=handover.pk, actor=world.bob, shelf_code=CODE, now=world.now)
    kinds = ["handover.deposited", "handover.confirmed"]
    assert [DomainEvent.objects.filter(kind=kind).count() for kind in kinds] == [1, 1]


def test_while_it_lies_there_custody_stays_c4(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    world.copy.refresh_from_db()
    assert (world.copy.holder, handover.lending.status) == (world.alice, "agreed")


def test_a_wrong_shelf_code_is_counted_and_leaves_nothing_t_c1(world: World, handover: Handover) -> None:
    for _try in range(5):
        with pytest.raises(WrongCode):
            left(handover, world.alice, now=world.now, shelf_code="ZZZZZZ")
    with pytest.raises(LimitReached):
        left(handover, world.alice, now=world.now + timedelta(minutes=59))
    assert not Deposit.objects.exists()
    assert left(handover, world.alice, now=world.now + timedelta(minutes=61)).status == "deposited"


def test_who_does_not_hand_over_cannot_leave_it_nor_the_giver_collect_t_r2(world: World, handover: Handover) -> None:
    with pytest.raises(IllegalTransition):
        left(handover, world.bob, now=world.now)
    with pytest.raises(NotFound):
        left(handover, world.charlie, now=world.now)
    left(handover, world.alice, now=world.now)
    with pytest.raises(IllegalTransition):
        deposits.collect_book(handover_id=handover.pk, actor=world.alice, shelf_code=CODE, now=world.now)


@pytest.mark.parametrize("compartment", ["C9", "", "A1\nA2"])
def test_only_a_compartment_that_is_there(world: World, handover: Handover, compartment: str) -> None:
    with pytest.raises(Denied) as refused:
        left(handover, world.alice, now=world.now, compartment=compartment)
    assert refused.value.field == "compartment"


@pytest.mark.parametrize(("labels", "says"), [("x" * 21, "too long"), ("A1\nB\nａ1", "twice")])
def test_a_label_is_short_and_there_once(world: World, labels: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        a_drop_point(compartments=labels).full_clean()
    a_drop_point_that_fits = DropPoint(compartments="x" * 20 + "\nA1")
    a_drop_point_that_fits.clean()


def test_a_label_that_fits_nowhere_is_no_compartment(world: World) -> None:
    point = a_drop_point(compartments="x" * 21)
    with pytest.raises(Denied):
        drop_points.require_compartment(point, "x" * 21)


def test_without_a_list_the_giver_says_where(world: World) -> None:
    a_drop_point(compartments="")
    handover = left(arranged(steps.agreed(world), now=world.now), world.alice, now=world.now, compartment=" 第二层 ")
    assert handover.deposit.compartment == "第二层"


def test_a_locker_takes_one_book_and_the_database_says_so(world: World) -> None:
    point = a_drop_point(one_book_each=True)
    first = left(arranged(steps.agreed(world), now=world.now), world.alice, now=world.now)
    assert drop_points.free(point) == ["A2"]
    other = Handover.objects.create(
        lending=first.lending, direction="back", method="drop_point", drop_point=point, place="书屋", starts_at=world.now,
        status="agreed", proposed_by=world.bob, proposed_at=world.now,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Deposit.objects.create(
            handover=other, drop_point=point, compartment="A1", alone=True, deposited_at=world.now,
            collect_by=world.now, act_at=world.now,
        )  # fmt: skip


def test_the_photo_is_made_anew_t_u3(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now, photo=jpeg())
    with default_storage.open(Deposit.objects.get().photo.name) as kept:
        content = kept.read()
    assert content.startswith(b"RIFF")
    assert not any(mark in content for mark in MARKS)


def test_what_is_no_picture_leaves_nothing_t_u2(world: World, handover: Handover) -> None:
    with pytest.raises(Denied):
        left(handover, world.alice, now=world.now, photo=b"<svg/>")
    assert not Deposit.objects.exists()


def test_only_a_drop_point_of_the_list(world: World) -> None:
    with pytest.raises(Denied, match="no drop point"):
        arranged(steps.agreed(world), now=world.now, place="Book house")


def test_what_lies_there_is_not_proposed_anew(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    with pytest.raises(IllegalTransition, match="on its way"):
        arranged(handover.lending, now=world.now, place="West gate", method="in_person")


def test_not_there_is_a_dispute(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    lending = Lending.objects.get()
    assert policies.may_dispute(lending)
    assert policies.may_cancel(lending, world.alice)
    assert not policies.may_cancel(lending, world.bob)


def act(handover: Handover, at: datetime) -> bool:
    return uncollected.act_on_deposit(handover_id=handover.pk, now=at)


def test_nobody_collects_reminded_then_back_to_its_giver_s2(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    deposit = Deposit.objects.get()
    assert act(handover, deposit.collect_by - timedelta(hours=1))
    assert told(world.bob, "handover.waits") == 1
    assert act(handover, deposit.collect_by)
    lending = Lending.objects.get()
    assert (lending.status, lending.request.status) == ("no_show", "open")
    assert told(world.alice, "lending.no_show") == 1
    deposits.take_back(handover_id=handover.pk, actor=world.alice, now=deposit.collect_by)
    deposit.refresh_from_db()
    assert (deposit.outcome, deposit.act_at) == ("taken_back", None)


def test_a_giver_who_does_not_fetch_it_is_reminded_three_times_and_it_ends_s2(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    lendings.cancel_lending(lending_id=handover.lending_id, actor=world.alice, now=world.now)
    at = world.now
    while (at := Deposit.objects.get().act_at or at) and Deposit.objects.lying().exists():
        act(handover, at)
    assert (told(world.alice, "handover.left"), Deposit.objects.get().outcome) == (3, "left")


def test_the_lendings_own_deadline_does_not_end_it_meanwhile(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    assert not lendings.miss_lending(lending_id=handover.lending_id, now=world.now + timedelta(days=99))


def test_a_return_that_nobody_collects_stays_a_return(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now)
    deposits.collect_book(handover_id=handover.pk, actor=world.bob, shelf_code=CODE, now=world.now)
    lendings.start_return(lending_id=handover.lending_id, actor=world.bob, now=world.now)
    back = handover.lending.handovers.open().get()
    left(back, world.bob, now=world.now)
    assert act(back, Deposit.objects.get(handover=back).collect_by)
    assert Lending.objects.get().status == "returning"
    deposits.collect_book(handover_id=back.pk, actor=world.alice, shelf_code=CODE, now=world.now)
    assert Lending.objects.get().status == "completed"


def test_a_library_loan_moves_when_it_is_collected(world: World, loan: LibraryLoan, library_agrees: object) -> None:
    a_drop_point()
    handover = arranged(steps.agreed(world, holding=f"loan-{loan.pk}"), now=world.now)
    left(handover, world.alice, now=world.now)
    taken = deposits.collect_book(handover_id=handover.pk, actor=world.bob, shelf_code=CODE, now=world.now)
    assert taken.lending.status == "transferring"


def test_t_u4_its_photo_is_for_the_two_of_them_while_the_place_is_told_p4(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now, photo=jpeg())
    photo, page = Deposit.objects.get().get_absolute_url(), handover.lending.get_absolute_url()
    for who in (world.alice, world.bob):
        shown = pages.get(page, who, now=world.now).html
        assert photo in shown
        assert "A1" in shown
    assert [pages.browser(who).get(photo).status_code for who in (world.bob, world.lin, world.charlie)] == [
        200,
        200,
        404,
    ]
    lendings.cancel_lending(lending_id=handover.lending_id, actor=world.alice, now=world.now)
    with time_machine.travel(world.now + timedelta(hours=25)):
        assert pages.browser(world.bob).get(photo).status_code == 404


def test_t_u4_programs_get_its_photo_too_as_long_as_pages_show_it(world: World, handover: Handover) -> None:
    left(handover, world.alice, now=world.now, photo=jpeg())
    with time_machine.travel(world.now):
        lies = Api(world.bob).get(f"/lendings/{handover.lending_id}").json()["handovers"][0]["deposit"]
        path = urlsplit(lies["photo"]).path.removeprefix(ROOT)
        answers = [Api(who).get(path) for who in (world.alice, world.bob, world.lin, world.charlie)]
    assert lies["photo"].startswith(settings.BASE_URL)
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert b"".join(answers[1].streaming_content)[8:12] == b"WEBP"
    lendings.cancel_lending(lending_id=handover.lending_id, actor=world.alice, now=world.now)
    with time_machine.travel(world.now + timedelta(hours=25)):
        assert Api(world.bob).get(path).status_code == 404
