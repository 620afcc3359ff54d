"""Photos in a conversation: sent by one of the two, seen by both and nobody else (T-U4)."""

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, UploadedFile

from sharing import chat_photos
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.conversations import conversation_of
from sharing.api.pictures import PICTURE, answered
from sharing.api.problems import Invalid
from sharing.errors import NotFound

router = signed_in("conversations")


@router.post("/conversations/{id}/photos", response={201: schemas.MessageOut}, operation_id="sendChatPhoto")
def send_chat_photo(request: Call, id: str, photo: File[UploadedFile | None] = None) -> schemas.MessageOut:
    """JPEG, PNG or WebP in `photo`: the next message, with a picture in place of words. It is made anew, so that place, device
    and all else that a camera writes into a picture are gone."""
    conversation = conversation_of(request, id)  # whose it is comes before what is sent
    if photo is None:
        raise Invalid({"photo": [_("A picture is needed.")]})
    row = chat_photos.send_photo(
        conversation_id=ids.number(id), actor=request.auth, photo=photo.read(), now=timezone.now()
    )
    return serializers.message(row, conversation=conversation, viewer=request.auth)


@router.get(
    "/chat-photos/{id}",
    operation_id="getChatPhoto",
    url_name="chat-photo",
    openapi_extra={"responses": {200: PICTURE}},
)
def get_chat_photo(request: Call, id: str) -> FileResponse:
    """WebP, at `photo_url` of its message."""
    row = chat_photos.visible_to(request.auth).filter(token=id[:100]).first()
    if row is None:
        raise NotFound
    return answered(row.photo, name="photo")
