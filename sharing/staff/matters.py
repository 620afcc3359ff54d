"""What is stuck and waits for staff, each with the one thing to do about it. Only what this person may act on. What an app above
adds stands in its `matters.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge import reasons, registers
from library_bridge.models import Reader
from personal_catalog import titles
from personal_catalog.models import Title, TitleFlag, TitleSuggestion
from sharing import dates, deliveries, looks, missing_books, open_flags, purchases, typography
from sharing.models import DomainEvent, Lending, PurchaseSuggestion
from sharing.typography import grouped

MOST_SHOWN = 5
LONG_TRANSFER = timedelta(minutes=15)
LONG_DELIVERY = timedelta(minutes=10)
S = Lending.Status


@dataclass(frozen=True)
class Matter:
    icon: str
    says: str | SafeString
    note: str
    action: str
    url: str


@dataclass(frozen=True)
class Matters:
    shown: tuple[Matter, ...]
    more: int
    """Lendings in trouble that are not shown."""

    @property
    def count(self) -> int:
        return len(self.shown) + self.more


def waiting_for(staff: Reader, *, now: datetime) -> Matters:
    shown: list[Matter] = []
    more = 0
    if staff.has_perm("sharing.view_lending"):
        stuck = Lending.objects.visible_to_staff(staff).filter(status__in=(S.NEEDS_LIBRARIAN, S.DISPUTED))
        shown += (_lending(row, now) for row in _with_cause(stuck)[:MOST_SHOWN])
        more = max(0, stuck.count() - MOST_SHOWN) if len(shown) == MOST_SHOWN else 0
        shown += _missing_books(staff, now)
        shown += _slow_transfers(staff, now)
    if staff.has_perm("sharing.view_domainevent"):
        shown += _undelivered(now)
        shown += _looks(now)
    if staff.has_perm("sharing.view_delivery"):
        shown += _mails(now)
    shown += _flags(staff, now)
    if purchases.may_decide(staff):
        shown += _purchases(staff, now)
    if titles.may_curate(staff):
        shown += _curation(staff, now)
    for module in registers.modules("matters"):
        shown += module.waiting_for(staff, now=now)
    return Matters(tuple(shown), more)


def _with_cause(rows: Any) -> Any:
    """The event that brought it here, and when; longest waiting first."""
    events = DomainEvent.objects.filter(
        lending=OuterRef("pk"), kind__in=("lending.needs_librarian", "lending.disputed")
    )
    last = events.order_by("-at", "-pk")
    found = rows.annotate(since=Subquery(last.values("at")[:1]), cause=Subquery(last.values("why")[:1]))
    return found.select_related("request__title", "transfer").order_by("since", "pk")


def _lending(lending: Any, now: datetime) -> Matter:
    disputed = lending.status == S.DISPUTED
    if lending.transfer is None and not disputed:
        says = _("A book waits to go back to its owner: {title}")
    else:
        says = _("A problem was reported: {title}") if disputed else _("The library did not move the loan: {title}")
    cause = lending.cause if disputed else reasons.sentence(lending.transfer.reason_code) if lending.transfer else ""
    since = dates.near_time(lending.since or lending.deadline_at, today=timezone.localdate(now))
    return Matter(
        "warning" if disputed else "lock",
        format_html(says, title=typography.book_title(lending.title)),
        " · ".join(part for part in (cause, lending.number, since) if part),
        _("Look into it"),
        reverse("lendings:inspect", args=[lending.pk]),
    )


def _missing_books(staff: Reader, now: datetime) -> Iterator[Matter]:
    rows: Any = missing_books.waiting() & Lending.objects.visible_to_staff(staff)
    for row in rows.select_related("request__title").order_by("closed_at", "pk")[:MOST_SHOWN]:
        says = (
            _("Left at a drop point, and its giver does not find it: {title}")
            if row.not_found
            else _("Left at a drop point, and fetched by nobody: {title}")
        )
        since = dates.near_time(row.closed_at or now, today=timezone.localdate(now))
        yield Matter(
            "warning",
            format_html(says, title=typography.book_title(row.title)),
            f"{row.number} · {since}",
            _("Look into it"),
            reverse("lendings:inspect", args=[row.pk]),
        )


def _slow_transfers(staff: Reader, now: datetime) -> Iterator[Matter]:
    slow = Lending.objects.visible_to_staff(staff).filter(
        status=S.TRANSFERRING, transfer__created_at__lt=now - LONG_TRANSFER
    )
    found = slow.aggregate(n=Count("pk"), oldest=Min("transfer__created_at"))
    if found["n"]:
        says = ngettext(
            "%(count)s transfer waits for the library system",
            "%(count)s transfers wait for the library system",
            found["n"],
        )
        since = dates.near_time(found["oldest"], today=timezone.localdate(now))
        yield Matter(
            "time",
            says % {"count": grouped(found["n"])},
            _("The oldest since %(when)s. We try again every five minutes.") % {"when": since},
            _("Show them"),
            reverse("lendings:index") + "?trouble=waiting",
        )


def _undelivered(now: datetime) -> Iterator[Matter]:
    n = DomainEvent.objects.filter(delivered_at=None, recorded_at__lt=now - LONG_DELIVERY).count()
    if n:
        says = ngettext("%(count)s event is not delivered yet", "%(count)s events are not delivered yet", n)
        yield Matter(
            "mail",
            says % {"count": grouped(n)},
            _("Nothing is lost, but points and live pages may lag: are the background jobs running?"),
            _("Show them"),
            reverse("trail:index") + "?delivered=no",
        )


def _looks(now: datetime) -> Iterator[Matter]:
    for staff, count in looks.often(now=now):
        says = _("%(staff)s has looked up readers %(count)s times within a day")
        yield Matter(
            "view",
            says % {"staff": staff, "count": grouped(count)},
            _("Each time with a reason; the readers see them too."),
            _("Read the reasons"),
            reverse("trail:index") + f"?kind={looks.LOOKED_UP}",
        )


def _mails(now: datetime) -> Iterator[Matter]:
    late, failed = deliveries.late(now=now).count(), deliveries.failed().count()
    if late:
        says = ngettext(
            "%(count)s outgoing message has waited for a day",
            "%(count)s outgoing messages have waited for a day",
            late,
        )
        note = _(
            "The other side does not answer, or the quota of %(most)s mails an hour is used up. Nothing is dropped."
        )
        yield _mail_matter(says, late, note % {"most": grouped(settings.MAILS_PER_HOUR)}, "waiting")
    if failed:
        says = ngettext(
            "%(count)s outgoing message could not be sent",
            "%(count)s outgoing messages could not be sent",
            failed,
        )
        yield _mail_matter(says, failed, _("Their readers see the news in the service all the same."), "failed")


def _mail_matter(says: str, count: int, note: str, status: str) -> Matter:
    url = reverse("mails:index") + f"?status={status}"
    return Matter("mail", says % {"count": grouped(count)}, note, _("Show them"), url)


def _flags(staff: Reader, now: datetime) -> Iterator[Matter]:
    oldest = {"n": Count("pk"), "oldest": Min("raised_at")}
    found = open_flags.seen_by(staff).aggregate(**oldest)
    if found["n"]:
        says = ngettext(
            "%(count)s report by a reader waits for a decision",
            "%(count)s reports by readers wait for a decision",
            found["n"],
        )
        yield of_many("warning", says, found, reverse("flags:index") + "?waits=true", now)
    found = open_flags.on_notes_seen_by(staff).aggregate(**oldest)
    if found["n"]:
        says = ngettext(
            "%(count)s report of a note on a title waits for a decision",
            "%(count)s reports of notes on titles wait for a decision",
            found["n"],
        )
        yield of_many("comment", says, found, reverse("title_notes:index"), now)
    found = open_flags.hidden_notes_seen_by(staff).aggregate(n=Count("pk"), oldest=Min("written_at"))
    if found["n"]:
        says = ngettext(
            "%(count)s hidden note on a title was written anew and waits for a look",
            "%(count)s hidden notes on titles were written anew and wait for a look",
            found["n"],
        )
        page = reverse("title_notes:index") + "?status=hidden&waits=true"
        yield of_many("comment", says, found, page, now)


def of_many(icon: str, says: str, found: dict[str, Any], url: str, now: datetime, *, note: str = "") -> Matter:
    """So many (`n`) wait; instead of the `note` it says since when the `oldest` does."""
    if not note:
        since = dates.near_time(found["oldest"], today=timezone.localdate(now))
        note = _("The oldest since %(when)s") % {"when": since}
    return Matter(icon, says % {"count": grouped(found["n"])}, note, _("Look into it"), url)


def _purchases(staff: Reader, now: datetime) -> Iterator[Matter]:
    found = PurchaseSuggestion.objects.waiting().exclude(reader=staff).aggregate(n=Count("pk"), first=Min("answer_by"))
    if found["n"]:
        says = ngettext(
            "%(count)s purchase suggestion waits for the library’s answer",
            "%(count)s purchase suggestions wait for the library’s answer",
            found["n"],
        )
        until = dates.near_date(found["first"], today=timezone.localdate(now))
        note = _("The first reader expects it: %(when)s") % {"when": until}
        url = reverse("purchases:index") + "?status=open"
        yield Matter("plus", says % {"count": grouped(found["n"])}, note, _("Answer them"), url)


def _curation(staff: Reader, now: datetime) -> Iterator[Matter]:
    typed = Title.objects.filter(status=Title.Status.PENDING).aggregate(n=Count("pk"), oldest=Min("created_at"))
    if typed["n"]:
        says = ngettext(
            "%(count)s title typed by hand waits for a curator",
            "%(count)s titles typed by hand wait for a curator",
            typed["n"],
        )
        since = dates.long_date(typed["oldest"], today=timezone.localdate(typed["oldest"]))
        note = _("The oldest since %(when)s") % {"when": since}
        typed_url = reverse("catalog-queue-of", args=["typed"])
        yield Matter("edit", says % {"count": grouped(typed["n"])}, note, _("Review them"), typed_url)
    corrections = TitleSuggestion.objects.filter(status=TitleSuggestion.Status.OPEN).count()
    if corrections:
        says = ngettext(
            "%(count)s correction suggested by a reader", "%(count)s corrections suggested by readers", corrections
        )
        url = reverse("catalog-queue-of", args=["corrections"])
        yield Matter("comment", says % {"count": grouped(corrections)}, "", _("Review them"), url)
    open_flags_of_others = TitleFlag.objects.filter(status=TitleFlag.Status.OPEN).exclude(reader=staff)
    flagged = open_flags_of_others.aggregate(n=Count("pk"), oldest=Min("raised_at"))
    if flagged["n"]:
        says = ngettext("%(count)s record flagged by a reader", "%(count)s records flagged by readers", flagged["n"])
        yield of_many("warning", says, flagged, reverse("catalog-queue-of", args=["flags"]), now)
