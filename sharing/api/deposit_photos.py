"""The photo of a book where it was left at a drop point, for the two of them while they are told of the place (P4, T-U4)."""

from django.http import FileResponse
from django.utils import timezone

from sharing import deposits
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.pictures import PICTURE, answered
from sharing.errors import NotFound

router = signed_in("handovers")


@router.get(
    "/deposit-photos/{id}",
    operation_id="getDepositPhoto",
    url_name="deposit-photo",
    openapi_extra={"responses": {200: PICTURE}},
)
def get_deposit_photo(request: Call, id: str) -> FileResponse:
    """WebP, at `photo` of its deposit."""
    deposit = deposits.photo_shown_to(request.auth, token=id[:100], now=timezone.now())
    if deposit is None:
        raise NotFound
    return answered(deposit.photo, name="deposit")
