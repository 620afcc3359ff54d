from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from incentives import honours, leaderboards, scopes, winners
from incentives.forms import TakePartForm
from incentives.models import EndedPeriod
from incentives.scopes import Place
from incentives.views.switch import for_placed_readers, for_readers
from sharing.views import answers
from sharing.views.readers import reader_of

LONGEST_NUMBER = 16


@for_placed_readers
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """`?board=…&period=…&scope=…`; what is none of the reader's own falls back to what is usual."""
    scope = place.chosen(request.GET.get("scope", "")) or scopes.whole()
    code = leaderboards.code_of(request.GET.get("board", ""))
    period = leaderboards.period_of(request.GET.get("period", ""))
    context = {
        "nav": "me",
        "board": leaderboards.board(code, period, reader_of(request), scope),
        "boards": leaderboards.Boards.choices,
        "periods": leaderboards.Periods.choices,
        "scopes": place.scopes,
    }
    return render(request, "incentives/leaderboards/leaderboards.html", context)


@for_placed_readers
def former(request: HttpRequest, place: Place) -> HttpResponse:
    """Winners of a period that has ended: the latest, or the one in `?ended=`."""
    offered = winners.offered()
    asked = request.GET.get("ended", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < LONGEST_NUMBER
    ended = get_object_or_404(EndedPeriod, pk=asked) if is_number else next(iter(offered), None)
    scope = place.chosen(request.GET.get("scope", "")) or scopes.whole()
    context = {
        "nav": "me",
        "ended": ended,
        "offered": offered,
        "scope": scope,
        "scopes": place.scopes,
        "podiums": winners.of(ended, scope) if ended else [],
        "pages": honours.pages(request),
    }
    return render(request, "incentives/leaderboards/former.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_placed_readers
def take_part(request: HttpRequest, place: Place) -> HttpResponse:
    reader, name = reader_of(request), "take-part"
    there = leaderboards.takes_part(reader)
    if request.method == "POST":
        form = TakePartForm(request.POST)
        return answers.after_form(
            request, form, lambda: leaderboards.take_part(actor=reader, **form.cleaned_data), name=name, field="pseudonym",
            to=reverse("leaderboards"), back=reverse("leaderboards-take-part"),
            says=_("Saved") if there else _("You are on the lists from the next night on."),
        )  # fmt: skip
    chosen = {"pseudonym": reader.pseudonym, "narrow": place.narrow, "honours": place.honours}
    form = answers.form_for(request, TakePartForm, name, initial=chosen)
    return render(request, "incentives/leaderboards/take_part.html", {"nav": "me", "takes_part": there, "form": form})


@require_POST
@for_readers
def leave(request: HttpRequest) -> HttpResponse:
    back = reverse("leaderboards")
    return answers.after(
        request,
        lambda: leaderboards.leave(actor=reader_of(request)),
        to=back,
        back=back,
        says=_("You are off the lists."),
    )
