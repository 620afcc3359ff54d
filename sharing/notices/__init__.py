"""What a reader was told, in words: made when it is shown, for the one who reads, from what holds then (P3).

Before consent nobody has a name here (P1, P2): names come only out of a lending or an accepted ask.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import typography
from sharing.models import DomainEvent, Notification
from sharing.notices import addresses, groups, handovers, lendings, moderation, requests, shelves, wishes
from sharing.notices.view import Sentences, View
from sharing.phrases import fill

SENTENCES: Sentences = {
    **requests.SENTENCES,
    **lendings.SENTENCES,
    **handovers.SENTENCES,
    **shelves.SENTENCES,
    **wishes.SENTENCES,
    **groups.SENTENCES,
    **moderation.SENTENCES,
}


@dataclass(frozen=True)
class Notice:
    text: str
    """The sentence without markup, for mail, push and API."""
    url: str
    icon: str
    when: datetime
    html: SafeString
    """The same with the languages of titles and names marked."""


def for_list(reader: Reader) -> "QuerySet[Notification]":
    """A reader's notifications with all that their sentences need: one query, however many."""
    return Notification.objects.filter(reader=reader).select_related(
        "event__request__title", "event__request__requester", "event__ask__holder", "event__ask__lending", "event__lending",
        "event__handover__lending", "event__handover__deposit", "event__handover__shipment",
    )  # fmt: skip


def sentence(told: Notification | DomainEvent, reader: Reader) -> Notice:
    event = told.event if isinstance(told, Notification) else told
    view = View(event, reader)
    icon, words = SENTENCES.get(event.kind, ("info", _something))
    words = _forgotten if view.is_forgotten else words
    text, html = _set(words(view), view)
    return Notice(text, addresses.url(view), icon, event.at, html)


def _set(words: str, view: View) -> tuple[str, SafeString]:
    """Fill a sentence twice: plain, and with languages marked. Only what it names is looked up."""
    return fill(words, _Plain(view)), mark_safe(fill(escape(words), _Marked(view)))


class _Plain(dict[str, object]):
    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, key: str) -> str:
        if key == "title":
            return typography.quoted(typography.name_of(self.view.title))
        return str(getattr(self.view, key))


class _Marked(dict[str, object]):
    def __init__(self, view: View) -> None:
        self.view = view

    def __missing__(self, key: str) -> str:
        if key == "title":
            return typography.book_title(self.view.title)
        words = str(getattr(self.view, key))
        language = typography.lang_attribute(words)
        return format_html("<span{}>{}</span>", language, words) if language else escape(words)


def _something(view: View) -> str:
    return _("Something has happened with %(title)s.")


def _forgotten(view: View) -> str:
    return _("What you were told here is no longer kept.")
