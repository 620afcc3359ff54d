"""What of points waits for staff, for the desk's first page."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives import adjustments, appeals
from incentives.farming import reviews
from incentives.models import Adjustment, Appeal, RingReview
from library_bridge.models import Reader
from sharing import dates
from sharing.staff.matters import Matter, of_many


def waiting_for(staff: Reader, *, now: datetime) -> Iterator[Matter]:
    """For whoever may decide and see the list. Nobody decides about themselves, nor about what they proposed."""
    if staff.has_perms((appeals.RIGHT, "incentives.view_appeal")):
        yield from _appeals(Appeal.objects.filter(status=Appeal.Status.OPEN).exclude(reader=staff), now)
    if staff.has_perms((reviews.RIGHT, "incentives.view_ringreview")):
        yield from _reviews(RingReview.objects.filter(status=RingReview.Status.OPEN).exclude(members=staff), now)
    if staff.has_perms((adjustments.RIGHT, "incentives.view_adjustment")):
        rows = Adjustment.objects.filter(status=Adjustment.Status.WAITING)
        yield from _adjustments(rows.exclude(reader=staff).exclude(proposed_by=staff), now)


def _appeals(rows: QuerySet[Appeal], now: datetime) -> Iterator[Matter]:
    found = rows.aggregate(n=Count("pk"), oldest=Min("made_at"))
    if found["n"]:
        says = ngettext(
            "%(count)s appeal about standing waits for an answer",
            "%(count)s appeals about standing wait for an answer",
            found["n"],
        )
        url = reverse("appeals:index") + f"?status={Appeal.Status.OPEN}"
        yield of_many("help", says, found, url, now)


def _reviews(rows: QuerySet[RingReview], now: datetime) -> Iterator[Matter]:
    found = rows.aggregate(n=Count("pk"), first=Min("decide_by"))
    if found["n"]:
        says = ngettext(
            "Points of %(count)s group of readers are held for a check",
            "Points of %(count)s groups of readers are held for a check",
            found["n"],
        )
        until = dates.near_date(found["first"], today=timezone.localdate(now))
        note = _("Undecided, the first of them are let go: %(when)s") % {"when": until}
        url = reverse("held-points:index") + f"?status={RingReview.Status.OPEN}"
        yield of_many("warning", says, found, url, now, note=note)


def _adjustments(rows: QuerySet[Adjustment], now: datetime) -> Iterator[Matter]:
    found = rows.aggregate(n=Count("pk"), oldest=Min("proposed_at"))
    if found["n"]:
        says = ngettext(
            "%(count)s adjustment of points waits for a second librarian",
            "%(count)s adjustments of points wait for a second librarian",
            found["n"],
        )
        url = reverse("points-adjustments:index") + f"?status={Adjustment.Status.WAITING}"
        yield of_many("edit", says, found, url, now)
