"""Reports to the librarians: a message, a conversation, a copy or one of its photos. Notes have `flagTitleNote`."""

from typing import Literal

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from sharing import flags
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.schemas import Moment
from sharing.models import Flag

router = signed_in("conversations")
Kind = Literal["insult", "private", "advert", "wrong", "other"]


class TalkFlagging(Body):
    seq: int = Field(0, ge=0, le=2**31 - 1, description="Of a message of the other side; 0 for the whole conversation.")
    kind: Kind
    words: str = Field("", max_length=flags.WORDS)


class CopyFlagging(Body):
    photo_id: str = Field("", max_length=20, description="Left out: what its owner wrote about the copy.")
    kind: Kind
    words: str = Field("", max_length=flags.WORDS)


class FlagOut(BaseModel):
    id: str
    about: str = Field(description="message, conversation, copy or photo.")
    title: schemas.TitleRef
    kind: str
    words: str
    raised_at: Moment
    decided_at: Moment | None
    acted: bool | None = Field(description="null until a librarian has decided; false: nothing was against the rules.")


@router.post("/conversations/{id}/flag", response={201: FlagOut}, operation_id="flagConversation")
def flag_conversation(request: Call, id: str, payload: TalkFlagging) -> FlagOut:
    """Librarians see that message with two before and after it, of the whole conversation the last five, and nothing else."""
    said = payload.model_dump()
    return _flag(flags.flag_talk(conversation_id=ids.number(id), actor=request.auth, now=timezone.now(), **said))


@router.post("/holdings/{id}/flag", response={201: FlagOut}, operation_id="flagCopy")
def flag_copy(request: Call, id: str, payload: CopyFlagging) -> FlagOut:
    photo = ids.number(payload.photo_id) if payload.photo_id else None
    return _flag(
        flags.flag_copy(
            holding_key=id,
            photo_id=photo,
            actor=request.auth,
            kind=payload.kind,
            words=payload.words,
            now=timezone.now(),
        )
    )


@router.get("/me/flags", response=Page[FlagOut], operation_id="listMyFlags")
def list_my_flags(request: Call, paging: Query[Paging]) -> Page[FlagOut]:
    return Page[FlagOut].of(request, paging, flags.of(request.auth), _flag)


def _flag(row: Flag) -> FlagOut:
    talk = "message" if row.seq else "conversation"
    return FlagOut(
        id=str(row.pk), about=talk if row.conversation_id else "photo" if row.is_photo else "copy",
        title=serializers.title_ref(row.title), kind=row.kind, words=row.words, raised_at=row.raised_at,
        decided_at=row.decided_at, acted=row.outcome != Flag.Outcome.NO_FAULT if row.is_decided else None,
    )  # fmt: skip
