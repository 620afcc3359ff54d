"""Two records of one edition become one. Copies, ISBNs and suggestions move; what sharing keeps follows by signal."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from personal_catalog.errors import CannotMerge, NotAllowed
from personal_catalog.models import Copy, Title, TitleChange, TitleIsbn, TitleSuggestion
from personal_catalog.people import match_key
from personal_catalog.search.index import drop_titles, reindex_title
from personal_catalog.signals import titles_merged, titles_merging
from personal_catalog.titles import OWN_FIELDS, may_curate

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@transaction.atomic
def merge_titles(*, keep_id: int, merge_ids: Iterable[int], actor: "Reader", now: datetime) -> Title:
    """Locks all rows in the order of their ids: copies, then what receivers of `titles_merging` lock, titles last. Merging
    what is merged already changes nothing. CannotMerge when the record to keep is gone or is among those to merge."""
    if not may_curate(actor):
        raise NotAllowed
    ids = set(merge_ids)
    _lock_copies(ids | {keep_id})
    titles_merging.send(sender=Title, title_ids=ids | {keep_id})
    rows = Title.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids | {keep_id}).order_by("pk")
    titles = {title.pk: title for title in rows}
    keep = titles.pop(keep_id, None)
    if keep is None or keep.status == Title.Status.MERGED or keep_id in ids or set(titles) != ids:
        raise CannotMerge
    merged = [title for title in titles.values() if title.status != Title.Status.MERGED]
    if not merged:
        return keep
    _move_rows(keep, merged)
    _fill(keep, merged)
    _close(keep, merged, now)
    data = {"merged": [{"id": title.pk, "title": title.title} for title in merged]}
    TitleChange.objects.create(title=keep, kind=TitleChange.Kind.MERGED, actor=actor, data=data, at=now)
    titles_merged.send(sender=Title, keep=keep, merged=merged, now=now)
    return keep


def _lock_copies(title_ids: set[int]) -> None:
    """A copy that changes hands holds its own row and then wants its title's."""
    rows = Copy.objects.select_for_update(of=("self",), no_key=True).filter(title__in=title_ids).order_by("pk")
    list(rows.values_list("pk"))


def _move_rows(keep: Title, merged: list[Title]) -> None:
    start = (keep.isbns.aggregate(last=Max("sort"))["last"] or 0) + 1
    moving = list(TitleIsbn.objects.filter(title__in=merged).order_by("title_id", "sort"))
    for place, row in enumerate(moving, start):
        row.title, row.sort = keep, place
    TitleIsbn.objects.bulk_update(moving, ["title", "sort"])
    Copy.objects.filter(title__in=merged).update(title=keep)
    _move_suggestions(keep, merged)
    Title.objects.filter(merged_into__in=merged).update(merged_into=keep)


def _move_suggestions(keep: Title, merged: list[Title]) -> None:
    """A reader who had one open on several of the titles has one afterwards: the latest word on each field."""
    rows = TitleSuggestion.objects.select_for_update(of=("self",), no_key=True).filter(
        status=TitleSuggestion.Status.OPEN
    )
    latest: dict[int, TitleSuggestion] = {}
    for suggestion in rows.filter(title__in=[keep, *merged]).order_by("created_at", "pk"):
        if suggestion.reader_id and (earlier := latest.get(suggestion.reader_id)):
            suggestion.changes = {**earlier.changes, **suggestion.changes}
            earlier.delete()
        latest[suggestion.reader_id or -suggestion.pk] = suggestion
    for suggestion in latest.values():
        suggestion.title = keep
        suggestion.save(update_fields=["title", "changes"])


def _fill(keep: Title, merged: list[Title]) -> None:
    """What the kept record lacks, the first of the others that has it gives."""
    for name in OWN_FIELDS:
        if getattr(keep, name) in ("", [], None):
            giver = next((title for title in merged if getattr(title, name) not in ("", [], None)), None)
            if giver is not None:
                setattr(keep, name, getattr(giver, name))
                keep.provenance[name] = giver.provenance.get(name, "")
    keep.match_key = match_key(keep.title, keep.creators)


def _close(keep: Title, merged: list[Title], now: datetime) -> None:
    for title in merged:
        title.status, title.merged_into, title.updated_at = Title.Status.MERGED, keep, now
        title.lookup_pending, title.lookup_next_at = False, None
        title.save(update_fields=["status", "merged_into", "updated_at", "lookup_pending", "lookup_next_at"])
        keep.passed_on += title.passed_on
    keep.updated_at = now
    keep.save(update_fields=[*OWN_FIELDS, "provenance", "match_key", "passed_on", "updated_at"])
    drop_titles([title.pk for title in merged])
    reindex_title(keep)
