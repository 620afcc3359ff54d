"""The small pictures of the library's own images, as Wagtail's admin shows them: made anew by Wagtail, for staff only. Originals are
served to nobody, with what a camera has written into them (T-U3)."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.images.models import Rendition

KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}


@require_safe
@login_required
@cache_control(private=True, max_age=3600)
def rendition(request: HttpRequest, name: str) -> HttpResponseBase:
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    found = get_object_or_404(Rendition, file=f"images/{name}")
    kind = KINDS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise Http404
    try:
        return FileResponse(found.file.open("rb"), content_type=kind)
    except OSError:
        raise Http404 from None
