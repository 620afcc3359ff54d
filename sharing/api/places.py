"""Where and when two readers could meet: the places of the campus, one's own free times, and what the two have in common."""

from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import free_times, places
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import Lending

router = signed_in("places")


class PlaceOut(BaseModel):
    name: str
    hours: str
    latitude: float | None
    longitude: float | None


class PlacesOut(BaseModel):
    items: list[PlaceOut]


class SlotOut(BaseModel):
    place: str
    starts_at: Moment


class SlotsOut(BaseModel):
    items: list[SlotOut]


class FreeTimesBody(Body):
    parts: list[str] = Field(
        max_length=28, description="`<weekday>-<part>`: 0 is Monday; morning, noon, afternoon, evening."
    )


class FreeTimesOut(BaseModel):
    parts: list[str]


@router.get("/meeting-places", response=PlacesOut, operation_id="listMeetingPlaces")
def list_meeting_places(request: Call) -> PlacesOut:
    """Public places that librarians have listed. `proposeHandover` takes a name of these, or any other in words."""
    rows = places.offered().order_by("pk")
    return PlacesOut(items=[PlaceOut.model_validate(row, from_attributes=True) for row in rows])


@router.get("/lendings/{id}/meeting-times", response=SlotsOut, operation_id="listMeetingTimes")
def list_meeting_times(request: Call, id: str) -> SlotsOut:
    """The next times that may suit both, at a place that is open then."""
    lending = (
        Lending.objects.visible_to(request.auth).select_related("giver", "taker").filter(pk=ids.number(id)).first()
    )
    if lending is None:
        raise NotFound
    found = free_times.slots(lending, now=timezone.now()) if lending.is_live else []
    return SlotsOut(items=[SlotOut(place=slot.place, starts_at=slot.starts_at) for slot in found])


@router.get("/me/free-times", response=FreeTimesOut, operation_id="getFreeTimes")
def get_free_times(request: Call) -> FreeTimesOut:
    return FreeTimesOut(parts=free_times.of(request.auth))


@router.put("/me/free-times", response=FreeTimesOut, operation_id="setFreeTimes")
def set_free_times(request: Call, payload: FreeTimesBody) -> FreeTimesOut:
    """In place of what was noted before. The other side sees only what the two have in common."""
    row = free_times.set_free_times(actor=request.auth, parts=payload.parts, now=timezone.now())
    return FreeTimesOut(parts=row.parts)
