"""Where two readers meet: the places that librarians list, and who is told of one: the two of them, until a day after the
end (P4, T-C7)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from library_bridge.models import Area, Reader
from sharing.errors import Denied
from sharing.models import Handover, MeetingPlace
from sharing.phrases import fill

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STAYS = timedelta(hours=24)  # after the end


def place_shown_to(reader: Reader, handover: Handover, *, now: datetime) -> str | None:
    """None where it is not to be told. Every page, notice, slip and answer asks here."""
    closed_at = handover.lending.closed_at
    if reader.pk not in (handover.lending.giver_id, handover.lending.taker_id):
        return None
    return handover.place_name if closed_at is None or now < closed_at + STAYS else None


FRONT_DESK = _("Library, front desk")
FACE_TO_FACE = _("Face to face")


def offered() -> "QuerySet[MeetingPlace]":
    return MeetingPlace.objects.filter(is_active=True)


def near(*areas: int | None) -> list[MeetingPlace]:
    """Those in the readers' own areas first. One query."""
    here = When(area__in=[area for area in areas if area], then=0)
    return list(offered().order_by(Case(here, default=1), "pk"))


def choices() -> list[str]:
    """What to choose from when a meeting is proposed: the librarians' list; while it is empty, the desk and the areas."""
    if found := [place.name for place in offered()]:
        return found
    return [str(FRONT_DESK), *(area.name for area in Area.objects.all())]


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
    return MeetingPlace.objects.filter(Q(name_zh=place) | Q(name_en=place)).first()


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
    areas = Area.objects.values_list("name_zh", "name_en")
    spots = MeetingPlace.objects.values_list("name_zh", "name_en")
    return {name for names in (both_words(FRONT_DESK), *areas, *spots) for name in names}


def both_words(words: "_StrPromise") -> tuple[str, str]:
    with override("zh-hans"):
        chinese = str(words)
    with override("en"):
        return chinese, str(words)
