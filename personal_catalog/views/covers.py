from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from personal_catalog.cover_pictures import kept
from personal_catalog.covers import standalone_svg
from personal_catalog.models import Title

A_YEAR = 31_536_000


@require_safe
@cache_control(public=True, max_age=86_400)
def cover(request: HttpRequest, title_id: int) -> HttpResponse:
    """Public: a cover says nothing of any reader."""
    title = get_object_or_404(Title, pk=title_id)
    return HttpResponse(standalone_svg(title), content_type="image/svg+xml")


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def picture(request: HttpRequest, name: str, width: str) -> HttpResponse:
    """Its name says its content, so it may be kept for good."""
    try:
        content = kept.read(name, int(width))
    except OSError as problem:
        raise Http404 from problem
    return HttpResponse(content, content_type="image/webp")
