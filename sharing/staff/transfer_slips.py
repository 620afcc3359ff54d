"""The slips of the library's transfers, for its list of them."""

from django.db.models import Q, QuerySet
from django.urls import reverse

from library_bridge.models import Reader, Transfer
from library_bridge.staff.transfer_slips import Slips
from sharing import jobs
from sharing.models import Lending
from sharing.staff.listings import NUMBER


def slips_of_transfers() -> Slips:
    return Slips(loaded=_loaded, number=_number, url=_url, asked_for=_asked_for, settled=_settled)


def _loaded(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.select_related("lending")


def _number(transfer: Transfer) -> str:
    lending: Lending | None = getattr(transfer, "lending", None)
    return lending.number if lending else ""


def _url(transfer: Transfer, staff: Reader) -> str:
    if not staff.has_perm("sharing.view_lending"):
        return ""
    found = Lending.objects.visible_to_staff(staff).filter(transfer=transfer).first()
    return reverse("lendings:inspect", args=[found.pk]) if found else ""


def _asked_for(words: str) -> Q | None:
    """Written out: a number alone is a barcode's here."""
    written = NUMBER.match(words) if words[:1] in ("L", "l") else None
    return Q(lending=int(written[1])) if written else None


def _settled(transfer: Transfer) -> None:
    lending = Lending.objects.filter(transfer=transfer).values_list("pk", flat=True).first()
    if lending is not None:
        jobs.hurry("sharing.tasks.advance_transfer", lending)
