"""Where one copy has been: told while its owner agrees, and of those holders only who agree.

Months and areas, a week late, under names that belong to this journey alone (P6, T-R20). Who leaves is gone from it at once,
with the note; when the owner ends it, everybody is.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from library_bridge.models import Reader
from personal_catalog.copies import area_of
from personal_catalog.models import Copy, CustodyRecord
from sharing import events, pseudonyms
from sharing.errors import Denied, NotFound
from sharing.models import CopyJourney, JourneyStop

OLDER_THAN = timedelta(days=7)
LONGEST_NOTE = 200
STEPS = 60
REACHES_SOMEBODY = re.compile(r"\d[\d\s-]{4,}\d|@|https?:|www\.|://", re.IGNORECASE)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True)
class Step:
    """One stay of the copy; of a holder who does not appear, only that there was one."""

    month: date | None = None
    name: str = ""
    area: str = ""
    note: str = ""
    mine: bool = False


@transaction.atomic(durable=True)
def open_journey(*, copy_id: int, actor: Reader, now: datetime) -> CopyJourney:
    """The owner agrees, and is its beginning. Again changes nothing. Raises NotFound for another's copy."""
    copy = _lock(copy_id)
    if copy.owner_id != actor.pk or copy.status == Copy.Status.WITHDRAWN:
        raise NotFound
    CopyJourney.objects.filter(copy=copy).exclude(owner=actor).delete()  # what an earlier owner agreed to has ended
    journey, made = CopyJourney.objects.get_or_create(copy=copy, defaults={"owner": actor, "opened_at": now})
    if made:
        _appear(journey, actor, "", now)
        events.record("journey.opened", now=now, actor=actor, data={"copy": copy.pk})
    return journey


@transaction.atomic(durable=True)
def close_journey(*, copy_id: int, actor: Reader, now: datetime) -> None:
    """All that was told is deleted with it. Again changes nothing."""
    copy = _lock(copy_id)
    if copy.owner_id != actor.pk:
        raise NotFound
    if CopyJourney.objects.filter(copy=copy).delete()[0]:
        events.record("journey.closed", now=now, actor=actor, data={"copy": copy.pk})


@transaction.atomic(durable=True)
def join_journey(*, copy_id: int, actor: Reader, note: str, now: datetime) -> JourneyStop:
    """Whoever has or had the copy agrees to appear; again it changes the note. Raises NotFound for anybody else."""
    journey = _lock_journey(copy_id)
    if not has_held(actor, journey.copy):
        raise NotFound
    note = checked_note(note)
    stop = JourneyStop.objects.filter(journey=journey, reader=actor).first()
    if stop is not None:
        stop.note = note
        stop.save(update_fields=["note"])
        return stop
    stop = _appear(journey, actor, note, now)
    events.record("journey.joined", now=now, actor=actor, data={"copy": copy_id})
    return stop


@transaction.atomic(durable=True)
def leave_journey(*, copy_id: int, actor: Reader, now: datetime) -> None:
    """Name, area and note are deleted. Again changes nothing."""
    if JourneyStop.objects.filter(journey__copy=copy_id, reader=actor).delete()[0]:
        events.record("journey.left", now=now, actor=actor, data={"copy": copy_id})


def has_held(reader: Reader | None, copy: Copy) -> bool:
    return reader is not None and CustodyRecord.objects.filter(copy=copy, to_holder=reader).exists()


def checked_note(text: str) -> str:
    """One line that anybody may read; nothing in it by which its writer could be reached."""
    note = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(c) in UNSEEN for c in note):
        raise Denied(_("This note contains signs that cannot be seen. Please type it again."), field="note")
    if len(note) > LONGEST_NOTE:
        raise Denied(_("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE}, field="note")
    if REACHES_SOMEBODY.search(unicodedata.normalize("NFKC", note)):
        raise Denied(_("Anybody can read this: please leave out numbers, accounts and addresses."), field="note")
    return note


def route(journey: CopyJourney, *, reader: Reader | None, now: datetime) -> list[Step]:
    """The newest stay first, as far back as a journey is told. Stays of others stand as one gap. Two queries."""
    stops = {stop.reader_id: stop for stop in journey.stops.all()}
    told = CustodyRecord.objects.filter(copy=journey.copy_id, at__lt=now - OLDER_THAN).order_by("-pk")
    return list(_steps(told.values_list("to_holder_id", "at")[:STEPS], stops, reader))


def _steps(
    told: Iterable[tuple[int, datetime]], stops: dict[int, JourneyStop], reader: Reader | None
) -> Iterator[Step]:
    gap, noted = False, set[int]()
    for holder, at in told:
        stop = stops.get(holder)
        if stop is None:
            if not gap:
                yield Step()
            gap = True
            continue
        gap = False
        note = "" if stop.pk in noted else stop.note
        noted.add(stop.pk)
        yield Step(_month(at), pseudonyms.name(stop.name), stop.area, note, stop.is_of(reader))


def of_copy(copy: Copy) -> str:
    """The label number of a drifting copy whose journey is told. Fetch it with its `journey`."""
    journey: CopyJourney | None = getattr(copy, "journey", None)
    return copy.code if journey and journey.is_shown and copy.mode == Copy.Mode.DRIFT else ""


def _appear(journey: CopyJourney, actor: Reader, note: str, now: datetime) -> JourneyStop:
    place = pseudonyms.draw(journey.stops.values_list("name", flat=True))
    return JourneyStop.objects.create(
        journey=journey, reader=actor, name=place, area=area_of(actor), note=note, agreed_at=now
    )


def _lock(copy_id: int) -> Copy:
    copy = Copy.objects.select_for_update(of=("self",), no_key=True).filter(pk=copy_id).first()
    if copy is None:
        raise NotFound
    return copy


def _lock_journey(copy_id: int) -> CopyJourney:
    _lock(copy_id)
    journey = CopyJourney.objects.shown().filter(copy=copy_id).select_related("copy").first()
    if journey is None:
        raise NotFound
    return journey


def _month(at: datetime) -> date:
    return timezone.localdate(at).replace(day=1)
