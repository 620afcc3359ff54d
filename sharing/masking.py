"""A handover's code belongs where two people meet, not into a message (T-C6): who has it elsewhere can confirm without the book.

Six digits in a row are left out from when a meeting is agreed until the book has arrived; the digits of the living code also
with something in between; and what stands in the QR code.
"""

import re
import unicodedata
from datetime import datetime

from django.utils.translation import gettext as _

from sharing import codes
from sharing.models import Ask, Handover

S = Handover.Status
MASK = "••••••"
SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
TOKEN = re.compile(r"\d+\.[0-9a-fA-F]{32}")
WIDEST = 30  # characters over which the digits of one code may be strewn


def without_codes(text: str, *, ask: Ask, now: datetime) -> str:
    """`text` as it may be kept. Asks the database only where there is something to leave out."""
    if sum(c.isdecimal() for c in text) < 6:
        return text
    meeting = Handover.objects.filter(lending__ask=ask, status__in=(S.AGREED, *Handover.UNDERWAY)).first()
    if meeting is None:
        return text
    text = SIX_DIGITS.sub(MASK, TOKEN.sub(MASK, text))
    alive = meeting.pin_expires_at is not None and meeting.pin_expires_at > now
    return _without_pin(text, codes.pin_of(meeting)) if alive else text


def notice(text: str) -> str:
    """For the sender: why a text does not read as it was typed; empty where it does."""
    if MASK not in text:
        return ""
    return _(
        "What looks like a handover’s code was left out of your message: the code is shown and entered where you meet."
    )


def _without_pin(text: str, pin: str) -> str:
    places = [place for place, c in enumerate(text) if c.isdecimal()]
    digits = "".join(str(unicodedata.decimal(text[place])) for place in places)
    for found in reversed(list(re.finditer(pin, digits))):
        first, last = places[found.start()], places[found.end() - 1]
        if last - first < WIDEST:
            text = text[:first] + MASK + text[last + 1 :]
    return text
