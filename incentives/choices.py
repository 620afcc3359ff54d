"""What a reader wants of all this: nothing, or badges where others see them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q, QuerySet

from incentives import leaderboards
from incentives.errors import PointsOff
from incentives.models import IncentiveSettings, ReaderChoice
from library_bridge.models import Reader
from sharing import prepared
from sharing.errors import NotFound
from sharing.prepared import READER


def of(reader: Reader) -> ReaderChoice:
    """Not saved where the reader has chosen nothing."""
    return ReaderChoice.objects.filter(reader=reader).first() or ReaderChoice(reader=reader)


@dataclass(frozen=True, slots=True)
class Switches:
    """Whether there are points: for the library, and for this reader."""

    library: bool
    reader: bool

    @property
    def both(self) -> bool:
        return self.library and self.reader


def switches(reader: Reader) -> Switches:
    """One query."""
    ((library, sees),) = prepared.run(_switches, values={"reader": reader.pk})
    return Switches(bool(library), sees is not False)


def require(reader: Reader) -> None:
    """Raises NotFound while the library, PointsOff while the reader has switched points off. One query."""
    on = switches(reader)
    if not on.library:
        raise NotFound
    if not on.reader:
        raise PointsOff


def _switches() -> "QuerySet[Reader, tuple[Any, ...]]":
    columns = (~Exists(_switched_off()), "incentive_choice__sees_points")
    return Reader.objects.filter(pk=READER).values_list(*columns)


def seeing_points() -> Q:
    """On readers: neither the library nor they themselves have switched points off."""
    return Q(~Exists(_switched_off())) & ~Q(incentive_choice__sees_points=False)


def _switched_off() -> QuerySet[IncentiveSettings]:
    off: QuerySet[IncentiveSettings] = IncentiveSettings.objects.filter(enabled=False)
    return off


@transaction.atomic(durable=True)
def show_badges(*, actor: Reader, on_lists: bool, to_partners: bool) -> None:
    wanted = {"badges_on_lists": on_lists, "badges_to_partners": to_partners}
    ReaderChoice.objects.update_or_create(reader=actor, defaults=wanted)


def switch_off(*, actor: Reader) -> None:
    """No points, lists, badges and rewards to be seen, and on no list oneself. What is earned is still counted, so nothing
    is lost for who comes back."""
    leaderboards.leave(actor=actor)
    wanted = {"sees_points": False, "badges_on_lists": False, "badges_to_partners": False}
    ReaderChoice.objects.update_or_create(reader=actor, defaults=wanted)


def switch_on(*, actor: Reader) -> None:
    ReaderChoice.objects.update_or_create(reader=actor, defaults={"sees_points": True})
