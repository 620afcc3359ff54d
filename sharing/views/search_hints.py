"""What the search field offers while someone types: books, with whether they can be had."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from personal_catalog.search.engines import SearchTimedOut
from personal_catalog.search.query import titles_begun
from sharing import catalogue
from sharing.filters import TitleFilter
from sharing.views.readers import visitor_of

MOST = 6


@require_safe
def hints(request: HttpRequest) -> HttpResponse:
    filters = TitleFilter(request.GET, reader=visitor_of(request), now=timezone.now())
    try:
        found = titles_begun(filters.text, most=MOST) if filters.text else []
    except SearchTimedOut:
        found = []
    return render(
        request, "sharing/search/hints.html", {"rows": catalogue.rows_of(found, filters=filters) if found else []}
    )
