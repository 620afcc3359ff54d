"""Readers suggest what the library should buy; staff answer by a day of the policy, and the reader is told. Nobody answers
themselves: a librarian's own suggestion waits for another of them.

When that day passes the reader is told of a second one, and librarians are reminded again; when that passes, too, the
suggestion ends undecided and its reader is told so. None waits for ever.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import isbn
from sharing import deadlines, events, policies, states
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import CirculationPolicy, PurchaseSuggestion

MOST_OPEN = 10
REMIND_EVERY = timedelta(days=3)
"""Once the reminders of the window itself have gone out."""
DECIDES = "sharing.change_purchasesuggestion"
S = PurchaseSuggestion.Status


def may_decide(actor: Reader) -> bool:
    return bool(actor.is_active and actor.has_perm(DECIDES))


def librarians() -> "QuerySet[Reader]":
    """Whoever may decide."""
    return Reader.objects.with_perm(DECIDES, backend="django.contrib.auth.backends.ModelBackend").filter(is_staff=True)


@transaction.atomic(durable=True)
def suggest_purchase(
    *, actor: Reader, title: str, creators: str = "", number: str = "", note: str = "", now: datetime
) -> PurchaseSuggestion:
    """The same book again gives the suggestion that is open already. Locks the reader, so that the limit holds."""
    said = {"title": " ".join(title.split())[:300], "creators": " ".join(creators.split())[:200]}
    policies.require(bool(said["title"]), Denied(_("Please give a title."), field="title"))
    isbn13 = _isbn13(number)
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    mine = PurchaseSuggestion.objects.filter(reader=actor, status=S.OPEN)
    if kept := mine.filter(**said).first():
        return kept
    if mine.count() >= MOST_OPEN:
        raise LimitReached(
            _("%(most)d of your suggestions wait for an answer. Please wait for one of them.") % {"most": MOST_OPEN}
        )
    policy = policies.current()
    answer_by = _answer_by(now, policy)
    suggestion = PurchaseSuggestion.objects.create(
        reader=actor, isbn13=isbn13, note=note.strip()[:500], created_at=now, answer_by=answer_by,
        remind_at=_next_reminder(now, now, answer_by, policy), **said,
    )  # fmt: skip
    events.record("purchase.suggested", now=now, actor=actor, after=S.OPEN, data={"purchase": suggestion.pk})
    return suggestion


def order_purchase(*, suggestion_id: int, actor: Reader, answer: str = "", now: datetime) -> PurchaseSuggestion:
    return _decide(suggestion_id, S.ORDERED, actor=actor, answer=answer, now=now)


def decline_purchase(*, suggestion_id: int, actor: Reader, answer: str, now: datetime) -> PurchaseSuggestion:
    """The reader wants to know why."""
    policies.require(bool(answer.strip()), Denied(_("Please write why, for the reader."), field="answer"))
    return _decide(suggestion_id, S.DECLINED, actor=actor, answer=answer, now=now)


@transaction.atomic(durable=True)
def _decide(
    suggestion_id: int, status: PurchaseSuggestion.Status, *, actor: Reader, answer: str, now: datetime
) -> PurchaseSuggestion:
    """Locks the suggestion; raises NotFound for those who may not decide, Denied for one's own, IllegalTransition when it
    is decided."""
    suggestion = PurchaseSuggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion_id).first()
    if suggestion is None or not may_decide(actor):
        raise NotFound
    policies.require(
        suggestion.reader_id != actor.pk, Denied(_("You suggested this yourself. Another librarian answers it."))
    )
    _close(suggestion, status, actor=actor, answer=answer.strip()[:500], now=now)
    return suggestion


def _close(
    suggestion: PurchaseSuggestion,
    status: PurchaseSuggestion.Status,
    *,
    actor: Reader | None,
    answer: str,
    now: datetime,
) -> None:
    states.require(states.PURCHASE, suggestion.status, status)
    suggestion.status, suggestion.answer = status, answer
    suggestion.decided_at, suggestion.remind_at = now, None
    suggestion.save(update_fields=["status", "answer", "decided_at", "remind_at"])
    events.record(
        f"purchase.{status}", now=now, actor=actor, before=S.OPEN, after=status, why=answer, data=_told(suggestion)
    )


def _told(suggestion: PurchaseSuggestion, **more: str) -> dict[str, object]:
    return {
        "readers": [suggestion.reader_id],
        "title": suggestion.title,
        "language": "",
        "purchase": suggestion.pk,
        **more,
    }


# what the clock does


def overdue(*, now: datetime) -> "QuerySet[PurchaseSuggestion]":
    return PurchaseSuggestion.objects.waiting().filter(answer_by__lte=now)


@transaction.atomic(durable=True)
def pass_deadline(*, suggestion_id: int, now: datetime) -> bool:
    """The first time the reader hears until when the library has now; the second time that nobody has decided."""
    suggestion = PurchaseSuggestion.objects.select_for_update(of=("self",)).get(pk=suggestion_id)
    if suggestion.status != S.OPEN or suggestion.answer_by > now:
        return False
    if suggestion.late_at is not None:
        _close(suggestion, S.LAPSED, actor=None, answer="", now=now)
        return True
    suggestion.late_at, suggestion.remind_at = now, now
    suggestion.answer_by = _answer_by(now, policies.current())
    suggestion.save(update_fields=["late_at", "remind_at", "answer_by"])
    until = _told(suggestion, answer_by=suggestion.answer_by.isoformat())
    events.record("purchase.late", now=now, actor=None, before=S.OPEN, after=S.OPEN, data=until)
    return True


@transaction.atomic(durable=True)
def remind_librarians(*, now: datetime) -> int:
    """One notice to each librarian for all that wait for them, of which none has been heard since their last reminder; how
    many those are. Locks them."""
    rows = PurchaseSuggestion.objects.waiting().filter(remind_at__lte=now).order_by("pk")
    due = list(rows.select_for_update(of=("self",)))
    if not due:
        return 0
    policy = policies.current()
    for row in due:
        row.remind_at = _next_reminder(now, row.late_at or row.created_at, row.answer_by, policy)
    PurchaseSuggestion.objects.bulk_update(due, ["remind_at"])
    events.record_each("purchase.reminded", now=now, actor=None, data=list(_reminders()))
    return len(due)


def _reminders() -> Iterator[dict[str, object]]:
    """One for all librarians alike; those who suggested something themselves hear of the others'."""
    waiting = list(PurchaseSuggestion.objects.waiting().order_by("answer_by").values_list("reader_id", "answer_by"))
    told = set(librarians().values_list("pk", flat=True))
    own = told & {reader for reader, _answer_by in waiting}
    for readers in (sorted(told - own), *([pk] for pk in sorted(own))):
        days = [answer_by for reader, answer_by in waiting if [reader] != readers]
        if readers and days:
            yield {"readers": readers, "count": len(days), "answer_by": days[0].isoformat()}


def _answer_by(now: datetime, policy: CirculationPolicy) -> datetime:
    return deadlines.end_of_day(deadlines.after(now, timedelta(days=policy.purchase_days), policy))


def _next_reminder(now: datetime, began: datetime, until: datetime, policy: CirculationPolicy) -> datetime:
    """At the shares of the window at which holders are reminded, too; afterwards every few days."""
    moments = (deadlines.remind_at(began, until, number, policy) for number in range(len(deadlines.REMIND_AT)))
    ahead = [moment for moment in moments if moment is not None and moment > now]
    return min(ahead, default=deadlines.after_quiet_hours(now + REMIND_EVERY, policy))


def _isbn13(number: str) -> str:
    if not number.strip():
        return ""
    try:
        return isbn.parse(number).isbn13
    except isbn.NotAnIsbn:
        raise Denied(_("This is no ISBN. Leave it empty if you are not sure."), field="number") from None
