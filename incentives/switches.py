"""Whether there are points: for the library, and for a reader, who may have switched them off. Asked wherever points would be
shown, so it is also a part of other questions about the reader."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q, QuerySet

from incentives.errors import PointsOff
from incentives.models import IncentiveSettings
from library_bridge.models import Reader
from sharing import prepared
from sharing.errors import NotFound
from sharing.prepared import READER


@dataclass(frozen=True, slots=True)
class Switches:
    library: bool
    reader: bool

    @property
    def both(self) -> bool:
        return self.library and self.reader

    def require(self) -> None:
        """Raises NotFound while the library, PointsOff while the reader has switched points off."""
        if not self.library:
            raise NotFound
        if not self.reader:
            raise PointsOff


def of(reader: Reader) -> Switches:
    """One query."""
    ((library, sees),) = prepared.run(_switches, values={"reader": reader.pk})
    return told(library, sees)


def require(reader: Reader) -> None:
    """Raises as Switches.require does. One query."""
    of(reader).require()


def columns() -> tuple[Any, str]:
    """Of a queryset of readers; `told` reads them."""
    return ~Exists(_switched_off()), "incentive_choice__sees_points"


def told(library: Any, sees_points: Any) -> Switches:
    return Switches(bool(library), sees_points is not False)


def seeing_points() -> Q:
    """On readers: neither the library nor they themselves have switched points off."""
    return Q(~Exists(_switched_off())) & ~Q(incentive_choice__sees_points=False)


def _switches() -> "QuerySet[Reader, tuple[Any, ...]]":
    return Reader.objects.filter(pk=READER).values_list(*columns())


def _switched_off() -> QuerySet[IncentiveSettings]:
    off: QuerySet[IncentiveSettings] = IncentiveSettings.objects.filter(enabled=False)
    return off
