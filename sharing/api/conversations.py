"""What holder and requester write to each other."""

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import BaseModel, Field, model_validator

from sharing import conversations, masking, quick_replies
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.api.problems import Invalid
from sharing.api.schemas import MessageOut
from sharing.conversations import Chosen
from sharing.errors import NotFound
from sharing.models import Conversation, Message

router = signed_in("conversations")


class MessagePage(Page[MessageOut]):
    last_seq: int
    closed: bool


class NewMessage(Body):
    text: str = Field("", max_length=8000)
    reply: str = Field(
        "", max_length=20, description="A reply of the list, read by each in their language, in place of a text."
    )
    date: str = Field("", max_length=10, description="For a reply with a day.")
    place: str = Field("", max_length=120, description="For a reply with a place of the list.")

    @model_validator(mode="after")
    def _something(self) -> "NewMessage":
        if not (self.text or self.reply):
            raise Invalid({"text": [_("Write a sentence first; nothing was sent.")]})
        return self


class ReplyOut(BaseModel):
    reply: str = Field(description="To send as `reply`.")
    words: str = Field(description="As you read it; with a gap … where `slot` is filled in.")
    slot: str | None = Field(description="date or place: what has to be sent along.")


class RepliesOut(BaseModel):
    items: list[ReplyOut]


@router.get("/conversations/{id}/replies", response=RepliesOut, operation_id="listQuickReplies")
def list_quick_replies(request: Call, id: str) -> RepliesOut:
    """What fits how things stand between the two; each side reads it in their own language."""
    conversation = conversation_of(request, id)
    ended = conversation.has_ended(timezone.now())
    found = [] if ended else quick_replies.replies(conversation, request.auth)
    return RepliesOut(items=[ReplyOut(reply=one.code, words=one.words, slot=one.slot or None) for one in found])


@router.get("/conversations/{id}/messages", response=MessagePage, operation_id="listMessages")
def list_messages(request: Call, id: str, paging: Query[Paging], after: int = 0) -> MessagePage:
    """In order of `seq`, which has no gaps: `?after=` the last one you have gives what you missed. What a reader
    whom you have blocked still wrote before consent is left out; its numbers are not given to others."""
    conversation = conversation_of(request, id)
    rows = conversation.messages.readable_by(request.auth).filter(seq__gt=max(0, min(after, 2**31 - 1))).order_by("seq")

    def one(row: Message) -> MessageOut:
        return serializers.message(row, conversation=conversation, viewer=request.auth)

    closed = conversation.has_ended(timezone.now())
    return MessagePage.of(request, paging, rows, one, last_seq=conversation.last_seq, closed=closed)


@router.post("/conversations/{id}/messages", response={201: schemas.SentMessageOut}, operation_id="sendMessage")
def send_message(request: Call, id: str, payload: NewMessage) -> schemas.SentMessageOut:
    """A handover's code is left out of the text."""
    now = timezone.now()
    reply = Chosen(payload.reply, {"date": payload.date, "place": payload.place}) if payload.reply else None
    row = conversations.send_message(
        conversation_id=ids.number(id), actor=request.auth, text=payload.text, reply=reply, now=now
    )
    sent = serializers.message(row, conversation=conversation_of(request, id), viewer=request.auth)
    return schemas.SentMessageOut(**dict(sent), notice=masking.notice(row.text) or None)


def conversation_of(request: Call, id: str) -> Conversation:
    rows = Conversation.objects.visible_to(request.auth).select_related("ask__holder", "ask__request__requester")
    found = rows.filter(pk=ids.number(id)).first()
    if found is None:
        raise NotFound
    return found
