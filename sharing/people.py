"""How readers are named to each other, and what may be told of somebody who has no name yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from library_bridge.models import Reader
from sharing import appointments

FEW = 5


def name(reader: Reader) -> str:
    return reader.display_name or _("A reader")


@dataclass(frozen=True)
class Record:
    """Handovers that came about, in any way; appointments that were kept, and all that were made. As giver or taker."""

    handovers: int = 0
    kept: int = 0
    arranged: int = 0

    @property
    def words(self) -> str:
        """Without a figure: one is no score, and few occasions say nothing yet (P6)."""
        if self.arranged < FEW:
            return self._how_many
        share = self.kept / self.arranged
        if share == 1:
            return _("has kept every appointment")
        if share >= 0.8:
            return _("has kept nearly every appointment")
        return _("has kept most appointments") if share >= 0.5 else _("has missed many appointments")

    @property
    def _how_many(self) -> str:
        if self.handovers >= FEW:
            return _("several handovers here so far")
        return _("a few handovers here so far") if self.handovers or self.arranged else _("no handover here yet")


def records(readers: Iterable[int]) -> dict[int, Record]:
    """One query, however many readers."""
    rows = Reader.objects.filter(pk__in=set(readers)).order_by()
    return {pk: Record(*counted) for pk, *counted in rows.values_list("pk", *appointments.counts().values())}
