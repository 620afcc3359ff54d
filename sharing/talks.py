"""A conversation as one of its two sides reads it: names only after consent, a line for each new day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import cautions, conversations, dates, quick_replies
from sharing.models import Ask, Conversation, Message

SHOWN = 30  # messages on a page that is about something else


@dataclass(frozen=True)
class Bubble:
    seq: str
    mine: bool = False
    name: str = ""
    at: datetime | None = None
    text: str = ""
    note: str = ""
    photo: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Talk:
    conversation: Conversation
    bubbles: list[Bubble]
    blind: bool
    closed: str
    """Why nothing can be sent any more; empty while it can."""

    @property
    def count(self) -> int:
        return self.conversation.last_seq


def read(conversation: Conversation, *, viewer: Reader, now: datetime, last: int | None = None, after: int = 0) -> Talk:
    """One query, when ask, holder, request and requester are loaded. `last`: how many; `after`: only what is newer."""
    rows = Message.objects.readable_by(viewer).filter(conversation=conversation, seq__gt=after).order_by("-seq")
    messages = list(rows[:last] if last is not None else rows)[::-1]
    return Talk(
        conversation,
        list(_bubbles(conversation, messages, viewer, timezone.localdate(now))),
        blind=conversation.ask.status != Ask.Status.ACCEPTED,
        closed=_("This conversation has ended; it can be read, not continued.") if conversation.has_ended(now) else "",
    )


def _bubbles(conversation: Conversation, messages: list[Message], viewer: Reader, today: date) -> Iterator[Bubble]:
    day = None
    for message in messages:
        if dates.day_of(message.sent_at) != day:
            day = dates.day_of(message.sent_at)
            words = dates.near_date(day, today=today)
            yield Bubble(day.isoformat(), note=words[:1].upper() + words[1:])
        mine, text = message.author_id == viewer.pk, quick_replies.text_of(message)
        yield Bubble(
            str(message.seq),
            mine=mine,
            name=conversations.name_of(message.author_id, conversation=conversation, viewer=viewer),
            at=message.sent_at,
            text="" if message.photo_url else text or _("Deleted with its writer’s account."),
            photo=message.photo_url,
            warning="" if mine else cautions.warning(text),
        )
