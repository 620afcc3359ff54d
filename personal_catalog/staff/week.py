"""The dashboard's panel: what waits in the curators' queues, and what was done this week and the one before."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import pgettext
from wagtail.admin.ui.components import Component

from personal_catalog import titles
from personal_catalog.models import FieldConflict, LikelyDouble, TitleChange, TitleFlag
from personal_catalog.staff.queues import MOST_COUNTED, QUEUES

WEEK = timedelta(days=7)
KEPT_SECONDS = 60
KINDS = TitleChange.Kind


class CurationPanel(Component):
    name = "curation"
    template_name = "personal_catalog/admin/panel.html"
    order = 35

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def render_html(self, parent_context: Any = None) -> str:
        actor = self.request.user
        may = actor.is_authenticated and titles.may_curate(actor)
        return str(super().render_html(parent_context)) if may else ""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        kept: Any = cache.get_or_set("curation:counts", lambda: [queue.count() for queue in QUEUES], KEPT_SECONDS)
        return {
            "queues": list(zip(QUEUES, kept, strict=True)),
            "most": MOST_COUNTED,
            "work": list(work(timezone.now())),
        }


def work(now: datetime) -> Iterator[tuple[str, int, int]]:
    """What curators did: in words, in the last seven days, in the seven before. No persons."""
    week, former = Q(at__gte=now - WEEK), Q(at__gte=now - 2 * WEEK, at__lt=now - WEEK)
    done = (
        TitleChange.objects.filter(at__gte=now - 2 * WEEK, actor__is_staff=True)
        .exclude(data__has_key="from")
        .order_by()
    )
    counted = done.values_list("kind").annotate(n=Count("pk", filter=week), m=Count("pk", filter=former))
    found = {kind: (n, m) for kind, n, m in counted}
    for kind in (KINDS.APPROVED, KINDS.CORRECTED, KINDS.MERGED, KINDS.SPLIT, KINDS.UNMERGED, KINDS.REJECTED):
        if kind in found:
            yield str(kind.label), *found[kind]
    decided = [_decided(now, weeks) for weeks in (0, 1)]
    if any(decided):
        yield str(pgettext("curation", "decided")), decided[0], decided[1]


def _decided(now: datetime, weeks: int) -> int:
    """Flags, conflicts and likely doubles on which somebody has given a word."""
    start, end = now - (weeks + 1) * WEEK, now - weeks * WEEK
    rows = [
        TitleFlag.objects.filter(decided_at__range=(start, end)),
        FieldConflict.objects.filter(decided_at__range=(start, end)),
        LikelyDouble.objects.filter(dismissed_at__range=(start, end)),
    ]
    return sum(found.count() for found in rows)
