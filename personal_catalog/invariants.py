"""What must always be true of the catalogue. Reads only; one line a violation."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from personal_catalog import isbn
from personal_catalog.models import Copy, CustodyRecord, Title, TitleIsbn
from personal_catalog.search.index import missing_from_index


class Check(NamedTuple):
    """The same three fields as every app's checks have."""

    id: str
    says: str
    violations: Callable[[], Iterable[str]]


def _broken_links() -> Iterator[str]:
    """Each record starts where the one before it ended, and at no earlier time."""
    linked = CustodyRecord.objects.exclude(previous=None)
    apart = linked.exclude(from_holder=F("previous__to_holder"), copy=F("previous__copy"))
    yield from (f"custody {pk} does not start where the one before it ended" for pk in _ids(apart))
    early = linked.filter(at__lt=F("previous__at"))
    yield from (f"custody {pk} is older than the one before it" for pk in _ids(early))


def _wrong_holders() -> Iterator[str]:
    begun = CustodyRecord.objects.filter(previous=None).values("copy")
    yield from (f"copy {pk} has no custody record" for pk in _ids(Copy.objects.exclude(pk__in=begun)))
    last = CustodyRecord.objects.filter(next=None)
    yield from (
        f"custody {pk} is the last, but another holds the copy"
        for pk in _ids(last.exclude(to_holder=F("copy__holder")))
    )
    open_ends = last.values_list("copy").order_by("copy")
    seen: set[int] = set()
    for (copy,) in open_ends:
        if copy in seen:
            yield f"copy {copy} has two ends of its chain"
        seen.add(copy)


def _wrong_owners() -> Iterator[str]:
    """Only a gift changes the owner: it is the taker of the last gift, else whoever registered the copy."""
    owners: dict[int, int] = {}
    making = CustodyRecord.objects.filter(reason__in=("registered", "gift")).order_by("pk")
    for copy, to_holder in making.values_list("copy", "to_holder").iterator():
        owners[copy] = to_holder
    for pk, owner in Copy.objects.values_list("pk", "owner").iterator():
        if owners.get(pk, owner) != owner:
            yield f"copy {pk} has changed its owner without a gift"


def _bad_isbns() -> Iterator[str]:
    for pk, number in TitleIsbn.objects.values_list("pk", "isbn13").iterator():
        if not isbn.is_valid13(number):
            yield f"title ISBN {pk} is not valid: {number}"


def _isbns_of_merged() -> Iterator[str]:
    merged = TitleIsbn.objects.filter(title__status="merged")
    yield from (f"title ISBN {pk} belongs to a merged title" for pk in _ids(merged))
    copies = Copy.objects.filter(title__status="merged")
    yield from (f"copy {pk} belongs to a merged title" for pk in _ids(copies))
    unfollowed = Title.objects.filter(merged_into__status="merged")
    yield from (f"title {pk} is merged into a title that is merged itself" for pk in _ids(unfollowed))


def _unindexed() -> Iterator[str]:
    yield from (f"title {pk} is not in the search index" for pk in missing_from_index())


def _ids(rows: QuerySet[Any]) -> Iterator[int]:
    yield from rows.values_list("pk", flat=True)


CHECKS: tuple[Check, ...] = (
    Check("C4", "each custody record starts where the last one ended", _broken_links),
    Check("C4", "a copy has one chain of custody and its end is the holder", _wrong_holders),
    Check("C4", "only a gift changes the owner of a copy", _wrong_owners),
    Check("catalog.isbn", "every ISBN of a title is valid", _bad_isbns),
    Check("catalog.merged", "a merged title carries neither ISBN nor copy", _isbns_of_merged),
    Check("catalog.index", "every live title is in the search index", _unindexed),
)
