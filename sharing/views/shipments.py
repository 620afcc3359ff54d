"""A book sent by courier: its carrier and number, and that it has arrived."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sharing import shipments
from sharing.views import answers
from sharing.views.readers import page_of_handover, reader_of


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
    page = page_of_handover(reader, handover_id)
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
    page = page_of_handover(reader, handover_id)
    return answers.after(
        request,
        lambda: shipments.confirm_arrival(handover_id=handover_id, actor=reader, now=timezone.now()),
        to=page,
        back=page,
        says=_("Both of you have confirmed the handover."),
    )
