"""For whom a list is: the whole, a part of the campus, a department, a group of readers.

A key names one in the tables (`area-3`), a code in addresses: `area` and `department` are always the asking reader's own, so
nobody reads lists of where they do not belong. Readers say themselves in which area they are; so its list is read only by who
stood on it last night, else whoever likes could read one area after the other. A department is what the library's record says;
where it says nothing, a group of the kind "class" takes its place (see docs/decisions/0015-leaderboards.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from incentives import switches
from incentives.models import LeaderboardEntry, ReaderChoice
from incentives.switches import Switches
from library_bridge.models import Area, Reader
from personal_catalog.models import Copy, Membership, ReaderGroup
from sharing import prepared
from sharing.prepared import READER

WHOLE = LeaderboardEntry.WHOLE


@dataclass(frozen=True, slots=True)
class Scope:
    code: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands, and what they have allowed."""

    switches: Switches
    scopes: tuple[Scope, ...]
    narrow: bool
    honours: bool

    def chosen(self, code: str) -> Scope | None:
        return next((scope for scope in self.scopes if scope.code == code), None)


def whole() -> Scope:
    return Scope(WHOLE, WHOLE, _("The whole campus"))


def of(reader: Reader) -> Place:
    """One query, and one row of it for each group; a second one for who agreed to be on the list of an area."""
    rows = list(prepared.run(_place, values={"reader": reader.pk}))
    library, sees, narrow, honours, area_id, name_zh, name_en = rows[0][:7]
    area = Area(pk=area_id, name_zh=name_zh, name_en=name_en) if narrow and area_id and _is_in_area(reader) else None
    groups = ((pk, name) for *_own, pk, name in rows if pk is not None)
    return Place(
        switches.told(library, sees), tuple(_scopes(area, reader.department, groups)), bool(narrow), bool(honours)
    )


def _place() -> "QuerySet[Reader, tuple[Any, ...]]":
    columns = (
        *switches.columns(), "incentive_choice__on_narrow_lists", "incentive_choice__on_honours",
        "area_id", "area__name_zh", "area__name_en", "memberships__group_id", "memberships__group__name",
    )  # fmt: skip
    return Reader.objects.filter(pk=READER).order_by("memberships__group__name").values_list(*columns)


def _is_in_area(reader: Reader) -> bool:
    return any(prepared.run(_on_the_list_of_the_area, values={"reader": reader.pk}))


def _on_the_list_of_the_area() -> "QuerySet[Reader, tuple[Any, ...]]":
    """With a book of theirs, too. From the reader's and the books' side: a planner that knows one list only takes all rows for
    those of this one."""
    key = Concat(Value("area-"), Cast(OuterRef("area_id"), CharField()))
    listed = LeaderboardEntry.objects.filter(scope=key, reader=OuterRef("pk"))
    key_of_owner = Concat(Value("area-"), Cast(OuterRef("owner__area_id"), CharField()))
    of_book = LeaderboardEntry.objects.filter(scope=key_of_owner, copy=OuterRef("pk"))
    own_books = Copy.objects.filter(Exists(of_book), owner=OuterRef("pk"))
    return Reader.objects.filter(Exists(listed) | Exists(own_books), pk=READER).values_list("pk")


def _scopes(area: Area | None, department: str, groups: Iterable[tuple[int, str]]) -> Iterator[Scope]:
    yield whole()
    if area:
        yield Scope("area", f"area-{area.pk}", area.name)
    if key := _of_department(department):
        yield Scope("department", key, department)
    for pk, name in groups:
        yield Scope(key := _of_group(pk), key, name)


def narrow_ones(*, among: Iterable[int] | None = None) -> dict[int, list[str]]:
    """Keys by reader: of those only who have agreed to be on narrower lists than that of the whole. Two queries. `among`: ids of
    readers, of nobody else."""
    agreed = ReaderChoice.objects.filter(on_narrow_lists=True)
    if among is not None:
        agreed = agreed.filter(reader__in=among)
    keys = {
        pk: [*([f"area-{area}"] if area else []), *filter(None, [_of_department(department)])]
        for pk, area, department in agreed.values_list("reader", "reader__area", "reader__department")
    }
    for pk, group in Membership.objects.filter(reader__in=agreed.values("reader")).values_list("reader", "group"):
        if pk in keys:
            keys[pk].append(_of_group(group))
    return keys


def keys_of_groups() -> list[str]:
    """Of those that are not closed."""
    return [_of_group(pk) for pk in ReaderGroup.objects.open().values_list("pk", flat=True)]


def _of_group(pk: int) -> str:
    return f"group-{pk}"


def _of_department(name: str) -> str:
    """The same for names that differ in spaces or case only."""
    plain = " ".join(name.split()).casefold()
    return f"department-{plain[:80]}" if plain else ""
