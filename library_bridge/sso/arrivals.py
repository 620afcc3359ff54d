"""From what an identity provider vouches for to a reader of ours, or to the reason why not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction

from library_bridge import patrons
from library_bridge.adapters.options import Misconfigured
from library_bridge.models import CampusAccount, Patron, Reader, fingerprint
from library_bridge.ports import Refused, Unavailable


class Reason(StrEnum):
    STOPPED = "stopped"  # came back without having signed in there
    STALE = "stale"  # nobody is waiting for this answer: too late, a second time, or of another browser
    NOT_BELIEVED = "not_believed"
    PROVIDER_DOWN = "provider_down"
    NO_CARD = "no_card"
    UNKNOWN_CARD = "unknown_card"
    LIBRARY_DOWN = "library_down"
    INACTIVE = "inactive"
    STAFF = "staff"
    LINKED_OTHERWISE = "linked_otherwise"


class NotAdmitted(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """`provider` is its address. An empty `subject` or `card_number` was not told. Nothing else crosses."""

    provider: str
    subject: str
    card_number: str


def card_number_in(claim: object) -> str:
    """Of a claim that is one text or one number, or a list of one; else empty."""
    if isinstance(claim, list | tuple) and len(claim) == 1:
        claim = claim[0]
    if isinstance(claim, int) and not isinstance(claim, bool):
        claim = str(claim)
    return patrons.as_typed(claim) if isinstance(claim, str) else ""


def admit(identity: Identity, *, library_code: str, now: datetime) -> Reader:
    """Raises NotAdmitted. The library system is asked before anything is written, and nothing is locked meanwhile."""
    if not identity.card_number:
        raise NotAdmitted(Reason.NO_CARD)
    patron = _patron(identity.card_number, library_code, now)
    if not patron.reader.is_active:
        raise NotAdmitted(Reason.INACTIVE)
    if _is_staff(patron.reader):
        raise NotAdmitted(Reason.STAFF)
    if identity.subject:
        _link(patron, identity, now)
    return patron.reader


def _patron(card_number: str, library_code: str, now: datetime) -> Patron:
    try:
        return patrons.patron_with_card(library_code=library_code, card_number=card_number, now=now)
    except Refused as refused:
        raise NotAdmitted(Reason.UNKNOWN_CARD) from refused
    except (Unavailable, Misconfigured) as problem:
        raise NotAdmitted(Reason.LIBRARY_DOWN) from problem


def _is_staff(reader: Reader) -> bool:
    """They keep Wagtail's door: no claim that somebody else manages opens the admin."""
    return reader.is_staff or reader.has_perm("wagtailadmin.access_admin")


def _link(patron: Patron, identity: Identity, now: datetime) -> None:
    try:
        with transaction.atomic():
            link, _made = CampusAccount.objects.get_or_create(
                provider=identity.provider,
                fingerprint=fingerprint(identity.subject),
                defaults={"patron": patron, "linked_at": now},
            )
    except IntegrityError as taken:  # the card is another campus account's
        raise NotAdmitted(Reason.LINKED_OTHERWISE) from taken
    if link.patron_id != patron.pk:
        raise NotAdmitted(Reason.LINKED_OTHERWISE)
