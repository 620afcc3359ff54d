"""What a reader was told, in words: made when it is shown, for the one who reads, from what holds then (P3).

Before consent nobody has a name here (P1, P2): names come only out of a lending or an accepted ask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from personal_catalog.models import Title
from sharing import dates, people, places, typography
from sharing.models import Ask, DomainEvent, Handover, Lending, Notification
from sharing.models.conditions import parts_in_words
from sharing.phrases import fill


@dataclass(frozen=True)
class Notice:
    text: str
    """The sentence without markup, for mail, push and API."""
    url: str
    icon: str
    when: datetime
    html: SafeString
    """The same with the languages of titles and names marked."""


@dataclass(frozen=True)
class _View:
    """One event, seen by one of the readers it concerns."""

    event: DomainEvent
    reader: Reader

    @property
    def is_forgotten(self) -> bool:
        """What it was about went with somebody's account."""
        return self.event.request_id is None and not self.event.data

    @property
    def title(self) -> Title:
        if self.event.request is None:  # told about a title that nobody asked for: as it was called then
            return Title(title=self.event.data["title"], language=self.event.data["language"])
        return self.event.request.title

    @property
    def lending(self) -> Lending | None:
        return self.event.lending or getattr(self.event.ask, "lending", None)

    @property
    def is_holder(self) -> bool:
        return self.event.ask is not None and self.event.ask.holder_id == self.reader.pk

    @property
    def waits(self) -> bool:
        return self.event.ask is not None and self.event.ask.status == Ask.Status.ASKED

    @property
    def is_loan(self) -> bool:
        return self.event.ask is not None and self.event.ask.kind == Lending.Kind.LIBRARY_LOAN

    @property
    def name(self) -> str:
        """The other side, once the holder has agreed."""
        ask = self.event.ask
        if ask is None or ask.status != Ask.Status.ACCEPTED:
            return _("A reader") if self.is_holder else _("The holder")
        assert self.event.request is not None
        return people.name(self.event.request.requester if self.is_holder else ask.holder)

    @property
    def due(self) -> str:
        told = parse_datetime(str(self.event.data.get("due_at", "")))
        due_at = told or (self.lending.due_at if self.lending else None)
        return dates.long_date(due_at, today=timezone.localdate(self.event.at)) if due_at else ""

    @property
    def why(self) -> str:
        return self.event.why

    @property
    def worse(self) -> str:
        return parts_in_words(self.event.data["worse"])

    @property
    def asked(self) -> str:
        return str(self.event.data.get("asked", ""))

    @property
    def group(self) -> str:
        """As it was called then."""
        return str(self.event.data["named"])

    @property
    def until(self) -> str:
        if "until_date" in self.event.data:
            last = date.fromisoformat(self.event.data["until_date"])
            return dates.long_date(last, today=timezone.localdate(self.event.at))
        day = parse_datetime(str(self.event.data.get("until", "")))
        return dates.long_date(day, today=timezone.localdate(self.event.at)) if day else ""

    @property
    def respond_by(self) -> str:
        assert self.event.ask is not None
        return dates.exact_time(self.event.ask.respond_by, today=timezone.localdate(timezone.now()))

    @property
    def answer_by(self) -> str:
        """A day, as it was told then."""
        day = parse_datetime(str(self.event.data.get("answer_by", "")))
        return dates.long_date(day, today=timezone.localdate(self.event.at)) if day else ""

    @property
    def lies(self) -> str:
        """Drop point and compartment, while the place is told."""
        handover = self.event.handover
        place = places.place_shown_to(self.reader, handover, now=timezone.now()) if handover else None
        if handover is None or place is None or not hasattr(handover, "deposit"):
            return _("at the drop point")
        return _("%(place)s, %(compartment)s") % {"place": place, "compartment": handover.deposit.compartment}

    @property
    def by(self) -> str:
        """Until when it is collected, or when it is taken to have arrived."""
        handover = self.event.handover
        until = getattr(getattr(handover, "deposit", None), "collect_by", None)
        until = until or getattr(getattr(handover, "shipment", None), "arrives_by", None)
        return dates.long_date(until, today=timezone.localdate(timezone.now())) if until else ""

    @property
    def parcel(self) -> str:
        """Carrier and number, while the place is told."""
        handover = self.event.handover
        place = places.place_shown_to(self.reader, handover, now=timezone.now()) if handover else None
        return str(handover.shipment) if handover and place is not None and hasattr(handover, "shipment") else "–"

    @property
    def meeting(self) -> str:
        handover = self.event.handover
        return meeting_of(handover, self.reader, now=timezone.now()) if handover else ""


def meeting_of(handover: Handover, reader: Reader, *, now: datetime) -> str:
    """Day, time and place in one phrase that stays true on another day; the time alone once the place is no longer told."""
    time = dates.exact_time(handover.starts_at, today=timezone.localdate(now))
    place = places.place_shown_to(reader, handover, now=now)
    return _("%(time)s, %(place)s") % {"time": time, "place": place} if place else time


def for_list(reader: Reader) -> "QuerySet[Notification]":
    """A reader's notifications with all that their sentences need: one query, however many."""
    return Notification.objects.filter(reader=reader).select_related(
        "event__request__title", "event__request__requester", "event__ask__holder", "event__ask__lending", "event__lending",
        "event__handover__lending", "event__handover__deposit", "event__handover__shipment",
    )  # fmt: skip


def sentence(told: Notification | DomainEvent, reader: Reader) -> Notice:
    event = told.event if isinstance(told, Notification) else told
    view = _View(event, reader)
    icon, words = SENTENCES.get(event.kind, ("info", _something))
    words = _forgotten if view.is_forgotten else words
    text, html = _set(words(view), view)
    return Notice(text, _url(view), icon, event.at, html)


def _set(words: str, view: _View) -> tuple[str, SafeString]:
    """Fill a sentence twice: plain, and with languages marked. Only what it names is looked up."""
    return fill(words, _Plain(view)), mark_safe(fill(escape(words), _Marked(view)))


class _Plain(dict[str, object]):
    def __init__(self, view: _View) -> None:
        self.view = view

    def __missing__(self, key: str) -> str:
        if key == "title":
            return typography.quoted(typography.name_of(self.view.title))
        return str(getattr(self.view, key))


class _Marked(dict[str, object]):
    def __init__(self, view: _View) -> None:
        self.view = view

    def __missing__(self, key: str) -> str:
        if key == "title":
            return typography.book_title(self.view.title)
        words = str(getattr(self.view, key))
        language = typography.lang_attribute(words)
        return format_html("<span{}>{}</span>", language, words) if language else escape(words)


def _url(view: _View) -> str:
    event = view.event
    if view.lending is not None:
        return view.lending.get_absolute_url()
    if view.is_holder and event.ask is not None:
        return reverse("ask", args=[event.ask.pk])
    place = PLACES.get(event.kind) or PLACES.get(event.kind.partition(".")[0])
    if place is not None and not view.is_forgotten:
        return place(event)
    return reverse("request", args=[event.request_id]) if event.request_id else reverse("shelf")


def _found_url(event: DomainEvent) -> str:
    """The book itself, or the search where there are several."""
    if event.data["count"] == 1:
        return reverse("title", args=[event.data["title_id"]])
    return f"{reverse('search')}?{urlencode({'q': event.data['asked'], 'sort': 'newest'})}"


PLACES: dict[str, Callable[[DomainEvent], str]] = {
    "message.sent": lambda event: reverse("conversation", args=[event.data["conversation"]]),
    "search.matched": _found_url,
    "search": lambda event: reverse("wishes"),
    "purchase": lambda event: reverse("wishes"),
    "purchase.reminded": lambda event: reverse("purchases:index") + "?status=open",
    "outside": lambda event: reverse("outside-loans"),
    "copy.found": lambda event: reverse("found-copy", args=[event.data["code"]]),
    "group.put_in": lambda event: reverse("group", args=[event.data["group"]]),
    "group.handed_on": lambda event: reverse("group", args=[event.data["group"]]),
    "standing": lambda event: reverse("standing"),
    "group": lambda event: reverse("groups"),
    "shelf": lambda event: reverse("follows"),
    "note": lambda event: reverse("title-notes", args=[event.data["title_id"]]),
    "holding": lambda event: reverse("title", args=[event.data["title_id"]]),
    "flag.reminded": lambda event: reverse("title_notes:index" if event.data["only_notes"] else "flags:index"),
    "flag": lambda event: f"{reverse('my-data')}#flags",
    "moderation": lambda event: reverse("rules"),
}
"""Where a notice leads that is about no lending and no ask: by its kind, else by its noun."""


def _something(view: _View) -> str:
    return _("Something has happened with %(title)s.")


def _forgotten(view: _View) -> str:
    return _("What you were told here is no longer kept.")


def _unfilled(view: _View) -> str:
    asked = int(view.event.data.get("asked", 0))
    if not asked:
        return _("%(title)s: nobody had it free in time. You can ask for it again.")
    words = ngettext(
        "%%(title)s: %(count)d holder was asked and could not lend it this time.",
        "%%(title)s: %(count)d holders were asked and none could lend it this time.",
        asked,
    )
    return words % {"count": asked}


def _asked(view: _View) -> str:
    if not view.waits:
        return _("A reader asked for %(title)s.")
    if view.is_loan:
        return _("A reader would like %(title)s after you. Please answer by %(respond_by)s.")
    return _("A reader asks for your copy of %(title)s. Please answer by %(respond_by)s.")


def _reminded(view: _View) -> str:
    if not view.waits:
        return _("A reader waited for your answer about %(title)s.")
    return _("A reader still waits for your answer about %(title)s, until %(respond_by)s.")


def _accepted(view: _View) -> str:
    if not view.is_holder:
        return _("%(name)s agreed to let you have %(title)s. Now arrange the handover.")
    if view.why == Ask.Consent.OFFER:
        return _("You had offered %(title)s: %(name)s would like it. Arrange the handover, or step back on its page.")
    return _("As you agreed beforehand, %(title)s goes to %(name)s. Arrange the handover, or step back on its page.")


def _cancelled(view: _View) -> str:
    if view.why:
        return _("%(name)s cancelled the lending of %(title)s: “%(why)s”")
    return _("%(name)s cancelled the lending of %(title)s.")


def _no_show(view: _View) -> str:
    if view.event.data.get("by") == "taker" and view.is_holder:
        return _("%(name)s has not collected %(title)s, so the lending has ended. Please take the book back.")
    if view.event.data.get("by") == "taker":
        return _("You have not collected %(title)s in time, so it goes back to %(name)s, and the lending has ended.")
    if view.is_holder:
        return _("%(title)s was not handed over in time, so the lending with %(name)s has ended.")
    return _(
        "%(title)s was not handed over in time, so the lending has ended. We go on asking while your request lasts."
    )


def _arriving(view: _View) -> str:
    if view.is_loan:
        return _(
            "Has %(title)s arrived? Please say so. Without your word by %(by)s a librarian asks what has become of it."
        )
    return _(
        "Has %(title)s arrived? Please say so, or report that it has not. Without your word we take it on %(by)s to have."
    )


def _disputed(view: _View) -> str:
    if view.event.actor_id is None:
        return _("Nobody has said that %(title)s arrived. A librarian will settle it.")
    return _("%(name)s reported a problem with %(title)s. A librarian will settle it.")


def _completed(view: _View) -> str:
    lending = view.lending
    mode = lending.mode if lending else ""
    giver = {
        "transfer": _("The library has moved %(title)s to %(name)s’s card. You no longer answer for it."),
        "gift": _("%(title)s belongs to %(name)s now."),
        "drift": _("%(title)s travels on with %(name)s."),
    }
    taker = {
        "transfer": _("The library has moved %(title)s to your card; it is due on %(due)s."),
        "gift": _("%(title)s is yours now."),
        "drift": _("%(title)s is with you. Pass it on when you have read it."),
    }
    if view.is_holder:
        return giver.get(mode, _("%(title)s is back with you."))
    return taker.get(mode, _("You have given %(title)s back to %(name)s."))


def _overdue(view: _View) -> str:
    if view.is_holder:
        return _("%(title)s was due on %(due)s. %(name)s has been reminded.")
    return _("%(title)s was due on %(due)s. Not finished? Write to %(name)s; they may give you longer.")


def _librarian(view: _View) -> str:
    if view.event.from_status == Lending.Status.RETURNING:
        return _(
            "%(title)s has not been given back for weeks, so a librarian looks, too. The two of you may still meet."
        )
    if "due_at" not in view.event.data:
        return _("The library has not moved the loan of %(title)s. A librarian has to look; nothing is lost meanwhile.")
    if view.is_holder:
        return _("The library has not moved the loan of %(title)s. It is on your card as before, but due %(due)s now.")
    return _("The library has not moved the loan of %(title)s. It is on %(name)s’s card as before, due %(due)s now.")


def _return_waits(view: _View) -> str:
    if view.is_holder:
        return _("%(name)s waits to give %(title)s back to you. Please arrange to meet.")
    return _("%(title)s still waits to go back to %(name)s. Please arrange to meet.")


def _waiting(view: _View) -> str:
    if view.event.data.get("status") == Lending.Status.TRANSFERRING:
        return _("%(title)s: the library system has not moved the loan yet. We keep trying.")
    return _("%(title)s still waits for a librarian.")


def _settled(view: _View) -> str:
    return _("A librarian has settled the matter of %(title)s: “%(why)s”")


def _matched(view: _View) -> str:
    others = int(view.event.data.get("count", 1)) - 1
    if not others:
        return _("%(title)s has appeared. You wanted to be told of “%(asked)s”.")
    words = ngettext(
        "%%(title)s and %(count)d other book have appeared. You wanted to be told of “%%(asked)s”.",
        "%%(title)s and %(count)d other books have appeared. You wanted to be told of “%%(asked)s”.",
        others,
    )
    return words % {"count": others}


def _grew(view: _View) -> str:
    others = int(view.event.data["count"]) - 1
    if not others:
        return _("%(title)s is new on a shelf that you follow.")
    words = ngettext(
        "%%(title)s and %(count)d other book are new on a shelf that you follow.",
        "%%(title)s and %(count)d other books are new on a shelf that you follow.",
        others,
    )
    return words % {"count": others}


def _hidden(view: _View) -> str:
    if view.event.actor_id is None:
        return _("Your note on %(title)s was reported, and is hidden until a librarian has looked at it.")
    return _("A librarian has hidden your note on %(title)s: “%(why)s”")


def _decided(view: _View) -> str:
    if view.event.data.get("outcome") == "no_fault":
        return _("A librarian has looked at what you reported about %(title)s, and found nothing against the rules.")
    return _("A librarian has looked at what you reported about %(title)s, and has acted on it. Thank you.")


def _outside(view: _View) -> str:
    if view.event.data["lent"]:
        return _("%(title)s, which you lent outside the service, is due back.")
    return _("%(title)s, which you borrowed outside the service, is due back.")


def _ordered(view: _View) -> str:
    if view.why:
        return _("The library orders %(title)s, which you suggested: “%(why)s”")
    return _("The library orders %(title)s, which you suggested.")


def _wait_for_librarians(view: _View) -> str:
    count = int(view.event.data["count"])
    words = ngettext(
        "%(count)d purchase suggestion waits for the library’s answer, until %%(answer_by)s.",
        "%(count)d purchase suggestions wait for the library’s answer, the first until %%(answer_by)s.",
        count,
    )
    return words % {"count": count}


def _wait_for_moderators(view: _View) -> str:
    count = int(view.event.data["count"])
    words = ngettext(
        "%(count)d report by a reader waits for your decision.",
        "%(count)d reports by readers wait for your decision.",
        count,
    )
    return words % {"count": count}


def _always(words: Callable[[], str]) -> Callable[[_View], str]:
    return lambda view: words()


SENTENCES: dict[str, tuple[str, Callable[[_View], str]]] = {
    "request.unfilled": ("clock", _unfilled),
    "request.reopened": (
        "clock",
        _always(lambda: _("The agreed handover of %(title)s fell through. We go on asking other holders.")),
    ),
    "request.widened": (
        "book",
        _always(lambda: _("Your request for %(title)s now goes to every reader who has it, not only to one of them.")),
    ),
    "request.merged": (
        "info",
        _always(lambda: _("You had asked for %(title)s twice, under two records. The other request goes on.")),
    ),
    "ask.sent": ("book", _asked),
    "ask.reminded": ("clock", _reminded),
    "ask.accepted": ("check", _accepted),
    "ask.withdrawn": ("check", _always(lambda: _("%(title)s: your answer is no longer needed."))),
    "lending.cancelled": ("close", _cancelled),
    "lending.no_show": ("clock", _no_show),
    "lending.handed_over": ("lend", _always(lambda: _("You and %(name)s have confirmed the handover of %(title)s."))),
    "lending.completed": ("check", _completed),
    "lending.needs_librarian": ("warn", _librarian),
    "lending.still_waiting": ("clock", _waiting),
    "lending.due_soon": ("calendar", _always(lambda: _("%(title)s is due on %(due)s."))),
    "lending.overdue": ("warn", _overdue),
    "lending.extended": ("calendar", _always(lambda: _("%(name)s keeps %(title)s until %(due)s."))),
    "lending.returning": ("lend", _always(lambda: _("%(name)s would like to give %(title)s back."))),
    "lending.return_waits": ("clock", _return_waits),
    "lending.disputed": ("warn", _disputed),
    "lending.settled": ("check", _settled),
    "lending.rated": (
        "check",
        _always(lambda: _("Both of you have said how the exchange of %(title)s went. You can read it now.")),
    ),
    "handover.proposed": ("calendar", _always(lambda: _("%(name)s proposes a handover of %(title)s: %(meeting)s."))),
    "handover.agreed": ("calendar", _always(lambda: _("The handover of %(title)s is agreed: %(meeting)s."))),
    "handover.deposited": (
        "place",
        _always(lambda: _("%(name)s has left %(title)s for you: %(lies)s. Collect it by %(by)s.")),
    ),
    "handover.waits": ("place", _always(lambda: _("%(title)s still lies there for you: %(lies)s."))),
    "handover.left": (
        "place",
        _always(lambda: _("Nobody has collected %(title)s. Please take it back: %(lies)s.")),
    ),
    "handover.not_there": (
        "warn",
        _always(
            lambda: _("%(name)s says that %(title)s is not at the drop point any more. A librarian looks into it.")
        ),
    ),
    "handover.looked_into": (
        "check",
        _always(lambda: _("A librarian has looked into what became of %(title)s: “%(why)s”")),
    ),
    "handover.sent": ("lend", _always(lambda: _("%(name)s has sent %(title)s by courier: %(parcel)s."))),
    "handover.arriving": ("clock", _arriving),
    "handover.corrected": (
        "lend",
        _always(lambda: _("%(name)s has corrected how %(title)s was sent: %(parcel)s.")),
    ),
    "condition.worse": (
        "warn",
        _always(lambda: _("%(name)s noted at the handover of %(title)s: worse than before (%(worse)s).")),
    ),
    "outside.due": ("calendar", _outside),
    "copy.found": ("place", _always(lambda: _("Somebody found your %(title)s. It lies here: “%(why)s”"))),
    "title.rejected": (
        "info",
        _always(lambda: _("%(title)s is not taken into the catalogue: “%(why)s” Your copy stays on your shelf.")),
    ),
    "search.matched": ("bell", _matched),
    "search.ended": (
        "clock",
        _always(lambda: _("For a year we looked out for “%(asked)s”. That has ended; you can start it again.")),
    ),
    "purchase.ordered": ("check", _ordered),
    "standing.answered": ("info", _always(lambda: _("A librarian has looked at your standing: “%(why)s”"))),
    "purchase.declined": (
        "info",
        _always(lambda: _("The library does not buy %(title)s, which you suggested: “%(why)s”")),
    ),
    "purchase.late": (
        "clock",
        _always(
            lambda: _(
                "The library has not decided about %(title)s yet. It has been reminded, and answers by %(answer_by)s."
            )
        ),
    ),
    "purchase.lapsed": (
        "close",
        _always(
            lambda: _("The library has not decided about %(title)s, which you suggested. You can suggest it again.")
        ),
    ),
    "purchase.reminded": ("clock", _wait_for_librarians),
    "group.put_in": (
        "person",
        _always(lambda: _("The library has put you into the group “%(group)s”. You can leave it at any time.")),
    ),
    "group.handed_on": ("person", _always(lambda: _("You run the group “%(group)s” from now on."))),
    "group.removed": ("person", _always(lambda: _("You are no longer in the group “%(group)s”."))),
    "group.closed": ("person", _always(lambda: _("The group “%(group)s” has been closed."))),
    "shelf.grew": ("shelf", _grew),
    "note.hidden": ("flag", _hidden),
    "note.shown": ("check", _always(lambda: _("Your note on %(title)s is shown again."))),
    "flag.decided": ("flag", _decided),
    "flag.reminded": ("flag", _wait_for_moderators),
    "collector.named": (
        "person",
        _always(
            lambda: _("Somebody else comes for %(title)s in %(name)s’s place, with a code that you type on its page.")
        ),
    ),
    "collector.revoked": ("person", _always(lambda: _("%(name)s comes for %(title)s after all; nobody else does."))),
    "collector.withdrawn": (
        "person",
        _always(
            lambda: _("%(title)s goes by drop point or courier now: nobody else collects it, and the link has ended.")
        ),
    ),
    "holding.kept": (
        "book",
        _always(lambda: _("A reader keeps %(title)s for you until %(until)s. If you would like it, ask for it.")),
    ),
    "moderation.hidden": (
        "flag",
        _always(lambda: _("A librarian has hidden what you wrote or showed about %(title)s: “%(why)s”")),
    ),
    "moderation.warned": (
        "warn",
        _always(lambda: _("A librarian warns you because of what you wrote or showed about %(title)s: “%(why)s”")),
    ),
    "moderation.suspended": (
        "warn",
        _always(lambda: _("Until %(until)s you can’t write in conversations, because of %(title)s: “%(why)s”")),
    ),
    "message.sent": ("chat", _always(lambda: _("%(name)s wrote to you about %(title)s."))),
}
