"""Reports that wait stand on the moderators' first page, and those who may decide are reminded daily (S2)."""

from datetime import timedelta
from typing import Any

import pytest

from sharing import due, flags, notices, open_flags, title_notes
from sharing.models import DomainEvent, Flag, NoteFlag
from sharing.staff import matters
from tests import factories
from tests.sharing import browsers
from tests.sharing.conftest import World

DAY = timedelta(days=1)


@pytest.fixture
def reported(world: World) -> Flag:
    copy = factories.copy(world.alice, world.title, now=world.now, note="Ten yuan, call me")
    return flags.flag_copy(holding_key=copy.key, actor=world.bob, kind="advert", now=world.now)


@pytest.fixture
def reported_note(world: World) -> NoteFlag:
    note = title_notes.write_note(title_id=world.title.pk, actor=world.alice, text="Dull", now=world.now)
    return title_notes.flag_note(note_id=note.pk, actor=world.bob, kind="insult", now=world.now)


def run(world: World, *, after: timedelta) -> list[Any]:
    return [deed for deed in due.act(now=world.now + after) if deed["did"] == "flag.reminded"]


def told(world: World) -> list[notices.Notice]:
    return [notices.sentence(row, world.lin) for row in notices.for_list(world.lin)]


def test_s2_whoever_may_decide_is_reminded_daily_until_it_is_decided(world: World, reported: Flag) -> None:
    assert run(world, after=DAY) == []
    for after, deeds in ((2 * DAY, 1), (2 * DAY, 0), (2.5 * DAY, 0), (3 * DAY, 1)):
        assert len(run(world, after=after)) == deeds
    flags.decide_flag(flag_id=reported.pk, actor=world.lin, outcome="no_fault", now=world.now + 3 * DAY)
    assert run(world, after=9 * DAY) == []
    assert {(one.text, one.url) for one in told(world)} == {
        ("1 report by a reader waits for your decision.", "/admin/flags/")
    }
    assert not notices.for_list(world.charlie)


def test_nobody_is_reminded_in_the_quiet_hours(world: World, reported: Flag) -> None:
    night = world.now.replace(hour=3) + 3 * DAY
    assert open_flags.remind_moderators(now=night) == 0
    assert open_flags.remind_moderators(now=night + timedelta(hours=6)) == 1


def test_t_l8_nobody_is_reminded_of_what_is_about_themselves(world: World, reported: Flag) -> None:
    Flag.objects.update(about=world.lin)
    assert open_flags.remind_moderators(now=world.now + 2 * DAY) == 0
    assert not DomainEvent.objects.filter(kind="flag.reminded").exists()


def test_nobody_is_reminded_of_a_note_that_they_reported_themselves(world: World, reported_note: NoteFlag) -> None:
    NoteFlag.objects.update(reader=world.lin)
    assert open_flags.remind_moderators(now=world.now + 2 * DAY) == 0
    assert matters.waiting_for(world.lin, now=world.now).count == 0


def test_s2_reported_notes_are_reminded_of_too_until_they_are_withdrawn(world: World, reported_note: NoteFlag) -> None:
    assert len(run(world, after=2 * DAY)) == 1
    assert told(world)[0].url == "/admin/title_notes/"
    title_notes.withdraw_note(note_id=reported_note.note_id, actor=world.alice, now=world.now)
    assert run(world, after=4 * DAY) == []


def test_both_stand_on_the_first_page_of_those_who_may_decide(
    world: World, reported: Flag, reported_note: NoteFlag
) -> None:
    shown = {matter.says: matter.url for matter in matters.waiting_for(world.lin, now=world.now).shown}
    assert shown["1 report by a reader waits for a decision"] == "/admin/flags/?waits=true"
    assert shown["1 report of a note on a title waits for a decision"] == "/admin/title_notes/"
    assert matters.waiting_for(factories.reader("Clerk", is_staff=True), now=world.now).count == 0


def test_s2_a_hidden_note_that_was_written_anew_stands_on_the_first_page_until_somebody_has_looked(
    world: World, reported_note: NoteFlag
) -> None:
    note = reported_note.note
    title_notes.hide_note(note_id=note.pk, actor=world.lin, reason="It names a price.", now=world.now)
    assert matters.waiting_for(world.lin, now=world.now).count == 0
    title_notes.write_note(title_id=note.title_id, actor=world.alice, text="Not dull at all", now=world.now)
    (matter,) = matters.waiting_for(world.lin, now=world.now).shown
    assert matter.says == "1 hidden note on a title was written anew and waits for a look"
    assert "Not dull at all" in browsers.of(world.lin).get(matter.url).content.decode()
    title_notes.let_stand(note_id=note.pk, actor=world.lin, now=world.now)
    assert matters.waiting_for(world.lin, now=world.now).count == 0
