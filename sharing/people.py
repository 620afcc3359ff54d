"""How readers are named to each other, and what may be told of somebody who has no name yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_bridge.models import Reader
from sharing.models import Handover, Lending


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
        if not self.arranged:
            return _("no handover here yet")
        if self.kept == self.arranged:
            one_and_all = ngettext("kept the one appointment", "kept all %(count)d appointments", self.kept)
            return one_and_all % {"count": self.kept}
        words = ngettext(
            "%(kept)d of %(count)d appointment took place",
            "%(kept)d of %(count)d appointments took place",
            self.arranged,
        )
        return words % {"kept": self.kept, "count": self.arranged}


def records(readers: Iterable[int]) -> dict[int, Record]:
    """Two queries, however many readers. An appointment that nobody kept counts for both: we can't tell who stayed away."""
    ids = set(readers)
    found = dict.fromkeys(ids, Record())
    kept = Q(status=Handover.Status.CONFIRMED)
    arranged = kept | Q(status=Handover.Status.MISSED, agreed_at__isnull=False, lending__status=Lending.Status.NO_SHOW)
    for side in ("lending__giver", "lending__taker"):
        rows = (
            Handover.objects.filter(arranged, **{f"{side}__in": ids})
            .order_by().values_list(side).annotate(arranged=Count("pk"), kept=Count("pk", filter=kept))
        )  # fmt: skip
        for reader_id, arranged_count, kept_count in rows:
            found[reader_id] += Record(kept_count, arranged_count)
    return found
