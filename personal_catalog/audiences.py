"""Whom a reader shows a copy to, as one word: everyone, all of one's groups, one of them, or nobody."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from personal_catalog.models import Copy, ReaderGroup

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

Chosen = tuple[str, int | None]
"""Visibility, and the one group where it is for one."""


def choices(owner: "Reader") -> list[tuple[str, str]]:
    """As a form asks for it; groups only where there are some. One query."""
    groups = list(ReaderGroup.objects.of(owner))
    of_groups = [(Copy.Visibility.GROUPS.value, str(Copy.Visibility.GROUPS.label))] if groups else []
    of_groups += [(group.key, _("Only “%(group)s”") % {"group": group.name}) for group in groups]
    everyone, nobody = Copy.Visibility.EVERYONE, Copy.Visibility.NOBODY
    return [(everyone.value, str(everyone.label)), *of_groups, (nobody.value, str(nobody.label))]


def chosen(word: str, *, owner: "Reader") -> Chosen:
    """ValueError for a word that is none, and for a group that is not the owner's: the two look the same."""
    if word in Copy.Visibility.values:
        return word, None
    _noun, _dash, number = word.partition("-")
    known = number.isascii() and number.isdigit() and len(number) < 19
    group = ReaderGroup.objects.of(owner).filter(pk=int(number)).first() if known else None
    if group is None or group.key != word:
        raise ValueError(f"{word!r} is not a visibility")
    return Copy.Visibility.GROUPS.value, group.pk


def still(word: str, *, owner: "Reader") -> str:
    """What was chosen a while ago; nobody, where it was a group that the owner has left since."""
    try:
        chosen(word, owner=owner)
    except ValueError:
        return Copy.Visibility.NOBODY.value
    return word


def take_back(*, group_id: int, owner_ids: Collection[int]) -> int:
    """Whoever leaves a group shows it nothing any more: copies that were for it alone are for nobody now. How many."""
    of_group = Copy.objects.in_register().filter(group=group_id, owner__in=owner_ids)
    rows = of_group.select_for_update(of=("self",), no_key=True).order_by("pk")  # as everybody locks them
    list(rows.values_list("pk"))
    return of_group.update(visibility=Copy.Visibility.NOBODY, group=None)
