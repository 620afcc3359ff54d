"""The handover's PIN and QR code: derived, never stored, so that no copy of the database can confirm a handover.

A serial that grows with each new code goes into the derivation; expiry and use are columns of the handover.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare

from sharing.models import Handover

TOKEN = re.compile(r"[0-9]{1,18}\.[0-9a-f]{32}")
EARLIER = 40  # squares; two hours of a page left open


@dataclass(frozen=True)
class HandoverCode:
    pin: str
    """Six digits."""
    qr_payload: str
    """An address of the scan page that carries handover and 128 secret bits."""
    expires_at: datetime


def pin_of(handover: Handover) -> str:
    return six_digits(derived("handover pin", handover.pk, handover.pin_serial))


def token_of(handover: Handover) -> str:
    return _token(handover, handover.qr_serial)


def payload_of(handover: Handover) -> str:
    return f"{settings.BASE_URL}/scan/?code={token_of(handover)}"


def token_in(payload: str) -> str:
    """The token in a scanned address, or the text itself when it is the bare token; "" when neither."""
    payload = payload.strip()[:500]
    if not payload.startswith(("http://", "https://")):
        return payload
    try:
        return parse_qs(urlsplit(payload).query).get("code", [""])[0]
    except ValueError:  # no address after all: `http://[`, or a host that no computer may have
        return ""


def digits_in(typed: str) -> str:
    """Six digits as typed on any keyboard: full-width forms and blanks are fine."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed)[:40] if c.isdecimal())


def may_be(pin: str, token: str) -> bool:
    """Whether a code can look like this: six digits, or a square's token. Whatever else was typed is a slip of the finger and
    guesses nothing."""
    return len(pin) == 6 or TOKEN.fullmatch(token) is not None


def number_of(token: str) -> int | None:
    """Of the row that a token belongs to."""
    number, _dot, _rest = token.partition(".")
    return int(number) if number.isdecimal() and len(number) <= 18 else None


def pin_fits(handover: Handover, pin: str, now: datetime) -> bool:
    alive = handover.pin_expires_at is not None and now < handover.pin_expires_at
    return constant_time_compare(pin, pin_of(handover)) and alive


def qr_fits(handover: Handover, token: str, now: datetime) -> bool:
    alive = handover.qr_expires_at is not None and now < handover.qr_expires_at
    return constant_time_compare(token, token_of(handover)) and alive


def was_shown(handover: Handover, pin: str, token: str) -> bool:
    """Whether this is the code by which the handover was confirmed, however long ago."""
    return constant_time_compare(pin, pin_of(handover)) or constant_time_compare(token, token_of(handover))


def is_of_serial(handover: Handover, kind: str, serial: int, *, pin: str, token: str) -> bool:
    """Whether it is the `serial`-th code of that kind, "pin" or "qr", however long ago it was shown."""
    if kind == "pin":
        return constant_time_compare(pin, six_digits(derived("handover pin", handover.pk, serial)))
    return constant_time_compare(token, _token(handover, serial))


def is_earlier_qr(handover: Handover, token: str) -> bool:
    """A square that the giver's page did show a while ago: nobody guesses 128 bits, so it is no wrong try."""
    serials = range(max(1, handover.qr_serial - EARLIER), handover.qr_serial + 1)
    return any(constant_time_compare(token, _token(handover, serial)) for serial in serials)


def _token(handover: Handover, serial: int) -> str:
    return f"{handover.pk}.{derived('handover qr', handover.pk, serial)[:16].hex()}"


def six_digits(secret: bytes) -> str:
    return f"{int.from_bytes(secret[:8]) % 1_000_000:06d}"


def derived(what: str, number: int, serial: int) -> bytes:
    """The secret of the `serial`-th code of this kind for the row with this number."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{what} {number} {serial}".encode(), hashlib.sha256).digest()
