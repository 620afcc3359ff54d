"""Two accounts that look like one person's (T-P2): what one earns with the other waits for a librarian.

One card is one account, so a second account needs a second card: another library's with the same number, a borrowed one, a
fresh one. No sign is a proof: friends share a tablet, families a mailbox. So nothing is refused and nobody is accused.
"""

import unicodedata
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Upper

from incentives import devices
from incentives.farming import reviews
from incentives.models import Entry, RingReview
from library_bridge.models import Patron, Reader
from sharing.models import Lending

SAME_CARD, SAME_MAIL, SAME_DEVICE = "same_card", "same_mail", "same_device"
DOTS_DO_NOT_MATTER = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def hold_if_alike(award: Entry, reader: Reader, partner: Reader, *, now: datetime) -> RingReview | None:
    """Puts an award aside that was earned with an account that seems to be the reader's own. With the reader's account locked."""
    signs = signs_of(reader, partner, now=now)
    if not signs or _was_cleared(reader, partner):
        return None
    both = [reader, partner]
    exchanges = Lending.objects.filter(giver__in=both, taker__in=both).count()
    return reviews.put_aside(both, [award], signs=signs, exchanges=exchanges, now=now)


def signs_of(one: Reader, other: Reader, *, now: datetime) -> list[str]:
    found = {
        SAME_CARD: bool(_cards(one) & _cards(other)),
        SAME_MAIL: bool(one.email) and mailbox(one.email) == mailbox(other.email),
        SAME_DEVICE: devices.share_one(one, other, now=now),
    }
    return [sign for sign, shows in found.items() if shows]


def mailbox(address: str) -> str:
    """One name for all ways to write to one mailbox: case, width, what follows a plus, and dots where the provider ignores them."""
    local, _at, host = unicodedata.normalize("NFKC", address).casefold().strip().rpartition("@")
    local = local.partition("+")[0]
    if host in DOTS_DO_NOT_MATTER:
        host, local = DOTS_DO_NOT_MATTER[host], local.replace(".", "")
    return f"{local}@{host}"


def _cards(reader: Reader) -> set[str]:
    return set(Patron.objects.filter(reader=reader).annotate(card=Upper("card_number")).values_list("card", flat=True))


def _was_cleared(one: Reader, other: Reader) -> bool:
    """A librarian has looked at these two and found them to be two."""
    cleared = RingReview.objects.filter(Q(members=one), status=RingReview.Status.CLEARED, decided_by__isnull=False)
    return cleared.filter(members=other).exists()
