"""Where two readers meet: for the two of them, and for a day after the end (P4, T-C7)."""

from datetime import datetime, timedelta

from library_bridge.models import Reader
from sharing.models import Handover

STAYS = timedelta(hours=24)  # after the end


def place_shown_to(reader: Reader, handover: Handover, *, now: datetime) -> str | None:
    """None where it is not to be told. Every page, notice, slip and answer asks here."""
    closed_at = handover.lending.closed_at
    if reader.pk not in (handover.lending.giver_id, handover.lending.taker_id):
        return None
    return handover.place if closed_at is None or now < closed_at + STAYS else None
