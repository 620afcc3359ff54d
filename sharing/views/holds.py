"""The one button of a library item that is out: keep it for me when it comes back."""

from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from library_bridge.models import Library
from sharing import holds
from sharing.phrases import fill
from sharing.views import answers
from sharing.views.readers import reader_of


class HoldForm(forms.Form):
    holding_key = forms.CharField(max_length=120)


@require_POST
@login_required
def place_hold(request: HttpRequest) -> HttpResponse:
    page, form = _page(request), HoldForm(request.POST)
    if not form.is_valid():
        raise Http404
    return answers.after(
        request,
        lambda: holds.place_hold(
            holding_key=form.cleaned_data["holding_key"], actor=reader_of(request), now=timezone.now()
        ),
        to=page,
        back=page,
        says=_placed,
    )


def _placed(library: Library) -> str:
    return fill(
        _("%(library)s keeps the next one that comes back for you, and tells you itself."), {"library": library.name}
    )


def _page(request: HttpRequest) -> str:
    """Where the button stood: a title, else the search."""
    title = request.POST.get("title", "")
    if title.isascii() and title.isdigit() and len(title) < 12:
        return reverse("title", args=[int(title)])
    return f"{reverse('search')}?{urlencode({'q': request.POST.get('q', '')[:200]})}"
