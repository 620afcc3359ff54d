"""Other editions of the work that a title is an edition of."""

from django.db.models import Case, F, Q, Value, When

from personal_catalog.models import Title
from personal_catalog.models.titles import TitleQuerySet

MOST = 8
MOST_ROWS = 80


def with_others(title_id: int) -> TitleQuerySet:
    """The title first, then the other editions of its work, newest first; each in a row for every ISBN (`isbn13`)."""
    work = Title.objects.filter(pk=title_id).exclude(work_key="").values("work_key")
    others = Q(work_key__in=work) & ~Q(status__in=Title.UNSEEN)
    first = Case(When(pk=title_id, then=Value(0)), default=Value(1))
    rows = Title.objects.filter(Q(pk=title_id) | others).annotate(isbn13=F("isbns__isbn13"))
    return rows.order_by(first, "-year", "pk", "isbns__sort", "isbns__pk")[:MOST_ROWS]
