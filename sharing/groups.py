"""Groups of readers: made, run, left, handed on and closed. Each call locks the group before its members.

Members see each other under the names they chose for the group; who is no member cannot tell that the group exists.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import audiences
from personal_catalog.models import Membership, ReaderGroup
from sharing import events, kept, policies, profiles, pseudonyms
from sharing.errors import Denied, LimitReached, NotFound

MOST_RUN = 5
MOST_JOINED = 20
MOST_MEMBERS = 200


def of(reader: Reader) -> "QuerySet[ReaderGroup]":
    return ReaderGroup.objects.of(reader)


def members(group_id: int) -> "QuerySet[Membership]":
    """Under the names for the group; of a closed one nobody. For boards and lists of a group, too."""
    return Membership.objects.filter(group=group_id, group__closed_at=None)


def may_run(actor: Reader, group: ReaderGroup) -> bool:
    """Its runner, and the library's staff."""
    is_staff = actor.has_perm("personal_catalog.change_readergroup")
    return is_staff or group.memberships.filter(reader=actor, runs_it=True).exists()


@transaction.atomic(durable=True)
def make_group(*, actor: Reader, name: str, kind: str, my_name: str, now: datetime) -> ReaderGroup:
    """Its maker runs it. Locks the reader, so that the limits hold. Raises Denied for the names, LimitReached."""
    called, mine = checked(name, "name"), checked(my_name, "my_name")
    policies.require(kind in ReaderGroup.Kind.values, Denied(_("Please choose one of these."), field="kind"))
    require_room(actor)
    if Membership.objects.filter(reader=actor, runs_it=True, group__closed_at=None).count() >= MOST_RUN:
        raise LimitReached(_("You can run %(most)d groups. Hand one on first.") % {"most": MOST_RUN})
    group = ReaderGroup.objects.create(name=called, kind=kind, made_at=now)
    Membership.objects.create(group=group, reader=actor, name=mine, runs_it=True, joined_at=now)
    events.record("group.made", now=now, actor=actor, data={"group": group.pk})
    return group


@transaction.atomic(durable=True)
def rename_member(*, group_id: int, actor: Reader, name: str, now: datetime) -> None:
    """What the others call this reader from now on. Raises NotFound, Denied for the name."""
    group = locked(group_id)
    mine = _mine(actor, group)
    called = free_name(group, name, but=mine)
    if called != mine.name:
        mine.name = called
        mine.save(update_fields=["name"])
        events.record("group.member_renamed", now=now, actor=actor, data={"group": group_id})


@transaction.atomic(durable=True)
def leave_group(*, group_id: int, actor: Reader, now: datetime) -> int:
    """How many own copies were for this group alone: nobody sees them now. Who runs it hands it on before, or closes it.
    What is agreed with a member goes on. Raises NotFound, Denied."""
    mine = _mine(actor, locked(group_id))
    policies.require(not mine.runs_it, Denied(_("You run this group. Hand it on first, or close it.")))
    mine.delete()
    events.record("group.left", now=now, actor=actor, data={"group": group_id})
    return _take_back(group_id, [actor.pk])


@transaction.atomic(durable=True)
def remove_member(*, group_id: int, member_id: int, actor: Reader, now: datetime) -> None:
    """By who runs the group; the link is revoked, or it would lead straight back in. The one removed is told."""
    group = run_by(actor, group_id)
    put_out(group, _other_member(group, member_id, actor), actor, now)


def put_out(group: ReaderGroup, member: Membership, actor: Reader, now: datetime) -> None:
    """Inside the caller's transaction, with the group locked."""
    member.delete()
    revoke(group, now)
    _take_back(group.pk, [member.reader_id])
    events.record("group.removed", now=now, actor=actor, data=told(group, [member.reader_id]))


@transaction.atomic(durable=True)
def hand_on(*, group_id: int, member_id: int, actor: Reader, now: datetime) -> None:
    """Another member runs the group from now on and is told. The link is revoked: the new one decides who comes in."""
    group = run_by(actor, group_id)
    heir = _other_member(group, member_id, actor)
    group.memberships.filter(runs_it=True).update(runs_it=False)
    heir.runs_it = True
    heir.save(update_fields=["runs_it"])
    revoke(group, now)
    events.record("group.handed_on", now=now, actor=actor, data=told(group, [heir.reader_id]))


@transaction.atomic(durable=True)
def close_group(*, group_id: int, actor: Reader, now: datetime) -> None:
    """All members are told, and the list of them is deleted. What is agreed between them goes on."""
    group = run_by(actor, group_id)
    readers = list(group.memberships.values_list("reader_id", flat=True))
    group.memberships.all().delete()
    revoke(group, now)
    group.closed_at = now
    group.save(update_fields=["closed_at"])
    _take_back(group_id, readers)
    events.record("group.closed", now=now, actor=actor, data=told(group, readers))


def _take_back(group_id: int, readers: Collection[int]) -> int:
    """What they showed to the group alone, or kept for it. How many of the first."""
    hidden = audiences.take_back(group_id=group_id, owner_ids=readers)  # copies before what is kept of them
    kept.end_for_group(group_id=group_id, holder_ids=readers)
    return hidden


def locked(group_id: int) -> ReaderGroup:
    group = ReaderGroup.objects.open().select_for_update(of=("self",)).filter(pk=group_id).first()
    if group is None:
        raise NotFound
    return group


def run_by(actor: Reader, group_id: int) -> ReaderGroup:
    """Locked. Raises NotFound for whoever may not."""
    group = locked(group_id)
    policies.require(may_run(actor, group), NotFound())
    return group


def require_room(reader: Reader) -> None:
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=reader.pk)
    if of(reader).count() >= MOST_JOINED:
        raise LimitReached(_("You can be in %(most)d groups. Leave one first.") % {"most": MOST_JOINED})


def free_name(group: ReaderGroup, text: str, *, but: Membership | None = None) -> str:
    """Raises Denied where somebody in the group has it."""
    name = checked(text, "name")
    taken = group.memberships.filter(name__iexact=name)
    taken = taken.exclude(pk=but.pk) if but else taken
    policies.require(not taken.exists(), Denied(_("Somebody in the group has this name already."), field="name"))
    return name


def offered_name(group: ReaderGroup | None) -> str:
    """A bird that nobody in the group is called after yet, in the language of the page."""
    taken = set(group.memberships.values_list("name", flat=True)) if group else set()
    used: set[int] = set()
    while (name := pseudonyms.name(place := pseudonyms.draw(used))) in taken:
        used.add(place)
    return name


def checked(text: str, field: str) -> str:
    """By the rules for names of readers, so that nobody poses as the library (T-R18)."""
    try:
        return profiles.checked_name(text)
    except Denied as refusal:
        raise Denied(refusal.message, refusal.code, field=field) from None


def revoke(group: ReaderGroup, now: datetime) -> bool:
    return bool(group.links.filter(revoked_at=None).update(revoked_at=now))


def told(group: ReaderGroup, readers: Collection[int]) -> dict[str, object]:
    return {"group": group.pk, "named": group.name, "readers": sorted(readers)}


def _mine(actor: Reader, group: ReaderGroup) -> Membership:
    mine = group.memberships.filter(reader=actor).first()
    if mine is None:
        raise NotFound
    return mine


def _other_member(group: ReaderGroup, member_id: int, actor: Reader) -> Membership:
    member = group.memberships.filter(pk=member_id).exclude(reader=actor).first()
    if member is None:
        raise NotFound
    return member
