"""Other editions of the work that a title is an edition of."""

from personal_catalog.models import Title
from personal_catalog.models.titles import TitleQuerySet

MOST = 8


def others(title: Title) -> TitleQuerySet:
    """Newest first. One query, and none for a title without a creator."""
    if not title.work_key:
        return Title.objects.none()
    rows = Title.objects.live().filter(work_key=title.work_key).exclude(pk=title.pk)
    return rows.order_by("-year", "pk").only("pk", "title", "subtitle", "publisher", "year", "edition", "language")[
        :MOST
    ]
