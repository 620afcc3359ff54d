"""What readers thought of a title, each under a name drawn for that title alone."""

from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from personal_catalog.models import Title
from sharing import pseudonyms, title_notes
from sharing.api import ids
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import TitleNote
from sharing.models.title_notes import LONGEST

router = signed_in("catalogue")


class NoteText(Body):
    text: str = Field(min_length=1, max_length=LONGEST * 2)


class NoteFlagging(Body):
    kind: Literal["advert", "insult", "private", "other"]


class NoteOut(BaseModel):
    id: str
    name: str
    text: str
    written_at: Moment
    mine: bool
    hidden: bool = Field(description="Your own that a moderator has hidden from others.")


@router.get("/titles/{id}/notes", response=Page[NoteOut], operation_id="listTitleNotes")
def list_title_notes(request: Call, id: str, paging: Query[Paging]) -> Page[NoteOut]:
    """Newest first."""
    if not Title.objects.live().filter(pk=ids.number(id)).exists():
        raise NotFound
    rows = TitleNote.objects.visible_to(request.auth).filter(title=ids.number(id))
    return Page[NoteOut].of(request, paging, rows, lambda row: _note(request, row))


@router.put("/titles/{id}/notes/mine", response=NoteOut, operation_id="writeTitleNote")
def write_title_note(request: Call, id: str, payload: NoteText) -> NoteOut:
    """One for a reader and title: again it takes the place of the one before."""
    note = title_notes.write_note(title_id=ids.number(id), actor=request.auth, text=payload.text, now=timezone.now())
    return _note(request, note)


@router.delete("/titles/{id}/notes/mine", response={204: None}, operation_id="withdrawTitleNote")
def withdraw_title_note(request: Call, id: str) -> HttpResponse:
    """Its text is deleted."""
    mine = TitleNote.objects.standing().filter(title=ids.number(id), reader=request.auth).first()
    if mine is None:
        raise NotFound
    title_notes.withdraw_note(note_id=mine.pk, actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


@router.post("/title-notes/{id}/flag", response={204: None}, operation_id="flagTitleNote")
def flag_title_note(request: Call, id: str, payload: NoteFlagging) -> HttpResponse:
    """A moderator looks at it. Three readers who flag a note hide it until then."""
    title_notes.flag_note(note_id=ids.number(id), actor=request.auth, kind=payload.kind, now=timezone.now())
    return HttpResponse(status=204)


def _note(request: Call, row: TitleNote) -> NoteOut:
    hidden = row.status == TitleNote.Status.HIDDEN
    return NoteOut(
        id=str(row.pk), name=pseudonyms.name(row.name), text=row.text, written_at=row.written_at,
        mine=row.is_of(request.auth), hidden=hidden,
    )  # fmt: skip
