"""A meeting as a calendar's file (RFC 5545), for one of the two who meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from sharing import places
from sharing.agenda import ToDo
from sharing.models import Handover
from sharing.scenes import Scene

LASTS = timedelta(minutes=15)
OCTETS = 75  # of a line, without its end (RFC 5545, 3.1)
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Meeting:
    """What one reader's calendar is told. Times are aware; `stamped_at` is when it was agreed."""

    uid: str
    version: int
    """Grows when another meeting takes this one's place; the calendar then moves its entry instead of adding one."""
    stamped_at: datetime
    starts_at: datetime
    summary: str
    place: str
    url: str


def meeting_of(scene: Scene) -> Meeting | None:
    """The agreed meeting that is next in this lending; None while there is none, or none with a time."""
    handover = scene.handover
    if handover is None or handover.status != Handover.Status.AGREED or not handover.has_time:
        return None
    assert handover.agreed_at is not None
    return Meeting(
        uid=f"lending-{scene.lending.pk}-{handover.direction}@{urlsplit(settings.BASE_URL).hostname}",
        version=handover.pk,
        stamped_at=handover.agreed_at,
        starts_at=handover.starts_at,
        summary=ToDo(scene.lending, scene).plain,
        place=places.place_shown_to(scene.reader, handover, now=scene.now) or "",
        url=f"{settings.BASE_URL}{scene.lending.get_absolute_url()}",
    )


def file_of(meetings: Iterable[Meeting]) -> bytes:
    """UTF-8, lines ended by CR LF and folded; the same meetings give the same bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bookrelay//Meetings//EN", "METHOD:PUBLISH"]
    for meeting in meetings:
        lines += _event(meeting)
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(meeting: Meeting) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{meeting.uid}",
        f"SEQUENCE:{meeting.version}",
        f"DTSTAMP:{_utc(meeting.stamped_at)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.starts_at + LASTS)}",
        f"SUMMARY:{meeting.summary.translate(ESCAPES)}",
        f"LOCATION:{meeting.place.translate(ESCAPES)}",
        f"URL:{meeting.url}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> bytes:
    """Cut between characters, never inside one: a Han character has three octets."""
    pieces = [b""]
    for character in line:
        octets = character.encode()
        if len(pieces[-1]) + len(octets) > OCTETS:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"
