"""What hangs on titles here, when they are merged and when they part: requests with their lendings, loans, harvested records.

Everything runs inside the transaction of the catalogue, which has locked the copies before and locks the titles after.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from personal_catalog.models import Title
from personal_catalog.signals import titles_merged, titles_merging, titles_parted, titles_weighed
from personal_catalog.weighing import Weight, counted
from sharing import jobs, locks, outcomes, pseudonyms, withdrawals
from sharing.models import (
    Ask,
    HarvestedRecord,
    Lending,
    LoanTitle,
    ReadingListEntry,
    ReadingListPage,
    RelatedTitle,
    Request,
    SavedSearch,
    SavedSearchHit,
    TitleNote,
)


def connect() -> None:
    titles_merging.connect(lock_requests, dispatch_uid="sharing locks what a merge moves")
    titles_merged.connect(follow_merge, dispatch_uid="sharing follows a merge")
    titles_parted.connect(follow_parting, dispatch_uid="sharing follows a parting")
    titles_weighed.connect(weigh, dispatch_uid="sharing weighs titles")


def lock_requests(*, title_ids: set[int], **_signal: Any) -> None:
    locks.requests_of(title_ids)


def follow_merge(*, keep: Title, merged: list[Title], now: datetime, **_signal: Any) -> dict[int, dict[str, list[Any]]]:
    """Requests, loans and harvested records of the merged titles stand under the one that is kept."""
    moved: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for model, kind in ((LoanTitle, "loans"), (HarvestedRecord, "harvested")):
        rows = model._default_manager.filter(title__in=merged)
        for title, pk in rows.order_by("pk").values_list("title", "pk"):
            moved[title][kind].append(pk)
        rows.update(title=keep)
    RelatedTitle.objects.filter(Q(title__in=merged) | Q(other__in=merged)).delete()  # counted anew at night
    _follow_lists(keep, merged, moved)
    _follow_searches(keep, merged, moved)
    _follow_notes(keep, merged, moved)
    twice, closed = _close_doubles([keep, *merged], now)
    for request in closed:
        moved[request.title_id]["closed"].append(request.pk)
    for request in Request.objects.filter(title__in=merged).exclude(pk__in=twice).order_by("pk"):
        moved[request.title_id]["requests"].append(request.pk)
        request.title = keep
        request.save(update_fields=["title"])
    return moved


def _follow_lists(keep: Title, merged: list[Title], moved: dict[int, dict[str, list[Any]]]) -> None:
    """A course list that has several of the titles keeps the first of them, with its note."""
    first: dict[int, int] = {}
    for entry in ReadingListEntry.objects.filter(title__in=[keep, *merged]).order_by("page_id", "sort_order", "pk"):
        kept = first.setdefault(entry.page_id, entry.title_id)
        if kept != entry.title_id:
            about = kept if entry.title_id == keep.pk else entry.title_id
            moved[about]["dropped"].append([entry.page_id, entry.title_id, entry.sort_order, entry.note])
            entry.delete()
        elif entry.title_id != keep.pk:
            moved[entry.title_id]["entries"].append(entry.pk)
    ReadingListEntry.objects.filter(title__in=merged).update(title=keep)


def _follow_searches(keep: Title, merged: list[Title], moved: dict[int, dict[str, list[Any]]]) -> None:
    """Who has been told of a merged title is not told of the kept one. Of several of one search the others stay where they
    are. Locks the searches, as the sweep does that tells."""
    hits = SavedSearchHit.objects.filter(title__in=[keep, *merged])
    searches = SavedSearch.objects.filter(hits__in=hits.exclude(title=keep))
    list(SavedSearch.objects.select_for_update(of=("self",)).filter(pk__in=searches.values("pk")).order_by("pk"))
    told = set(hits.filter(title=keep).values_list("search", flat=True))
    for hit in hits.exclude(title=keep).order_by("pk"):
        if hit.search_id not in told:
            told.add(hit.search_id)
            moved[hit.title_id]["hits"].append(hit.pk)
            hit.title = keep
            hit.save(update_fields=["title"])


def _follow_notes(keep: Title, merged: list[Title], moved: dict[int, dict[str, list[Any]]]) -> None:
    """Of several notes of one reader the one under the kept title counts, else the newest; the others stay where they are. No
    two writers have one name there: whoever comes draws another where theirs is taken."""
    notes = TitleNote.objects.standing()
    wrote = set(notes.filter(title=keep).values_list("reader", flat=True))
    taken = set(TitleNote.objects.filter(title=keep).values_list("name", flat=True))
    for note in notes.filter(title__in=merged).order_by("-written_at", "-pk"):
        if note.reader_id not in wrote:
            wrote.add(note.reader_id)
            moved[note.title_id]["notes"].append(note.pk)
            if note.name in taken:
                moved[note.title_id]["names"].append([note.pk, note.name])
                note.name = pseudonyms.draw(taken)
            taken.add(note.name)
            note.title = keep
            note.save(update_fields=["title", "name"])


def _give_notes_back(keep: Title, apart: Title, came: dict[str, Any]) -> None:
    """But for those whose writers have another there by now. Each under the name that it had there."""
    there = TitleNote.objects.standing().filter(title=apart).values("reader")
    going = TitleNote.objects.filter(pk__in=came.get("notes", []), title=keep).exclude(reader__in=there)
    names = dict(came.get("names", []))
    for note in going:
        note.title, note.name = apart, names.get(note.pk, note.name)
        note.save(update_fields=["title", "name"])


def _give_entries_back(keep: Title, apart: Title, came: dict[str, Any]) -> None:
    """Of a list that a librarian has worked on since, only what is still there; what the merger dropped stands there again."""
    ReadingListEntry.objects.filter(pk__in=came.get("entries", []), title=keep).update(title=apart)
    for page, title, sort_order, note in came.get("dropped", []):
        if ReadingListPage.objects.filter(pk=page).exists() and title in (keep.pk, apart.pk):
            says = {"sort_order": sort_order, "note": note}
            ReadingListEntry.objects.get_or_create(page_id=page, title_id=title, defaults=says)


def _close_doubles(titles: list[Title], now: datetime) -> tuple[set[int], list[Request]]:
    """A reader who waits for two of the titles goes on with one request: what is agreed, else the older. Two that are
    agreed both go on; the second stays under its title, which leads to the other."""
    live = Request.objects.live().filter(title__in=titles).select_related("title", "requester")
    seen, twice, closed = set[int](), set[int](), list[Request]()
    for request in sorted(live, key=lambda row: (row.status != Request.Status.MATCHED, row.placed_at, row.pk)):
        if request.requester_id not in seen:
            seen.add(request.requester_id)
        elif request.status == Request.Status.MATCHED:
            twice.add(request.pk)
        else:
            outcomes.close(
                request, Request.Status.CANCELLED, "request.merged", actor=None, now=now, why=outcomes.MERGED
            )
            closed.append(request)
    return twice, closed


def follow_parting(
    *,
    keep: Title,
    apart: Title,
    copies: set[int],
    isbns: set[str],
    moved: dict[str, Any],
    now: datetime,
    **_signal: Any,
) -> None:
    """A request goes where the book of its lending or of its wish goes; one without a book, back where it came from. What
    waits for an answer about a book that goes, for a request that stays, waits no longer."""
    came = moved.get(__name__, {})
    loans = _loans_that_go(keep, isbns, came)
    LoanTitle.objects.filter(library_loan__in=loans).update(title=apart)
    _give_entries_back(keep, apart, came)
    HarvestedRecord.objects.filter(pk__in=came.get("harvested", []), title=keep).update(title=apart)
    SavedSearchHit.objects.filter(pk__in=came.get("hits", []), title=keep).update(title=apart)
    _give_notes_back(keep, apart, came)
    for request in _going(keep, copies, loans, set(came.get("requests", []))):
        _move(request, apart)
    _let_go(keep, copies, loans, now)


def _loans_that_go(keep: Title, isbns: Collection[str], came: dict[str, Any]) -> set[int]:
    rows = LoanTitle.objects.filter(title=keep)
    chosen = rows.filter(Q(pk__in=came.get("loans", [])) | Q(library_loan__isbn13__in=isbns))
    return set(chosen.values_list("library_loan", flat=True))


def _going(keep: Title, copies: Collection[int], loans: Collection[int], came: Collection[int]) -> list[Request]:
    here = list(Request.objects.filter(title=keep).order_by("pk"))
    lent = Lending.objects.filter(request__title=keep).order_by("pk")
    books: dict[int, tuple[int | None, int | None]] = {row.pk: (row.copy_id, row.library_loan_id) for row in here}
    for pk, copy, loan in lent.values_list("request", "copy", "library_loan"):  # the last agreed on counts
        books[pk] = (copy, loan)
    return [
        row
        for row in here
        if books[row.pk][0] in copies or books[row.pk][1] in loans or (books[row.pk] == (None, None) and row.pk in came)
    ]


def _move(request: Request, apart: Title) -> None:
    """Two live ones of one reader under one title there cannot be: then this one stays, and its title leads on."""
    rivals = Request.objects.live().filter(title=apart, requester=request.requester_id)
    if not (request.is_live and rivals.exists()):
        request.title = apart
        request.save(update_fields=["title"])


def _let_go(keep: Title, copies: Collection[int], loans: Collection[int], now: datetime) -> None:
    for ask in Ask.objects.waiting().filter(_of(copies, loans), request__title=keep).order_by("pk"):
        withdrawals.withdraw_ask(locks.ask(ask.pk, actor=None), now=now)
        transaction.on_commit(partial(jobs.hurry, "sharing.tasks.next_wave", ask.request_id))


def _of(copies: Collection[int], loans: Collection[int]) -> Q:
    return Q(copy__in=copies) | Q(library_loan__in=loans)


def weigh(*, title_ids: set[int], **_signal: Any) -> Iterator[Weight]:
    live = Request.objects.live().filter(title__in=title_ids).order_by()
    yield from counted(_count(live), "requests", _("Requests under way"))
    lendings = Lending.objects.live().filter(request__title__in=title_ids).order_by()
    rows = lendings.values_list("request__title").annotate(n=Count("pk"))
    yield from counted(rows, "lendings", _("Lendings under way"))
    loans = LoanTitle.objects.filter(title__in=title_ids, library_loan__closed_at=None).order_by()
    yield from counted(_count(loans), "loans", _("Library loans"))
    items = HarvestedRecord.objects.filter(title__in=title_ids).order_by()
    yield from counted(items.values_list("title").annotate(n=Sum("items")), "items", _("Items of the library"))


def _count(rows: Any) -> Iterable[tuple[int, int]]:
    found: Iterable[tuple[int, int]] = rows.values_list("title").annotate(n=Count("pk"))
    return found
