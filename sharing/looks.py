"""Who looked at a reader's data, and when it was taken along: what its reader may see of it (P5, T-L2, T-L7)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing.models import DomainEvent

SHOWN = 50
OWN = ("data.asked", "data.taken")
LOOKED_UP = "lending.looked_up"


@dataclass(frozen=True)
class Look:
    at: datetime
    words: str
    reason: str = ""


def at_data_of(reader: Reader) -> list[Look]:
    """The latest first. One query."""
    of_mine = Q(lending__giver=reader) | Q(lending__taker=reader)
    rows = DomainEvent.objects.filter(Q(kind__in=OWN, actor=reader) | Q(kind=LOOKED_UP) & of_mine)
    return [_look(event) for event in rows.select_related("lending").order_by("-at", "-pk")[:SHOWN]]


def _look(event: DomainEvent) -> Look:
    if event.kind == LOOKED_UP:
        words = _("A librarian looked who the readers of %(lending)s are.") % {
            "lending": event.lending and event.lending.number
        }
        return Look(event.at, words, event.why)
    return Look(
        event.at, _("You downloaded your data.") if event.kind == "data.taken" else _("You asked for your data.")
    )
