"""Somebody else collects: the taker's page with the link, the page behind it, and the giver's confirmation (T-C3)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from library_bridge.models import Reader
from sharing import codes, collecting, collectors, together
from sharing.collectors import Pickup
from sharing.models import Lending
from sharing.views import answers, meetings
from sharing.views.deposits import CollectForm
from sharing.views.meetings import CollectedForm
from sharing.views.readers import reader_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def collector(request: HttpRequest, lending_id: int) -> HttpResponse:
    """The taker's; only the button makes a link."""
    reader = reader_of(request)
    page = reverse("collector", args=[lending_id])
    rows = Lending.objects.filter(taker=reader).select_related("request__title").prefetch_related("handovers")
    lending = get_object_or_404(rows, pk=lending_id)
    if request.method == "POST":
        return answers.after(request, lambda: _name(request, lending, reader), to=page, back=page)
    named = collectors.of(lending)
    context = {
        "nav": "todo",
        "lending": lending,
        "title": lending.title,
        "named": named,
        "link": collectors.address_of(named) if named else "",
        "possible": collectors.is_possible(lending),
        "agreed": lending.status == Lending.Status.AGREED,
        "also": [one.lending for one in together.sent_for_along(lending)] if named else together.others(lending),
    }
    return render(request, "sharing/collectors/collector.html", context)


def _name(request: HttpRequest, lending: Lending, reader: Reader) -> None:
    now, also = timezone.now(), meetings.numbers(request, "also")
    collectors.name_collector(lending_id=lending.pk, actor=reader, now=now)
    meetings.tell(request, together.name_for_others(lending, also=also, actor=reader, now=now))


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


@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: HttpRequest, token: str) -> HttpResponse:
    """Without a sign-in: the code and nothing else, neither book nor name nor place; where the book lies at a drop point, that
    and the button. A wrong shelf code is said on the same page: without a session there is nowhere to keep it."""
    form = CollectForm(request.POST if request.method == "POST" else None)
    done = request.method == "POST" and _collect(token, form)
    shown = None if done else collectors.shown(token)
    context = {"shown": shown, "lies": isinstance(shown, Pickup), "form": form, "done": done}
    answer = render(request, "sharing/collectors/collect.html", context, status=200 if shown or done else 404)
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _collect(token: str, form: CollectForm) -> bool:
    if form.is_valid():
        with answers.refusals(form, "shelf_code"):
            collecting.collect_left(token=token, shelf_code=form.cleaned_data["shelf_code"], now=timezone.now())
    return form.is_valid()


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
            lambda: _confirm(request, lending, reader, square=token),
            to=page,
            back=page,
            says=_("Both of you have confirmed the handover."),
        )
    if lending.status != Lending.Status.AGREED:
        return redirect(page)
    context = {
        "nav": "todo",
        "title": lending.title,
        "token": token,
        "page": page,
        "along": together.sent_for_along(lending),
    }
    return render(request, "sharing/collectors/collected.html", context)


@require_POST
@login_required
def confirm_collected(request: HttpRequest, lending_id: int) -> HttpResponse:
    reader, form = reader_of(request), CollectedForm(request.POST)
    lending = get_object_or_404(Lending.objects.filter(giver=reader), pk=lending_id)
    page = lending.get_absolute_url()
    return answers.after_form(
        request,
        form,
        lambda: _confirm(request, lending, reader, pin=form.cleaned_data["pin"]),
        name=f"collected {lending_id}",
        to=page,
        back=f"{page}#collector",
        field="pin",
        secret=("pin",),
        says=_("Both of you have confirmed the handover."),
    )


def _confirm(request: HttpRequest, lending: Lending, reader: Reader, *, pin: str = "", square: str = "") -> None:
    chosen, now = meetings.numbers(request, "with"), timezone.now()
    meetings.tell(
        request,
        together.confirm_collected(lending, chosen=chosen, actor=reader, pin=pin, qr_payload=square, now=now),
    )
