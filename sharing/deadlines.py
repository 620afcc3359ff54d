"""When windows end: never inside the quiet hours, and the days of a holiday are not counted. Both are read on the one clock of
the service (the setting TIME_ZONE), whichever zone a library's own system writes its dates in."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from sharing.models import CirculationPolicy

REMIND_AT = (0.5, 0.85)  # shares of the answer window
DUE_REMINDERS = (timedelta(days=-3), timedelta(0), timedelta(days=1))
REMINDED_AT = time(9, 0)
OVERDUE_EVERY = timedelta(days=7)
TRANSFER_PATIENCE = timedelta(days=1)
LIBRARIAN_PATIENCE = timedelta(days=7)


def respond_by(asked_at: datetime, policy: CirculationPolicy) -> datetime:
    return after(asked_at, timedelta(hours=policy.answer_window_hours), policy)


def least_window(policy: CirculationPolicy) -> timedelta:
    """With less time than this left nobody is asked."""
    return timedelta(hours=min(policy.least_window_hours, policy.answer_window_hours))


def remind_at(asked_at: datetime, until: datetime, reminders: int, policy: CirculationPolicy) -> datetime | None:
    """The moment of reminder number `reminders` (from 0), or None when all have gone out."""
    if reminders >= len(REMIND_AT):
        return None
    moment = asked_at + (until - asked_at) * REMIND_AT[reminders]
    return min(after_quiet_hours(_after_holidays(moment, policy), policy), until)


def after(start: datetime, span: timedelta, policy: CirculationPolicy) -> datetime:
    """What of a holiday lies in the span makes it longer."""
    end = start + span
    for begins, ends in _holidays(policy):
        if begins < end and start < ends:
            end += ends - max(begins, start)
            start = max(start, ends)
    return after_quiet_hours(end, policy)


def _after_holidays(moment: datetime, policy: CirculationPolicy) -> datetime:
    for begins, ends in _holidays(policy):
        moment = ends if begins <= moment < ends else moment
    return moment


def _holidays(policy: CirculationPolicy) -> list[tuple[datetime, datetime]]:
    """From midnight to midnight, in their order."""
    return [(_midnight(first), _midnight(last + timedelta(days=1))) for first, last in policy.holidays]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def after_quiet_hours(moment: datetime, policy: CirculationPolicy) -> datetime:
    local = timezone.localtime(moment)
    start, end = _as_time(policy.quiet_from), _as_time(policy.quiet_until)
    if start == end or not _within(local.time(), start, end):
        return moment
    ends = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return ends if ends > local else ends + timedelta(days=1)


def end_of_day(moment: datetime) -> datetime:
    """23:59 of that local day, as libraries stamp due dates."""
    return timezone.localtime(moment).replace(hour=23, minute=59, second=0, microsecond=0)


def next_due_reminder(due_at: datetime, reminders: int, policy: CirculationPolicy) -> datetime:
    """In the morning of the due day −3, 0, +1, then weekly; number `reminders` (from 0)."""
    last = len(DUE_REMINDERS) - 1
    away = DUE_REMINDERS[min(reminders, last)] + OVERDUE_EVERY * max(0, reminders - last)
    morning = datetime.combine(timezone.localtime(due_at).date() + away, REMINDED_AT)
    return after_quiet_hours(timezone.make_aware(morning), policy)


def _within(clock: time, start: time, end: time) -> bool:
    return start <= clock < end if start < end else clock >= start or clock < end


def _as_time(value: time | str) -> time:
    """A policy that was never saved still carries its defaults as text."""
    return value if isinstance(value, time) else time.fromisoformat(value)
