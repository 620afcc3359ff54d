from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incentives import badges, choices, switches
from incentives.forms import BadgePlacesForm
from incentives.views.switch import for_readers
from sharing.models import Lending
from sharing.views import answers
from sharing.views.readers import reader_of


@for_readers
def show(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    choice = choices.of(reader)
    places = {"on_lists": choice.badges_on_lists, "to_partners": choice.badges_to_partners}
    context = {"nav": "me", "badges": badges.progress(reader), "form": BadgePlacesForm(initial=places)}
    return render(request, "incentives/badges/badges.html", context)


@require_POST
@for_readers
def choose_places(request: HttpRequest) -> HttpResponse:
    form = BadgePlacesForm(request.POST)
    back = reverse("badges")
    if not form.is_valid():
        return redirect(back)
    return answers.after(
        request,
        lambda: choices.show_badges(actor=reader_of(request), **form.cleaned_data),
        to=back,
        back=back,
        says=_("Saved"),
    )


@login_required
def of_partner(request: HttpRequest, lending_id: int) -> HttpResponse:
    """A piece of the lending's page; empty unless the other side wants it there and this one wants to see any."""
    reader = reader_of(request)
    lending = get_object_or_404(Lending.objects.visible_to(reader), pk=lending_id)
    shown = badges.to_partner(lending, reader) if switches.of(reader).both else []
    return render(request, "incentives/badges/of_partner.html", {"badges": shown})


@require_POST
@login_required
def switch_off(request: HttpRequest) -> HttpResponse:
    choices.switch_off(actor=reader_of(request))
    return redirect(reverse("me"))


@require_POST
@login_required
def switch_on(request: HttpRequest) -> HttpResponse:
    choices.switch_on(actor=reader_of(request))
    return redirect(reverse("points"))
