"""Work that a dead worker left, taken up by one sweep and no other."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

AT_ONCE = 3


def claim_due(open_jobs: QuerySet[Any], *, patience: timedelta, now: datetime) -> list[int]:
    """Ids of jobs whose `act_by` is over. Each is put off by `patience` before it is given out: a sweep that read the same
    row finds another time in it and leaves it."""
    due = open_jobs.filter(act_by__lte=now).order_by("act_by").values_list("pk", "act_by")[:AT_ONCE]
    return [pk for pk, act_by in due if open_jobs.filter(pk=pk, act_by=act_by).update(act_by=now + patience)]
