"""Somebody else collects: the taker's page with the link, the page behind it, and the giver's confirmation (T-C3)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sharing import codes, collectors
from sharing.models import Lending
from sharing.views import answers
from sharing.views.meetings import CollectedForm
from sharing.views.readers import reader_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def collector(request: HttpRequest, lending_id: int) -> HttpResponse:
    """The taker's; only the button makes a link."""
    reader = reader_of(request)
    page = reverse("collector", args=[lending_id])
    rows = Lending.objects.filter(taker=reader).select_related("request__title")
    lending = get_object_or_404(rows, pk=lending_id)
    if request.method == "POST":
        return answers.after(
            request,
            lambda: collectors.name_collector(lending_id=lending_id, actor=reader, now=timezone.now()),
            to=page,
            back=page,
        )
    named = collectors.of(lending)
    context = {
        "nav": "todo",
        "lending": lending,
        "title": lending.title,
        "named": named,
        "link": collectors.address_of(named) if named else "",
        "possible": collectors.is_possible(lending),
        "agreed": lending.status == Lending.Status.AGREED,
    }
    return render(request, "sharing/collectors/collector.html", context)


@require_POST
@login_required
def revoke_collector(request: HttpRequest, lending_id: int) -> HttpResponse:
    page = reverse("collector", args=[lending_id])
    return answers.after(
        request,
        lambda: collectors.revoke_collector(lending_id=lending_id, actor=reader_of(request), now=timezone.now()),
        to=page,
        back=page,
        says=_("Taken back. The link shows nothing any more."),
    )


@require_safe
def collect(request: HttpRequest, token: str) -> HttpResponse:
    """Without a sign-in: the code and nothing else, neither book nor name nor place."""
    code = collectors.shown(token)
    answer = render(request, "sharing/collectors/collect.html", {"code": code}, status=200 if code else 404)
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def collected(request: HttpRequest) -> HttpResponse:
    """Behind the collector's square, for the giver: which book it is, and the one button."""
    reader = reader_of(request)
    token = codes.token_in(request.POST.get("code", "") or request.GET.get("code", ""))
    lending = collectors.lending_of(token, giver=reader)
    if lending is None:
        raise Http404
    page = lending.get_absolute_url()
    if request.method == "POST":
        return answers.after(
            request,
            lambda: collectors.confirm_collected(
                lending_id=lending.pk, actor=reader, qr_payload=token, now=timezone.now()
            ),
            to=page,
            back=page,
            says=_("Both of you have confirmed the handover."),
        )
    if lending.status != Lending.Status.AGREED:
        return redirect(page)
    context = {"nav": "todo", "title": lending.title, "token": token, "page": page}
    return render(request, "sharing/collectors/collected.html", context)


@require_POST
@login_required
def confirm_collected(request: HttpRequest, lending_id: int) -> HttpResponse:
    reader, form = reader_of(request), CollectedForm(request.POST)
    page = get_object_or_404(Lending.objects.filter(giver=reader), pk=lending_id).get_absolute_url()
    return answers.after_form(
        request,
        form,
        lambda: collectors.confirm_collected(
            lending_id=lending_id, actor=reader, pin=form.cleaned_data["pin"], now=timezone.now()
        ),
        name=f"collected {lending_id}",
        to=page,
        back=f"{page}#collector",
        field="pin",
        secret=("pin",),
        says=_("Both of you have confirmed the handover."),
    )
