"""What a mail says, made at the moment of sending with the rights of that moment (P3): whoever may not be told any more, or
has read it, gets no mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing import deliveries, notices
from sharing.mailing import links, subjects
from sharing.models import Ask, Delivery, MailChoice, Notification
from sharing.notices import Notice
from sharing.typography import page_language

Reason, When = Delivery.Reason, MailChoice.When
LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    notice: Notice
    url: str
    answer_url: str = ""
    """Where an ask is answered without signing in."""


LeftOut = dict[Delivery, str]


def write(rows: Sequence[Delivery], *, now: datetime) -> tuple[Letter | None, LeftOut]:
    """One letter about all rows of one reader that still count, and why the others do not. None where none does."""
    reader = rows[0].reader
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        if rows[0].purpose == Delivery.Purpose.CONFIRM:
            return _confirmation(rows[0], reader)
        return _news(rows, reader)


def _news(rows: Sequence[Delivery], reader: Reader) -> tuple[Letter | None, LeftOut]:
    told = {one.pk: one for one in notices.for_list(reader).filter(deliveries__in=[row.pk for row in rows])}
    choices = dict(MailChoice.objects.filter(reader=reader).values_list("subject", "when"))
    left_out = {row: why for row in rows if (why := _why_not(row, told.get(row.notification_id or 0), reader, choices))}
    counting = [told[row.notification_id] for row in rows if row not in left_out and row.notification_id]
    if not counting:
        return None, left_out
    return _letter(counting, rows[0], reader), left_out


def _why_not(row: Delivery, told: Notification | None, reader: Reader, choices: dict[str, str]) -> str:
    subject = subjects.of_event(told.event.kind) if told else None
    wanted = subject is not None and choices.get(subject, subjects.DEFAULTS[subject]) != When.NEVER
    why = deliveries.why_not(told, reader, wanted=wanted)
    return Reason.NO_ADDRESS if not reader.email and why != Reason.CLOSED else why


def _letter(counting: list[Notification], first: Delivery, reader: Reader) -> Letter:
    items = [_item(told, reader) for told in counting]
    subject = subjects.of_event(counting[0].event.kind)
    assert subject is not None
    stop = links.to_stop(reader, subject)
    context = {
        "items": items, "reader": reader, "digest": first.digest, "stop_url": stop, "subject_name": subject.label,
        "settings_url": links.absolute("/me/mail/"), "html_lang": page_language(),
    }  # fmt: skip
    heading = items[0].notice.text
    if len(items) > 1:
        heading = ngettext("%(count)d piece of news for you", "%(count)d pieces of news for you", len(items))
        heading %= {"count": len(items)}
    return Letter(
        to=reader.email, subject=_one_line(heading), text=render_to_string("emails/news.txt", context),
        html=render_to_string("emails/news.html", context), headers=_headers(first, counting, reader, stop),
    )  # fmt: skip


def _item(told: Notification, reader: Reader) -> Item:
    notice, ask = notices.sentence(told, reader), told.event.ask
    waits = ask is not None and ask.holder_id == reader.pk and ask.status == Ask.Status.ASKED
    return Item(notice, links.absolute(notice.url), links.to_answer(ask) if waits and ask else "")


def _headers(first: Delivery, counting: list[Notification], reader: Reader, stop: str) -> dict[str, str]:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    about = counting[0].event.request_id if len(counting) == 1 else None
    headers = {
        "Message-ID": f"<{first.message_id}@{host}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if about:
        headers["References"] = headers["In-Reply-To"] = f"<{links.thread(reader, f'request {about}')}@{host}>"
    return headers


def _confirmation(row: Delivery, reader: Reader) -> tuple[Letter | None, LeftOut]:
    """Only the address that was given last can be confirmed."""
    newer = Delivery.objects.filter(reader=reader, purpose=Delivery.Purpose.CONFIRM, pk__gt=row.pk)
    if not reader.is_active or newer.exists():
        return None, {row: Reason.SUPERSEDED if reader.is_active else Reason.CLOSED}
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    context = {"url": links.to_confirm(reader, row.address), "html_lang": page_language()}
    letter = Letter(
        to=row.address, subject=_("Is this your mail address?"), text=render_to_string("emails/confirm.txt", context),
        html=render_to_string("emails/confirm.html", context),
        headers={"Message-ID": f"<{row.message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    return letter, {}


def _one_line(words: str) -> str:
    """No line break of a title or a name reaches a header (T-R14)."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
