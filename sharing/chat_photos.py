"""A photo in a conversation: made anew without place and device, seen by the two of them and nobody else (T-U1 to T-U4)."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog import photos, pictures
from personal_catalog.errors import PhotoRefused
from personal_catalog.models.photos import new_token
from personal_catalog.pictures import PictureRefused
from sharing import conversations
from sharing.conversations import Picture
from sharing.errors import Denied, LimitReached, NotFound
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
    picture = _stored(photo)
    try:
        return conversations.send_message(conversation_id=conversation_id, actor=actor, picture=picture, now=now)
    except BaseException:
        default_storage.delete(picture.name)
        raise


def _stored(photo: bytes) -> Picture:
    token = new_token()
    try:
        photos.require_space()
        (made,) = pictures.remake(photo, longest=(LONGEST,))
    except PictureRefused:
        raise Denied(_("This is no picture that can be taken. JPEG, PNG and WebP can."), field="photo") from None
    except PhotoRefused:
        raise Denied(_("There is no room for photos just now."), field="photo") from None
    return Picture(token, default_storage.save(f"chats/{token[:2]}/{token}.webp", ContentFile(made.content)))
