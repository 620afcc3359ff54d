"""Which rows a member of the staff sees: those of the areas they work for."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from library_bridge.models import Reader


def seen_by(staff: "Reader", *readers: str) -> Q:
    """`readers` are the ways from a row to its readers; one of them has to live in an area of this desk. Staff of no
    area, and administrators, see all."""
    areas = [] if staff.is_superuser else list(staff.desk_areas.values_list("pk", flat=True))
    if not areas:
        return Q()
    return reduce(or_, (Q(**{f"{reader}__area__in": areas}) for reader in readers))
