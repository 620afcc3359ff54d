"""What stood under one record stands under two again: a merger is taken back, or a record that mixes two books is split."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from personal_catalog import revisions
from personal_catalog.errors import AlreadyDecided, CannotSplit, CannotUndo, NoReason, NotAllowed
from personal_catalog.facts import FIELDS, typed
from personal_catalog.merging import locked
from personal_catalog.models import (
    Copy,
    CustodyRecord,
    LikelyDouble,
    Title,
    TitleChange,
    TitleFlag,
    TitleIsbn,
    TitleMerge,
    TitleSuggestion,
)
from personal_catalog.search.index import reindex
from personal_catalog.signals import titles_parted
from personal_catalog.titles import CURATOR, GATHERED, OWN_FIELDS, as_facts, may_curate, plain, require_unlocked

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


OF_ONE_RECORD = ("numbers", "invalid_isbns", "links")


@dataclass(frozen=True)
class Left:
    """What a merger cannot give back, and why not: numbers for the page that asks before it is done. `fields`: what somebody
    has said of them since stays with the kept record."""

    copies: int = 0
    isbns: int = 0
    fields: list[str] = field(default_factory=list)
    merged_on: Title | None = None


def what_stays(merge: TitleMerge) -> Left:
    """Of what came with the merged record: what has gone elsewhere since, and fields that somebody has worked on since,
    whether or not it had filled them."""
    keep = merge.keep
    copies = Copy.objects.filter(pk__in=merge.moved.get("copies", [])).exclude(title=keep).count()
    isbns = merge.moved.get("isbns", [])
    here = TitleIsbn.objects.filter(isbn13__in=isbns, title=keep).count()
    changed = {name for name in merge.gave if not _still_given(keep, merge, name)} | _corrected_since(merge)
    ordered = [name for name in (*FIELDS, "cover") if name in changed]
    return Left(copies, len(isbns) - here, ordered, keep.merged_into)


@transaction.atomic
def undo_merge(*, merge_id: int, actor: "Reader", now: datetime, reason: str = "") -> TitleMerge:
    """The merged record stands on its own again, with what came with it and is still here. Locks as a merger does. Raises
    NotAllowed, AlreadyDecided, TitleLocked, and CannotUndo when the kept record has been merged into another since."""
    if not may_curate(actor):
        raise NotAllowed
    ids = TitleMerge.objects.values_list("keep", "merged").get(pk=merge_id)
    titles = locked(set(ids))
    merge = TitleMerge.objects.select_for_update(of=("self",), no_key=True).get(pk=merge_id)
    if merge.undone_at is not None:
        raise AlreadyDecided
    keep, apart = titles[merge.keep_id], titles[merge.merged_id]
    if keep.status == Title.Status.MERGED or apart.merged_into_id != keep.pk:
        raise CannotUndo
    require_unlocked(keep, actor)
    revisions.keep_first(keep)
    _reopen(apart, merge, now)
    copies, isbns = _give_back(keep, apart, merge)
    _take_from(keep, merge, now)
    merge.undone_at = now
    merge.save(update_fields=["undone_at"])
    _remember_not_the_same(keep, apart, actor=actor, now=now, reason=reason)
    gone = _Gone(keep, apart, copies, isbns, TitleChange.Kind.UNMERGED, merge.above)
    _close_up(gone, actor=actor, now=now, reason=reason)
    return merge


@transaction.atomic
def split_title(
    *, title_id: int, copies: Iterable[int], isbns: Iterable[str], changes: dict[str, Any], actor: "Reader", now: datetime,
    reason: str,
) -> Title:  # fmt: skip
    """A new record, made after this one with `changes` in it, takes the chosen copies and ISBNs with what is under way for
    them. Locks as a merger does. Raises NotAllowed, NoReason, CannotSplit, TitleLocked."""
    if not may_curate(actor):
        raise NotAllowed
    if not reason.strip():
        raise NoReason
    title = locked({title_id})[title_id]
    if title.status == Title.Status.MERGED:
        raise CannotSplit
    require_unlocked(title, actor)
    moving = list(Copy.objects.filter(pk__in=set(copies), title=title).order_by("pk"))
    numbers = list(TitleIsbn.objects.filter(isbn13__in=set(isbns), title=title).order_by("sort", "pk"))
    if not moving and not numbers:
        raise CannotSplit
    revisions.keep_first(title)
    apart = _made_after(title, changes, [row.isbn13 for row in numbers], actor=actor, now=now)
    _move(apart, moving, numbers)
    _share_passings(title, apart, {copy.pk for copy in moving}, now)
    _remember_not_the_same(title, apart, actor=actor, now=now, reason=reason)
    chosen, numbers_gone = {copy.pk for copy in moving}, {row.isbn13 for row in numbers}
    gone = _Gone(title, apart, chosen, numbers_gone, TitleChange.Kind.SPLIT, {})
    _close_up(gone, actor=actor, now=now, reason=reason)
    return apart


@dataclass(frozen=True)
class _Gone:
    """What has gone from one record to the other; `above` is what the receivers moved when the two were merged."""

    keep: Title
    apart: Title
    copies: set[int]
    isbns: set[str]
    kind: TitleChange.Kind
    above: dict[str, Any]


def _close_up(gone: _Gone, *, actor: "Reader", now: datetime, reason: str) -> None:
    keep, apart = gone.keep, gone.apart
    titles_parted.send(
        sender=Title, keep=keep, apart=apart, copies=gone.copies, isbns=gone.isbns, moved=gone.above, now=now
    )
    says = {"kind": gone.kind, "actor": actor, "reason": reason.strip(), "at": now}
    change = TitleChange.objects.create(title=keep, data={"title": {"id": apart.pk, "title": apart.title}}, **says)
    revisions.keep(keep, change, actor=actor)
    data = {"title": {"id": keep.pk, "title": keep.title}, "from": True}
    TitleChange.objects.create(title=apart, data=data, **says)
    reindex([keep, apart])


def _reopen(apart: Title, merge: TitleMerge, now: datetime) -> None:
    apart.status, apart.merged_into, apart.updated_at = merge.was, None, now
    apart.save(update_fields=["status", "merged_into", "updated_at"])
    Title.objects.filter(pk__in=merge.moved.get("followers", []), merged_into=merge.keep_id).update(merged_into=apart)


def _give_back(keep: Title, apart: Title, merge: TitleMerge) -> tuple[set[int], set[str]]:
    """Only what is still where the merger put it."""
    moved = merge.moved
    copies = Copy.objects.filter(pk__in=moved.get("copies", []), title=keep)
    chosen = set(copies.values_list("pk", flat=True))
    copies.update(title=apart)
    isbns = TitleIsbn.objects.filter(isbn13__in=moved.get("isbns", []), title=keep)
    numbers = set(isbns.values_list("isbn13", flat=True))
    isbns.update(title=apart)
    for model, kind in ((TitleSuggestion, "suggestions"), (TitleFlag, "flags")):
        model._default_manager.filter(pk__in=moved.get(kind, []), title=keep, status="open").update(title=apart)
    return chosen, numbers


def _corrected_since(merge: TitleMerge) -> set[str]:
    changes = TitleChange.objects.filter(title=merge.keep, kind=TitleChange.Kind.CORRECTED, at__gte=merge.at)
    return {name for data in changes.values_list("data", flat=True) for name in data}


def _still_given(keep: Title, merge: TitleMerge, name: str) -> bool:
    """Nobody has said another thing since, or the same in their own name."""
    value = keep.cover_id if name == "cover" else getattr(keep, name)
    return bool(value == merge.gave[name] and keep.provenance.get(name, "") == merge.merged.provenance.get(name, ""))


def _take_from(keep: Title, merge: TitleMerge, now: datetime) -> None:
    """The fields that the merged record filled are empty again, unless somebody has looked at them since."""
    for name in merge.gave:
        if _still_given(keep, merge, name):
            setattr(keep, name, None if name == "cover" else plain(getattr(typed({}), name)))
            keep.provenance.pop(name, None)
    _take_lines(keep, merge)
    keep.passed_on = max(0, keep.passed_on - merge.passed_on)
    keep.updated_at = now
    keep.save(update_fields=[*OWN_FIELDS, "cover", "provenance", "passed_on", "updated_at"])


def _take_lines(keep: Title, merge: TitleMerge) -> None:
    """Numbers and links that came with the merged record go with it, as its ISBNs do, also from among those that a curator
    has looked at since; what another one that is merged into this says too stays, as that one's."""
    others = list(TitleMerge.objects.filter(keep=keep, undone_at=None).exclude(pk=merge.pk).select_related("merged"))
    for name in GATHERED:
        came = set(merge.moved.get(name, ()))
        for other in others:
            if stays := came.intersection(getattr(other.merged, name)):
                other.moved[name] = [*other.moved.get(name, ()), *sorted(stays)]
                other.save(update_fields=["moved"])
                came -= stays
        if came:
            _without(keep, name, came)


def _without(keep: Title, name: str, lines: set[str]) -> None:
    left = [line for line in getattr(keep, name) if line not in lines]
    setattr(keep, name, left)
    if not left and keep.provenance.get(name) != CURATOR:
        keep.provenance.pop(name, None)


def _made_after(title: Title, changes: dict[str, Any], isbns: list[str], *, actor: "Reader", now: datetime) -> Title:
    """What the old record says of its edition; its numbers in other catalogues stay with it."""
    said = {name: value for name, value in as_facts(title).to_json().items() if name not in OF_ONE_RECORD}
    facts = typed({**said, **changes, "isbns": isbns})
    apart = Title(status=title.status, created_by=actor, created_at=now, updated_at=now)
    for name in OWN_FIELDS:
        setattr(apart, name, plain(getattr(facts, name)))
    apart.provenance = {
        name: CURATOR if name in changes else title.provenance.get(name, CURATOR) for name in facts.given()
    }
    apart.make_keys()
    apart.cover_seed = next(iter(isbns), apart.match_key)[:40]
    apart.save()
    return apart


def _move(apart: Title, copies: list[Copy], isbns: list[TitleIsbn]) -> None:
    Copy.objects.filter(pk__in=[copy.pk for copy in copies]).update(title=apart)
    start = (apart.isbns.aggregate(last=Max("sort"))["last"] or 0) + 1
    for place, row in enumerate(isbns, start):
        row.title, row.sort = apart, place
    TitleIsbn.objects.bulk_update(isbns, ["title", "sort"])


def _share_passings(title: Title, apart: Title, copies: set[int], now: datetime) -> None:
    """How often the copies that go were passed on goes with them; of those that everyone sees, as it is counted."""
    reasons = (CustodyRecord.Reason.HANDOVER, CustodyRecord.Reason.GIFT)
    passings = CustodyRecord.objects.filter(
        copy__in=copies, copy__visibility=Copy.Visibility.EVERYONE, reason__in=reasons
    )
    went = min(passings.count(), title.passed_on)
    title.passed_on, apart.passed_on, title.updated_at = title.passed_on - went, went, now
    title.save(update_fields=["passed_on", "updated_at"])
    apart.save(update_fields=["passed_on"])


def _remember_not_the_same(one: Title, other: Title, *, actor: "Reader", now: datetime, reason: str) -> None:
    first, second = sorted((one.pk, other.pk))
    defaults = {"dismissed_at": now, "dismissed_by": actor, "reason": reason.strip()}
    LikelyDouble.objects.update_or_create(
        first_id=first,
        second_id=second,
        defaults=defaults,
        create_defaults={**defaults, "why": LikelyDouble.Why.KEY, "likeness": 0, "found_at": now},
    )
