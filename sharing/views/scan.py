"""The address in a handover's square, and the place to type the six digits. Opening it changes nothing (T-C3)."""

from typing import Any

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from library_bridge.models import Reader
from sharing import codes, late_codes, people, policies, together
from sharing.models import Handover
from sharing.views import answers, meetings
from sharing.views.meetings import PinForm
from sharing.views.pass_on import SIX_DIGITS, DigitsForm
from sharing.views.readers import reader_of

PAGE = "sharing/scan/scan.html"


@csp_update({"script-src": [WASM_UNSAFE_EVAL]})
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scan(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if request.method == "POST":
        return _confirm(request, reader)
    token = codes.token_in(request.GET.get("code", ""))
    return _scanned(request, reader, token) if token else _typed(request, reader)


def _scanned(request: HttpRequest, reader: Reader, token: str) -> HttpResponse:
    handover = get_object_or_404(_mine(reader), pk=codes.number_of(token))
    context = {**_about(handover, reader), "token": token}
    if handover.giver_id == reader.pk:
        context["wrong_side"] = True
    elif handover.status == Handover.Status.AGREED and not codes.qr_fits(handover, token, timezone.now()):
        context["over"] = True
    elif handover.status == Handover.Status.AGREED and handover.has_time:
        context["along"] = together.same_meeting(handover, together.others(handover.lending))
    return render(request, PAGE, context)


def _typed(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The camera, one's own handovers to confirm, and what somebody who stands here passes on now."""
    now, policy = timezone.now(), policies.current()
    agreed = _mine(reader).filter(status=Handover.Status.AGREED).order_by("starts_at", "pk")
    mine = [_about(handover, reader) for handover in agreed if handover.taker_id == reader.pk]
    for row in mine:
        row["slip"] = late_codes.slip_for(row["handover"], reader, now=now, policy=policy)
        row["form"] = PinForm(auto_id=f"pin_{row['handover'].pk}_%s")
    digits = answers.form_for(request, DigitsForm, SIX_DIGITS)
    return render(request, PAGE, {"mine": mine, "digits": digits, "nav": "todo"})


def _confirm(request: HttpRequest, reader: Reader) -> HttpResponse:
    token = codes.token_in(request.POST.get("code", ""))
    handover = get_object_or_404(_mine(reader), pk=codes.number_of(token))
    page = handover.lending.get_absolute_url()
    chosen, now = meetings.numbers(request, "with"), timezone.now()

    def confirm() -> None:
        results = together.confirm_meeting(handover, chosen=chosen, actor=reader, qr_payload=token, now=now)
        meetings.tell(request, results)

    return answers.after(request, confirm, to=page, back=page, says=_("Both of you have confirmed the handover."))


def _about(handover: Handover, reader: Reader) -> dict[str, Any]:
    lending = handover.lending
    return {
        "handover": handover, "lending": lending, "title": lending.title, "name": people.name(lending.other(reader)), "nav": "todo",
        "returning": handover.direction == Handover.Direction.BACK, "page": reverse("lending", args=[lending.pk]),
    }  # fmt: skip


def _mine(reader: Reader) -> QuerySet[Handover]:
    rows = Handover.objects.visible_to(reader).exclude(status=Handover.Status.REPLACED)
    return rows.select_related("lending__request__title", "lending__giver", "lending__taker")
