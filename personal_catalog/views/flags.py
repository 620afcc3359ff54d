"""A reader says that something is wrong with a title's record."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from personal_catalog import flags
from personal_catalog.forms import FlagForm
from personal_catalog.models import Title
from personal_catalog.views.links import optional

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, title_id: int) -> HttpResponse:
    title = get_object_or_404(Title.objects.live(), pk=title_id)
    form = FlagForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        flags.flag_title(title=title, reader=cast("Reader", request.user), now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Thank you. A librarian will look at it."))
        return redirect(optional("title", title.pk) or "shelf")
    context = {"nav": "find", "title": title, "form": form}
    return render(request, "personal_catalog/titles/flag.html", context, status=422 if form.is_bound else 200)
