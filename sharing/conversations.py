"""Messages between holder and requester: one order without gaps, blind until the holder agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import dates, events, flags, locks, masking, quick_replies, writes
from sharing.errors import Denied, IllegalTransition, LimitReached
from sharing.models import Ask, Conversation, Message
from sharing.phrases import fill


@dataclass(frozen=True)
class Chosen:
    """A quick reply: its code, and the day or the place that fills it."""

    code: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Picture:
    """Made anew and stored already: see chat_photos."""

    token: str
    name: str


@transaction.atomic(durable=True)
def send_message(
    *,
    conversation_id: int,
    actor: Reader,
    text: str = "",
    reply: Chosen | None = None,
    picture: Picture | None = None,
    seen: int | None = None,
    now: datetime,
) -> Message:
    """The next message of the conversation; its number is one more than the last, under the conversation's lock (N5).
    A handover's code is left out of it; `masking.notice` has the sentence for the sender.

    A `reply` is chosen, not typed: see quick_replies. `seen` is the number of the last message on the page where it was
    written: the same words of the same author after that number are a second click, and give the message that the first
    one made.
    """
    conversation = locks.conversation(conversation_id, actor=actor)
    if conversation.has_ended(now):
        raise IllegalTransition(
            "closed", "sent", _("This conversation has ended and can only be read. Your text was not sent.")
        )
    if reply is None:
        _require_free_to_write(actor, now)
    parts = quick_replies.checked(reply.code, reply.parts, now=now) if reply else {}
    text = _words(text, conversation, reply, parts, picture, now)
    if seen is not None and (sent := conversation.messages.filter(author=actor, text=text, seq__gt=seen).first()):
        return sent
    _require_calm(actor, now)
    conversation.last_seq += 1
    writes.change(conversation, "last_seq")
    message = writes.add(Message(
        conversation=conversation, seq=conversation.last_seq, author=actor, text=text, sent_at=now,
        phrase=reply.code if reply else "", parts=parts,
        **({"token": picture.token, "photo": picture.name} if picture else {}),
    ))  # fmt: skip
    events.record(
        "message.sent",
        now=now,
        actor=actor,
        ask=conversation.ask,
        data={"seq": message.seq, "conversation": conversation.pk},
    )
    return message


def _words(
    text: str,
    conversation: Conversation,
    reply: Chosen | None,
    parts: dict[str, str],
    picture: Picture | None,
    now: datetime,
) -> str:
    if reply is not None:
        return quick_replies.filled(reply.code, parts, sent_at=now)
    if picture is not None:
        return _("Photo")
    return masking.without_codes(_checked(text), ask=conversation.ask, now=now)


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Denied(_("Write a sentence first; nothing was sent."), field="text")
    if len(text) > settings.MESSAGE_MAX_CHARACTERS:
        raise Denied(
            _("A message has at most %(most)d characters. It was not sent.")
            % {"most": settings.MESSAGE_MAX_CHARACTERS},
            field="text",
        )
    return text


def _require_free_to_write(actor: Reader, now: datetime) -> None:
    """Whoever was kept from conversations may still choose a ready-made reply: a book has to come home."""
    until = flags.suspended_until(actor, now=now)
    if until is not None:
        day = dates.long_date(until, today=timezone.localdate(now))
        words = _(
            "A librarian has kept you from conversations until %(date)s. You can still choose a ready-made reply."
        )
        raise LimitReached(fill(words, {"date": day}), until)


def _require_calm(actor: Reader, now: datetime) -> None:
    if (
        Message.objects.filter(author=actor, sent_at__gt=now - timedelta(minutes=1)).count()
        >= settings.MESSAGES_PER_MINUTE
    ):
        raise LimitReached(
            _("That is a great many messages within a minute. Wait a moment; this one was not sent."),
            now + timedelta(minutes=1),
        )


def name_of(author_id: int, *, conversation: Conversation, viewer: Reader) -> str:
    """How the author is named to the viewer: nobody has a name before consent (P1, P2)."""
    if author_id == viewer.pk:
        return _("You")
    ask = conversation.ask
    if ask.status == Ask.Status.ACCEPTED:
        other = ask.holder if author_id == ask.holder_id else ask.request.requester
        return other.display_name
    return _("The holder") if author_id == ask.holder_id else _("A reader")
