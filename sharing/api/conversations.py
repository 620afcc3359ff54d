"""What holder and requester write to each other."""

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field, model_validator

from sharing import conversations, masking
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


@router.get("/conversations/{id}/messages", response=MessagePage, operation_id="listMessages")
def list_messages(request: Call, id: str, paging: Query[Paging], after: int = 0) -> MessagePage:
    """In order of `seq`, which has no gaps: `?after=` the last one you have gives what you missed."""
    conversation = _visible(request, id)
    rows = conversation.messages.filter(seq__gt=max(0, min(after, 2**31 - 1))).order_by("seq")

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
    sent = serializers.message(row, conversation=_visible(request, id), viewer=request.auth)
    return schemas.SentMessageOut(**dict(sent), notice=masking.notice(row.text) or None)


def _visible(request: Call, id: str) -> Conversation:
    rows = Conversation.objects.visible_to(request.auth).select_related("ask__holder", "ask__request__requester")
    found = rows.filter(pk=ids.number(id)).first()
    if found is None:
        raise NotFound
    return found
