"""A book sent by courier: its carrier and number, and that it has arrived."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from library_bridge.models import Reader
from sharing import shipments
from sharing.models import Handover
from sharing.views import answers
from sharing.views.readers import reader_of


class SendForm(forms.Form):
    carrier = forms.CharField(
        label=gettext_lazy("Carrier"), max_length=shipments.LONGEST, widget=forms.TextInput(attrs={"list": "carriers"})
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"), max_length=shipments.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


@require_POST
@login_required
def send_book(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader, form = reader_of(request), SendForm(request.POST)
    page = _page(reader, handover_id)
    return answers.after_form(
        request,
        form,
        lambda: shipments.send_book(handover_id=handover_id, actor=reader, now=timezone.now(), **form.cleaned_data),
        name=f"send {handover_id}",
        to=page,
        back=page,
        field="tracking_number",
        says=_("Noted. The other side has been told the number."),
    )


@require_POST
@login_required
def confirm_arrival(request: HttpRequest, handover_id: int) -> HttpResponse:
    reader = reader_of(request)
    page = _page(reader, handover_id)
    return answers.after(
        request,
        lambda: shipments.confirm_arrival(handover_id=handover_id, actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Both of you have confirmed the handover."),
    )


def _page(reader: Reader, handover_id: int) -> str:
    """The page of the handover's lending; a stranger gets 404 here already."""
    handover = get_object_or_404(Handover.objects.visible_to(reader).select_related("lending"), pk=handover_id)
    return handover.lending.get_absolute_url()
