"""Records to take along: of a title, of a search, of one's shelf, in the forms that other programs read."""

from collections.abc import Iterable
from typing import TypeVar

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from personal_catalog import exports
from personal_catalog.formats.registry import FORMATS, Format
from personal_catalog.models import Title
from personal_catalog.search.engines import SearchTimedOut
from sharing import catalogue
from sharing.filters import TitleFilter
from sharing.views.readers import reader_of, visitor_of

Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)


@require_safe
def export_title(request: HttpRequest, title_id: int, ending: str) -> HttpResponse:
    made, title = _format(ending), get_object_or_404(Title.objects.live(), pk=title_id)
    answer = HttpResponse(b"".join(made.file([exports.card_of(title)])), content_type=made.content_type)
    return _named(answer, f"bookrelay-{title.pk}", made)


@require_safe
def export_search(request: HttpRequest, ending: str) -> HttpResponse | StreamingHttpResponse:
    """All that can be paged through, in the same order. A search that cannot be answered says so on its own page."""
    made, filters = _format(ending), TitleFilter(request.GET, reader=visitor_of(request), now=timezone.now())
    try:
        found = catalogue.found_ids(filters) if filters.is_valid() else []
    except SearchTimedOut:
        found = []
    if not found:
        return HttpResponseRedirect(f"{reverse('search')}?{request.GET.urlencode()}")
    return _stream(found, f"bookrelay-search-{timezone.localdate():%Y%m%d}", made)


@require_safe
@login_required
def export_records(request: HttpRequest, ending: str) -> StreamingHttpResponse:
    made = _format(ending)
    return _stream(exports.titles_on_shelf(reader_of(request)), f"bookrelay-shelf-{timezone.localdate():%Y%m%d}", made)


def menu(name: str, *args: object, query: str = "") -> list[tuple[str, str]]:
    """(label, address) of each form."""
    after = f"?{query}" if query else ""
    return [(made.label, reverse(name, args=[*args, made.ending]) + after) for made in FORMATS.values()]


def _format(ending: str) -> Format:
    if ending not in FORMATS:
        raise Http404
    return FORMATS[ending]


def _stream(title_ids: Iterable[int], name: str, made: Format) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(made.file(exports.cards(title_ids)), content_type=made.content_type)
    answer["Cache-Control"] = "no-store, private"
    return _named(answer, name, made)


def _named(answer: Answer, name: str, made: Format) -> Answer:
    answer["Content-Disposition"] = f'attachment; filename="{name}.{made.ending}"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
