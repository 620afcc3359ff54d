"""The journey of one copy: its owner keeps it, those holders appear who agree, under names of this journey only."""

from datetime import datetime, timedelta

import pytest

from library_bridge.models import Reader
from personal_catalog import copies
from personal_catalog.models import Copy, Title
from sharing import copy_journeys, pseudonyms
from sharing.errors import Denied, NotFound
from sharing.models import CopyJourney, DomainEvent, JourneyStop
from tests import factories
from tests.sharing.conftest import World
from tests.sharing.pages import Page, browser, get, queries


@pytest.fixture
def drifting(world: World) -> Copy:
    """Alice's copy went to Bob three weeks ago and to Charlie a fortnight ago; the journey is kept."""
    copy = factories.copy(world.alice, world.title, now=world.now - timedelta(days=30), mode="drift")
    for days, reader in ((21, world.bob), (14, world.charlie)):
        copies.move_custody(copy=copy, to_holder=reader, reason="handover", now=world.now - timedelta(days=days))
    copy_journeys.open_journey(copy_id=copy.pk, actor=world.alice, now=world.now)
    return copy


def page(copy: Copy, reader: Reader | None = None, *, now: datetime) -> Page:
    return get(f"/c/{copy.code}/journey/", reader, now=now)


def join(copy: Copy, reader: Reader, note: str, *, now: datetime) -> JourneyStop:
    return copy_journeys.join_journey(copy_id=copy.pk, actor=reader, note=note, now=now)


def test_only_those_who_agreed_appear_and_under_no_name_of_theirs(world: World, drifting: Copy):
    stop = join(drifting, world.bob, "Read chapter five first", now=world.now)
    shown = page(drifting, now=world.now)
    assert f"NOV 2026 Plum Court · {pseudonyms.name(stop.name)} “Read chapter five first”" in shown
    assert shown.text.count("Part of the way that nobody tells") == 1
    for name in ("Alice", "Bob", "Charlie"):
        assert name not in shown.html


def test_a_stay_is_told_a_week_late(world: World, drifting: Copy):
    """T-R20"""
    lin = factories.reader("Late")
    copies.move_custody(copy=drifting, to_holder=lin, reason="handover", now=world.now - timedelta(days=6))
    stop = join(drifting, lin, "Just arrived", now=world.now)
    before = page(drifting, now=world.now)
    assert "Just arrived" not in before
    told = before.html.split("You appear in it")[0]
    assert f"<b>{pseudonyms.name(stop.name)}</b>" not in told  # a magpie is not the magpie robin
    assert "Just arrived" in page(drifting, now=world.now + timedelta(days=2))


def test_who_leaves_is_gone_with_the_note(world: World, drifting: Copy):
    join(drifting, world.bob, "Marker-note", now=world.now)
    copy_journeys.leave_journey(copy_id=drifting.pk, actor=world.bob, now=world.now)
    assert "Marker-note" not in page(drifting, now=world.now)
    assert not JourneyStop.objects.filter(reader=world.bob).exists()


def test_when_the_owner_ends_it_all_of_it_is_deleted(world: World, drifting: Copy):
    join(drifting, world.bob, "Marker-note", now=world.now)
    copy_journeys.close_journey(copy_id=drifting.pk, actor=world.alice, now=world.now)
    assert page(drifting, now=world.now).status == 404
    assert not JourneyStop.objects.exists()


def test_of_a_title_that_was_taken_out_no_journey_is_told_and_its_owner_can_end_it(world: World, drifting: Copy):
    assert copy_journeys.of_copy(Copy.objects.get(pk=drifting.pk))
    Title.objects.filter(pk=drifting.title_id).update(status="rejected")
    assert copy_journeys.of_copy(Copy.objects.get(pk=drifting.pk)) == ""
    assert page(drifting, now=world.now).status == 404
    own = page(drifting, world.alice, now=world.now)
    assert "nobody sees a journey of this copy" in own
    assert "End the journey" in own
    assert "Keep a journey" not in own


def test_the_name_in_one_journey_says_nothing_about_another(world: World, drifting: Copy):
    names = set()
    for _number in range(8):
        other = factories.copy(world.alice, world.title, now=world.now)
        copy_journeys.open_journey(copy_id=other.pk, actor=world.alice, now=world.now)
        names.add(JourneyStop.objects.get(journey__copy=other).name)
    assert len(names) > 1


def test_a_stranger_to_the_copy_cannot_appear(world: World, drifting: Copy):
    with pytest.raises(NotFound):
        join(drifting, factories.reader("Dave"), "I was never here", now=world.now)


def test_only_the_owner_begins_and_ends_it(world: World, drifting: Copy):
    """T-R2"""
    with pytest.raises(NotFound):
        copy_journeys.close_journey(copy_id=drifting.pk, actor=world.charlie, now=world.now)
    with pytest.raises(NotFound):
        copy_journeys.open_journey(copy_id=world.copy.pk, actor=world.bob, now=world.now)
    assert CopyJourney.objects.count() == 1


@pytest.mark.parametrize(
    "note", ["call 138 0000 0000", "me@example.org", "https://example.org", "\u202eevil", "x" * 201]
)
def test_a_note_reaches_nobody_and_hides_nothing(world: World, drifting: Copy, note: str):
    with pytest.raises(Denied):
        join(drifting, world.bob, note, now=world.now)


def test_what_is_typed_stays_text(world: World, drifting: Copy):
    """T-R6, T-R15"""
    join(drifting, world.bob, "<b onclick=x>{{7*7}}</b>", now=world.now)
    html = page(drifting, now=world.now).html
    assert "&lt;b onclick=x&gt;{{7*7}}&lt;/b&gt;" in html
    assert "<b onclick" not in html


def test_a_gift_ends_what_the_earlier_owner_agreed_to(world: World, drifting: Copy):
    copies.move_custody(copy=drifting, to_holder=world.bob, reason="gift", new_owner=world.bob, now=world.now)
    assert page(drifting, now=world.now).status == 404
    copy_journeys.open_journey(copy_id=drifting.pk, actor=world.bob, now=world.now)
    assert set(JourneyStop.objects.values_list("reader", flat=True)) == {world.bob.pk}


def test_a_copy_that_only_its_owner_sees_tells_nobody(world: World, drifting: Copy):
    Copy.objects.filter(pk=drifting.pk).update(visibility="nobody")
    assert page(drifting, world.bob, now=world.now).status == 404
    assert "once all readers may see it" in page(drifting, world.alice, now=world.now)


def test_label_and_title_lead_to_it(world: World, drifting: Copy):
    link = f'href="/c/{drifting.code}/journey/"'
    assert link in get(f"/c/{drifting.code}/", now=world.now).html
    assert link in get(f"/titles/{world.title.pk}/", world.bob, now=world.now).html
    assert f'href="/c/{world.copy.code}/journey/"' not in get(f"/c/{world.copy.code}/", now=world.now).html


def test_each_step_leaves_one_event(world: World, drifting: Copy):
    """S3"""
    for _again in range(2):
        join(drifting, world.bob, "", now=world.now)
        copy_journeys.open_journey(copy_id=drifting.pk, actor=world.alice, now=world.now)
    copy_journeys.leave_journey(copy_id=drifting.pk, actor=world.bob, now=world.now)
    kinds = DomainEvent.objects.filter(kind__startswith="journey").values_list("kind", flat=True)
    assert list(kinds) == ["journey.opened", "journey.joined", "journey.left"]


def test_the_pages_buttons_do_it(world: World, drifting: Copy):
    bob, alice, at = browser(world.bob), browser(world.alice), f"/c/{drifting.code}/journey/"
    bob.post(f"{at}join/", {"note": "Wide margins"})
    assert "Wide margins" in page(drifting, now=world.now)
    bob.post(f"{at}join/", {"note": "write to me@example.org"})
    assert "please leave out numbers, accounts and addresses" in bob.get(at).content.decode()
    bob.post(f"{at}leave/")
    assert alice.post(f"{at}close/").status_code == 302
    assert browser(world.charlie).get(at).status_code == 404
    alice.post(f"{at}open/")
    assert page(drifting, now=world.now).status == 200


def test_thirty_stays_ask_no_more_queries_than_one(world: World, drifting: Copy):
    for_few = queries(f"/c/{drifting.code}/journey/", world.bob, now=world.now)
    for number in range(15):
        reader = factories.reader()
        copies.move_custody(copy=drifting, to_holder=reader, reason="handover", now=world.now - timedelta(days=10))
        join(drifting, reader, f"Note {number}", now=world.now)
    assert len(queries(f"/c/{drifting.code}/journey/", world.bob, now=world.now)) == len(for_few)


def test_there_is_a_name_for_every_holder():
    taken = [pseudonyms.draw(range(number)) for number in (0, 39, 40)]
    assert taken[1] == 39
    assert pseudonyms.name(40).endswith(" 2")
