from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incentives import leaderboards
from incentives.forms import TakePartForm
from incentives.views.switch import for_readers
from sharing.views import answers
from sharing.views.readers import reader_of


@for_readers
def show(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    code = leaderboards.code_of(request.GET.get("board", ""))
    period = leaderboards.period_of(request.GET.get("period", ""))
    context = {
        "nav": "me",
        "board": leaderboards.with_badges(leaderboards.board(code, period, reader)),
        "boards": leaderboards.Boards.choices,
        "periods": leaderboards.Periods.choices,
        "form": answers.form_for(request, TakePartForm, "take-part", initial={"pseudonym": reader.pseudonym}),
    }
    return render(request, "incentives/leaderboards/leaderboards.html", context)


@require_POST
@for_readers
def take_part(request: HttpRequest) -> HttpResponse:
    form = TakePartForm(request.POST)
    if form.is_valid():
        with answers.refusals(form, "pseudonym"):
            leaderboards.take_part(actor=reader_of(request), pseudonym=form.cleaned_data["pseudonym"])
    if form.errors:
        answers.keep(request, "take-part", form)
    return redirect(reverse("leaderboards"))


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
