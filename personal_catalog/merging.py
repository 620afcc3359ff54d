"""Two records of one edition become one. Copies, ISBNs and suggestions move; what sharing keeps follows by signal. What
moved is written down, so that `parting` can take it back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q

from personal_catalog import revisions
from personal_catalog.errors import CannotMerge, NotAllowed
from personal_catalog.facts import MOST
from personal_catalog.models import (
    Copy,
    FieldConflict,
    LikelyDouble,
    Title,
    TitleChange,
    TitleFlag,
    TitleIsbn,
    TitleMerge,
    TitleSuggestion,
)
from personal_catalog.search.index import drop_titles, reindex_title
from personal_catalog.signals import titles_merged, titles_merging
from personal_catalog.titles import CURATOR, GATHERED, NOTHING, OWN_FIELDS, may_curate, require_unlocked

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

Moved = dict[int, dict[str, list[Any]]]
"""By the merged title: the keys of what went from it, by kind."""


@transaction.atomic
def merge_titles(*, keep_id: int, merge_ids: Iterable[int], actor: "Reader", now: datetime, reason: str = "") -> Title:
    """Locks all rows in the order of their ids: copies, then what receivers of `titles_merging` lock, titles last. Merging
    what is merged already changes nothing. CannotMerge when the record to keep is gone or is among those to merge,
    TitleLocked when another curator works on one of them."""
    if not may_curate(actor):
        raise NotAllowed
    ids = set(merge_ids)
    titles = locked(ids | {keep_id})
    keep = titles.pop(keep_id, None)
    if keep is None or keep.status == Title.Status.MERGED or keep_id in ids or set(titles) != ids:
        raise CannotMerge
    merged = [title for title in titles.values() if title.status != Title.Status.MERGED]
    if not merged:
        return keep
    for title in (keep, *merged):
        require_unlocked(title, actor)
    _merge(keep, merged, actor=actor, now=now, reason=reason)
    return keep


def locked(title_ids: set[int]) -> dict[int, Title]:
    """The titles with all that hangs on them, in the one order in which everybody locks."""
    _lock_copies(title_ids)
    titles_merging.send(sender=Title, title_ids=title_ids)
    rows = Title.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=title_ids).order_by("pk")
    return {title.pk: title for title in rows}


def _merge(keep: Title, merged: list[Title], *, actor: "Reader", now: datetime, reason: str) -> None:
    revisions.keep_first(keep)
    were = {title.pk: title.status for title in merged}
    moved = _move_rows(keep, merged)
    gave = _fill(keep, merged)
    _gather(keep, merged, moved)
    _close(keep, merged, now)
    data = {"merged": [{"id": title.pk, "title": title.title} for title in merged]}
    kind = TitleChange.Kind.MERGED
    change = TitleChange.objects.create(title=keep, kind=kind, actor=actor, reason=reason, data=data, at=now)
    revisions.keep(keep, change, actor=actor)
    above: dict[int, dict[str, Any]] = defaultdict(dict)
    answer: Any
    for receiver, answer in titles_merged.send(sender=Title, keep=keep, merged=merged, now=now):
        for pk, told in (answer or {}).items():
            above[pk][receiver.__module__] = told
    TitleMerge.objects.bulk_create(
        TitleMerge(
            keep=keep, merged=title, was=were[title.pk], moved=moved[title.pk], above=above[title.pk], gave=gave[title.pk],
            passed_on=title.passed_on, actor=actor, reason=reason, at=now,
        )
        for title in merged
    )  # fmt: skip


def _lock_copies(title_ids: set[int]) -> None:
    """A copy that changes hands holds its own row and then wants its title's."""
    rows = Copy.objects.select_for_update(of=("self",), no_key=True).filter(title__in=title_ids).order_by("pk")
    list(rows.values_list("pk"))


def _move_rows(keep: Title, merged: list[Title]) -> Moved:
    moved: Moved = {title.pk: defaultdict(list) for title in merged}
    start = (keep.isbns.aggregate(last=Max("sort"))["last"] or 0) + 1
    moving = list(TitleIsbn.objects.filter(title__in=merged).order_by("title_id", "sort"))
    for place, row in enumerate(moving, start):
        moved[row.title_id]["isbns"].append(row.isbn13)
        row.title, row.sort = keep, place
    TitleIsbn.objects.bulk_update(moving, ["title", "sort"])
    copies = Copy.objects.filter(title__in=merged)
    _note(moved, "copies", copies.order_by("pk").values_list("title", "pk"))
    copies.update(title=keep)
    followers = Title.objects.filter(merged_into__in=merged)
    _note(moved, "followers", followers.order_by("pk").values_list("merged_into", "pk"))
    followers.update(merged_into=keep)
    _move_suggestions(keep, merged, moved)
    _move_flags(keep, merged, moved)
    _drop_questions(keep, merged)
    return moved


def _note(moved: Moved, kind: str, rows: Iterable[tuple[Any, ...]]) -> None:
    for title, pk in rows:
        moved[title][kind].append(pk)


def _move_suggestions(keep: Title, merged: list[Title], moved: Moved) -> None:
    """A reader who had one open on several of the titles has one afterwards: the latest word on each field."""
    rows = TitleSuggestion.objects.select_for_update(of=("self",), no_key=True).filter(
        status=TitleSuggestion.Status.OPEN
    )
    latest: dict[int, TitleSuggestion] = {}
    for suggestion in rows.filter(title__in=[keep, *merged]).order_by("created_at", "pk"):
        if suggestion.reader_id and (earlier := latest.get(suggestion.reader_id)):
            suggestion.changes = {**earlier.changes, **suggestion.changes}
            earlier.delete()
        elif suggestion.title_id != keep.pk:
            moved[suggestion.title_id]["suggestions"].append(suggestion.pk)
        latest[suggestion.reader_id or -suggestion.pk] = suggestion
    for suggestion in latest.values():
        suggestion.title = keep
        suggestion.save(update_fields=["title", "changes"])


def _move_flags(keep: Title, merged: list[Title], moved: Moved) -> None:
    """A reader who has flagged the kept record too has said it once; so has who said that the two are one. Of readers who are
    gone nobody knows whether they were one."""
    rows = TitleFlag.objects.select_for_update(of=("self",), no_key=True)
    flags = rows.filter(title__in=merged, status=TitleFlag.Status.OPEN)
    own = TitleFlag.objects.filter(title=keep, status=TitleFlag.Status.OPEN)
    seen: set[int | None] = set(own.values_list("reader", flat=True))
    for flag in flags.order_by("pk"):
        if flag.reader_id is not None and flag.reader_id in seen:
            flag.delete()
            continue
        seen.add(flag.reader_id)
        moved[flag.title_id]["flags"].append(flag.pk)
        flag.title = keep
        flag.save(update_fields=["title"])


def _drop_questions(keep: Title, merged: list[Title]) -> None:
    """Whether the merged are doubles of anything is answered; what a curator said of other pairs is remembered."""
    pairs = LikelyDouble.objects.filter(Q(first__in=merged) | Q(second__in=merged))
    pairs.filter(dismissed_at=None).delete()
    FieldConflict.objects.filter(title__in=merged, status=FieldConflict.Status.OPEN).delete()


def _fill(keep: Title, merged: list[Title]) -> dict[int, dict[str, Any]]:
    """What the kept record lacks, the first of the others that has it gives."""
    gave: dict[int, dict[str, Any]] = {title.pk: {} for title in merged}
    for name in OWN_FIELDS:
        if name not in GATHERED and getattr(keep, name) in NOTHING:
            giver = next((title for title in merged if getattr(title, name) not in NOTHING), None)
            if giver is not None:
                setattr(keep, name, getattr(giver, name))
                keep.provenance[name] = giver.provenance.get(name, "")
                gave[giver.pk][name] = getattr(giver, name)
    giver = next((title for title in merged if title.cover_id), None)
    if keep.cover_id is None and keep.provenance.get("cover") != CURATOR and giver is not None:
        keep.cover_id, keep.provenance["cover"] = giver.cover_id, giver.provenance.get("cover", "")
        gave[giver.pk]["cover"] = giver.cover_id
    return gave


def _gather(keep: Title, merged: list[Title], moved: Moved) -> None:
    """Numbers and links of each stand beside those of the kept record, unless a curator has said which are right."""
    for title in merged:
        for name in GATHERED:
            ours: list[str] = getattr(keep, name)
            new = [line for line in getattr(title, name) if line not in ours][: max(0, MOST[name] - len(ours))]
            if new and keep.provenance.get(name) != CURATOR:
                setattr(keep, name, [*ours, *new])
                keep.provenance.setdefault(name, title.provenance.get(name, ""))
                moved[title.pk][name] = new


def _close(keep: Title, merged: list[Title], now: datetime) -> None:
    for title in merged:
        title.status, title.merged_into, title.updated_at = Title.Status.MERGED, keep, now
        title.lookup_pending, title.lookup_next_at = False, None
        title.save(update_fields=["status", "merged_into", "updated_at", "lookup_pending", "lookup_next_at"])
        keep.passed_on += title.passed_on
    keep.updated_at = now
    keep.save(update_fields=[*OWN_FIELDS, "cover", "provenance", "passed_on", "updated_at"])
    drop_titles([title.pk for title in merged])
    reindex_title(keep)
