"""The way to a push service: one POST, to a host that was named, without redirects (T-R12, T-R13)."""

import logging
from datetime import datetime

from django.conf import settings

from personal_catalog.lookup import fetch, places
from personal_catalog.lookup.places import Forbidden, Place
from personal_catalog.lookup.sources import SourceUnavailable
from sharing.models import Delivery, PushDevice
from sharing.pushing import encryption, vapid

logger = logging.getLogger(__name__)
Reason = Delivery.Reason
SENT = "sent"
SECONDS = 10.0
KEEPS = 24 * 3600
"""Seconds for which the service keeps a message for a device that is off; older news is read in the service."""
URGENCY = {Delivery.Priority.ASK: "high", Delivery.Priority.NEWS: "normal"}


def is_known(endpoint: str) -> bool:
    """Whether we send to this address at all; asked when a device is named and again at each sending."""
    try:
        places.target(_place(), endpoint)
    except Forbidden:
        return False
    return len(endpoint) <= PushDevice.LONGEST


def send(row: Delivery, text: bytes, *, now: datetime) -> str:
    """SENT, or GONE, REFUSED (both for good), LATER or DOWN of Delivery.Reason. Nothing of the message is logged (P9)."""
    assert row.device is not None
    if not is_known(row.device.endpoint):
        return Reason.GONE
    try:
        body = encryption.encrypt(text, device_key=bytes(row.device.key), secret=bytes(row.device.secret))
        answer = fetch.post(
            row.device.endpoint, place=_place(), seconds=SECONDS, content=body, headers=_headers(row, now)
        )
    except (SourceUnavailable, OSError) as problem:
        logger.warning("a push service cannot be reached: %s", type(problem).__name__)
        return Reason.DOWN
    return _meaning(answer.status)


def _headers(row: Delivery, now: datetime) -> dict[str, str]:
    """A repeat replaces what still waits there, for it comes under the same topic (RFC 8030, 5.4)."""
    assert row.device is not None
    return {
        "Authorization": vapid.authorization(row.device.endpoint, now=now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEEPS),
        "Urgency": URGENCY.get(Delivery.Priority(row.priority), "low"),
        "Topic": row.message_id,
    }


def _meaning(status: int) -> str:
    if 200 <= status < 300:
        return SENT
    logger.warning("a push service answers %s", status)
    if status in (404, 410):
        return Reason.GONE
    return Reason.LATER if status in (401, 403, 429) or status >= 500 else Reason.REFUSED


def _place() -> Place:
    own = settings.PUSH_OWN_SERVICE
    hosts = tuple(settings.PUSH_HOSTS)
    return Place(own, hosts) if own else Place(f"https://{hosts[0].removeprefix('*.')}/" if hosts else "", hosts)
