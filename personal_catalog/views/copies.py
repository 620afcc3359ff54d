"""One of my copies: how it is lent, who sees it, its way out."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from personal_catalog import copies, tags
from personal_catalog.errors import CopyAway, TagRefused
from personal_catalog.forms import TOO_MANY_TAGS, EditCopyForm, PauseForm
from personal_catalog.models import Copy

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, copy_id: int) -> HttpResponse:
    """404 for another's copy as for none (T-R2); the holder of a drifting one may pause it."""
    rows = Copy.objects.in_register().in_charge_of(request.user).select_related("title")
    mine = get_object_or_404(rows, pk=copy_id)
    return _own(request, mine) if mine.owner_id == request.user.pk else _drifting(request, mine)


def _own(request: HttpRequest, mine: Copy) -> HttpResponse:
    reader = cast("Reader", request.user)
    initial = {**_initial(mine), "tags": ", ".join(tags.names_on(mine, reader=reader))}
    sent = request.POST if request.method == "POST" else None
    form = EditCopyForm(sent, initial=initial, owner=reader, at_home=not mine.is_away)
    if form.is_valid():
        try:
            changes = {**form.changes(), "tags": form.cleaned_data["tags"]}
            copies.update_copy(copy_id=mine.pk, actor=reader, changes=changes, now=timezone.now())
        except TagRefused:
            form.add_error("tags", TOO_MANY_TAGS)
        except CopyAway:
            form.add_error("mode", _("How it is lent can be changed once it is back with you."))
        else:
            messages.success(request, _("Saved"))
            return redirect("copy", copy_id=mine.pk)
    status = 422 if form.is_bound else 200
    context = {"nav": "shelf", "copy": mine, "form": form, "photos": mine.photos.all()}
    return render(request, "personal_catalog/copies/copy.html", context, status=status)


def _drifting(request: HttpRequest, held: Copy) -> HttpResponse:
    form = PauseForm(
        request.POST if request.method == "POST" else None, initial={"paused": held.status == Copy.Status.PAUSED}
    )
    if form.is_valid():
        turn = copies.pause_copy if form.cleaned_data["paused"] else copies.resume_copy
        turn(copy_id=held.pk, actor=cast("Reader", request.user), now=timezone.now())
        messages.success(request, _("Saved"))
        return redirect("copy", copy_id=held.pk)
    return render(request, "personal_catalog/copies/drifting.html", {"nav": "shelf", "copy": held, "form": form})


def _initial(mine: Copy) -> dict[str, object]:
    kept = {name: getattr(mine, name) for name in ("mode", "condition", "note", "area")}
    return {**kept, "visibility": mine.shown_word, "paused": mine.status == Copy.Status.PAUSED}
