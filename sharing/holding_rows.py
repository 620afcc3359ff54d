"""The rows that holdings are made of, by queries that are built once: every page of a title and every wave asks for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.models import Copy, photos
from sharing import prepared, resting
from sharing.models import Lending
from sharing.models.offers import SAID
from sharing.prepared import NOW, PK, READER


def copies(title_ids: Sequence[int], *, reader: Reader | None, now: datetime) -> list[Copy]:
    """Those that this reader may see, each with whether it `resting`."""
    values = {"ids": prepared.listed(title_ids), **_seen_by(reader, now)}
    return prepared.objects(_copies_of_titles, reader is not None, values=values)


def copies_with_pictures(title_id: int, *, reader: Reader | None, now: datetime) -> list[Copy]:
    values = {"ids": prepared.listed([title_id]), **_seen_by(reader, now)}
    return prepared.objects(_copies_with_pictures, reader is not None, values=values)


def copy(pk: int, *, reader: Reader | None, now: datetime) -> Copy | None:
    found = prepared.objects(_copy_with_key, reader is not None, values={"pk": pk, **_seen_by(reader, now)})
    return next(iter(found), None)


def loans(title_ids: Sequence[int], *, reader: Reader | None, now: datetime) -> list[LibraryLoan]:
    values = {"ids": prepared.listed(title_ids), **_seen_by(reader, now)}
    return prepared.objects(_loans_of_titles, reader is not None, values=values)


def loan(pk: int, *, reader: Reader | None, now: datetime) -> LibraryLoan | None:
    found = prepared.objects(_loan_with_key, reader is not None, values={"pk": pk, **_seen_by(reader, now)})
    return next(iter(found), None)


def live_lendings(copies_: Sequence[Copy], loans_: Sequence[LibraryLoan]) -> dict[tuple[str, int], Lending]:
    """By "copy" or "loan" and its key. No query for no book."""
    if not copies_ and not loans_:
        return {}
    books = {"copies": [row.pk for row in copies_], "loans": [row.pk for row in loans_]}
    rows = prepared.objects(_live_of, values={noun: prepared.listed(keys) for noun, keys in books.items()})
    return {("copy", row.copy_id) if row.copy_id else ("loan", row.library_loan_id or 0): row for row in rows}


def _seen_by(reader: Reader | None, now: datetime) -> dict[str, Any]:
    return {"reader": reader and reader.pk, **prepared.moment(now)}


def _copies(signed_in: bool) -> QuerySet[Copy]:
    reader = READER if signed_in else None
    seen = Copy.objects.filter(status__in=(Copy.Status.LISTED, Copy.Status.PAUSED)).shown_to(reader)
    rows = seen.select_related("holder__area", "owner", *SAID).order_by()
    return rows.annotate(resting=resting.copy_rests(NOW) | resting.kept_from("copy", "holder", reader, NOW))


def _copies_of_titles(signed_in: bool) -> QuerySet[Copy]:
    return _copies(signed_in).filter(title_id__in=prepared.among("ids"))


def _copies_with_pictures(signed_in: bool) -> QuerySet[Copy]:
    rows = _copies_of_titles(signed_in).select_related("holder__area", "owner", "journey", "title", *SAID)
    return rows.annotate(photo_marks=photos.marks())


def _copy_with_key(signed_in: bool) -> QuerySet[Copy]:
    return _copies(signed_in).filter(pk=PK)


def _loans(signed_in: bool) -> QuerySet[LibraryLoan]:
    reader = READER if signed_in else None
    rows = LibraryLoan.objects.filter(closed_at=None, catalogued__isnull=False).order_by()
    rows = rows.select_related("patron__reader__area", "catalogued", "library", *SAID)
    rests = resting.loan_rests(NOW) | resting.kept_from("library_loan", "patron__reader", reader, NOW)
    return rows.annotate(resting=rests)


def _loans_of_titles(signed_in: bool) -> QuerySet[LibraryLoan]:
    return _loans(signed_in).filter(catalogued__title_id__in=prepared.among("ids"))


def _loan_with_key(signed_in: bool) -> QuerySet[LibraryLoan]:
    return _loans(signed_in).filter(pk=PK)


def _live_of() -> QuerySet[Lending]:
    of_these = Q(copy__in=prepared.among("copies")) | Q(library_loan__in=prepared.among("loans"))
    return Lending.objects.live().filter(of_these).order_by()
