"""Readers come in with their library card. The PIN goes to the library system and nowhere else."""

import unicodedata
from datetime import datetime
from functools import partial
from secrets import token_hex

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from library_bridge import cards, guarded
from library_bridge.guarded import TooManyTries, WrongPin
from library_bridge.models import Library, Patron, Reader
from library_bridge.ports import NotSupported, PatronRecord, Refused, Unavailable
from library_bridge.registry import system_for

__all__ = [
    "TooManyTries",
    "WrongPin",
    "as_typed",
    "can_be_sent",
    "patron_of",
    "patron_with_card",
    "refresh_patron",
    "sign_in",
]

CARD_MAX_CHARACTERS = 40
PIN_MAX_CHARACTERS = 128


def sign_in(*, library_code: str, card_number: str, pin: str, address: str, now: datetime) -> Reader:
    """Raises WrongPin, TooManyTries, and Unavailable of the port. An empty `library_code` means the only library."""
    card_number = as_typed(card_number)
    library = _library(library_code)
    return guarded.attempt(
        partial(_reader_with, library, card_number, pin, now),
        kind=f"card:{library.code if library else ''}",
        name=card_number,
        address=address,
        now=now,
    )


def as_typed(card_number: str) -> str:
    """One card however it was typed; never longer than what is refused as too long."""
    return unicodedata.normalize("NFKC", card_number).strip()[: CARD_MAX_CHARACTERS + 1]


def patron_of(*, library: Library, card_number: str, now: datetime) -> Patron:
    """The row of a card that the library system knows, made as at a first sign-in. Raises Refused and Unavailable."""
    with translation.override(settings.LANGUAGE_CODE):  # its reader is not here to choose
        return _patron_known(library, card_number, now)


def patron_with_card(*, library_code: str, card_number: str, now: datetime) -> Patron:
    """For whoever has already shown whose card it is: no PIN is asked. Raises Refused("unknown_patron") and Unavailable.
    An empty `library_code` means the only library. Whether the reader may come in is for the caller to see."""
    library = _library(library_code)
    if library is None:
        raise Unavailable("there is no such library", nothing_sent=True)
    if not can_be_sent(card_number, CARD_MAX_CHARACTERS):
        raise Refused("unknown_patron")
    return _patron_known(library, card_number, now)


def _patron_known(library: Library, card_number: str, now: datetime) -> Patron:
    record = system_for(library, now=now).patron(card_number)
    _believe(record, card_number)
    return _patron_of(library, record, now)


def refresh_patron(*, patron: Patron, now: datetime) -> PatronRecord:
    """Ask the library system how the card stands and keep the answer. Raises Refused and Unavailable."""
    record = system_for(patron.library, now=now).patron(patron.card_number)
    _believe(record, patron.card_number)
    _keep(patron, record, now)
    return record


def _library(code: str) -> Library | None:
    active = list(
        Library.objects.filter(is_active=True)[:2] if not code else Library.objects.filter(is_active=True, code=code)
    )
    return active[0] if len(active) == 1 else None


def _reader_with(library: Library | None, card_number: str, pin: str, now: datetime) -> Reader | None:
    if library is None or not (can_be_sent(card_number, CARD_MAX_CHARACTERS) and can_be_sent(pin, PIN_MAX_CHARACTERS)):
        make_password(pin[:PIN_MAX_CHARACTERS])  # takes as long as a wrong PIN (T-A1)
        return None
    try:
        record = system_for(library, now=now).authenticate(card_number, pin)
    except Refused:
        return None
    except NotSupported:
        raise Unavailable("this library system checks no PINs", nothing_sent=True) from None
    _believe(record, card_number)
    reader = _patron_of(library, record, now).reader
    return reader if reader.is_active else None


def can_be_sent(text: str, most: int) -> bool:
    """What no card, PIN or barcode has is not sent to any library system (T-I1)."""
    return 0 < len(text) <= most and text.isprintable() and "|" not in text


def _believe(record: PatronRecord, card_number: str) -> None:
    if not cards.same(record.card_number, card_number):
        raise Unavailable("the answer was for another card")


def _patron_of(library: Library, record: PatronRecord, now: datetime) -> Patron:
    """One card is one account (C5); of two first sign-ins at once one makes it and both get it."""
    found = Patron.objects.select_related("reader").filter(library=library, card_number__iexact=record.card_number)
    patron = found.first()
    if patron is None:
        try:
            patron = _register(library, record, now)
        except IntegrityError:
            patron = found.get()
    _keep(patron, record, now)
    return patron


@transaction.atomic
def _register(library: Library, record: PatronRecord, now: datetime) -> Patron:
    number = token_hex(8)
    reader = Reader(username=f"r-{number}", display_name=_("Reader %(number)s") % {"number": number[:4]})
    reader.set_unusable_password()
    reader.save()
    return Patron.objects.create(library=library, reader=reader, card_number=record.card_number, checked_at=now)


def _keep(patron: Patron, record: PatronRecord, now: datetime) -> None:
    patron.blocked_reason, patron.checked_at = record.blocked_reason, now
    patron.save(update_fields=["blocked_reason", "checked_at"])
