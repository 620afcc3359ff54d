"""Asking for a title, or for one holding of it."""

from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import BaseModel, Field, model_validator

from sharing import areas, queues, requests, waits
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body, SentDay
from sharing.api.paging import Page, Paging
from sharing.api.problems import Invalid
from sharing.api.schemas import RequestOut
from sharing.errors import NotFound
from sharing.models import Request

router = signed_in("requests")


class Wait(BaseModel):
    p50: int | None
    p80: int | None


class RequestWithWait(RequestOut):
    queue_place: int | None
    turn: str | None = Field(description="Opaque: for passTurn, which changes nothing once the place has changed.")
    expected_wait_hours: Wait


class Turn(Body):
    turn: str | None = Field(None, max_length=64, description="As the request told it; left out, the next goes first.")


class Wish(Body):
    title_id: str = Field("", max_length=40)
    holding_id: str = Field("", max_length=40)
    message: str = Field("", max_length=500)
    needed_by: SentDay | None = None
    areas: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=20)

    @model_validator(mode="after")
    def _makes_sense(self) -> "Wish":
        if self.needed_by and self.needed_by < timezone.localdate():
            raise Invalid({"needed_by": [_("This day is past.")]})
        if bool(self.title_id) == bool(self.holding_id):
            raise Invalid({"title_id": [_("Either a title or one holding of it is needed, not both.")]})
        return self


@router.post("/requests", response={201: RequestWithWait}, operation_id="placeRequest")
def place_request(request: Call, payload: Wish) -> RequestWithWait:
    """The first holders are asked at once."""
    _require_known(payload.areas)
    placed = requests.place_request(
        actor=request.auth, title_id=ids.number(payload.title_id) if payload.title_id else None,
        holding_key=payload.holding_id, message=payload.message, needed_by=payload.needed_by, areas=payload.areas,
        now=timezone.now(),
    )  # fmt: skip
    return _mine(request, placed.pk)


@router.get("/me/requests", response=Page[schemas.RequestOut], operation_id="listMyRequests")
def list_my_requests(request: Call, paging: Query[Paging]) -> Page[schemas.RequestOut]:
    """Newest first."""
    rows = serializers.requests(request.auth)
    return Page[schemas.RequestOut].of(request, paging, rows, serializers.request)


@router.get("/requests/{id}", response=RequestWithWait, operation_id="getRequest")
def get_request(request: Call, id: str) -> RequestWithWait:
    """With its place in the queue and an honest wait from our own records: half of all asks are answered within `p50`
    hours, 8 of 10 agreed books change hands within `p80`. null where too few people stand behind it."""
    return _mine(request, ids.number(id))


@router.post("/requests/{id}/cancel", response=RequestWithWait, operation_id="cancelRequest")
def cancel_request(request: Call, id: str) -> RequestWithWait:
    """Holders who were asked are released. Once a holder has agreed, cancel the lending instead."""
    cancelled = requests.cancel_request(request_id=ids.number(id), actor=request.auth, now=timezone.now())
    return _mine(request, cancelled.pk)


@router.post("/requests/{id}/pause", response=RequestWithWait, operation_id="pauseRequest")
def pause_request(request: Call, id: str) -> RequestWithWait:
    """Nobody is asked until it is resumed; the place is kept, and the deadline, too. Asks that run are taken back."""
    paused = requests.pause_request(request_id=ids.number(id), actor=request.auth, now=timezone.now())
    return _mine(request, paused.pk)


@router.post("/requests/{id}/resume", response=RequestWithWait, operation_id="resumeRequest")
def resume_request(request: Call, id: str) -> RequestWithWait:
    resumed = requests.resume_request(request_id=ids.number(id), actor=request.auth, now=timezone.now())
    return _mine(request, resumed.pk)


@router.post("/requests/{id}/pass-turn", response=RequestWithWait, operation_id="passTurn")
def pass_turn(request: Call, id: str, payload: Turn | None = None) -> RequestWithWait:
    """Let the next in the queue go first; 422 when nobody waits behind. Sent twice with one `turn`, one reader goes first."""
    seen = (payload.turn or None) if payload else None
    passed = requests.pass_turn(request_id=ids.number(id), actor=request.auth, seen=seen, now=timezone.now())
    return _mine(request, passed.pk)


def _require_known(codes: list[str]) -> None:
    unknown = [code for code in codes if code not in areas.names()]
    if unknown:
        raise Invalid({"areas": [_("There is no area “%(area)s”.") % {"area": unknown[0]}]})


def _mine(request: Call, pk: int) -> RequestWithWait:
    row: Request | None = serializers.requests(request.auth).filter(pk=pk).first()
    if row is None:
        raise NotFound
    known = waits.typical(now=timezone.now())
    wait = Wait(p50=known.answer_hours, p80=known.handover_days and known.handover_days * 24)
    place = queues.place_of(row)
    turn = None if place is None else queues.turn_seen(row)
    return RequestWithWait(**dict(serializers.request(row)), queue_place=place, turn=turn, expected_wait_hours=wait)
