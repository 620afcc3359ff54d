"""Who looked at a reader's data, and when it was taken along: what its reader may see of it (P5, T-L2, T-L7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from library_bridge.served import times_at_desk
from sharing.models import DomainEvent, Flag

SHOWN = 50
A_DAY = timedelta(days=1)
OWN = ("data.asked", "data.taken")
LOOKED_UP = "lending.looked_up"
FLAG_LOOKED = "flag.looked"


@dataclass(frozen=True)
class Look:
    at: datetime
    words: str
    reason: str = ""


def at_data_of(reader: Reader) -> list[Look]:
    """The latest first: four queries."""
    of_mine = Q(lending__giver=reader) | Q(lending__taker=reader)
    reported = Q(kind=FLAG_LOOKED, data__flag__in=_flags(reader))
    rows = DomainEvent.objects.filter(Q(kind__in=OWN, actor=reader) | Q(kind=LOOKED_UP) & of_mine | reported)
    looks = [_look(event) for event in rows.select_related("lending").order_by("-at", "-pk")[:SHOWN]]
    served = _("Your card was served at the circulation desk.")
    looks += (Look(at, served) for at in times_at_desk(reader, most=SHOWN))
    return sorted(looks, key=lambda look: look.at, reverse=True)[:SHOWN]


def often(*, now: datetime) -> list[tuple[Reader, int]]:
    """Members of the staff who have looked up readers unusually often within a day, and how often."""
    lately = DomainEvent.objects.filter(kind=LOOKED_UP, at__gt=now - A_DAY, actor__isnull=False)
    counts = lately.order_by().values("actor").annotate(n=Count("pk")).filter(n__gt=settings.LOOKS_A_DAY)
    found = {row["actor"]: row["n"] for row in counts}
    return [(staff, found[staff.pk]) for staff in Reader.objects.filter(pk__in=found).order_by("pk")]


def _flags(reader: Reader) -> list[int]:
    """One's own reports, and those about oneself once a moderator has acted: earlier it would tell that somebody reported."""
    acted = Q(about=reader, outcome__in=("hidden", "warned", "suspended"))
    return list(Flag.objects.filter(Q(reporter=reader) | acted).values_list("pk", flat=True))


def _look(event: DomainEvent) -> Look:
    if event.kind == FLAG_LOOKED:
        return Look(
            event.at, _("A librarian looked at a reported passage of your conversation, or at a reported copy.")
        )
    if event.kind == LOOKED_UP:
        words = _("A librarian looked who the readers of %(lending)s are.") % {
            "lending": event.lending and event.lending.number
        }
        return Look(event.at, words, event.why)
    return Look(
        event.at, _("You downloaded your data.") if event.kind == "data.taken" else _("You asked for your data.")
    )
