"""Who sees a copy, as a condition for the database: the one place that says what "my groups" means."""

from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from personal_catalog.models.groups import Membership

EVERYONE, GROUPS = "everyone", "groups"


def shown_to(reader: int | OuterRef | Expression | None) -> Q:
    """On copies. A group's copy is for those who are in a group with its owner now: whoever of the two leaves, it is closed.
    `reader`: an id; in a subquery a reference to one, or an expression; None for a stranger."""
    public = Q(visibility=EVERYONE)
    if reader is None:
        return public
    inside = Q(owner=reader) | Q(holder=reader) | Q(Exists(_together(reader)))
    return public | (Q(visibility=GROUPS) & inside)


def _together(reader: int | OuterRef | Expression) -> QuerySet[Membership]:
    """Memberships of the reader in open groups of the copy's owner: in the one that it is for, if it is for one."""
    mine = Membership.objects.filter(reader=OuterRef(reader) if isinstance(reader, OuterRef) else reader)
    with_owner = mine.filter(group__closed_at=None, group__memberships__reader=OuterRef("owner_id"))
    return with_owner.filter(group_id=Coalesce(OuterRef("group_id"), F("group_id")))
