"""What a device is told: the sentence of the notification and where it leads, and nothing else."""

import json
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from sharing.models import Delivery, PushDevice
from sharing.notices import Notice
from sharing.pushing import post

LONGEST = 300  # characters; the page says the rest


def send(row: Delivery, notice: Notice, now: datetime) -> str:
    """A device whose push service knows it no more is forgotten."""
    if row.device is None:
        return Delivery.Reason.GONE
    outcome = post.send(row, text_of(row, notice), now=now)
    if outcome == Delivery.Reason.GONE:
        PushDevice.objects.filter(pk=row.device.pk).delete()
    return outcome


def text_of(row: Delivery, notice: Notice) -> bytes:
    said = {"title": _("Bookrelay"), "body": notice.text[:LONGEST], "url": notice.url, "tag": row.message_id}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def place(row: Delivery) -> str:
    return urlsplit(row.device.endpoint).netloc if row.device else ""
