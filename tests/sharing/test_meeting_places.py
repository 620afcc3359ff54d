"""Where and when two readers could meet: the librarians' places, opening times, and free times in common."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from library_bridge.models import Reader
from sharing import free_times, handovers, places
from sharing.errors import Denied
from sharing.models import DomainEvent, FreeTimes, Handover, Lending, MeetingPlace
from sharing.views.places import WIDE, drawn, marks
from tests.sharing import browsers, steps
from tests.sharing.conftest import World
from tests.sharing.pages import get

ALL_DAY = [f"{day}-{part}" for day in range(7) for part in ("morning", "noon", "afternoon", "evening")]


def place(name: str = "正门", english: str = "Main gate", **fields: object) -> MeetingPlace:
    return MeetingPlace.objects.create(name_zh=name, name_en=english, **fields)


def hall() -> MeetingPlace:
    return place("大厅", "Hall", opens=time(9), closes=time(18))


def propose(lending: Lending, where: str, at: datetime, *, now: datetime) -> Handover:
    return handovers.propose_handover(
        lending_id=lending.pk, actor=lending.taker, method="in_person", place=where, starts_at=at, now=now
    )


def noted(who: Reader, *parts: str, now: datetime) -> None:
    free_times.set_free_times(actor=who, parts=parts, now=now)


def test_a_place_of_the_list_is_read_in_each_language(world: World) -> None:
    place()
    handover = propose(steps.agreed(world), "Main gate", world.now + timedelta(days=1), now=world.now)
    with translation.override("zh-hans"):
        assert handover.place_name == "正门"


@pytest.mark.parametrize(("days", "hour"), [(1, 8), (1, 18), (4, 12)])
def test_nobody_meets_where_it_is_closed(world: World, days: int, hour: int) -> None:
    hall()
    at = world.now.replace(hour=hour) + timedelta(days=days)  # the fourth day after is a Saturday
    with pytest.raises(Denied, match=r"Hall is closed then.*Mon–Fri 09:00–18:00"):
        propose(steps.agreed(world), "大厅", at, now=world.now)


def test_a_place_without_times_is_always_open(world: World) -> None:
    assert place().is_open(world.now.replace(hour=3))


@pytest.mark.parametrize(
    "fields", [{"latitude": 1}, {"opens": time(9)}, {"weekend_opens": time(9), "weekend_closes": time(8)}]
)
def test_half_a_position_and_half_an_opening_time_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MeetingPlace(name_zh="门", name_en="Gate", **fields).clean()


def test_only_what_both_have_in_common_is_offered_t_r21(world: World) -> None:
    lending = steps.agreed(world)
    noted(world.alice, "2-noon", "3-evening", now=world.now)
    noted(world.bob, "2-morning", "3-evening", now=world.now)
    (slot,) = free_times.slots(lending, now=world.now)
    assert timezone.localtime(slot.starts_at) == world.now.replace(hour=19) + timedelta(days=2)


def test_who_has_noted_nothing_stands_in_nobodys_way(world: World) -> None:
    lending = steps.agreed(world)
    noted(world.alice, "2-noon", now=world.now)
    assert [timezone.localtime(slot.starts_at).weekday() for slot in free_times.slots(lending, now=world.now)] == [2]


def test_a_slot_lies_within_the_opening_times_of_its_place(world: World) -> None:
    hall()
    for who in (world.alice, world.bob):
        noted(who, *ALL_DAY, now=world.now)
    lending = steps.agreed(world)
    spot = MeetingPlace.objects.get()
    found = free_times.slots(lending, now=world.now)
    assert len(found) == 3
    assert all(spot.is_open(slot.starts_at) and slot.starts_at > world.now for slot in found)


def test_the_places_of_their_own_area_come_first(world: World) -> None:
    place()
    own = place("梅园", "Plum gate", area=world.alice.area)
    assert places.near(world.alice.area_id, None)[0] == own


def test_a_part_that_is_none_is_refused_and_the_same_again_changes_nothing(world: World) -> None:
    with pytest.raises(Denied):
        noted(world.alice, "7-noon", now=world.now)
    for _again in range(2):
        noted(world.alice, "0-noon", now=world.now)
    assert FreeTimes.objects.get().parts == ["0-noon"]
    assert DomainEvent.objects.filter(kind="free_times.set").count() == 1


def test_one_tap_proposes_a_slot_and_one_agrees_to_it(world: World) -> None:
    place()
    lending = steps.agreed(world)
    talk = reverse("conversation", args=[lending.ask.conversation.pk])
    (slot, *_rest) = free_times.slots(lending, now=world.now)
    value = f"{timezone.localtime(slot.starts_at):%Y-%m-%dT%H:%M} {slot.place}"
    shown = browsers.seen(browsers.of(world.bob), talk)
    assert value in shown
    assert "All meeting places" in shown
    browsers.of(world.bob).post(reverse("propose-handover", args=[lending.pk]), {"slot": value})
    handover = Handover.objects.get()
    assert (handover.place_en, handover.starts_at) == ("Main gate", slot.starts_at)
    assert reverse("agree-handover", args=[handover.pk]) in browsers.seen(browsers.of(world.alice), talk)
    assert reverse("agree-handover", args=[handover.pk]) not in browsers.seen(browsers.of(world.bob), talk)


def test_before_consent_the_conversation_offers_no_times_p1(world: World) -> None:
    talk = steps.asked(world).conversation
    assert "may suit you both" not in browsers.seen(browsers.of(world.alice), reverse("conversation", args=[talk.pk]))


@pytest.mark.parametrize("slot", ["x", "2026-13-01T99:99 Gate", "2026-11-25T12:30"])
def test_a_slot_that_is_none_comes_back_to_the_form(world: World, slot: str) -> None:
    lending = steps.agreed(world)
    answer = browsers.of(world.bob).post(reverse("propose-handover", args=[lending.pk]), {"slot": slot}, follow=True)
    assert answer.status_code == 200
    assert not Handover.objects.exists()


def test_free_times_are_noted_on_ones_own_page(world: World) -> None:
    browsers.of(world.alice).post(reverse("set-free-times"), {"parts": ["0-noon", "4-evening"]})
    page = get(reverse("me"), world.alice, now=world.now)
    assert page.html.count('name="parts"') == 28
    assert free_times.of(world.alice) == ["0-noon", "4-evening"]


def test_the_list_shows_times_position_and_a_drawing(world: World) -> None:
    place(latitude="29.5", longitude="106.4")
    place("西门", "West gate", latitude="29.6", longitude="106.5", opens=time(8), closes=time(20))
    page = get(reverse("places"), world.bob, now=world.now)
    assert "Mon–Fri 08:00–20:00 · Sat–Sun closed" in page
    chinese = get(reverse("places"), world.bob, now=world.now, language="zh-CN")
    assert "周一至周五 08:00–20:00 · 周六、周日不开放" in chinese
    assert "geo:29.50000,106.40000" in page.html
    assert page.html.count("<rect") == 2
    assert "29.5" not in page.text


def test_the_drawing_has_north_up_and_takes_any_number_of_places(world: World) -> None:
    south, north = place(latitude=1, longitude=1), place("北门", "North gate", latitude=2, longitude=1)
    nowhere = place("某处", "Somewhere")
    spots = drawn([south, north, nowhere])
    assert (spots[0].y or 0) > (spots[1].y or 0)
    assert spots[2].x is None
    assert drawn([]) == []


def test_places_too_close_to_be_told_apart_on_the_drawing_share_a_mark(world: World) -> None:
    lies = [(1, 1), (5, 5), (1.2, 1.1), (5, 1), (5.1, 5)]
    found = [place(f"地{n}", f"Place {n}", latitude=y, longitude=x) for n, (x, y) in enumerate(lies)]
    shown = marks(drawn(found))
    assert [mark.says for mark in shown] == ["1·3", "4", "2·5"]
    assert not any(one.covers(other) for one in shown for other in shown if one is not other)
    assert all(mark.left >= 0 and mark.left + mark.wide <= WIDE for mark in shown)


def test_librarians_keep_the_list(world: World) -> None:
    sent = {"name_zh": "东门", "name_en": "East gate", "is_active": "on"}
    browsers.of(world.lin).post(reverse("meetingplace:add"), sent)
    assert MeetingPlace.objects.get().name_en == "East gate"
    assert browsers.of(world.bob).get(reverse("meetingplace:add")).status_code == 302
