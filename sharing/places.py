"""Where two readers meet: the places that librarians list, and who is told of one: the two of them, until a day after the
end (P4, T-C7)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import CharField, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from library_bridge.models import Area, Reader
from sharing import areas, dates, prepared
from sharing.errors import Denied
from sharing.models import Handover, MeetingPlace
from sharing.phrases import fill
from sharing.prepared import Given

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STAYS = timedelta(hours=24)  # after the end


def place_shown_to(reader: Reader, handover: Handover, *, now: datetime) -> str | None:
    """None where it is not to be told. Every page, notice, slip and answer asks here."""
    closed_at = handover.lending.closed_at
    if reader.pk not in (handover.lending.giver_id, handover.lending.taker_id):
        return None
    return handover.place_name if closed_at is None or now < closed_at + STAYS else None


def meeting_in_words(handover: Handover, reader: Reader, *, now: datetime) -> str:
    """Day, time and place in one phrase that stays true on another day; the time alone once the place is no longer told."""
    time = dates.exact_time(handover.starts_at, today=timezone.localdate(now))
    place = place_shown_to(reader, handover, now=now)
    return gettext("%(time)s, %(place)s") % {"time": time, "place": place} if place else time


FRONT_DESK = _("Library, front desk")
FACE_TO_FACE = _("Face to face")
KNOWN, SECONDS = "meeting-places", 60


def offered() -> "QuerySet[MeetingPlace]":
    return MeetingPlace.objects.filter(is_active=True)


def known() -> list[MeetingPlace]:
    """For pages: they change rarely, and are kept for a minute."""
    found: list[MeetingPlace] | None = cache.get(KNOWN)
    if found is None:
        found = list(MeetingPlace.objects.order_by("pk"))
        cache.set(KNOWN, found, SECONDS)
    return found


def near(*of: int | None) -> list[MeetingPlace]:
    """Those in the readers' own areas first."""
    here = {area for area in of if area}
    return sorted((place for place in known() if place.is_active), key=lambda place: place.area_id not in here)


def choices() -> list[str]:
    """What to choose from when a meeting is proposed: the librarians' list; while it is empty, the desk and the areas."""
    if found := [place.name for place in known() if place.is_active]:
        return found
    return [str(FRONT_DESK), *areas.names().values()]


def on_map(place: str) -> MeetingPlace | None:
    return next((spot for spot in known() if place in (spot.name_zh, spot.name_en)), None)


def both_names(place: str) -> tuple[str, str]:
    """A place of the list in Chinese and English, so that each reads it in their own language; any other as it was typed, and
    an empty text. Two queries at most."""
    if listed := of_name(place):
        return listed.name_zh, listed.name_en
    for chinese, english in [both_words(FRONT_DESK), *Area.objects.values_list("name_zh", "name_en")]:
        if place in (chinese, english):
            return chinese, english
    return place, ""


def of_name(place: str) -> MeetingPlace | None:
    """In either language; also one that is no longer offered."""
    return next(iter(prepared.objects(_so_named, values={"place": place})), None)


def _so_named() -> QuerySet[MeetingPlace]:
    place = Given("place", CharField())
    return MeetingPlace.objects.filter(Q(name_zh=place) | Q(name_en=place))[:1]


def require_open(place: str, starts_at: datetime) -> None:
    """Only of a listed place the times are known."""
    spot = of_name(place)
    if spot is not None and not spot.is_open(starts_at):
        words = fill(
            gettext("%(place)s is closed then. It is open: %(hours)s."), {"place": spot.name, "hours": spot.hours}
        )
        raise Denied(words, "place_closed", field="starts_at")


def listed() -> set[str]:
    """The names, in both languages, of the places that the library names. Two queries."""
    parts = Area.objects.values_list("name_zh", "name_en")
    spots = MeetingPlace.objects.values_list("name_zh", "name_en")
    return {name for names in (both_words(FRONT_DESK), *parts, *spots) for name in names}


def both_words(words: "_StrPromise") -> tuple[str, str]:
    with override("zh-hans"):
        chinese = str(words)
    with override("en"):
        return chinese, str(words)
