"""How curators find titles: as readers search, and by what only curators see."""

from typing import Any

import django_filters
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles

MOST_FOUND = 500


class TitleFilters(WagtailFilterSet):
    status = django_filters.ChoiceFilter(label=_("status"), choices=Title.Status.choices)
    language = django_filters.CharFilter(label=_("language"))
    lookup_pending = django_filters.BooleanFilter(label=_("waits for a source"))
    added = django_filters.DateFromToRangeFilter(field_name="created_at", label=_("added"))

    class Meta:
        model = Title
        fields = ("status", "language", "lookup_pending")


def of_the_list(rows: QuerySet[Title], params: Any) -> QuerySet[Title]:
    """Merged and rejected ones only where the filter asks for them."""
    return rows if params.get("status") in Title.UNSEEN else rows.exclude(status__in=Title.UNSEEN)


def found(rows: QuerySet[Title], words: str) -> QuerySet[Title]:
    """Best hits first. Readers' search knows nothing of merged and rejected titles, so neither does this."""
    try:
        ids = search_titles(words).ids[:MOST_FOUND]
    except SearchTimedOut:
        return rows.none()
    places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(ids[:100])]
    if not places:
        return rows.none()
    order = Case(*places, default=Value(100), output_field=IntegerField())
    return rows.filter(pk__in=ids).order_by(order, "pk")


def listed(request: HttpRequest) -> QuerySet[Title]:
    """All rows of the list that this address shows, on whatever page."""
    rows = of_the_list(Title.objects.all(), request.GET)
    filters = TitleFilters(request.GET, queryset=rows, request=request)
    chosen: QuerySet[Title] = filters.qs
    words = request.GET.get("q", "").strip()
    return found(chosen, words) if words else chosen
