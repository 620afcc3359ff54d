"""How curators find titles: as readers search, and by what only curators see."""

from dataclasses import dataclass, field
from typing import Any

import django_filters
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import search_titles


@dataclass(frozen=True)
class Hits:
    """Titles that have the words, best first. `beyond` says what was not looked at, and what to do; empty: nothing."""

    ids: list[int] = field(default_factory=list)
    beyond: str = ""


@dataclass(frozen=True)
class Listed:
    rows: QuerySet[Title]
    beyond: str = ""


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


def hits(words: str, *, within: QuerySet[Title]) -> Hits:
    """Among these titles, so that no other takes the place of one. Readers' search knows nothing of merged and rejected titles,
    so neither does this."""
    try:
        found = search_titles(words, within=within)
    except SearchTimedOut:
        return Hits(beyond=gettext("This was too broad to be answered in time. Add a word or a filter."))
    says = gettext("Only %(n)s of the titles that match were looked at. Add a word or a filter to see the others.")
    return Hits(found.ids, says % {"n": len(found.ids)} if found.more else "")


def found(rows: QuerySet[Title], words: str) -> Listed:
    """Best hits first."""
    among = hits(words, within=rows)
    places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(among.ids[:100])]
    if not places:
        return Listed(rows.none(), among.beyond)
    order = Case(*places, default=Value(100), output_field=IntegerField())
    return Listed(rows.filter(pk__in=among.ids).order_by(order, "pk"), among.beyond)


def listed(request: HttpRequest) -> Listed:
    """All rows of the list that this address shows, on whatever page."""
    rows = of_the_list(Title.objects.all(), request.GET)
    filters = TitleFilters(request.GET, queryset=rows, request=request)
    words = request.GET.get("q", "").strip()
    return found(filters.qs, words) if words else Listed(filters.qs)
