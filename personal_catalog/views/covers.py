from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from personal_catalog.covers import standalone_svg
from personal_catalog.models import Title


@require_safe
@cache_control(public=True, max_age=86_400)
def cover(request: HttpRequest, title_id: int) -> HttpResponse:
    """Public: a cover says nothing of any reader."""
    title = get_object_or_404(Title, pk=title_id)
    return HttpResponse(standalone_svg(title), content_type="image/svg+xml")
