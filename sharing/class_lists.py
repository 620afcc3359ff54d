"""A librarian makes a group and puts readers into it: a class by its list of card numbers. They are told, and leave as they like."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from library_bridge.models import Library, Patron, Reader
from personal_catalog.models import Membership, ReaderGroup
from sharing import events, groups, policies
from sharing.errors import Denied, LimitReached, NotFound

BETWEEN = re.compile(r"[\s,;，；、]+")


@dataclass(frozen=True)
class Put:
    """What became of a list of card numbers."""

    added: int = 0
    there: int = 0
    """They were in the group already."""
    unknown: list[str] = field(default_factory=list)
    """Nobody has signed in with these."""


def may_manage(actor: Reader) -> bool:
    return bool(actor.is_active and actor.has_perm("personal_catalog.change_readergroup"))


@transaction.atomic(durable=True)
def make_library_group(*, actor: Reader, name: str, kind: str, now: datetime) -> ReaderGroup:
    """Nobody of its members runs it, until a librarian hands it to one. Raises NotFound for others than staff, Denied."""
    policies.require(may_manage(actor), NotFound())
    called = groups.checked(name, "name")
    policies.require(kind in ReaderGroup.Kind.values, Denied(_("Please choose one of these."), field="kind"))
    group = ReaderGroup.objects.create(name=called, kind=kind, made_at=now)
    events.record("group.made", now=now, actor=actor, data={"group": group.pk})
    return group


@transaction.atomic(durable=True)
def put_in(*, group_id: int, library: Library, cards: str, actor: Reader, now: datetime) -> Put:
    """Each under a name drawn for them, which they can change. `cards`: numbers with anything between them. Raises NotFound
    for others than staff, LimitReached with nobody put in."""
    policies.require(may_manage(actor), NotFound())
    group = groups.locked(group_id)
    numbers = [number for number in dict.fromkeys(BETWEEN.split(cards)) if number]
    readers = _readers(library, numbers[: groups.MOST_MEMBERS + 1])
    there = set(group.memberships.values_list("reader_id", flat=True))
    new = [reader for reader in dict.fromkeys(readers.values()) if reader.pk not in there]
    if len(there) + len(new) > groups.MOST_MEMBERS:
        raise LimitReached(_("A group has at most %(most)d members.") % {"most": groups.MOST_MEMBERS})
    for reader in new:
        _enter(group, reader, now)
    if new:
        events.record("group.put_in", now=now, actor=actor, data=groups.told(group, [reader.pk for reader in new]))
    return Put(len(new), len(readers) - len(new), [number for number in numbers if number not in readers])


@transaction.atomic(durable=True)
def take_out(*, group_id: int, library: Library, card: str, actor: Reader, now: datetime) -> None:
    """By card number, for a librarian knows no member by their name in the group. Raises NotFound, Denied."""
    policies.require(may_manage(actor), NotFound())
    group = groups.locked(group_id)
    reader = _readers(library, [card.strip()]).get(card.strip())
    member = group.memberships.filter(reader=reader).first() if reader else None
    policies.require(member is not None, Denied(_("Nobody with this card is in the group."), field="card"))
    assert member is not None
    groups.put_out(group, member, actor, now)


def _readers(library: Library, numbers: list[str]) -> dict[str, Reader]:
    rows = Patron.objects.filter(library=library, card_number__in=numbers, reader__is_active=True)
    return {row.card_number: row.reader for row in rows.select_related("reader")}


def _enter(group: ReaderGroup, reader: Reader, now: datetime) -> None:
    with translation.override(reader.language or translation.get_language()):
        name = groups.offered_name(group)
    Membership.objects.create(group=group, reader=reader, name=name, joined_at=now)
