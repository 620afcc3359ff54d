"""What can be had now, as conditions for the database: the same rules as `holdings`, for many titles at once.

`holdings` builds the objects of one page and decides in Python; a search over thousands of titles asks the database. A test
walks every combination and holds both to one answer.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, FilteredRelation, OuterRef, Q, QuerySet

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy, Title
from personal_catalog.models.copies import CopyQuerySet
from sharing import prepared, resting
from sharing.models import CirculationPolicy, HarvestedRecord, Lending
from sharing.prepared import NOW, READER, Given
from sharing.resting import Moment

PERSONAL = "personal"
LIBRARY = "library"


@dataclass(frozen=True)
class Wish:
    """What a holding must be like. Empty means that it does not matter."""

    kinds: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    free: bool = False

    def __bool__(self) -> bool:
        return bool(self.kinds or self.modes or self.areas or self.free)

    @property
    def allows_copies(self) -> bool:
        return not self.kinds or PERSONAL in self.kinds

    @property
    def allows_loans(self) -> bool:
        """Modes are a matter of readers' own copies."""
        return (not self.kinds or LIBRARY in self.kinds) and not self.modes


Asker = Reader | OuterRef | Given | None
"""For whom it is: copies may be for a group. In a subquery a reference to the reader's id; None: as a stranger sees it."""
FAR_ENOUGH = Given("far_enough", DateTimeField())
THIS = (OuterRef("pk"), OuterRef("pk"))
"""As a range: for an equality PostgreSQL looks at everything that is free in the whole library, once, instead of at each."""


def shown_copies(*, reader: Asker) -> QuerySet[Copy]:
    shown = Copy.objects.filter(status__in=(Copy.Status.LISTED, Copy.Status.PAUSED))
    return shown.shown_to(reader).order_by()


def free_copies(*, reader: Asker, now: Moment) -> QuerySet[Copy]:
    return _free(reader, now).shown_to(reader)


def _free(reader: Asker, now: Moment) -> CopyQuerySet:
    """Whoever sees them; kept for nobody else."""
    lent = Lending.objects.live().filter(copy=OuterRef("pk"))
    return (
        Copy.objects.lendable()
        .filter(~Exists(lent), ~resting.copy_rests(now), ~resting.kept_from("copy", "holder", reader, now))
        .order_by()
    )


def charged_loans() -> QuerySet[LibraryLoan]:
    return LibraryLoan.objects.open().filter(catalogued__isnull=False).order_by()


def free_loans(*, reader: Asker, policy: CirculationPolicy, now: datetime) -> QuerySet[LibraryLoan]:
    return free_loans_due(reader, now, far_enough(policy, now))


def far_enough(policy: CirculationPolicy, now: datetime) -> datetime:
    return now + timedelta(days=policy.untransferable_days)


def free_loans_due(reader: Asker, now: Moment, from_then_on: Moment) -> QuerySet[LibraryLoan]:
    """Those that cannot be renewed only if they are due then or later."""
    return charged_loans().filter(
        Q(hold_count=None) | Q(hold_count=0),
        Q(renewable=True) | Q(due_at__gte=from_then_on),
        ~Exists(Lending.objects.live().filter(library_loan=OuterRef("pk"))),
        ~resting.loan_rests(now),
        ~resting.kept_from("library_loan", "patron__reader", reader, now),
        recalled=False,
        due_at__gte=now,
    )


def titles_having(wish: Wish, *, reader: Asker, policy: CirculationPolicy, now: datetime) -> Q:
    """A condition on titles: one and the same holding answers the whole wish."""
    found = Q(pk__in=[])
    if wish.allows_copies:
        copies = free_copies(reader=reader, now=now) if wish.free else shown_copies(reader=reader)
        if wish.modes:
            copies = copies.filter(mode__in=wish.modes)
        if wish.areas:
            copies = copies.filter(area__in=wish.areas)
        found |= Q(pk__in=copies.values("title_id"))
    if wish.allows_loans:
        loans = free_loans(reader=reader, policy=policy, now=now) if wish.free else charged_loans()
        if wish.areas:
            loans = loans.filter(patron__reader__area__code__in=wish.areas)
        found |= Q(pk__in=loans.values("catalogued__title_id"))
    if wish.kinds and wish.allows_loans and not wish.areas and not wish.free:
        found |= Q(pk__in=HarvestedRecord.objects.filter(items__gt=0).values("title_id"))
    return found


@dataclass(frozen=True)
class Held:
    """One holding of a long list: what counts and dates need, and nobody's name."""

    kind: str
    mode: str
    area: str
    free: bool
    due_at: datetime | None
    holder_id: int | None = None
    """To count readers by, never to be shown."""

    def answers(self, wish: Wish) -> bool:
        return (
            (not wish.kinds or self.kind in wish.kinds)
            and (not wish.modes or (self.kind == PERSONAL and self.mode in wish.modes))
            and (not wish.areas or self.area in wish.areas)
            and (self.free or not wish.free)
        )


def of_titles(
    titles: Iterable[int] | QuerySet[Title], *, reader: Asker, policy: CirculationPolicy, now: datetime
) -> dict[int, list[Held]]:
    """Copies and library loans of many titles as light rows; titles that have none are left out. Two queries."""
    if not isinstance(reader, Reader | None):
        raise TypeError("for one reader, or a stranger")
    values: dict[str, Any] = {
        **prepared.moment(now),
        "reader": reader.pk if reader else None,
        "far_enough": far_enough(policy, now),
    }
    if isinstance(titles, QuerySet):
        ids = titles.order_by().values("pk")
        copies: Iterable[tuple[Any, ...]]
        loans: Iterable[tuple[Any, ...]]
        copies = _copies(ids, reader=reader, now=now)
        loans = _loans(ids, reader=reader, now=now, from_then_on=far_enough(policy, now))
    else:
        values["ids"] = prepared.listed(list(titles))
        copies = prepared.run(_copies_of_listed, reader is not None, values=values)
        loans = prepared.run(_loans_of_listed, reader is not None, values=values)
    found = defaultdict[int, list[Held]](list)
    for title_id, mode, area, free, due_at, holder_id in copies:
        found[title_id].append(Held(PERSONAL, mode, area, free, due_at, holder_id))
    for title_id, area, free, due_at, holder_id in loans:
        found[title_id].append(Held(LIBRARY, "transfer", area or "", free, due_at, holder_id))
    return found


def _copies_of_listed(signed_in: bool) -> "QuerySet[Copy, tuple[Any, ...]]":
    return _copies(prepared.among("ids"), reader=READER if signed_in else None, now=NOW)


def _loans_of_listed(signed_in: bool) -> "QuerySet[LibraryLoan, tuple[Any, ...]]":
    reader = READER if signed_in else None
    return _loans(prepared.among("ids"), reader=reader, now=NOW, from_then_on=FAR_ENOUGH)


def _copies(ids: Any, *, reader: Asker, now: Moment) -> "QuerySet[Copy, tuple[Any, ...]]":
    copies = shown_copies(reader=reader).filter(title_id__in=ids)
    copies = copies.annotate(live=FilteredRelation("lendings", condition=Q(lendings__closed_at=None)))
    copies = copies.annotate(free=Exists(_free(reader, now).filter(pk__range=THIS)))
    return copies.values_list("title_id", "mode", "area", "free", "live__due_at", "holder_id")


def _loans(ids: Any, *, reader: Asker, now: Moment, from_then_on: Moment) -> "QuerySet[LibraryLoan, tuple[Any, ...]]":
    loans = charged_loans().filter(catalogued__title_id__in=ids)
    loans = loans.annotate(free=Exists(free_loans_due(reader, now, from_then_on).filter(pk__range=THIS)))
    return loans.values_list(
        "catalogued__title_id", "patron__reader__area__code", "free", "due_at", "patron__reader_id"
    )
