"""A book kept for somebody first: said on its holder's page, claimed behind the link (T-C3)."""

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from library_bridge.models import Reader
from sharing import following, groups, kept
from sharing.views import answers
from sharing.views.readers import reader_of

KEEP = "keep-holding"
USUAL = timedelta(days=7)


class KeepForm(forms.Form):
    whom = forms.ChoiceField(label=gettext_lazy("For whom"), required=False, widget=forms.RadioSelect)
    last_date = forms.DateField(
        label=gettext_lazy("Up to and with"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def keep_form(request: HttpRequest, reader: Reader) -> KeepForm:
    """Groups and followed shelves of the reader, else a link."""
    initial = {"whom": "", "last_date": timezone.localdate() + USUAL}
    form = (
        KeepForm(request.POST)
        if request.method == "POST"
        else answers.form_for(request, KeepForm, KEEP, initial=initial)
    )
    choices = [("", _("Whoever opens a link that I pass on, the first one"))]
    choices += [(group.key, _("The group “%(group)s”") % {"group": group.name}) for group in groups.of(reader)]
    choices += [
        (f"shelf-{one.code}", _("The reader of the shelf “%(shelf)s”") % {"shelf": one.name})
        for one in following.followed_by(reader)
    ]
    form.fields["whom"].choices = choices  # type: ignore[attr-defined]
    return form


@require_POST
@login_required
def keep_holding(request: HttpRequest, key: str) -> HttpResponse:
    reader, page = reader_of(request), reverse("holding", args=[key])
    form = keep_form(request, reader)

    def keep() -> None:
        kind, _dash, rest = form.cleaned_data["whom"].partition("-")
        whom = {"shelf_code": rest} if kind == "shelf" else {"group_key": form.cleaned_data["whom"]}
        kept.keep_holding(
            holding_key=key, actor=reader, last_date=form.cleaned_data["last_date"], now=timezone.now(), **whom
        )

    back = f"{page}#kept"
    return answers.after_form(request, form, keep, name=KEEP, to=back, back=back, field="last_date", says=_("Saved"))


@require_POST
@login_required
def end_keeping(request: HttpRequest, key: str) -> HttpResponse:
    page = reverse("holding", args=[key]) + "#kept"
    return answers.after(
        request,
        lambda: kept.end_keeping(holding_key=key, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("It is open to all."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link: which book, until when, and the one button."""
    reader, now = reader_of(request), timezone.now()
    row = kept.offered(token, reader=reader, now=now)
    if row is None:
        raise Http404
    title = kept.title_of(row)
    page = reverse("kept", args=[token])
    if request.method == "POST":
        to = reverse("title", args=[title.pk])
        says = _("It is kept for you. Ask for it here.")
        return answers.after(
            request, lambda: kept.claim(token=token, actor=reader, now=now), to=to, back=page, says=says
        )
    context = {"nav": "find", "title": title, "last_date": row.last_date, "mine": row.holder_id == reader.pk}
    return render(request, "sharing/kept/claim.html", context)
