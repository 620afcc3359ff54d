"""How readers are named to each other, and what may be told of somebody who has no name yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing.appointments import ARRANGED, KEPT
from sharing.models import Handover

FEW = 5


def name(reader: Reader) -> str:
    return reader.display_name or _("A reader")


@dataclass(frozen=True)
class Record:
    """Handovers that were arranged and came to their end, as giver or taker."""

    kept: int = 0
    arranged: int = 0

    def __add__(self, other: "Record") -> "Record":
        return Record(self.kept + other.kept, self.arranged + other.arranged)

    @property
    def words(self) -> str:
        """Without a figure: one is no score, and few occasions say nothing yet (P6)."""
        if not self.arranged:
            return _("no handover here yet")
        if self.arranged < FEW:
            return _("a few handovers here so far")
        share = self.kept / self.arranged
        if share == 1:
            return _("has kept every appointment")
        if share >= 0.8:
            return _("has kept nearly every appointment")
        return _("has kept most appointments") if share >= 0.5 else _("has missed many appointments")


def records(readers: Iterable[int]) -> dict[int, Record]:
    """Two queries, however many readers."""
    ids = set(readers)
    found = dict.fromkeys(ids, Record())
    for side in ("lending__giver", "lending__taker"):
        rows = (
            Handover.objects.filter(ARRANGED, **{f"{side}__in": ids})
            .order_by().values_list(side).annotate(arranged=Count("pk"), kept=Count("pk", filter=KEPT))
        )  # fmt: skip
        for reader_id, arranged_count, kept_count in rows:
            found[reader_id] += Record(kept_count, arranged_count)
    return found
