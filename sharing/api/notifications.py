"""What the reader was told."""

from typing import Annotated

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from sharing import notifications
from sharing.api import ids, schemas, serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.bodies import Body
from sharing.api.paging import Page, Paging
from sharing.models import Notification

router = signed_in("notifications")


class Marked(BaseModel):
    marked: int
    unread: int


class Which(Body):
    ids: list[Annotated[str, Field(max_length=40)]] | None = Field(None, max_length=400)


@router.get("/me/notifications", response=Page[schemas.NotificationOut], operation_id="listNotifications")
def list_notifications(
    request: Call, paging: Query[Paging], unread: bool | None = None
) -> Page[schemas.NotificationOut]:
    """Newest first. The sentence is made when it is read, from how things stand then."""
    rows = serializers.notifications(request.auth)
    if unread is not None:
        rows = rows.filter(read_at__isnull=unread)

    def one(row: Notification) -> schemas.NotificationOut:
        return serializers.notification(row, viewer=request.auth)

    return Page[schemas.NotificationOut].of(request, paging, rows, one)


@router.post("/me/notifications/read", response=Marked, operation_id="markNotificationsRead")
def mark_notifications_read(request: Call, payload: Which | None = None) -> Marked:
    """Those of `ids`, or all of them."""
    wanted = payload.ids if payload else None
    chosen = None if wanted is None else ids.numbers(wanted)
    marked = notifications.mark_read(reader=request.auth, ids=chosen, now=timezone.now())
    return Marked(marked=marked, unread=notifications.unread_count(request.auth))
