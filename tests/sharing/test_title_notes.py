"""What readers thought of a title: one note each, under a name for it alone, moderated with its history (T-O4)."""

from datetime import timedelta

import pytest
from django.conf import settings

from library_bridge import forgetting
from personal_catalog.merging import merge_titles
from personal_catalog.models import TitleMerge
from personal_catalog.parting import undo_merge
from sharing import notices, title_notes
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import DomainEvent, NoteFlag, TitleNote
from tests import factories
from tests.sharing import browsers
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db
GOOD = "读了两遍，第三章最好。"


def write(world: World, who=None, text: str = GOOD, after: timedelta = timedelta()) -> TitleNote:
    now = world.now + after
    return title_notes.write_note(title_id=world.title.pk, actor=who or world.bob, text=text, now=now)


def flag(world: World, note: TitleNote, who=None, kind: str = "advert") -> NoteFlag:
    return title_notes.flag_note(note_id=note.pk, actor=who or world.charlie, kind=kind, now=world.now)


def hide(world: World, note: TitleNote, reason: str = "It names a price.") -> None:
    title_notes.hide_note(note_id=note.pk, actor=world.lin, reason=reason, now=world.now)


def stand(world: World, note: TitleNote) -> None:
    title_notes.let_stand(note_id=note.pk, actor=world.lin, now=world.now)


def told(who) -> list[str]:
    return [notices.sentence(row, who).text for row in notices.for_list(who)]


def kinds() -> list[str]:
    return list(DomainEvent.objects.filter(kind__startswith="note.").order_by("pk").values_list("kind", flat=True))


def test_one_note_for_a_reader_and_title(world: World) -> None:
    note = write(world)
    assert write(world) == note
    assert write(world, text="Better the second time.") == note
    note.refresh_from_db()
    assert (note.text, note.status, note.seen_at) == ("Better the second time.", "shown", None)
    assert kinds() == ["note.written", "note.changed"]


def test_a_withdrawn_note_is_deleted_and_another_may_follow(world: World) -> None:
    note = write(world)
    for _twice in range(2):
        title_notes.withdraw_note(note_id=note.pk, actor=world.bob, now=world.now)
    note.refresh_from_db()
    assert (note.text, note.status, note.withdrawn_at) == ("", "withdrawn", world.now)
    assert write(world).pk != note.pk


def test_p6_that_there_was_a_note_is_forgotten_too(world: World) -> None:
    gone = write(world)
    title_notes.withdraw_note(note_id=gone.pk, actor=world.bob, now=world.now)
    stands = write(world)
    kept = timedelta(days=settings.KEEP_DAYS["catalogue_work"])
    for later, left in ((kept - timedelta(days=1), {gone, stands}), (kept, {stands})):
        list(forgetting.act(now=world.now + later))
        assert set(TitleNote.objects.all()) == left


def test_p1_readers_see_a_bird_and_no_name(world: World) -> None:
    write(world)
    page = f"/titles/{world.title.pk}/notes/"
    seen = browsers.seen(browsers.of(world.charlie), page)
    assert GOOD in seen
    assert "Bob" not in seen
    assert GOOD in browsers.seen(browsers.of(world.charlie), f"/titles/{world.title.pk}/notes/newest/")


BAD = ["", "…", "x" * 601, "Call 138 0000 0000", "a@b.example", "see https://x.example", "a\u202eb", "\x00"]


@pytest.mark.parametrize("text", BAD)
def test_t_o4_what_reaches_its_writer_or_is_nothing_is_refused(world: World, text: str) -> None:
    with pytest.raises(Denied) as refused:
        write(world, text=text)
    assert refused.value.field == "text"
    assert not TitleNote.objects.exists()


def test_t_o4_three_flags_hide_it_until_a_moderator_lets_it_stand(world: World) -> None:
    note = write(world)
    for who in (world.alice, world.charlie, factories.reader()):
        flag(world, note, who)
    note.refresh_from_db()
    assert note.status == "hidden"
    assert told(world.bob) == [
        "Your note on “拖延心理学” was reported, and is hidden until a librarian has looked at it."
    ]
    stand(world, note)
    note.refresh_from_db()
    assert (note.status, note.flags.filter(decided_at=None).exists()) == ("shown", False)
    flag(world, note)  # those words were let stand
    assert not note.flags.filter(decided_at=None).exists()


def test_t_o4_a_moderator_hides_it_with_a_reason_and_history(world: World) -> None:
    note = write(world, text="Buy it from me for ten yuan")
    flag(world, note)
    write(world, text="A fine book")
    with pytest.raises(Denied):
        hide(world, note, " ")
    hide(world, note)
    assert told(world.bob) == ["A librarian has hidden your note on “拖延心理学”: “It names a price.”"]
    assert NoteFlag.objects.get().excerpt == "Buy it from me for ten yuan"
    assert kinds() == ["note.written", "note.flagged", "note.changed", "note.hidden"]
    assert not TitleNote.objects.visible_to(world.charlie).exists()
    assert TitleNote.objects.visible_to(world.bob).exists()


def test_t_r22_a_hidden_note_is_gone_from_every_page(world: World) -> None:
    hide(world, write(world))
    for page in (f"/titles/{world.title.pk}/notes/", f"/titles/{world.title.pk}/notes/newest/"):
        assert GOOD not in browsers.seen(browsers.of(world.charlie), page)
    assert GOOD in browsers.seen(browsers.of(world.bob), f"/titles/{world.title.pk}/notes/")


def test_changing_a_hidden_note_does_not_show_it(world: World) -> None:
    note = write(world)
    hide(world, note)
    write(world, text="Now in better words")
    note.refresh_from_db()
    assert (note.status, note.seen_at) == ("hidden", None)


def test_withdrawing_a_hidden_note_and_writing_it_anew_does_not_show_it(world: World) -> None:
    note = write(world)
    hide(world, note)
    for _again in range(2):
        title_notes.withdraw_note(note_id=note.pk, actor=world.bob, now=world.now)
        note = write(world)
        assert (note.status, note.seen_at) == ("hidden", None)
    stand(world, note)
    title_notes.withdraw_note(note_id=note.pk, actor=world.bob, now=world.now)
    assert write(world).status == "shown"
    assert write(world, world.charlie).status == "shown"


def test_t_r2_only_its_writer_and_moderators_touch_a_note(world: World) -> None:
    note = write(world)
    with pytest.raises(NotFound):
        title_notes.withdraw_note(note_id=note.pk, actor=world.charlie, now=world.now)
    for act in (title_notes.let_stand, title_notes.hide_note):
        with pytest.raises(NotFound):
            act(
                note_id=note.pk,
                actor=world.charlie,
                now=world.now,
                **({"reason": "x"} if "hide" in act.__name__ else {}),
            )
    with pytest.raises(Denied):
        flag(world, note, world.bob)
    with pytest.raises(Denied):
        flag(world, note, kind="nonsense")


@pytest.mark.parametrize("own", ["written", "flagged"])
def test_no_moderator_decides_on_a_note_they_wrote_or_flagged(world: World, own: str) -> None:
    note = write(world, world.lin if own == "written" else world.bob)
    flag(world, note, world.charlie if own == "written" else world.lin)
    for act in (hide, stand):
        with pytest.raises(NotFound):
            act(world, note)
    client = browsers.of(world.lin)
    assert GOOD not in client.get("/admin/title_notes/").content.decode()
    assert client.get(f"/admin/title_notes/{note.pk}/").status_code == 404
    world.lin = factories.reader("Lan", is_staff=True, is_superuser=True)
    stand(world, note)


def test_there_is_a_limit_within_24_hours_and_changes_count(world: World, monkeypatch) -> None:
    monkeypatch.setattr(title_notes, "MOST_A_DAY", 2)
    write(world)
    write(world, text="Again")
    with pytest.raises(LimitReached):
        write(world, text="Once more", after=timedelta(hours=23))
    assert write(world, text="Once more", after=timedelta(hours=24)).text == "Once more"


def test_notes_move_with_their_title_and_come_back(world: World) -> None:
    other = factories.title("拖延心理学（第2版）")
    theirs = title_notes.write_note(title_id=other.pk, actor=world.charlie, text=GOOD, now=world.now)
    twice = title_notes.write_note(title_id=other.pk, actor=world.bob, text=GOOD, now=world.now)
    write(world)
    merge_titles(keep_id=world.title.pk, merge_ids=[other.pk], actor=world.lin, now=world.now)
    assert [TitleNote.objects.get(pk=one.pk).title for one in (theirs, twice)] == [world.title, other]
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=world.lin, now=world.now)
    assert TitleNote.objects.get(pk=theirs.pk).title == other


def test_after_a_merger_no_two_writers_have_one_name_and_taken_back_each_has_theirs(world: World) -> None:
    other = factories.title("拖延心理学（第2版）")
    theirs = title_notes.write_note(title_id=other.pk, actor=world.charlie, text=GOOD, now=world.now)
    write(world)
    TitleNote.objects.update(name=7)
    merge_titles(keep_id=world.title.pk, merge_ids=[other.pk], actor=world.lin, now=world.now)
    names = world.title.notes.values_list("name", flat=True)
    assert (len(names), len(set(names))) == (2, 2)
    undo_merge(merge_id=TitleMerge.objects.get().pk, actor=world.lin, now=world.now)
    theirs.refresh_from_db()
    assert (theirs.title, theirs.name) == (other, 7)


def test_the_pages_write_report_and_delete(world: World) -> None:
    bob, charlie, page = browsers.of(world.bob), browsers.of(world.charlie), f"/titles/{world.title.pk}/notes/"
    with browsers.at(world.now):
        bob.post(f"{page}mine/", {"text": GOOD})
        note = TitleNote.objects.get()
        assert "Delete my note" in browsers.seen(bob, page)
        assert charlie.post(f"/notes/{note.pk}/flag/", {"kind": "insult"}).status_code == 302
        assert NoteFlag.objects.get().kind == "insult"
        assert charlie.post(f"/notes/{note.pk}/withdraw/").status_code == 404
        bob.post(f"/notes/{note.pk}/withdraw/")
        assert charlie.get(f"/notes/{note.pk}/flag/").status_code == 404
    note.refresh_from_db()
    assert note.status == "withdrawn"


def test_a_librarian_judges_in_the_admin(world: World) -> None:
    note = write(world)
    flag(world, note)
    client, page = browsers.of(world.lin), f"/admin/title_notes/{note.pk}/"
    assert GOOD in client.get("/admin/title_notes/").content.decode()
    assert "It advertises or names a price" in client.get(page).content.decode()
    assert client.post(page, {"decision": "hide", "reason": ""}).status_code == 200
    assert client.post(page, {"decision": "hide", "reason": "It names a price."}).status_code == 302
    note.refresh_from_db()
    assert (note.status, note.seen_at is not None) == ("hidden", True)
