"""One call to the campus's bridge, signed as Standard Webhooks 1.0 says, so that any of its libraries can check it."""

import base64
import hashlib
import hmac
import json
import logging
from datetime import datetime

from library_bridge.models import Patron
from personal_catalog.lookup import fetch
from personal_catalog.lookup.places import Place
from personal_catalog.lookup.sources import SourceUnavailable
from sharing.mailing import links
from sharing.models import Delivery, MessengerBridge
from sharing.models.messenger import PREFIX
from sharing.notices import Notice

logger = logging.getLogger(__name__)
Reason = Delivery.Reason
SENT = "sent"
SECONDS = 10.0


def current() -> MessengerBridge:
    found: MessengerBridge = MessengerBridge.load()
    return found


def send(row: Delivery, notice: Notice, now: datetime) -> str:
    """SENT or a reason. A reader without a card cannot be found by the bridge."""
    bridge = current()
    card = Patron.objects.filter(reader=row.reader).select_related("library").order_by("pk").first()
    if not bridge.is_set_up or card is None:
        return Reason.NO_ADDRESS
    body = body_of(notice, card, now)
    try:
        answer = fetch.post(
            bridge.address, place=Place(bridge.address), seconds=SECONDS, content=body,
            headers={"Content-Type": "application/json", **signed(bridge.secret, row.message_id, body, now=now)},
        )  # fmt: skip
    except (SourceUnavailable, OSError) as problem:
        logger.warning("the messenger's bridge cannot be reached: %s", type(problem).__name__)
        return Reason.DOWN
    return _meaning(answer.status)


def body_of(notice: Notice, card: Patron, now: datetime) -> bytes:
    """The card says whose it is; the rest is the sentence that the reader has in the service, and where it leads."""
    said = {
        "type": "notification",
        "timestamp": now.isoformat(),
        "data": {
            "library": card.library.code,
            "card_number": card.card_number,
            "text": notice.text,
            "url": links.absolute(notice.url),
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()


def signed(secret: str, message_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    name, moment = f"msg_{message_id}", str(int(now.timestamp()))
    mark = hmac.new(key, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def _meaning(status: int) -> str:
    if 200 <= status < 300:
        return SENT
    logger.warning("the messenger's bridge answers %s", status)
    return Reason.REFUSED if status in (400, 404, 410, 413, 422) else Reason.LATER
