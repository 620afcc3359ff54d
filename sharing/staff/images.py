"""The small pictures of the library's own images, as Wagtail's admin shows them, for staff only and made anew once more: Wagtail
leaves in them what a camera has written (T-U3). Originals are served to nobody."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.images.models import Rendition

from personal_catalog import pictures
from personal_catalog.pictures import PictureRefused


@require_safe
@login_required
@cache_control(private=True, max_age=3600)
def rendition(request: HttpRequest, name: str) -> HttpResponse:
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    found = get_object_or_404(Rendition, file=f"images/{name}")
    try:
        with found.file.open("rb") as file:
            (made,) = pictures.remake(file.read(), longest=[max(found.width, found.height)])
    except (OSError, PictureRefused):
        raise Http404 from None
    return HttpResponse(made.content, content_type="image/webp")
