"""The private address of a reader's calendar: made, shown to its reader, taken back, and looked up.

The address is derived from a seed and only its digest is searched for, so that no copy of the database can read a calendar.
"""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from library_bridge.models import Reader
from sharing.mailing import links
from sharing.models import CalendarFeed


@transaction.atomic(durable=True)
def open_feed(*, actor: Reader, now: datetime) -> str:
    """The address, a new one each time: an earlier one is dead at once."""
    seed = secrets.token_hex(16)
    made = {"seed": seed, "digest": _digest(_token(seed)), "created_at": now}
    CalendarFeed.objects.update_or_create(reader=actor, defaults=made)
    return _address(seed)


@transaction.atomic(durable=True)
def close_feed(*, actor: Reader) -> None:
    """The address is dead at once. Again changes nothing."""
    CalendarFeed.objects.filter(reader=actor).delete()


def address_of(reader: Reader) -> str:
    """Empty while there is none."""
    feed = CalendarFeed.objects.filter(reader=reader).first()
    return _address(feed.seed) if feed else ""


def reader_behind(token: str) -> Reader | None:
    """None for what is not, or no longer, an address."""
    feed = CalendarFeed.objects.filter(digest=_digest(token), reader__is_active=True).select_related("reader").first()
    return feed.reader if feed else None


def _address(seed: str) -> str:
    return links.absolute(reverse("calendar-feed", args=[_token(seed)]))


def _token(seed: str) -> str:
    return salted_hmac("sharing.calendar_feeds", seed, algorithm="sha256").hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
