"""Kept for a certain reader or group first: until a day nobody else is asked for the book, or given it; it looks paused to them.

A reader is chosen by a shelf that the holder follows, or chooses themselves by a link that works for the first who opens it.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import ReaderGroup, Title
from sharing import blocks, codes, dates, events, following, in_hand, jobs, locks, policies, waves, withdrawals
from sharing.errors import Denied, LimitReached, NotFound
from sharing.holdings import Holding
from sharing.models import Ask, DomainEvent, Kept
from sharing.phrases import fill

LONGEST = timedelta(days=30)
MOST_A_DAY = 10
"""So often a book is kept for the reader of a shelf, who is told of it and has not asked for that (T-C8)."""
SHELF = "shelf"


def keep_holding(
    *, holding_key: str, actor: Reader, last_date: date, group_key: str = "", shelf_code: str = "", now: datetime
) -> Kept:
    """For a group of the holder's, for the reader of a shelf that the holder follows, or with neither for whoever opens the link
    first. Asks by others that wait are let go without a mark. Kept again, the new choice counts. Raises NotFound, Denied or
    LimitReached."""
    row = _keep(holding_key, actor, last_date, group_key, shelf_code, now)
    book = {"copy": row.copy_id} if row.copy_id else {"library_loan": row.library_loan_id}
    withdrawals.let_go_vain(Ask.objects.filter(holder=actor, **book), actor=actor, now=now)
    waves.serve_title(title_id=title_of(row).pk, now=now)  # somebody for whom it is may wait already
    return row


@transaction.atomic(durable=True)
def _keep(holding_key: str, actor: Reader, last_date: date, group_key: str, shelf_code: str, now: datetime) -> Kept:
    _require_days(last_date, now)
    policies.require(
        not (group_key and shelf_code), Denied(_("Choose a group or a shelf, not both."), field="shelf_code")
    )
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    policies.require(holding.lending is None, Denied(_("This book is promised to another reader already."), "taken"))
    if holding.mode == "display":
        raise Denied(_("This copy is only shown on your shelf; it is not lent."), "display_only")
    whom = {"reader": _of_shelf(shelf_code, actor), "group": _group(group_key, actor)}
    if whom["reader"]:
        _require_calm(actor, now)
    which = in_hand.both_keys(holding)
    there = Kept.objects.filter(**which).first()
    serial = there.serial + 1 if there else 1
    said = {"holder": actor, "last_date": last_date, "since": now, "serial": serial, **whom}
    row, _new = Kept.objects.update_or_create(**which, defaults=said)
    _record(row, holding, actor, _told(row, there), now)
    return row


def _require_calm(actor: Reader, now: datetime) -> None:
    """Locks the reader, so that the limit holds."""
    locks.readers([actor.pk])
    lately = DomainEvent.objects.filter(
        kind="holding.kept", actor=actor, data__whom=SHELF, at__gt=now - timedelta(days=1)
    )
    if lately.count() >= MOST_A_DAY:
        raise LimitReached(_("You have kept a great deal for others today. Go on tomorrow."))


def _told(row: Kept, before: Kept | None) -> list[int]:
    """Who has not heard it yet. One whom a block stands between hears nothing, and the holder can't tell (T-C8)."""
    if row.reader_id is None or blocks.stands_between(row.holder_id, row.reader_id):
        return []
    news = before is None or (before.reader_id, before.last_date) != (row.reader_id, row.last_date)
    return [row.reader_id] if news else []


def _require_days(last_date: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if last_date < today:
        raise Denied(_("This day is past."), field="last_date")
    if last_date > today + LONGEST:
        latest = dates.long_date(today + LONGEST, today=today)
        raise Denied(fill(_("At the latest %(date)s, please."), {"date": latest}), field="last_date")


def _of_shelf(code: str, actor: Reader) -> Reader | None:
    if not code:
        return None
    shelf = following.followed_by(actor).filter(code=code).select_related("reader").first()
    if shelf is None:
        raise Denied(_("Choose a shelf that you follow."), field="whom")
    return shelf.reader


def _group(key: str, actor: Reader) -> ReaderGroup | None:
    if not key:
        return None
    found = next((group for group in ReaderGroup.objects.of(actor) if group.key == key), None)
    if found is None:
        raise Denied(_("This is no group of yours."), field="whom")
    return found


def _record(row: Kept, holding: Holding, actor: Reader, readers: list[int], now: datetime) -> None:
    title = Title.objects.get(pk=holding.title_id)
    said = {"holding": holding.key, "title": title.title, "language": title.language, "title_id": title.pk}
    until = row.last_date.isoformat()
    whom = {"whom": SHELF} if row.reader_id else {}
    data = {**said, **whom, "readers": readers, "until_date": until}
    events.record("holding.kept", now=now, actor=actor, data=data)


def end_keeping(*, holding_key: str, actor: Reader, now: datetime) -> None:
    """Open to all from now on, and put to whoever waits. Again changes nothing."""
    title_id = _end(holding_key, actor, now)
    waves.serve_title(title_id=title_id, now=now)


@transaction.atomic(durable=True)
def _end(holding_key: str, actor: Reader, now: datetime) -> int:
    holding = in_hand.locked(holding_key, actor=actor, now=now)
    if Kept.objects.filter(holder=actor, **in_hand.both_keys(holding)).delete()[0]:
        events.record("holding.open", now=now, actor=actor, data={"holding": holding.key})
    return holding.title_id


def end_for_group(*, group_id: int, holder_ids: Collection[int]) -> None:
    """Who has left a group keeps nothing for it any more: it is open to all, and put to whoever waits after the commit."""
    rows = Kept.objects.filter(group=group_id, holder__in=holder_ids)
    for row in rows.select_related("copy__title", "library_loan__catalogued__title").order_by("pk"):
        transaction.on_commit(partial(jobs.hurry, "sharing.tasks.serve_title", title_of(row).pk))
        row.delete()


def address_of(row: Kept) -> str:
    """The link to pass on, while nobody has come by it and it is for nobody else."""
    if row.reader_id is not None or row.group_id is not None:
        return ""
    return f"{settings.BASE_URL}{reverse('kept', args=[_token(row)])}"


@transaction.atomic(durable=True)
def claim(*, token: str, actor: Reader, now: datetime) -> Kept:
    """The first who presses the button has it kept for them; the same reader again changes nothing. Raises NotFound, also for the
    second, and where a block stands between."""
    found = of_token(token, now=now)
    if found is None:
        raise NotFound
    row = Kept.objects.select_for_update(of=("self",), no_key=True).filter(pk=found.pk).first()
    if row is None:  # opened to all since it was found
        raise NotFound
    policies.require(
        row.holder_id != actor.pk, Denied(_("This is your own copy, or it is with you already."), "own_holding")
    )
    policies.require(row.serial == found.serial and _may_claim(row, actor), NotFound())
    if row.reader_id is None:
        row.reader = actor
        row.save(update_fields=["reader"])
        events.record("kept.claimed", now=now, actor=actor, data={"kept": row.pk})
    return row


def offered(token: str, *, reader: Reader, now: datetime) -> Kept | None:
    """What is behind the link for this reader."""
    row = of_token(token, now=now)
    return row if row is not None and _may_claim(row, reader) else None


def _may_claim(row: Kept, reader: Reader) -> bool:
    """One whom a block stands between comes too late, as far as they can tell (T-C8)."""
    return row.reader_id in (None, reader.pk) and not blocks.stands_between(row.holder_id, reader.pk)


def of_token(token: str, *, now: datetime) -> Kept | None:
    rows = standing(now=now).filter(group=None).select_related("copy__title", "library_loan__catalogued__title")
    row = rows.filter(pk=codes.number_of(token) or 0).first()
    return row if row is not None and constant_time_compare(token, _token(row)) else None


def title_of(row: Kept) -> Title:
    if row.copy is not None:
        return row.copy.title
    assert row.library_loan is not None
    found: Title = row.library_loan.catalogued.title
    return found


def _token(row: Kept) -> str:
    return f"{row.pk}.{codes.derived('kept link', row.pk, row.serial)[:16].hex()}"


def standing(*, now: datetime) -> "QuerySet[Kept]":
    return Kept.objects.filter(last_date__gte=timezone.localdate(now))


def of(holding: Holding, *, now: datetime) -> Kept | None:
    rows = standing(now=now).filter(holder=holding.holder, **in_hand.both_keys(holding))
    return rows.select_related("group").first()


def require_for(holding: Holding, actor: Reader, *, now: datetime) -> None:
    """Raises Denied where the book is kept for somebody else. Two queries at most."""
    row = of(holding, now=now)
    if row is None or row.reader_id == actor.pk:
        return
    if row.group is not None and ReaderGroup.objects.of(actor).filter(pk=row.group.pk).exists():
        return
    raise Denied(_("Its holder keeps this book for another reader just now."), "kept")


def forget_past(*, now: datetime) -> Iterator[int]:
    """Whose day is over, or whose group is: the book is open to all, and for whom it was is forgotten."""
    over = Q(last_date__lt=timezone.localdate(now)) | Q(group__closed_at__isnull=False)
    for row in Kept.objects.filter(over).order_by("pk")[:500]:
        row.delete()
        yield row.pk
