"""Dates in words, as a reader meets them: stamped, written out, or near. Formats are translations, because Chinese
and English differ in more than the names of months. Times are shown in the library's zone (the active one)."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

When = date | datetime

BINDING_DAYS = 3

WEEKDAYS = (
    pgettext_lazy("weekday in a sentence", "Monday"),
    pgettext_lazy("weekday in a sentence", "Tuesday"),
    pgettext_lazy("weekday in a sentence", "Wednesday"),
    pgettext_lazy("weekday in a sentence", "Thursday"),
    pgettext_lazy("weekday in a sentence", "Friday"),
    pgettext_lazy("weekday in a sentence", "Saturday"),
    pgettext_lazy("weekday in a sentence", "Sunday"),
)


def local(when: When) -> When:
    return timezone.localtime(when) if isinstance(when, datetime) else when


def day_of(when: When) -> date:
    found = local(when)
    return found.date() if isinstance(found, datetime) else found


def stamp_date(when: When) -> str:
    """2026.11.25 · 25 NOV 2026"""
    return written(day_of(when), pgettext("stamped date", "j M Y")).upper()


def stamp_day(when: When) -> str:
    """11.25 · 25 Nov: where the year is plain."""
    return written(day_of(when), pgettext("stamped day", "j M"))


def stamp_time(when: datetime) -> str:
    return written(timezone.localtime(when), "H:i")


def long_date(when: When, *, today: date) -> str:
    """11 月 25 日 · 25 November; with its year when that is not this year."""
    day = day_of(when)
    return written(day, pgettext("date", "j F") if day.year == today.year else pgettext("date", "j F Y"))


def full_date(when: When) -> str:
    """11 月 23 日，星期一 · Monday, 23 November"""
    return written(day_of(when), pgettext("date with its weekday", "l, j F"))


def near_date(when: When, *, today: date) -> str:
    """Today, tomorrow, a weekday within the week, else the date."""
    day = day_of(when)
    away = (day - today).days
    if away in (-1, 0, 1):
        return (_("today"), _("tomorrow"), _("yesterday"))[away]
    return str(WEEKDAYS[day.weekday()]) if 1 < away < 7 else long_date(day, today=today)


def near_time(when: datetime, *, today: date) -> str:
    return f"{near_date(when, today=today)} {stamp_time(when)}"


def is_near(when: When, *, today: date) -> bool:
    """Whether `near_date` has a word of its own for the day: from yesterday to the end of the week."""
    return -1 <= (day_of(when) - today).days < 7


def exact_time(when: datetime, *, today: date) -> str:
    """11 月 25 日 12:45: for what is read again on another day."""
    return f"{long_date(when, today=today)} {stamp_time(when)}"


def binds(when: When, *, today: date) -> bool:
    """Whether a date is close enough, or past, to be stamped in red."""
    return (day_of(when) - today).days <= BINDING_DAYS


def days_left(when: When, *, today: date) -> str:
    days = (day_of(when) - today).days
    if days == 0:
        return _("due today")
    if days < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def age(when: datetime, *, now: datetime) -> str:
    """How old the library's word is that counts as fresh no more."""
    hours = (now - when) // timedelta(hours=1)
    if hours < 1:
        return _("more than a quarter of an hour ago")
    if hours < 48:
        return ngettext("%(hours)s hour ago", "%(hours)s hours ago", hours) % {"hours": hours}
    return ngettext("%(days)s day ago", "%(days)s days ago", hours // 24) % {"days": hours // 24}


def time_left(when: datetime, *, now: datetime) -> str:
    """The two largest units that matter: 1 day 18 h, 3 h, 20 min."""
    minutes = max(0, int((when - now) / timedelta(minutes=1)))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        words = ngettext("%(days)s day %(hours)s h", "%(days)s days %(hours)s h", days)
        return words % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(minutes)s min") % {"minutes": minutes}
