"""One's own tags: how many books carry each, rename, delete. Seen by nobody else."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from personal_catalog import tags
from personal_catalog.errors import TagRefused
from personal_catalog.models import ShelfTag

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@login_required
@require_safe
def shelf_tags(request: HttpRequest) -> HttpResponse:
    context = {"nav": "shelf", "tags": tags.tags_of(cast("Reader", request.user))}
    return render(request, "personal_catalog/tags/tags.html", context)


@login_required
@require_POST
def change_tag(request: HttpRequest, tag_id: int) -> HttpResponse:
    """Renames it, or deletes it by the other button."""
    actor = cast("Reader", request.user)
    mine = get_object_or_404(ShelfTag, pk=tag_id, reader=actor)
    if "delete" in request.POST:
        tags.delete_tag(tag_id=mine.pk, actor=actor)
        messages.success(request, _("Deleted the tag “%(tag)s”; its books stay.") % {"tag": mine.name})
        return redirect("shelf-tags")
    try:
        tags.rename_tag(tag_id=mine.pk, actor=actor, name=request.POST.get("name", ""))
    except TagRefused:
        messages.error(request, _("A tag needs a name."))
    else:
        messages.success(request, _("Saved"))
    return redirect("shelf-tags")
