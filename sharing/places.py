"""Where two readers meet: for the two of them, and for a day after the end (P4, T-C7)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from library_bridge.models import Area, Reader
from sharing.models import Handover

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


def both_names(place: str) -> tuple[str, str]:
    """A place of the list in Chinese and English, so that each reads it in their own language; any other as it was typed, and
    an empty text. One query."""
    for chinese, english in [both_words(FRONT_DESK), *Area.objects.values_list("name_zh", "name_en")]:
        if place in (chinese, english):
            return chinese, english
    return place, ""


def listed() -> set[str]:
    """The names, in both languages, of the places that the library names. One query."""
    areas = Area.objects.values_list("name_zh", "name_en")
    return {name for names in (both_words(FRONT_DESK), *areas) for name in names}


def both_words(words: "_StrPromise") -> tuple[str, str]:
    with override("zh-hans"):
        chinese = str(words)
    with override("en"):
        return chinese, str(words)
