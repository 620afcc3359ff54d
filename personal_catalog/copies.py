"""What happens to copies: listing, changing, handing on, withdrawing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import choice
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import get_user_model
from django.db import transaction

from personal_catalog import areas, audiences, photos, tags
from personal_catalog.cover_pictures.wanted import want_cover
from personal_catalog.errors import BrokenCustody, CopyAway, CopyWithdrawn
from personal_catalog.facts import text
from personal_catalog.models import Copy, CustodyRecord, Title
from personal_catalog.signals import copies_listed, copy_changed, copy_paused, copy_resumed, copy_withdrawn

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none of 0 O 1 I: it is read aloud
NOTE_LENGTH = 300
CHANGEABLE: dict[str, frozenset[str]] = {
    "mode": frozenset(Copy.Mode.values),
    "condition": frozenset(Copy.Condition.values),
    "status": frozenset({Copy.Status.LISTED, Copy.Status.PAUSED}),
}


@transaction.atomic
def register_copy(
    *,
    title: Title,
    owner: "Reader",
    now: datetime,
    mode: str = Copy.Mode.LEND,
    condition: str = Copy.Condition.GOOD,
    note: str = "",
    visibility: str = Copy.Visibility.EVERYONE,
    source: str = Copy.Source.ISBN,
) -> Copy:
    """Lists a reader's own volume and opens its chain of custody. A second copy of the same title is allowed; whoever
    calls asks first (`latest_of`). `visibility` as in `audiences`. ValueError for a word that is none of the choices."""
    given = {"mode": mode, "condition": condition}
    for name, value in given.items():
        _must_be_choice(name, value)
    shown, group_id = audiences.chosen(visibility, owner=owner)
    copy = Copy.objects.create(
        title=title,
        owner=owner,
        holder=owner,
        note=text(note, NOTE_LENGTH),
        area=area_of(owner),
        code=_unused_code(),
        source=source,
        created_at=now,
        visibility=shown,
        group_id=group_id,
        **given,
    )
    CustodyRecord.objects.create(copy=copy, to_holder=owner, at=now, reason=CustodyRecord.Reason.REGISTERED)
    want_cover(title, now=now)
    copies_listed.send(sender=Copy, copies=[copy], actor=owner, now=now)
    return copy


@transaction.atomic
def register_copies(
    *,
    titles: Sequence[tuple[Title, str]],
    owner: "Reader",
    now: datetime,
    mode: str,
    visibility: str,
    source: str,
) -> list[Copy]:
    """Like `register_copy` for each of many titles with its note, in a fixed number of queries."""
    _must_be_choice("mode", mode)
    shown, group_id = audiences.chosen(visibility, owner=owner)
    area, codes = area_of(owner), unused_codes(len(titles))
    made = Copy.objects.bulk_create(
        Copy(
            title=title, owner=owner, holder=owner, mode=mode, visibility=shown, group_id=group_id,
            note=text(note, NOTE_LENGTH), area=area, code=code, source=source, created_at=now,
        )
        for (title, note), code in zip(titles, codes, strict=True)
    )  # fmt: skip
    CustodyRecord.objects.bulk_create(
        CustodyRecord(copy=copy, to_holder=owner, at=now, reason=CustodyRecord.Reason.REGISTERED) for copy in made
    )
    if made:
        copies_listed.send(sender=Copy, copies=made, actor=owner, now=now)
    return made


def lock_owner(owner: "Reader") -> None:
    """Whoever asks `latest_of` before listing holds this first: two at once must not both find nothing."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)


def owned_titles(*, owner: "Reader", titles: Iterable[int]) -> set[int]:
    """Which of these titles (keys) stand on the reader's shelf already; a list of many books does not list them again."""
    owned = Copy.objects.owned_by(owner).filter(title__in=set(titles))
    return set(owned.values_list("title_id", flat=True))


def latest_of(*, owner: "Reader", title: Title) -> Copy | None:
    return Copy.objects.owned_by(owner).filter(title=title).select_related("title").first()


@transaction.atomic(durable=True)
def update_copy(*, copy_id: int, actor: "Reader", changes: Mapping[str, object], now: datetime) -> Copy:
    """The owner's changes to mode, condition, note, visibility, area, and pause or resume through `status`; other names are
    ignored (T-R4). How it is lent and where it is stays while the copy is in someone else's hands: CopyAway. `tags` are names, these
    and no others: TagRefused (too_many), with nothing changed. Locks the copy and then, if there are tags, the reader.
    Copy.DoesNotExist for a copy that is not the actor's."""
    copy = _lock_own(copy_id, actor)
    if "tags" in changes:
        tags.lock(actor)
    if copy.status == Copy.Status.WITHDRAWN:
        raise CopyWithdrawn
    wanted: dict[str, Any] = {name: str(value) for name, value in changes.items() if name in CHANGEABLE}
    for name, value in wanted.items():
        _must_be_choice(name, value)
    if "visibility" in changes and changes["visibility"] != copy.shown_word:
        wanted["visibility"], wanted["group_id"] = audiences.chosen(str(changes["visibility"]), owner=actor)
    if "area" in changes:
        wanted["area"] = _known_area(copy, str(changes["area"]))
    if copy.is_away and any(wanted.get(name, getattr(copy, name)) != getattr(copy, name) for name in ("mode", "area")):
        raise CopyAway
    if "note" in changes:
        wanted["note"] = text(changes["note"], NOTE_LENGTH)
    status = wanted.pop("status", copy.status)
    for name, value in wanted.items():
        setattr(copy, name, value)
    copy.save(update_fields=[*wanted])
    if "tags" in changes:
        tags.put_on(copy, actor=actor, names=cast("Sequence[str]", changes["tags"]))
    _turn(copy, status, actor, now)
    copy_changed.send(sender=Copy, copy=copy, actor=actor, now=now)
    return copy


@transaction.atomic(durable=True)
def pause_copy(*, copy_id: int, actor: "Reader", now: datetime) -> Copy:
    """Nobody can ask for it until it is resumed. For the owner, and for the reader in whose hands a copy drifts. Pausing
    twice changes nothing."""
    return _turn(_lock_in_charge(copy_id, actor), Copy.Status.PAUSED, actor, now)


@transaction.atomic(durable=True)
def resume_copy(*, copy_id: int, actor: "Reader", now: datetime) -> Copy:
    return _turn(_lock_in_charge(copy_id, actor), Copy.Status.LISTED, actor, now)


@transaction.atomic
def clear_note(*, copy_id: int) -> None:
    """A moderator's decision, inside the caller's transaction: what its owner wrote about the copy is gone; it stays to be had."""
    copy = Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy_id)
    copy.note = ""
    copy.save(update_fields=["note"])


@transaction.atomic
def withdraw_copy(*, copy_id: int, actor: "Reader", now: datetime) -> Copy:
    """Takes a copy off the shelf for good, inside the transaction that made sure it is not promised; its history stays
    (C8). CopyAway while somebody else has it. Withdrawing
    twice changes nothing."""
    copy = _lock_own(copy_id, actor)
    if copy.status == Copy.Status.WITHDRAWN:
        return copy
    if copy.is_away:
        raise CopyAway
    copy.status, copy.withdrawn_at = Copy.Status.WITHDRAWN, now
    copy.save(update_fields=["status", "withdrawn_at"])
    photos.remove_all(copy=copy)
    copy_withdrawn.send(sender=Copy, copy=copy, actor=actor, now=now)
    return copy


def retire_copy(*, copy: Copy, now: datetime) -> None:
    """The volume is gone for good: lost, or made good in another way. Inside the caller's transaction. A librarian's link
    brings it back to its owner on paper, so that the chain ends where it began (C4), and nobody can ask for it any more."""
    if copy.is_away:
        move_custody(copy=copy, to_holder=copy.owner, reason=CustodyRecord.Reason.LIBRARIAN, now=now)
    held = Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy.pk)
    held.status, held.withdrawn_at = Copy.Status.WITHDRAWN, now
    held.save(update_fields=["status", "withdrawn_at"])
    copy.refresh_from_db(fields=["status", "withdrawn_at"])


def move_custody(
    *, copy: Copy, to_holder: "Reader", reason: str, now: datetime, new_owner: "Reader | None" = None
) -> CustodyRecord:
    """The next link of the chain, inside the caller's transaction (C4, C6). Locks the copy. The owner changes only by a
    gift, and the new owner's copy is paused until they say how they want to lend it."""
    held = Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy.pk)
    last = CustodyRecord.objects.filter(copy=held, next=None).get()
    if last.to_holder_id != held.holder_id or held.holder_id == to_holder.pk or held.status == Copy.Status.WITHDRAWN:
        raise BrokenCustody
    if (new_owner is not None) != (reason == CustodyRecord.Reason.GIFT):
        raise BrokenCustody
    record = CustodyRecord.objects.create(
        copy=held, previous=last, from_holder=last.to_holder, to_holder=to_holder, at=now, reason=reason
    )
    held.holder, held.area = to_holder, area_of(to_holder)
    if new_owner is not None:
        held.owner, held.status = new_owner, Copy.Status.PAUSED
        if held.visibility == Copy.Visibility.GROUPS:  # those of the one who gave it
            held.visibility, held.group = Copy.Visibility.NOBODY, None
    changed = ["holder", "area", "owner", "status", "visibility", "group"]
    held.save(update_fields=changed)
    for name in changed:
        setattr(copy, name, getattr(held, name))
    return record


def area_of(reader: "Reader") -> str:
    """The code of the part of the campus where the reader is; empty when not told."""
    return reader.area.code if reader.area is not None else ""


def unused_codes(count: int) -> list[str]:
    """Distinct label numbers that no copy has."""
    made: set[str] = set()
    while len(made) < count:
        fresh = {new_code() for _ in range(count - len(made))}
        made |= fresh - set(Copy.objects.filter(code__in=fresh).values_list("code", flat=True))
    return sorted(made)


def new_code() -> str:
    return "".join(choice(CODE_LETTERS) for _ in range(8))


def _unused_code() -> str:
    return unused_codes(1)[0]


def _lock_own(copy_id: int, actor: "Reader") -> Copy:
    """Copy.DoesNotExist also for another's copy: the two look the same."""
    return Copy.objects.select_for_update(of=("self",), no_key=True).get(pk=copy_id, owner=actor)


def _lock_in_charge(copy_id: int, actor: "Reader") -> Copy:
    copy = Copy.objects.in_charge_of(actor).select_for_update(of=("self",), no_key=True).get(pk=copy_id)
    if copy.status == Copy.Status.WITHDRAWN:
        raise CopyWithdrawn
    return copy


def _turn(copy: Copy, status: str, actor: "Reader", now: datetime) -> Copy:
    if copy.status != status:
        copy.status = status
        copy.save(update_fields=["status"])
        news = copy_paused if status == Copy.Status.PAUSED else copy_resumed
        news.send(sender=Copy, copy=copy, actor=actor, now=now)
    return copy


def _known_area(copy: Copy, code: str) -> str:
    """ValueError for a code that is none; the copy's own may be one that librarians have given up since."""
    if code not in ("", copy.area, *(code for code, _name in areas.choices())):
        raise ValueError(f"{code!r} is not an area")
    return code


def _must_be_choice(name: str, value: str) -> None:
    if value not in CHANGEABLE[name]:
        raise ValueError(f"{value!r} is not a {name}")
