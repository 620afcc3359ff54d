"""What a reader wants that nobody has here: a hold at the library, a purchase."""

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from sharing import holds, purchases
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.models import PurchaseSuggestion

router = signed_in("wishes")


class Suggestion(Body):
    title: str = Field(max_length=300)
    creators: str = Field("", max_length=200)
    isbn: str = Field("", max_length=40)
    note: str = Field("", max_length=500, description="Why the library should have it.")


class SuggestionOut(BaseModel):
    id: str
    title: str
    creators: str
    isbn13: str | None
    note: str
    status: str = Field(description="open, ordered, declined, or lapsed: nobody decided in time.")
    answer: str
    created_at: Moment
    answer_by: Moment = Field(description="Until then the library answers; put off at most once.")
    decided_at: Moment | None


class Wanted(Body):
    holding_id: str = Field(max_length=120, description="Of a holding of the kind library_item.")


class Placed(BaseModel):
    library: str
    """Its code."""


@router.post("/me/purchase-suggestions", response={201: SuggestionOut}, operation_id="suggestPurchase")
def suggest_purchase(request: Call, payload: Suggestion) -> SuggestionOut:
    """The same book again gives the suggestion that is open already."""
    made = purchases.suggest_purchase(
        actor=request.auth, title=payload.title, creators=payload.creators, number=payload.isbn, note=payload.note,
        now=timezone.now(),
    )  # fmt: skip
    return _out(made)


@router.get("/me/purchase-suggestions", response=Page[SuggestionOut], operation_id="listMyPurchaseSuggestions")
def list_my_purchase_suggestions(request: Call, paging: Query[Paging]) -> Page[SuggestionOut]:
    """Newest first."""
    rows = PurchaseSuggestion.objects.filter(reader=request.auth)
    return Page[SuggestionOut].of(request, paging, rows, _out)


@router.post("/library-holds", response={201: Placed}, operation_id="placeLibraryHold")
def place_library_hold(request: Call, payload: Wanted) -> Placed:
    """On the title of that item, with the reader's own card there. It lives in the library system; nothing is kept here.
    After a 503 it may have been placed: asking again places no second one."""
    library = holds.place_hold(holding_key=payload.holding_id, actor=request.auth, now=timezone.now())
    return Placed(library=library.code)


def _out(row: PurchaseSuggestion) -> SuggestionOut:
    return SuggestionOut(
        id=str(row.pk), title=row.title, creators=row.creators, isbn13=row.isbn13 or None, note=row.note, status=row.status,
        answer=row.answer, created_at=row.created_at, answer_by=row.answer_by, decided_at=row.decided_at,
    )  # fmt: skip
