"""The way into a group: a link that who runs it passes round, good for some days and some readers, revoked at any time."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.models import Membership, ReaderGroup
from sharing import events, groups, policies
from sharing.errors import Denied, LimitReached, NotFound
from sharing.models import GroupLink

LONGEST = timedelta(days=60)
SALT = "sharing.groups.link"


@transaction.atomic(durable=True)
def make_link(*, group_id: int, actor: Reader, days: int, most: int, now: datetime) -> GroupLink:
    """In place of the one before, which leads nowhere from now on. By who runs the group; for 1 to 60 days and 1 to 200
    readers. Raises NotFound for everybody else."""
    group = groups.run_by(actor, group_id)
    policies.require(1 <= days <= LONGEST.days, Denied(_("From 1 to 60 days, please."), field="days"))
    policies.require(1 <= most <= groups.MOST_MEMBERS, Denied(_("From 1 to 200 readers, please."), field="most"))
    groups.revoke(group, now)
    link = GroupLink.objects.create(group=group, made_at=now, expires_at=now + timedelta(days=days), most=most)
    events.record("group.link_made", now=now, actor=actor, data={"group": group.pk})
    return link


@transaction.atomic(durable=True)
def revoke_link(*, group_id: int, actor: Reader, now: datetime) -> None:
    """By who runs the group. Again changes nothing."""
    group = groups.run_by(actor, group_id)
    if groups.revoke(group, now):
        events.record("group.link_revoked", now=now, actor=actor, data={"group": group.pk})


def link_into(group: ReaderGroup, *, now: datetime) -> GroupLink | None:
    """The one that leads in now."""
    return group.links.filter(revoked_at=None, expires_at__gt=now, used__lt=F("most")).first()


def token_of(link: GroupLink) -> str:
    return signing.dumps(link.pk, salt=SALT)


def link_behind(token: str, *, now: datetime) -> GroupLink:
    """Raises NotFound, the same for a forged, an expired, a used up and a revoked one."""
    try:
        number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    rows = GroupLink.objects.filter(revoked_at=None, expires_at__gt=now, used__lt=F("most"), group__closed_at=None)
    link = rows.select_related("group").filter(pk=number).first()
    if link is None:
        raise NotFound
    return link


@transaction.atomic(durable=True)
def join_group(*, token: str, actor: Reader, name: str, now: datetime) -> ReaderGroup:
    """Who is in already stays as they are, and uses up nothing. Raises NotFound, Denied for the name, LimitReached."""
    group = groups.locked(link_behind(token, now=now).group_id)
    link = link_behind(token, now=now)  # as it is under the lock
    if group.memberships.filter(reader=actor).exists():
        return group
    called = groups.free_name(group, name)
    groups.require_room(actor)
    if group.memberships.count() >= groups.MOST_MEMBERS:
        raise LimitReached(_("The group is full."))
    Membership.objects.create(group=group, reader=actor, name=called, joined_at=now)
    link.used += 1
    link.save(update_fields=["used"])
    events.record("group.joined", now=now, actor=actor, data={"group": group.pk})
    return group
