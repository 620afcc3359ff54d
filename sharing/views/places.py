"""Where readers meet: the librarians' list with times, and a small drawing of how the places lie to each other."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sharing import places
from sharing.models import MeetingPlace

WIDE, HIGH, EDGE = 320, 200, 24


@dataclass(frozen=True)
class Spot:
    """`x` and `y` on the drawing; None where no position is known."""

    number: int
    place: MeetingPlace
    x: int | None = None
    y: int | None = None


@require_safe
@login_required
def place_list(request: HttpRequest) -> HttpResponse:
    spots = drawn(list(places.offered().order_by("pk")))
    context = {
        "nav": "todo",
        "spots": spots,
        "drawn": any(spot.x is not None for spot in spots),
        "wide": WIDE,
        "high": HIGH,
    }
    return render(request, "sharing/places/places.html", context)


def drawn(found: list[MeetingPlace]) -> list[Spot]:
    """North is up; the same scale both ways would leave a long campus a line, so each axis fills the drawing."""
    known = [place for place in found if place.latitude is not None and place.longitude is not None]
    east = _axis([float(place.longitude or 0) for place in known], WIDE)
    north = _axis([float(place.latitude or 0) for place in known], HIGH)
    where = {place.pk: (x, HIGH - y) for place, x, y in zip(known, east, north, strict=True)}
    return [Spot(number, place, *where.get(place.pk, ())) for number, place in enumerate(found, 1)]


def _axis(values: list[float], length: int) -> list[int]:
    if not values:
        return []
    low, span = min(values), max(values) - min(values)
    return [round(EDGE + (value - low) / span * (length - 2 * EDGE)) if span else length // 2 for value in values]
