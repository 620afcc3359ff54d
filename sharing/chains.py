"""From hand to hand: a taker passes a drifting book or a library loan on to the next in the queue."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from library_bridge.models import LibraryLoan, Reader
from sharing.models import Lending, Request
from sharing.models.requests import RequestQuerySet

ON = (Lending.Mode.DRIFT, Lending.Mode.TRANSFER)


@dataclass(frozen=True)
class Onward:
    """`key`: of the holding. `somebody_waits`: how many is not said, for they may be few (P6)."""

    key: str
    somebody_waits: bool


def onward(lending: Lending, *, reader: Reader) -> Onward | None:
    """What the taker of a finished lending may pass on now. Two queries at most, none for lendings of another make."""
    if lending.status != Lending.Status.COMPLETED or lending.mode not in ON or reader.pk != lending.taker_id:
        return None
    key = _key(lending, reader)
    return Onward(key, waiting(lending.request.title_id, but=reader)) if key else None


def _key(lending: Lending, reader: Reader) -> str:
    if lending.copy is not None:
        return lending.copy.key if lending.copy.holder_id == reader.pk else ""
    assert lending.library_loan is not None
    came_from = lending.library_loan
    now_mine = LibraryLoan.objects.open().filter(
        library=came_from.library_id, barcode=came_from.barcode, patron__reader=reader, catalogued__isnull=False
    )
    pk = now_mine.values_list("pk", flat=True).first()
    return f"loan-{pk}" if pk else ""


def waiting(title_id: int, *, but: Reader) -> bool:
    return _open(but).filter(title=title_id).exists()


def somebody_waits(title: str, *, but: Reader) -> Exists:
    """For a query: `title` is its path to the title."""
    return Exists(_open(but).filter(title=OuterRef(title)))


def _open(but: Reader) -> RequestQuerySet:
    return Request.objects.filter(status=Request.Status.OPEN, paused_at=None).exclude(requester=but)
