"""Replies that are chosen, not typed. Each side reads them in their own language; some have a day or a place to fill in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import dates, places, policies
from sharing.errors import Denied
from sharing.models import Ask, Conversation, Handover, Lending, Message
from sharing.phrases import fill
from sharing.typography import page_language

LONGEST = timedelta(days=366)

WORDS: dict[str, Callable[[], str]] = {
    "few_days": lambda: _("I need it for a few more days."),
    "until": lambda: _("I still need it until %(date)s."),
    "when": lambda: _("When would it suit you?"),
    "only_days": lambda: _("I need it only for a few days."),
    "need_by": lambda: _("I need it by %(date)s."),
    "noon": lambda: _("Tomorrow at noon suits me."),
    "tomorrow_at": lambda: _("Tomorrow at %(place)s?"),
    "proposed": lambda: _("I have proposed a time."),
    "on_my_way": lambda: _("I am on my way."),
    "late": lambda: _("I am ten minutes late."),
    "another_day": lambda: _("Shall we take another day?"),
    "no_hurry": lambda: _("Take your time."),
    "still_needed": lambda: _("Do you still need it?"),
    "back_soon": lambda: _("I need it back soon."),
    "reading": lambda: _("I am still reading."),
    "back_on": lambda: _("I will bring it back by %(date)s."),
    "longer": lambda: _("May I keep it a little longer?"),
}


@dataclass(frozen=True)
class Reply:
    """`slot` is what is to be filled in: date, place or nothing; `words` have a gap there."""

    code: str
    words: str
    slot: str = ""


def replies(conversation: Conversation, reader: Reader) -> list[Reply]:
    """By what the two have before them."""
    return [_reply(code) for code in _codes(conversation.ask, reader)]


def _codes(ask: Ask, reader: Reader) -> list[str]:
    holds = ask.holder_id == reader.pk
    if ask.status != Ask.Status.ACCEPTED:
        return ["few_days", "until", "noon"] if holds else ["when", "only_days", "need_by"]
    if policies.direction_now(ask.lending):
        if any(handover.status == Handover.Status.AGREED for handover in ask.lending.handovers.all()):
            return ["on_my_way", "late", "another_day"]
        return ["when", "noon", "tomorrow_at", "proposed"]
    if ask.lending.status != Lending.Status.ON_LOAN:
        return []
    return ["no_hurry", "still_needed", "back_soon"] if holds else ["reading", "back_on", "longer"]


def _reply(code: str) -> Reply:
    words = WORDS[code]()
    for slot in ("date", "place"):
        before, found, after = words.partition(f"%({slot})s")
        if found:
            return Reply(code, f"{before.strip()} … {after.strip()}", slot)
    return Reply(code, words)


def checked(code: str, parts: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """What fills the reply, as it is kept. Raises Denied."""
    slot = _reply(code).slot if code in WORDS else None
    if slot is None:
        raise Denied(_("There is no such reply."), field="text")
    if slot == "date":
        return {"date": _day(parts.get("date", ""), now).isoformat()}
    if slot == "place":
        chinese, english = places.both_names(parts.get("place", ""))
        if not english:
            raise Denied(_("Choose a place of the list."), field="text")
        return {"zh": chinese, "en": english}
    return {}


def _day(text: str, now: datetime) -> date:
    today = timezone.localdate(now)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Denied(_("Choose a day first."), field="text") from None
    if not today <= day <= today + LONGEST:
        raise Denied(_("Choose a day from today on, within a year."), field="text")
    return day


def text_of(message: Message) -> str:
    """For the two of them. What a moderator has hidden is gone from both sides' view."""
    return _("Hidden by a librarian.") if message.hidden_at is not None else words_of(message)


def words_of(message: Message) -> str:
    """In the language of who reads it; what was typed stays as it was typed, and what was deleted with its writer is gone."""
    if not message.text or message.phrase not in WORDS:
        return message.text
    return filled(message.phrase, message.parts, sent_at=message.sent_at)


def filled(code: str, parts: Mapping[str, str], *, sent_at: datetime) -> str:
    values: dict[str, str] = {}
    if "date" in parts:
        values["date"] = dates.long_date(date.fromisoformat(parts["date"]), today=timezone.localdate(sent_at))
    if "zh" in parts:
        values["place"] = parts["en" if page_language() == "en" else "zh"]
    return fill(WORDS[code](), values)
