"""One's standing. It sets limits whether or not the library gives points, so this page is there in any case."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incentives import appeals, standing
from incentives.forms import AppealForm
from sharing.views import answers
from sharing.views.readers import reader_of


@login_required
def show(request: HttpRequest) -> HttpResponse:
    now, reader = timezone.now(), reader_of(request)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return answers.after(
            request,
            lambda: appeals.make_appeal(actor=reader, words=form.cleaned_data["words"], now=now),
            to=reverse("standing"),
            back=reverse("standing"),
            says=_("Sent. A librarian will answer."),
        )
    made = appeals.of(reader)
    waits = any(appeal.status == appeals.Status.OPEN for appeal in made)
    context = {"nav": "me", "standing": standing.level(reader, now=now), "appeals": made, "waits": waits, "form": form}
    return render(request, "incentives/standing/standing.html", context)
