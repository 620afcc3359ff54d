"""Reports to the moderators, and what these decide. A moderator sees the reported words with their few neighbours, never the
whole conversation, and each look is on record (T-L8). Whoever reported learns the outcome; nobody else learns who it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import copies, photos
from personal_catalog.models import Copy
from sharing import events, holdings, locks, policies, quick_replies
from sharing.errors import Denied, IllegalTransition, LimitReached, NotFound
from sharing.holdings import CopyHolding
from sharing.models import Conversation, Flag, Message
from sharing.models.flags import LONGEST

NEIGHBOURS = 2
"""Messages before and after the reported one that are shown with it."""
LAST = 5
"""Messages of a conversation that is reported as a whole."""
MOST_A_DAY = 10
MOST_DAYS = 90
WORDS = 300
O = Flag.Outcome  # noqa: E741


def may_moderate(actor: Reader) -> bool:
    return bool(actor.is_active and actor.has_perm("sharing.change_flag"))


@transaction.atomic(durable=True)
def flag_talk(*, conversation_id: int, seq: int = 0, actor: Reader, kind: str, words: str = "", now: datetime) -> Flag:
    """A message of the other side by its number, or with 0 the conversation as it stands. Again while it waits gives the same
    report. Locks the reader. Raises NotFound, Denied, LimitReached."""
    conversation = _conversation(conversation_id, actor)
    other = conversation.ask.request.requester if conversation.ask.holder_id == actor.pk else conversation.ask.holder
    if seq and not Message.objects.filter(conversation=conversation, seq=seq).exclude(author=actor).exists():
        raise Denied(_("Choose a message of the other side."), field="seq")
    if not seq and not conversation.last_seq:
        raise Denied(_("Nothing has been written here yet."), field="seq")
    first = max(1, seq - NEIGHBOURS if seq else conversation.last_seq - LAST + 1)
    last = min(conversation.last_seq, seq + NEIGHBOURS) if seq else conversation.last_seq
    thing = {"conversation": conversation, "seq": seq}
    return _raise(actor, other, thing, {"first_seq": first, "last_seq": last}, kind, words, now)


@transaction.atomic(durable=True)
def flag_copy(
    *, holding_key: str, photo_id: int | None = None, actor: Reader, kind: str, words: str = "", now: datetime
) -> Flag:
    """What its owner wrote about a copy, or one of its photos. Raises as `flag_talk`."""
    holding = holdings.get(holding_key, reader=actor, policy=policies.current(), now=now)
    if not isinstance(holding, CopyHolding):
        raise NotFound
    copy = holding.copy
    policies.require(copy.owner_id != actor.pk, Denied(_("This is your own copy. You can change it yourself.")))
    photo = copy.photos.filter(pk=photo_id).first() if photo_id else None
    if photo_id and photo is None:
        raise NotFound
    thing: dict[str, object] = {"copy": copy, "photo": photo, "is_photo": photo is not None}
    return _raise(actor, copy.owner, thing, {"excerpt": copy.note[:LONGEST]}, kind, words, now)


def _raise(
    actor: Reader, about: Reader, thing: dict[str, object], shown: dict[str, object], kind: str, words: str, now: datetime
) -> Flag:  # fmt: skip
    policies.require(kind in Flag.Kind.values, Denied(_("Please choose one of these."), field="kind"))
    policies.require(len(words) <= WORDS, Denied(_("At most 300 characters, please."), field="words"))
    locks.readers([actor.pk])
    mine = Flag.objects.filter(reporter=actor)
    if there := mine.waiting().filter(**thing).first():
        return there
    if mine.filter(raised_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise LimitReached(_("You have reported a great deal today. What you have sent is looked at; go on tomorrow."))
    clean = words.replace("\x00", "").strip()
    flag = Flag.objects.create(reporter=actor, about=about, kind=kind, words=clean, raised_at=now, **thing, **shown)
    events.record("flag.raised", now=now, actor=actor, why=kind, data={"flag": flag.pk})
    return flag


def _conversation(conversation_id: int, actor: Reader) -> Conversation:
    rows = Conversation.objects.visible_to(actor).select_related("ask__holder", "ask__request__requester")
    found = rows.filter(pk=conversation_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Line:
    """`reported`: the message that the report is about; `by_about`: written by whom it is about, else by who reported."""

    seq: int
    at: datetime
    text: str
    by_about: bool
    reported: bool
    has_photo: bool


@transaction.atomic(durable=True)
def look(*, flag_id: int, actor: Reader, now: datetime) -> list[Line]:
    """The excerpt, for a moderator; the look goes on the record. Raises NotFound."""
    flag = seen_by_staff(actor).filter(pk=flag_id).first()
    if flag is None:
        raise NotFound
    events.record("flag.looked", now=now, actor=actor, why=flag.kind, data={"flag": flag.pk})
    return [
        Line(
            row.seq, row.sent_at, "" if row.photo else quick_replies.words_of(row), row.author_id == flag.about_id,
            row.seq == flag.seq, bool(row.photo),
        )
        for row in messages_of(flag)
    ]  # fmt: skip


def messages_of(flag: Flag) -> "QuerySet[Message]":
    """Those that the moderators see; none of a copy."""
    rows = Message.objects.filter(conversation=flag.conversation_id, seq__range=(flag.first_seq, flag.last_seq))
    return rows.order_by("seq") if flag.conversation_id else rows.none()


def seen_by_staff(actor: Reader) -> "QuerySet[Flag]":
    if not may_moderate(actor):
        return Flag.objects.none()
    return Flag.objects.visible_to_staff(actor).select_related(
        "conversation__ask__request__title", "copy__title", "photo"
    )


@transaction.atomic(durable=True)
def decide_flag(*, flag_id: int, actor: Reader, outcome: str, reason: str = "", days: int = 0, now: datetime) -> Flag:
    """By a moderator, once. Whom it is about reads the `reason` unless nothing is wrong; `days` (1 to 90) counts for a suspension.
    Locks the report. Raises NotFound, Denied, IllegalTransition."""
    if not seen_by_staff(actor).filter(pk=flag_id).exists():
        raise NotFound
    rows = Flag.objects.select_for_update(of=("self",), no_key=True)
    flag = rows.select_related("conversation__ask__request__title", "copy__title", "photo").get(pk=flag_id)
    if flag.is_decided:
        raise IllegalTransition("decided", outcome, _("Somebody has decided this already."))
    _require_sense(flag, outcome, reason, days)
    flag.decided_at, flag.decided_by, flag.outcome = now, actor, outcome
    flag.suspended_until = now + timedelta(days=days) if outcome == O.SUSPENDED else None
    flag.save(update_fields=["decided_at", "decided_by", "outcome", "suspended_until"])
    if outcome != O.NO_FAULT:
        _take_from_view(flag, now)
    _tell(flag, actor, reason.strip(), now)
    return flag


def _require_sense(flag: Flag, outcome: str, reason: str, days: int) -> None:
    policies.require(outcome in O.values, Denied(_("Please choose one of these."), field="outcome"))
    if outcome == O.NO_FAULT:
        return
    policies.require(bool(reason.strip()), Denied(_("Please write why, for the reader."), field="reason"))
    whole = flag.conversation_id is not None and not flag.seq
    if outcome == O.HIDDEN and whole:
        raise Denied(_("There is no single message to hide here: warn, or keep from conversations."), field="outcome")
    if outcome == O.SUSPENDED and not 1 <= days <= MOST_DAYS:
        raise Denied(_("Between 1 and %(most)d days, please.") % {"most": MOST_DAYS}, field="days")


def _take_from_view(flag: Flag, now: datetime) -> None:
    """A message stays for evidence until it is forgotten with its conversation; of a copy goes what was reported."""
    if flag.seq:
        rows = Message.objects.filter(conversation=flag.conversation_id, seq=flag.seq, hidden_at=None)
        rows.update(hidden_at=now)
    elif flag.photo is not None:
        photos.remove_reported(photo_id=flag.photo.pk)
    elif flag.copy_id is not None and not flag.is_photo:
        copies.clear_note(copy_id=flag.copy_id)


def _tell(flag: Flag, actor: Reader, reason: str, now: datetime) -> None:
    title = flag.title
    said = {"flag": flag.pk, "outcome": flag.outcome, "title": title.title, "language": title.language}
    if flag.reporter_id is not None:
        events.record("flag.decided", now=now, actor=actor, data={**said, "readers": [flag.reporter_id]})
    if flag.about_id is not None and flag.outcome != O.NO_FAULT:
        until = flag.suspended_until.isoformat() if flag.suspended_until else ""
        data = {**said, "readers": [flag.about_id], "until": until}
        events.record(f"moderation.{flag.outcome}", now=now, actor=actor, why=reason, data=data)


def suspended_until(reader: Reader, *, now: datetime) -> datetime | None:
    """Until when the reader writes nothing of their own in conversations. One query."""
    rows = Flag.objects.filter(about=reader, suspended_until__gt=now).order_by("-suspended_until")
    return rows.values_list("suspended_until", flat=True).first()


def of(reader: Reader) -> "QuerySet[Flag]":
    """What the reader has reported, the latest first."""
    rows = Flag.objects.filter(reporter=reader).select_related("conversation__ask__request__title", "copy__title")
    return rows.order_by("-raised_at", "-pk")


def can_be_flagged(conversation: Conversation, reader: Reader, *, most: int = 20) -> list[Message]:
    """The other side's last messages, the latest first."""
    rows = Message.objects.readable_by(reader).filter(conversation=conversation, hidden_at=None)
    return list(rows.exclude(author=reader).order_by("-seq")[:most])


def copy_of(key: str, *, reader: Reader, now: datetime) -> Copy:
    """Raises NotFound for what is not to be reported."""
    holding = holdings.get(key, reader=reader, policy=policies.current(), now=now)
    if not isinstance(holding, CopyHolding) or holding.copy.owner_id == reader.pk:
        raise NotFound
    return holding.copy
