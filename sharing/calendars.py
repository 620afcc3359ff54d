"""Meetings and due dates as a calendar's file (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
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

    def without_place(self) -> "Meeting":
        return replace(self, place="")


@dataclass(frozen=True)
class DueDay:
    """A book is due on this day of the library's own clock. It takes no time, so it makes nobody busy."""

    uid: str
    day: date
    summary: str
    url: str


def uid(name: str) -> str:
    return f"{name}@{urlsplit(settings.BASE_URL).hostname}"


def meeting_of(scene: Scene, *, summary: str = "") -> Meeting | None:
    """The agreed meeting that is next in this lending; None while there is none, or none with a time. `summary` in place of
    the words of the to-do list, which name the other side."""
    handover = scene.handover
    if handover is None or handover.status != Handover.Status.AGREED or not handover.has_time:
        return None
    assert handover.agreed_at is not None
    return Meeting(
        uid=uid(f"lending-{scene.lending.pk}-{handover.direction}"),
        version=handover.pk,
        stamped_at=handover.agreed_at,
        starts_at=handover.starts_at,
        summary=summary or ToDo(scene.lending, scene).plain,
        place=places.place_shown_to(scene.reader, handover, now=scene.now) or "",
        url=f"{settings.BASE_URL}{scene.lending.get_absolute_url()}",
    )


def file_of(entries: Iterable[Meeting | DueDay], *, name: str = "") -> bytes:
    """UTF-8, lines ended by CR LF and folded; the same entries give the same bytes. `name` is what a calendar program calls
    a calendar that it fetches again and again."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bookrelay//Meetings//EN", "METHOD:PUBLISH"]
    if name:
        lines += [
            f"X-WR-CALNAME:{name.translate(ESCAPES)}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
        ]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{entry.uid}"]
        lines += _meeting(entry) if isinstance(entry, Meeting) else _day(entry)
        lines += [f"SUMMARY:{entry.summary.translate(ESCAPES)}", f"URL:{entry.url}", "END:VEVENT"]
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _meeting(meeting: Meeting) -> list[str]:
    return [
        f"SEQUENCE:{meeting.version}",
        f"DTSTAMP:{_utc(meeting.stamped_at)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.starts_at + LASTS)}",
        *([f"LOCATION:{meeting.place.translate(ESCAPES)}"] if meeting.place else []),
    ]


def _day(entry: DueDay) -> list[str]:
    """Stamped with the day itself: what does not change keeps its bytes."""
    return [f"DTSTAMP:{entry.day:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}", "TRANSP:TRANSPARENT"]


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
