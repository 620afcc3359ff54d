"""SIP2 dates: 18 characters `YYYYMMDDZZZZHHMMSS` with the zone blank for local time, and what systems write instead."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_STANDARD = re.compile(r"(\d{8})(.{4}|)(\d{6})", re.ASCII)  # also without the blanks
ALWAYS = (
    "%Y%m%d", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y/%m/%d",
    "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d", "%Y年%m月%d日", "%d.%m.%Y",
)  # fmt: skip
END_OF_DAY = time(23, 59)


def stamp(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y%m%d    %H%M%S}"


def parse(text: str, *, zone: ZoneInfo, formats: Sequence[str] = ()) -> datetime | None:
    """In the library's zone; a date without a time is the end of that day. None for what can't be read: there is no guess
    between day and month, the library's own `formats` say which comes first."""
    text = text.strip()
    if standard := _STANDARD.fullmatch(text):
        return _standard(*standard.groups(), zone=zone)
    for form in (*formats, *ALWAYS):
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  (the zone is the library's, below)
        except ValueError:
            continue
        return _placed(found.replace(tzinfo=None) if "%H" in form else datetime.combine(found, END_OF_DAY), zone)
    return None


def parse_day(text: str) -> date | None:
    """The first eight digits, as systems put them into fields of their own."""
    try:
        return datetime.strptime(text.strip()[:8], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None


def _standard(day: str, zone_name: str, clock: str, *, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None
    if zone_name.strip() == "Z":
        return found.replace(tzinfo=UTC).astimezone(zone)
    return _placed(found, zone)


def _placed(found: datetime, zone: ZoneInfo) -> datetime | None:
    return found.replace(tzinfo=zone) if 1900 < found.year < 9000 else None
