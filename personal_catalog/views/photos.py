"""Photographs of a copy: sent by its owner, shown to whoever may see the copy."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from personal_catalog import photos
from personal_catalog.errors import PhotoRefused
from personal_catalog.models import Copy, CopyPhoto
from personal_catalog.pictures import PictureRefused
from personal_catalog.sentences import of_one

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

LONGEST_NAME = 60
REFUSALS = {
    "empty": gettext_lazy("There is nothing in this file."),
    "kind": gettext_lazy("This is no picture that can be taken. JPEG, PNG and WebP can."),
    "too_many_pixels": gettext_lazy("This picture has more than 40 megapixels. Make it smaller first."),
    "shape": gettext_lazy("This picture is too small or too narrow to show anything."),
    "broken": gettext_lazy("This picture could not be read to its end. Try to save it anew."),
    "too_many": gettext_lazy("A book has at most six photos. Remove one first."),
    "quota": gettext_lazy("Your photos take all the room there is for one reader. Remove some first."),
    "no_space": gettext_lazy("There is no room for photos just now. Please try again another day."),
}


@login_required
@require_POST
def add_photos(request: HttpRequest, copy_id: int) -> HttpResponse:
    if not request.FILES.getlist("photos"):
        messages.error(request, _("Choose a photo first."))
    take_photos(request, copy_id)
    return redirect(f"{Copy(pk=copy_id).get_absolute_url()}#photos")


@login_required
@require_POST
def remove_photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    mine = get_object_or_404(CopyPhoto, pk=photo_id, copy__in=Copy.objects.owned_by(request.user))
    photos.remove_photo(photo_id=mine.pk, actor=cast("Reader", request.user))
    messages.success(request, _("Photo removed"))
    return redirect(f"{Copy(pk=mine.copy_id).get_absolute_url()}#photos")


@require_safe
def photo(request: HttpRequest, token: str, size: str) -> HttpResponse:
    """Looked up anew each time, so that an old address shows nothing once the copy is hidden (T-U4)."""
    row = get_object_or_404(CopyPhoto.objects.visible_to(request.user), token=token)
    etag = f'"{token}-{size}"'
    unchanged = request.headers.get("If-None-Match") == etag
    answer = HttpResponseNotModified() if unchanged else _file(row, size)
    answer["ETag"], answer["Cache-Control"] = etag, "private, no-cache"
    return answer


def _file(row: CopyPhoto, size: str) -> HttpResponse:
    try:
        content = (row.large if size == "large" else row.small).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return cast("HttpResponse", FileResponse(content, content_type="image/webp", filename="photo.webp"))


def take_photos(request: HttpRequest, copy_id: int) -> None:
    """Those sent with a form, for a copy of the reader's; what came of each is said on the next page."""
    if taken := sum(_taken(request, copy_id, one) for one in request.FILES.getlist("photos")):
        messages.success(request, ngettext("%(count)d photo added", "%(count)d photos added", taken) % {"count": taken})


def _taken(request: HttpRequest, copy_id: int, sent: "UploadedFile[bytes]") -> bool:
    """What is refused is said with the file's name, and the others are taken all the same."""
    try:
        photos.add_photo(copy_id=copy_id, actor=cast("Reader", request.user), content=sent.read(), now=timezone.now())
    except Copy.DoesNotExist:
        raise Http404 from None
    except (PictureRefused, PhotoRefused) as refused:
        messages.error(request, of_one((sent.name or "")[-LONGEST_NAME:], REFUSALS[refused.code]))
        return False
    return True
