"""Where readers meet: the librarians' list with times, and a small drawing of how the places lie to each other."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sharing import places
from sharing.models import MeetingPlace

WIDE, HIGH, EDGE, MARK = 320, 200, 24, 24


@dataclass(frozen=True)
class Spot:
    """`x` and `y` on the drawing; None where no position is known."""

    number: int
    place: MeetingPlace
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True)
class Mark:
    """On the drawing, for one spot, or for several that lie too close to be told apart there."""

    spots: list[Spot]

    @property
    def says(self) -> str:
        return "·".join(str(spot.number) for spot in self.spots)

    @property
    def wide(self) -> int:
        return max(MARK, 12 + 6 * len(self.says))

    @property
    def left(self) -> int:
        middle = sum(spot.x or 0 for spot in self.spots) // len(self.spots)
        return min(max(middle - self.wide // 2, 0), WIDE - self.wide)

    @property
    def middle(self) -> int:
        return self.left + self.wide // 2

    @property
    def y(self) -> int:
        return sum(spot.y or 0 for spot in self.spots) // len(self.spots)

    @property
    def top(self) -> int:
        return self.y - MARK // 2

    def covers(self, other: "Mark") -> bool:
        beside = self.left + self.wide < other.left or other.left + other.wide < self.left
        return not beside and abs(self.y - other.y) <= MARK


@require_safe
@login_required
def place_list(request: HttpRequest) -> HttpResponse:
    spots = drawn(list(places.offered().order_by("pk")))
    context = {
        "nav": "todo",
        "spots": spots,
        "marks": marks(spots),
        "wide": WIDE,
        "high": HIGH,
        "mark": MARK,
    }
    return render(request, "sharing/places/places.html", context)


def drawn(found: list[MeetingPlace]) -> list[Spot]:
    """North is up; the same scale both ways would leave a long campus a line, so each axis fills the drawing."""
    known = [place for place in found if place.latitude is not None and place.longitude is not None]
    east = _axis([float(place.longitude or 0) for place in known], WIDE)
    north = _axis([float(place.latitude or 0) for place in known], HIGH)
    where = {place.pk: (x, HIGH - y) for place, x, y in zip(known, east, north, strict=True)}
    return [Spot(number, place, *where.get(place.pk, ())) for number, place in enumerate(found, 1)]


def marks(spots: list[Spot]) -> list[Mark]:
    """Marks that would cover each other are one."""
    found: list[Mark] = []
    for spot in spots:
        if spot.x is None:
            continue
        mark = Mark([spot])
        while covered := next((other for other in found if other.covers(mark)), None):
            found.remove(covered)
            mark = Mark(sorted([*covered.spots, *mark.spots], key=lambda one: one.number))
        found.append(mark)
    return found


def _axis(values: list[float], length: int) -> list[int]:
    if not values:
        return []
    low, span = min(values), max(values) - min(values)
    return [round(EDGE + (value - low) / span * (length - 2 * EDGE)) if span else length // 2 for value in values]
