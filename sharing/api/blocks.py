"""Readers with whom one does not want to have to do any more."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from sharing import blocks
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.models import Block

router = signed_in("conversations")


class Blocking(Body):
    end_lending: bool = Field(False, description="Cancel what you have agreed in this conversation, while you can.")


class BlockOut(BaseModel):
    id: str
    known_as: str = Field(description="What you knew of them then.")
    title: str | None = Field(description="Of the book it was about; null once it is forgotten.")
    since: Moment


@router.post("/conversations/{id}/block", response={201: BlockOut}, operation_id="blockReader")
def block_reader(request: Call, id: str, payload: Blocking | None = None) -> BlockOut:
    """Neither of you is asked for the other's books any more. The other side is not told; what is lent goes on to its end."""
    end = payload is not None and payload.end_lending
    made = blocks.block_reader(conversation_id=ids.number(id), actor=request.auth, end_lending=end, now=timezone.now())
    return _block(made)


@router.get("/me/blocks", response=Page[BlockOut], operation_id="listMyBlocks")
def list_my_blocks(request: Call, paging: Query[Paging]) -> Page[BlockOut]:
    return Page[BlockOut].of(request, paging, blocks.of(request.auth), _block)


@router.delete("/me/blocks/{id}", response={204: None}, operation_id="liftBlock")
def lift_block(request: Call, id: str) -> HttpResponse:
    blocks.lift_block(block_id=ids.number(id), actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


def _block(row: Block) -> BlockOut:
    return BlockOut(id=str(row.pk), known_as=blocks.known_as(row), title=row.book or None, since=row.since)
