"""Notes on a title, under a name drawn for it alone: shown at once, looked at by a moderator afterwards.

A note waits in the moderators' queue until one has looked at it as it is now. When three readers have flagged it, it is hidden
until then (T-O4). Each step is an event; what was flagged is kept with the flag.
"""

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import copy_journeys, events, policies, pseudonyms, states
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import DomainEvent, NoteFlag, TitleNote
from sharing.models.title_notes import LONGEST, TitleNoteQuerySet

MOST_A_DAY = 10
WRITES = ("note.written", "note.changed")
HIDES = 3
"""So many readers who flag a note hide it until a moderator has looked."""
S = TitleNote.Status


def may_moderate(actor: Reader) -> bool:
    return bool(actor.is_active and actor.has_perm("sharing.change_titlenote"))


def seen_by_staff(actor: Reader) -> "TitleNoteQuerySet":
    """Those that this moderator may decide on."""
    return TitleNote.objects.visible_to_staff(actor) if may_moderate(actor) else TitleNote.objects.none()


@transaction.atomic(durable=True)
def write_note(*, title_id: int, actor: Reader, text: str, now: datetime) -> TitleNote:
    """One for a reader and title: again it takes the place of the one before. One that is hidden stays hidden until a moderator
    has looked again, and so is the next one when it was withdrawn. Locks the reader and then the title, so that no two draw one
    name and none is left behind by a merger. Raises NotFound, Denied for the text, LimitReached."""
    words = checked_text(text)
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    title = Title.objects.live().select_for_update(of=("self",), no_key=True).filter(pk=title_id).first()
    if title is None:
        raise NotFound
    mine = TitleNote.objects.standing().filter(reader=actor, title=title).first()
    if mine is not None and mine.text == words:
        return mine
    _require_calm(actor, now)
    if mine is None:
        return _first(title, actor, words, now)
    mine.text, mine.written_at, mine.seen_at = words, now, None
    mine.save(update_fields=["text", "written_at", "seen_at"])
    events.record("note.changed", now=now, actor=actor, data={"note": mine.pk})
    return mine


def _first(title: Title, actor: Reader, words: str, now: datetime) -> TitleNote:
    name = pseudonyms.draw(TitleNote.objects.filter(title=title).values_list("name", flat=True))
    status = S.HIDDEN if _withdrew_a_hidden_one(title, actor) else S.SHOWN
    note = TitleNote.objects.create(title=title, reader=actor, name=name, text=words, status=status, written_at=now)
    events.record("note.written", now=now, actor=actor, after=status, data={"note": note.pk})
    return note


def _withdrew_a_hidden_one(title: Title, actor: Reader) -> bool:
    """Their last note here, or on what was merged into it, was hidden when they withdrew it."""
    mine = TitleNote.objects.filter(Q(title=title) | Q(title__merged_into=title), reader=actor)
    last = mine.order_by("-pk").values_list("pk", flat=True).first()
    withdrawn = DomainEvent.objects.filter(kind="note.withdrawn", actor=actor, from_status=S.HIDDEN)
    return last is not None and withdrawn.filter(data__note=last).exists()


@transaction.atomic(durable=True)
def withdraw_note(*, note_id: int, actor: Reader, now: datetime) -> None:
    """Its text is deleted at once, its row later (`personal_data`). Again changes nothing. Raises NotFound for another's."""
    note = _locked(note_id)
    policies.require(note.is_of(actor), NotFound())
    if note.status == S.WITHDRAWN:
        return
    before, note.status, note.text, note.withdrawn_at = note.status, S.WITHDRAWN, "", now
    note.save(update_fields=["status", "text", "withdrawn_at"])
    events.record("note.withdrawn", now=now, actor=actor, before=before, after=note.status, data={"note": note.pk})


@transaction.atomic(durable=True)
def flag_note(*, note_id: int, actor: Reader, kind: str, now: datetime) -> NoteFlag:
    """Another flag of the same reader takes the place of the first. Raises NotFound for what is not shown, Denied for one's own."""
    note = _locked(note_id)
    policies.require(note.status == S.SHOWN, NotFound())
    policies.require(not note.is_of(actor), Denied(_("This is your own note. You can change or withdraw it.")))
    policies.require(kind in NoteFlag.Kind.values, Denied(_("Please choose one of these."), field="kind"))
    if judged := note.flags.filter(reader=actor, excerpt=note.text, decided_at__isnull=False).first():
        return judged  # a moderator has let these words stand
    said = {"kind": kind, "excerpt": note.text, "raised_at": now}
    flag, is_new = NoteFlag.objects.update_or_create(note=note, reader=actor, decided_at=None, defaults=said)
    if is_new:
        events.record("note.flagged", now=now, actor=actor, why=kind, data={"note": note.pk})
    if note.flags.filter(decided_at=None).count() >= HIDES:
        _turn(note, S.HIDDEN, actor=None, why="flagged", now=now)
    return flag


@transaction.atomic(durable=True)
def hide_note(*, note_id: int, actor: Reader, reason: str, now: datetime) -> TitleNote:
    """By a moderator; its writer is told the reason. Raises NotFound for others, Denied without a reason."""
    note = _locked_for(actor, note_id)
    policies.require(bool(reason.strip()), Denied(_("Please write why, for the reader."), field="reason"))
    if note.status != S.HIDDEN:
        states.require(states.NOTE, note.status, S.HIDDEN)
    _turn(note, S.HIDDEN, actor=actor, why=reason.strip()[:300], now=now)
    return _seen(note, now)


@transaction.atomic(durable=True)
def let_stand(*, note_id: int, actor: Reader, now: datetime) -> TitleNote:
    """By a moderator: looked at, nothing wrong with it; what was hidden is shown again. Raises NotFound for others."""
    note = _locked_for(actor, note_id)
    if note.status != S.SHOWN:
        states.require(states.NOTE, note.status, S.SHOWN)
        _turn(note, S.SHOWN, actor=actor, why="", now=now)
    return _seen(note, now)


def checked_text(text: str) -> str:
    """Lines of plain text; nothing in it by which its writer could be reached, for anybody can read it."""
    words = "\n".join(" ".join(line.split()) for line in unicodedata.normalize("NFC", text).strip().splitlines())
    if any(unicodedata.category(c) in copy_journeys.UNSEEN for c in words.replace("\n", "")):
        raise Denied(_("This note contains signs that cannot be seen. Please type it again."), field="text")
    if not any(c.isalnum() for c in words):
        raise Denied(_("Please write what you thought."), field="text")
    if len(words) > LONGEST:
        raise Denied(_("A note has at most %(most)d characters.") % {"most": LONGEST}, field="text")
    if copy_journeys.REACHES_SOMEBODY.search(unicodedata.normalize("NFKC", words)):
        raise Denied(_("Anybody can read this: please leave out numbers, accounts and addresses."), field="text")
    return words


def _require_calm(actor: Reader, now: datetime) -> None:
    """Changing one counts, too: each time a moderator looks anew."""
    lately = DomainEvent.objects.filter(kind__in=WRITES, actor=actor, at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        said = _("You have written or changed notes %(most)d times within a day. Go on tomorrow.")
        raise LimitReached(said % {"most": MOST_A_DAY})


def _turn(note: TitleNote, status: "TitleNote.Status", *, actor: Reader | None, why: str, now: datetime) -> None:
    before, note.status = note.status, status
    note.save(update_fields=["status"])
    said = {"note": note.pk, "title_id": note.title_id, "title": note.title.title, "language": note.title.language}
    events.record(
        f"note.{status}", now=now, actor=actor, before=before, after=status, why=why,
        data={**said, "readers": [note.reader_id]},
    )  # fmt: skip


def _seen(note: TitleNote, now: datetime) -> TitleNote:
    note.seen_at = now
    note.save(update_fields=["seen_at"])
    waiting = note.flags.filter(decided_at=None)
    readers = sorted(waiting.exclude(reader=None).values_list("reader_id", flat=True))
    waiting.update(decided_at=now)
    outcome = "no_fault" if note.status == S.SHOWN else "hidden"
    said = {"title": note.title.title, "language": note.title.language, "outcome": outcome}
    events.record_each("flag.decided", now=now, actor=None, data=[{**said, "readers": [pk]} for pk in readers])
    return note


def _locked_for(actor: Reader, note_id: int) -> TitleNote:
    note = _locked(note_id)  # first, so that a flag of theirs that comes now is seen
    policies.require(seen_by_staff(actor).filter(pk=note_id).exists(), NotFound())
    return note


def _locked(note_id: int) -> TitleNote:
    note = TitleNote.objects.select_for_update(of=("self",)).select_related("title").filter(pk=note_id).first()
    if note is None:
        raise NotFound
    return note
