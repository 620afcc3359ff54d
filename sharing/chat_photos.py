"""A photo in a conversation: made anew without place and device, seen by the two of them and nobody else (T-U1 to T-U4)."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import conversations, sent_photos
from sharing.conversations import Picture
from sharing.errors import LimitReached, NotFound
from sharing.models import Conversation, Message

LONGEST = 1280  # pixels of the longer side
MOST = 10  # of one reader in one conversation


def send_photo(*, conversation_id: int, actor: Reader, photo: bytes, now: datetime) -> Message:
    """The next message of the conversation, with a picture in place of words. Raises as `conversations.send_message`, and
    Denied for a picture that is none."""
    conversation = Conversation.objects.visible_to(actor).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    if conversation.messages.filter(author=actor).exclude(photo="").count() >= MOST:
        raise LimitReached(_("Ten photos in one conversation are the most."))
    with sent_photos.stored(photo, folder="chats", longest=LONGEST, can_do_without=False) as sent:
        picture = Picture(sent.token, sent.name)
        return conversations.send_message(conversation_id=conversation_id, actor=actor, picture=picture, now=now)


def visible_to(reader: Reader) -> QuerySet[Message]:
    """Messages whose photo this reader may see: of their own conversations, as far as they may read them; librarians have no
    right to look at a conversation (T-L8)."""
    talks = Conversation.objects.visible_to(reader).values("pk")
    return Message.objects.readable_by(reader).filter(conversation__in=talks, hidden_at=None).exclude(photo="")
