"""How an exchange went: said once by each of the two, read by both once it is open."""

from typing import Literal

from django.utils import timezone
from pydantic import BaseModel, Field

from library_bridge.models import Reader
from sharing import ratings
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import Lending, Rating

router = signed_in("lendings")


class NewRating(Body):
    went: Literal["smoothly", "hitches", "badly"]
    words: str = Field("", max_length=ratings.LONGEST, description="About the exchange, not about the person.")


class RatingOut(BaseModel):
    went: str
    words: str
    rated_at: Moment


class RatingsOut(BaseModel):
    may_rate: bool
    mine: RatingOut | None
    theirs: RatingOut | None = Field(description="null until it is open: when both have rated, else at `opens_at`.")
    opens_at: Moment | None = Field(description="null while the lending has not ended.")


@router.get("/lendings/{id}/rating", response=RatingsOut, operation_id="getRatings")
def get_ratings(request: Call, id: str) -> RatingsOut:
    return _ratings(ids.number(id), request.auth)


@router.post("/lendings/{id}/rating", response=RatingsOut, operation_id="rateExchange")
def rate_exchange(request: Call, id: str, payload: NewRating) -> RatingsOut:
    """Within a fortnight of the end. Once said it stays: again gives what was said first."""
    ratings.rate_exchange(
        lending_id=ids.number(id), actor=request.auth, went=payload.went, words=payload.words, now=timezone.now()
    )
    return _ratings(ids.number(id), request.auth)


def _ratings(pk: int, viewer: Reader) -> RatingsOut:
    lending = Lending.objects.visible_to(viewer).filter(pk=pk).first()
    if lending is None:
        raise NotFound
    now, given = timezone.now(), list(lending.ratings.all())
    mine = next((one for one in given if one.reader_id == viewer.pk), None)
    opened = ratings.are_open(lending, given, now)
    theirs = next((one for one in given if one.reader_id != viewer.pk), None) if opened else None
    return RatingsOut(
        may_rate=mine is None and ratings.may_rate(lending, now), mine=_out(mine), theirs=_out(theirs),
        opens_at=ratings.opens_at(lending) if lending.closed_at else None,
    )  # fmt: skip


def _out(row: Rating | None) -> RatingOut | None:
    return RatingOut.model_validate(row, from_attributes=True) if row else None
